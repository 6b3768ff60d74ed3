/* SPDX-License-Identifier: MIT */
/*
 * The holder, seen from config_tap: starts it where it does not run, hands descriptors over, and
 * asks what it holds. Every function returns 0 or -errno, and prints nothing.
 */
#ifndef HOLDER_CLIENT_H
#define HOLDER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "holder/protocol.h"

/* The run directory that the holder's socket is in; before anything else here. */
void holder_setup(const char *run_dir);

/*
 * The holder's process, 0 where none runs. It is known by a lock, and not by a number in a file.
 * holder_find() returns -errno where that cannot be told, which holder_pid() takes for none: it is
 * for messages, and for leaving the holder out of a list.
 */
int holder_find(pid_t *pid);
pid_t holder_pid(void);

/* Hands fds over, one for each entry; starts the holder where it does not run. Any number. */
int holder_hold(const struct hold_entry *entries, const int *fds, size_t n);
/* Lets the NICs go; what is not held, and no holder at all, are no errors. Any number. */
int holder_release(const struct hold_entry *entries, size_t n);
/* Changes what becomes of the frames. */
int holder_sink(const struct hold_entry *entry);
/* A copy of the descriptor of the NIC, which is called entry->name; -ENOENT: it is not held. */
int holder_borrow(const struct hold_entry *entry);
/* All that is held, to be freed. */
int holder_list(struct hold_entry **entries, size_t *n);

/*
 * Has a new process of the installed program take over what the holder holds; the links stay up.
 * One that holds nothing just ends. Where none runs, there is nothing to do.
 */
int holder_renew(void);

/*
 * Ends the talk. A holder that holds nothing ends then; this waits until it has. Where none runs,
 * this clears away what one has left, killed or not; not where that cannot be told.
 */
void holder_finish(void);

#endif
