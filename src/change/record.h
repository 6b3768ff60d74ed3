/* SPDX-License-Identifier: MIT */
/*
 * One record: what config_tap has to know of a NIC of its own to change it, or to take it away,
 * without the file that asked for it. A record is a line of text.
 */
#ifndef CHANGE_RECORD_H
#define CHANGE_RECORD_H

#include <stdio.h>

#include "nic/nic.h"
#include "nic/nic_id.h"

/* The versions that are read; the last one is written. */
#define RECORD_VERSION_FIRST 1
#define RECORD_VERSION 2

struct record {
	char name[IFNAMSIZ]; /* as the file has it: the kernel may call the NIC otherwise by now */
	char now[IFNAMSIZ];  /* what the kernel calls it, where it was asked; not in the line */
	bool pretended;      /* an earlier part of a dry run has stopped it; not in the line */
	struct nic_id id;
	uint64_t serial;  /* netns_device_serial(); 0: not known, the index has to do */
	uint32_t mode;    /* enum nic_mode */
	char *netns;      /* the namespace's name, or NULL */
	char *underlay;   /* the id of the namespace that a tunnel's packets go through, or NULL */
	char *file;       /* its real path; NULL: a version wrote this that did not say */
	char *section;    /* as spelled in the file, such as "fc%d"; NULL likewise */
	bool adopted;     /* somebody else made it: never to be deleted */
	bool raised;      /* it was down, and config_tap brought it up */
	bool implicit;    /* a bridge that no section describes: it goes with its last port */
	uint32_t on_stop; /* enum nic_on_stop */
	uint64_t set; /* what the file set: it goes back to its default when it is not any more */
	/* what we put there, and may take away again */
	struct address *addresses;
	struct route *routes;
	struct ip *peers; /* of a vxlan: entries of its table */
	size_t naddresses, nroutes, npeers;
	char *bridge, *ovs_bridge;
	uint32_t carrier, sink; /* enum nic_carrier, nic_sink: what the holder was told */
	bool by_hand;           /* by the command hold or release, and not by the file */
	/* the one that we gave it: it tells a bridge from another's, and a NIC that was moved */
	unsigned char mac[6];
};

/*
 * Reads a line, which has no newline any more and is written to, as that version wrote it.
 * Returns false where it makes no sense; the record is then to be cleared all the same.
 */
bool record_read(struct record *record, char *line, unsigned version);

/* Writes the line, newline included, in the last version. */
void record_write(FILE *f, const struct record *record);

/* Gives back what the record points to. */
void record_clear(struct record *record);

/*
 * What stop does: it deletes what we made, unless on_stop says otherwise, and brings down what
 * stays, unless an adopted NIC was up before us. Otherwise the NIC stays as it is.
 */
bool record_is_deleted_at_stop(const struct record *record);
bool record_is_lowered_at_stop(const struct record *record);

#endif
