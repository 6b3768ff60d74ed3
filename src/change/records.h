/* SPDX-License-Identifier: MIT */
/*
 * What is ours: the run directory with one record a NIC, written before what it records can
 * outlive a kill, and the lock under which commands change anything.
 */
#ifndef CHANGE_RECORDS_H
#define CHANGE_RECORDS_H

#include <stdbool.h>

#include "change/record.h"
#include "kernel/netns.h"

struct job;
struct records;

enum records_access {
	RECORDS_LOOK,   /* takes no lock */
	RECORDS_CHANGE, /* makes the directory where it is missing */
	RECORDS_STOP,   /* where it is missing, there is nothing to stop */
};

/*
 * Waits for the lock, unless to look, and reads the records. Records of an earlier boot are left
 * out. Returns NULL, having said why, where it cannot be said what is ours: the directory or
 * the records cannot be read, others than root may have written them, a line makes no sense, or
 * the version is not known. That is never "nothing": nobody may go on from there.
 */
struct records *records_open(const char *dir, enum records_access access);

/* Is the lock ours, or can it be without a wait? It then is until the process ends. */
bool records_try_lock(struct records *records);

/* The records, by name. */
size_t records_count(const struct records *records);
struct record *records_at(const struct records *records, size_t i);

/* The record of what the file calls name in that namespace; NULL where it is not ours. */
struct record *records_find(const struct records *records, const struct netns *net,
			    const char *name);
/* The record of a device, whatever it is called by now; NULL where it is not ours. */
struct record *records_find_id(const struct records *records, const struct nic_id *id);

/* Adds a record, in place of one of the same name and namespace. */
struct record *records_add(struct records *records, const struct netns *net, const char *name,
			   int ifindex);
/* The file calls the NIC otherwise from now on. Returns the record, which may have moved. */
struct record *records_rename(struct records *records, struct record *record, const char *name);
void records_remove(struct records *records, struct record *record);

/* The file by which NICs are recorded from now on, and what was set so. */
void records_set_file(struct records *records, char *file);
char *records_file(const struct records *records);
/* Is it of that file, or of a version that did not say? */
bool records_file_has(const struct records *records, const struct record *record);

/* Writes the records, replacing the file by rename. Returns 0 or -errno. */
int records_save(struct records *records);
/* The file that records_save writes, for messages. */
const char *records_path(const struct records *records);

/* What the records say of a NIC before, during and after a change: records_job.c. */

/*
 * Before an existing NIC is changed, or a bridge made: what we are about to add is recorded as
 * ours on top of what is, so that a kill in the middle leaves nothing that nobody owns. Returns
 * whether a record changed.
 */
bool records_announce(struct records *state, struct job *job);

/* Brings the record up to the plan's target. Returns whether anything changed. */
bool records_update(struct records *state, struct job *job);

/*
 * What was announced has not come about: the record is what it was before, or none; unless
 * something could not be taken back. Returns whether it changed.
 */
bool records_take_back(struct records *state, struct job *job);

/* The NIC is ours no more. */
void records_forget(struct records *state, struct job *job);

/* What is gone is still recorded where this fails; that does no harm, but is worth a word. */
void records_save_removals(struct records *state);

#endif
