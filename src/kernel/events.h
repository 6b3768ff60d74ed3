/* SPDX-License-Identifier: MIT */
/* Who is told of new devices. */
#ifndef KERNEL_EVENTS_H
#define KERNEL_EVENTS_H

enum events_hearer {
	EVENTS_DEVICES = 1, /* the kernel's device events: udev, mdev */
	EVENTS_LINKS = 2,   /* rtnetlink(7)'s links: NetworkManager, systemd-networkd */
};

/* The kinds of programs that listen in our own network namespace; where that is not told, all. */
unsigned events_heard(void);

#endif
