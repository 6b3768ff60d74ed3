/* SPDX-License-Identifier: MIT */
/*
 * An address whose network another interface has already: two routes to one network, so whoever
 * was reached through the other interface would be cut off.
 */
#ifndef OVERLAP_H
#define OVERLAP_H

#include "session.h"

/*
 * Adds a mistake for every address that start would put on a NIC, and whose network another
 * interface of the same namespace has. Returns how many.
 */
size_t overlap_check(struct session *session, const struct jobs *jobs);

#endif
