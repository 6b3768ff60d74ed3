/* SPDX-License-Identifier: MIT */
/* Who uses a NIC. */
#ifndef CHANGE_IN_USE_H
#define CHANGE_IN_USE_H

#include "change/records.h"
#include "change/users.h"
#include "nic/link.h"

#define IN_USE_TEXT 600

/*
 * Who uses the NIC found, as "qemu-system-x86 (pid 4242)", "the bridge br0" or "the interface
 * tap0.5, which stands on it"; returns NULL where nobody does. The bridge that record says we put
 * it into does not count. users may be empty where /proc cannot be read.
 */
const char *in_use_by(char buf[IN_USE_TEXT], struct netns *net, const struct link *found,
		      const struct record *record, const struct users *users);

/* Adds to the text in buf which processes have the NIC open. */
void in_use_add_processes(char *buf, size_t size, struct netns *net, const char *name);

#endif
