/* SPDX-License-Identifier: MIT */
/*
 * An address whose network another interface has already: two routes to one network, so whoever
 * was reached through the other interface would be cut off.
 */
#ifndef CHANGE_OVERLAP_H
#define CHANGE_OVERLAP_H

#include "cli/session.h"

/*
 * Adds a mistake for every address that start would put on a NIC, and to which a network of
 * another interface leads already. It asks the kernel's routing table, so it costs nothing what
 * else is on the machine. A smaller network within ours is none: the longest prefix wins, and it
 * is reached as before. Returns how many mistakes there are.
 */
size_t overlap_check(struct session *session, const struct jobs *jobs);

#endif
