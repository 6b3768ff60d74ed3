/* SPDX-License-Identifier: MIT */
/* Whose mark a device bears that config_tap has not made. */
#ifndef CLI_FOREIGN_H
#define CLI_FOREIGN_H

#include "change/users.h"
#include "kernel/netns.h"
#include "nic/link.h"

/*
 * Why the device found in net is better left to its maker, or cannot be described by the file;
 * NULL if there is no reason. The text is the caller's to free.
 */
char *foreign_reason(const struct link *found, struct netns *net, const struct users *users);

#endif
