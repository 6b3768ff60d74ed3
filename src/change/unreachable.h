/* SPDX-License-Identifier: MIT */
/* NICs that went with their network namespace. */
#ifndef CHANGE_UNREACHABLE_H
#define CHANGE_UNREACHABLE_H

#include "change/records.h"

/*
 * Forgets the NICs that went with their named namespace, and says so. Where they are held, the
 * holder's descriptor is all that is left of both. Returns whether there were any.
 */
bool unreachable_forget(struct records *state);

#endif
