/* SPDX-License-Identifier: MIT */
/* Bridges that we made for NICs to join: each goes with its last port. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "state.h"

/*
 * Deletes those of our bridges that have no port left, and forgets those that are gone; *changed
 * says whether a record went. Tells what fails. Returns how many failed.
 */
size_t bridge_remove_empty(struct state *state, bool *changed);

#endif
