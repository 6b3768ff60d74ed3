/* SPDX-License-Identifier: MIT */
/* Who is told of new devices. */
#include "config.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "kernel/events.h"

/* The group of the kernel's own events; 2 is what udev says when it is through with one. */
#define KERNEL_GROUP 1

unsigned events_heard(void)
{
	FILE *sockets = fopen("/proc/self/net/netlink", "re");
	unsigned heard = 0, protocol, port, groups;
	char line[256];

	if (!sockets)
		return EVENTS_DEVICES | EVENTS_LINKS;
	/* sk, Eth, Pid, Groups, ... */
	while (fgets(line, sizeof(line), sockets)) {
		if (sscanf(line, "%*s %u %u %x", &protocol, &port, &groups) != 3)
			continue;
		if (protocol == NETLINK_KOBJECT_UEVENT && (groups & KERNEL_GROUP))
			heard |= EVENTS_DEVICES;
		if (protocol == NETLINK_ROUTE && (groups & RTMGRP_LINK))
			heard |= EVENTS_LINKS;
	}
	fclose(sockets);
	return heard;
}
