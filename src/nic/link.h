/* SPDX-License-Identifier: MIT */
/*
 * A NIC as the kernel has it: in the terms of the file, so that the two can be compared, and
 * with what only the kernel knows around that. kernel/links.c fills it in.
 */
#ifndef NIC_LINK_H
#define NIC_LINK_H

#include "nic/nic.h"

/* An entry of a VXLAN device's forwarding table; 00:00:00:00:00:00 is where broadcasts go to. */
struct fdb_entry {
	struct ip to;
	uint8_t mac[6];
	bool permanent; /* or learned, or another program's (NUD_* of linux/neighbour.h) */
};

/* A route as the kernel has it, no matter who made it; rtnl_put_back_route() takes it. */
struct kept_route {
	struct route route;
	struct ip source; /* the preferred source, or none */
	uint32_t table;   /* RT_TABLE_*, RTPROT_*, RTN_*, RT_SCOPE_* of linux/rtnetlink.h */
	uint8_t protocol, type, scope;
	/* as it came: struct rtmsg, and the attributes behind it */
	uint8_t head[12];
	void *attributes;
	size_t len;
};

struct link {
	struct nic nic;    /* a bit for each field that the kernel told */
	int wanted_index;  /* not 0: to be looked for by this index, and not by its name */
	int ifindex;       /* 0: there is no such NIC */
	uint64_t serial;   /* netns_device_serial(), 0 where it is not known */
	unsigned flags;    /* IFF_* of net/if.h */
	char kind[16];     /* "tun" for tun and tap alike, "dummy", "veth", ... */
	bool carrier;      /* IFLA_CARRIER */
	uint8_t operstate; /* IF_OPER_* of linux/if.h */
	uint32_t carrier_changes, queues, queues_disabled;
	/* what it is on top of; lower_nsid is the id of that one's namespace, -1: it is this one */
	int lower, lower_nsid;
	int master; /* the index of the bridge, bond or switch that it is a port of */
	char master_kind[16];
	bool ovs_ours;    /* the port of nic.ovs_bridge bears our mark in Open vSwitch's database */
	bool ovs_unknown; /* that database gave no answer */
	/*
	 * Where software may have moved its addresses and routes to: that master, or where that is
	 * an Open vSwitch the bridge's own interface (links_read_places())
	 */
	int place;
	/* other names that it can be called by (IFLA_ALT_IFNAME) */
	char **altnames;
	size_t naltnames, altnames_cap;
	int vxlan_link;        /* the device that its packets leave through; 0: as routed */
	bool vxlan_special;    /* has what no key can say: a remote, metadata, a VNI filter, ... */
	struct fdb_entry *fdb; /* fdb_read() */
	size_t nfdb, fdb_cap;
	struct kept_route *kept; /* routes_read() */
	size_t nkept, kept_cap;
	/* addresses and routes of that place */
	struct address *master_addresses;
	struct route *master_routes;
	size_t nmaster_addresses, master_addresses_cap, nmaster_routes, master_routes_cap;
};

/* Is this a tun or tap device, so that config_tap has a say in it? */
bool link_is_tuntap(const struct link *link);

/* Has the NIC this other name? */
bool link_has_altname(const struct link *link, const char *name);

/*
 * Gives back all that it points to; what it says of the NIC is then nothing but its name, and the
 * index that is wanted.
 */
void link_clear(struct link *link);

#endif
