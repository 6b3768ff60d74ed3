/* SPDX-License-Identifier: MIT */
/*
 * A NIC as the kernel has it: in the terms of the file, so that the two can be compared, and
 * with what only the kernel knows around that. kernel/links.c fills it in.
 */
#ifndef NIC_LINK_H
#define NIC_LINK_H

#include "nic/nic.h"

struct link {
	struct nic nic;    /* a bit for each field that the kernel told */
	int ifindex;       /* 0: there is no such NIC */
	uint64_t serial;   /* netns_device_serial(), 0 where it is not known */
	unsigned flags;    /* IFF_* of net/if.h */
	char kind[16];     /* "tun" for tun and tap alike, "dummy", "veth", ... */
	bool carrier;      /* IFLA_CARRIER */
	uint8_t operstate; /* IF_OPER_* of linux/if.h */
	uint32_t carrier_changes, queues, queues_disabled;
	int master; /* the index of the bridge, bond or switch that it is a port of */
	char master_kind[16];
	bool ovs_ours; /* the port of nic.ovs_bridge bears our mark in Open vSwitch's database */
	/* addresses and routes of that master: software may have moved them there */
	struct address *master_addresses;
	struct route *master_routes;
	size_t nmaster_addresses, master_addresses_cap, nmaster_routes, master_routes_cap;
};

/* Is this a tun or tap device, so that config_tap has a say in it? */
bool link_is_tuntap(const struct link *link);

/* Gives back all that it points to; what it says of the NIC is then nothing but its name. */
void link_clear(struct link *link);

#endif
