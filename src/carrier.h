/* SPDX-License-Identifier: MIT */
/*
 * The holder, seen from config_tap: starts it where it does not run, hands descriptors over, and
 * asks what it holds. Every function returns 0 or -errno, and prints nothing.
 */
#ifndef CARRIER_H
#define CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "hold.h"

/* The run directory that the holder's socket is in; before anything else here. */
void carrier_setup(const char *run_dir);

/*
 * The holder's process, 0 where none runs. It is known by a lock, and not by a number in a file.
 * carrier_find() returns -errno where that cannot be told, which is 0 for carrier_pid().
 */
int carrier_find(pid_t *pid);
pid_t carrier_pid(void);

/* Hands fds over, one for each entry; starts the holder where it does not run. Any number. */
int carrier_hold(const struct hold_entry *entries, const int *fds, size_t n);
/* Lets the NICs go; what is not held, and no holder at all, are no errors. Any number. */
int carrier_release(const struct hold_entry *entries, size_t n);
/* Changes what becomes of the frames. */
int carrier_sink(const struct hold_entry *entry);
/* A copy of the descriptor of a held NIC; -ENOENT where it is not held. */
int carrier_borrow(const struct hold_entry *entry);
/* All that is held, to be freed. */
int carrier_list(struct hold_entry **entries, size_t *n);

/*
 * Ends the talk. A holder that holds nothing ends then; this waits until it has. Where none runs,
 * this clears away what one has left, killed or not.
 */
void carrier_finish(void);

#endif
