/* SPDX-License-Identifier: MIT */
/* Bridges that we made for NICs to join, and that no section describes. */
#ifndef CHANGE_BRIDGES_H
#define CHANGE_BRIDGES_H

#include "change/job.h"
#include "config/conf.h"

/*
 * Such a bridge goes with its last port: adds a job, planned, for each that none of our NICs is
 * in or is to join, now that these n jobs are done. One that somebody uses stays, and that is
 * told at stop. What cannot be asked is reported. Returns how many bridges that were.
 */
size_t bridges_select(const struct apply *how, const struct job *done, size_t n,
		      struct jobs *bridges);

/* Does the file have ports for this bridge, and no section? */
bool bridges_only_named(const struct conf *conf, const struct record *record);

/* Had it a section whose on_stop lets it stay? It is left as that has recorded it. */
bool bridges_is_kept(const struct record *record);

/*
 * Adds a job for each such bridge, and for each that is kept and only named, that is down and that
 * one of the jobs is to be a port of: no frame gets through it. Returns 0 or -errno.
 */
int bridges_add_down(const struct records *records, const struct conf *conf, struct jobs *jobs);

/* What is wanted of a bridge of ours that no section describes: only its ports keep it. */
const struct nic *bridges_want(const struct record *record);

#endif
