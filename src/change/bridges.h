/* SPDX-License-Identifier: MIT */
/* Bridges that we made for NICs to join: each goes with its last port. */
#ifndef CHANGE_BRIDGES_H
#define CHANGE_BRIDGES_H

#include "change/records.h"

/*
 * Deletes those of our bridges that have no port left, and forgets those that are gone; *changed
 * says whether a record went. Tells what fails. Returns how many failed.
 */
size_t bridges_remove_empty(struct records *state, bool *changed);

#endif
