/* SPDX-License-Identifier: MIT */
/*
 * What is ours: the run directory with one record a NIC, written before the NIC becomes
 * persistent, and the lock under which commands change anything.
 */
#ifndef CHANGE_RECORDS_H
#define CHANGE_RECORDS_H

#include <stdbool.h>

#include "kernel/netns.h"
#include "nic/nic.h"

struct record {
	char name[IFNAMSIZ];
	char netid[NET_ID_TEXT]; /* struct netns's id */
	char *netns;             /* the namespace's name, or NULL */
	int ifindex;
	uint64_t serial; /* netns_device_serial(); 0: not known, the index has to do */
	bool adopted;    /* somebody else made it: never to be deleted */
	enum nic_on_stop on_stop;
	uint64_t
		set; /* fields that the file set: what it sets no longer goes back to its default */
	/* what we put there, and may take away again */
	struct address *addresses;
	struct route *routes;
	size_t naddresses, nroutes;
	char *bridge, *ovs_bridge;
	enum nic_carrier carrier; /* what the holder was told */
	bool by_hand;             /* by the command hold or release, and not by the file */
	/* a bridge that we made for NICs to join; ifindex 0: a kill came before it was known */
	bool is_bridge;
	unsigned char mac[6]; /* of a bridge: the one that we gave it tells it from another's */
};

/* Some of the records, for those who remove what they visit. */
struct record_list {
	struct record **list;
	size_t n, cap;
};

void record_list_add(struct record_list *records, struct record *record);

struct records;

/*
 * Reads the records in dir. A missing directory is an empty state, also for those who may not
 * make one. Records of an earlier boot are left out. What cannot be trusted (a link, a directory
 * that others may write, a line that makes no sense) is told, and is nobody's: it costs a
 * record, never a NIC. Returns NULL, with a sentence told, where nothing can be said.
 */
struct records *records_read(const char *dir);

/*
 * Makes the directory where it is missing, waits for the lock, and reads. Returns NULL, with a
 * sentence told, where that fails.
 */
struct records *records_lock(const char *dir);

/* The record of a NIC in a namespace; NULL where it is not ours. */
struct record *records_find(struct records *state, const struct netns *net, const char *name);
/* Adds a record, in place of one of the same name. */
struct record *records_add(struct records *state, const struct netns *net, const char *name,
			   int ifindex);
void records_remove(struct records *state, struct record *record);
/* Calls visit for each record, by name. visit must not add or remove. */
void records_each(struct records *state, void (*visit)(struct record *record, void *data),
		  void *data);

/* Writes the records, replacing the file by rename. Returns 0 or -errno. */
int records_save(struct records *state);
/* The file that records_save writes, for messages. */
const char *records_path(const struct records *state);

#endif
