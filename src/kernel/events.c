/* SPDX-License-Identifier: MIT */
/* Who is told of new devices. */
#include "config.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/events.h"

/* The group of the kernel's own events; 2 is what udev says when it is through with one. */
#define KERNEL_GROUP 1

unsigned events_heard(void)
{
	FILE *sockets = fopen("/proc/self/net/netlink", "re");
	unsigned long protocol, groups;
	char line[256], *at, *end;
	unsigned heard = 0;

	if (!sockets)
		return EVENTS_DEVICES | EVENTS_LINKS;
	/* sk, Eth, Pid, Groups, ... */
	while (fgets(line, sizeof(line), sockets)) {
		at = line + strcspn(line, " ");
		protocol = strtoul(at, &end, 10);
		if (end == at)
			continue;
		strtoul(end, &end, 10);
		groups = strtoul(end, NULL, 16);
		if (protocol == NETLINK_KOBJECT_UEVENT && (groups & KERNEL_GROUP))
			heard |= EVENTS_DEVICES;
		if (protocol == NETLINK_ROUTE && (groups & RTMGRP_LINK))
			heard |= EVENTS_LINKS;
	}
	if (ferror(sockets))
		heard = EVENTS_DEVICES | EVENTS_LINKS;
	fclose(sockets);
	return heard;
}
