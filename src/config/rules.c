/* SPDX-License-Identifier: MIT */
/* Mistakes that show only when several fields, or several NICs, are seen together. */
#include "config.h"

#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nic/key.h"
#include "nic/offload.h"
#include "config/rules.h"
#include "config/scan.h"
#include "base/util.h"

/* MAX_TAP_MTU in drivers/net/tun.c: 65535 less the Ethernet header */
#define TAP_MTU_MAX 65521
/* RFC 8200, section 5; the kernel takes IPv6 off an interface below it */
#define IPV6_MTU_MIN 1280
/* IP6_RT_PRIO_USER of net/ip6_route.h */
#define IPV6_METRIC 1024

static void complain(struct conf *conf, const struct nic *nic, enum nic_field field, bool error,
		     const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void complain(struct conf *conf, const struct nic *nic, enum nic_field field, bool error,
		     const char *fmt, ...)
{
	const struct scan_line *line = nic->from[field] ? nic->from[field] : nic->section;
	const char *key = nic->from[field] ? nic->from[field]->key : key_of(field)->name;
	char text[KEY_WHY];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(error ? mistake_add : mistake_warn)(&conf->mistakes, line ? line->file : conf->path,
					     line ? line->line : 0, nic->name, key, "%s", text);
}

static struct address *first_of_family(struct nic *nic, uint8_t family)
{
	size_t i;

	for (i = 0; i < nic->naddresses; i++)
		if (nic->addresses[i].ip.family == family)
			return &nic->addresses[i];
	return NULL;
}

/* A host address that is the network's own, its broadcast, or nobody's, works for no one. */
static void check_host(struct conf *conf, struct nic *nic, const struct address *a)
{
	struct ip network = ip_mask(&a->ip, a->prefix, false),
		  last = ip_mask(&a->ip, a->prefix, true);
	char text[ADDRESS_TEXT], ip[IP_TEXT];
	struct ip next = network;
	bool v4 = a->ip.family == AF_INET;

	address_format(text, a);
	if (v4 ? (a->ip.bytes[0] & 0xf0) == 0xe0 : a->ip.bytes[0] == 0xff) {
		complain(conf, nic, NIC_ADDRESS, true, "%s is a multicast address, not a host's",
			 text);
	} else if (!memcmp(a->ip.bytes, (char[16]){ 0 }, 16)) {
		complain(conf, nic, NIC_ADDRESS, true, "%s is no host's address", text);
	} else if (v4 && a->prefix < 31 && ip_same(&network, &a->ip)) {
		next.bytes[3]++;
		complain(conf, nic, NIC_ADDRESS, true,
			 "%s is the network's own address; a host's is for example %s/%u", text,
			 ip_format(ip, &next), a->prefix);
	} else if (v4 && a->prefix < 31 && ip_same(&last, &a->ip)) {
		next.bytes[3]++;
		complain(conf, nic, NIC_ADDRESS, true,
			 "%s is the network's broadcast address; a host's is for example %s/%u",
			 text, ip_format(ip, &next), a->prefix);
	}
}

/* Peer and broadcast belong to an address, and every address to its neighbours in the list. */
static void complete_addresses(struct conf *conf, struct nic *nic)
{
	bool tap = nic->num[NIC_MODE] == MODE_TAP;
	struct address *list = xcalloc(nic->naddresses, sizeof(*list)), *one;
	size_t i;

	/* defaults are shared by all NICs; what is completed here is this NIC's own */
	if (nic->naddresses)
		memcpy(list, nic->addresses, nic->naddresses * sizeof(*list));
	nic->addresses = list;
	for (i = 0; i < nic->naddresses; i++) {
		list[i].nodad = list[i].ip.family == AF_INET6 && !nic->num[NIC_DAD];
		if (tap && list[i].ip.family == AF_INET && list[i].prefix < 31)
			list[i].broadcast = ip_mask(&list[i].ip, list[i].prefix, true);
		check_host(conf, nic, &list[i]);
	}
	if (nic->peer.family) {
		one = first_of_family(nic, nic->peer.family);
		if (one)
			one->peer = nic->peer;
		else if (nic->from[NIC_PEER]->section)
			complain(conf, nic, NIC_PEER, true,
				 "the NIC has no %s address to be the near end",
				 nic->peer.family == AF_INET ? "IPv4" : "IPv6");
	}
	if (nic->broadcast.family && tap) {
		one = first_of_family(nic, AF_INET);
		if (one)
			one->broadcast = nic->broadcast;
		else if (nic->from[NIC_BROADCAST]->section)
			complain(conf, nic, NIC_BROADCAST, true,
				 "the NIC has no IPv4 address for it to belong to");
	}
}

static void check_mode(struct conf *conf, struct nic *nic)
{
	const struct key *key;
	size_t i;

	if (nic->num[NIC_MODE] == MODE_TAP) {
		if (nic_is_set(nic, NIC_MTU) && nic->num[NIC_MTU] > TAP_MTU_MAX)
			complain(conf, nic, NIC_MTU, true,
				 "%u is out of range: 68 to %u bytes on a tap", nic->num[NIC_MTU],
				 TAP_MTU_MAX);
		return;
	}
	/* a default is for whom it may concern; only what was said of this NIC is a mistake */
	for (i = 0; (key = key_at(i)); i++)
		if (!(key->kinds & KIND_BIT(MODE_TUN)) && nic_is_set(nic, key->field) &&
		    nic->from[key->field] && nic->from[key->field]->section)
			complain(conf, nic, key->field, true, "a tun has none; for mode = tap");
	nic->num[NIC_MAC] = MAC_RANDOM;
	nic->set &= ~(NIC_BIT(NIC_MAC) | NIC_BIT(NIC_ARP) | NIC_BIT(NIC_BROADCAST));
}

static void check_mtu(struct conf *conf, struct nic *nic)
{
	if (nic_is_set(nic, NIC_MTU) && nic->num[NIC_MTU] < IPV6_MTU_MIN &&
	    first_of_family(nic, AF_INET6))
		complain(conf, nic, NIC_MTU, true,
			 "%u bytes are too few for the NIC's IPv6 address; at least %u",
			 nic->num[NIC_MTU], IPV6_MTU_MIN);
}

/*
 * The kernel asks for the owner AND the group. So a group alone leaves the owner out, or its
 * members could never attach; and an owner outside the group could not either.
 */
static void check_owner(struct conf *conf, struct nic *nic)
{
	gid_t groups[256], gid = nic->num[NIC_GROUP];
	int n = ARRAY_SIZE(groups), i;
	struct passwd *pw;
	char user[KEY_ID_TEXT], group[KEY_ID_TEXT];

	if (gid == NIC_NOBODY) {
		if (nic->num[NIC_OWNER] == NIC_NOBODY)
			complain(conf, nic, NIC_OWNER, true,
				 "without a group, none would let every user attach");
		return;
	}
	if (!nic_is_set(nic, NIC_OWNER)) {
		nic->num[NIC_OWNER] = NIC_NOBODY;
		return;
	}
	if (nic->num[NIC_OWNER] == 0 || nic->num[NIC_OWNER] == NIC_NOBODY)
		return;
	pw = getpwuid(nic->num[NIC_OWNER]);
	if (!pw || getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) < 0)
		return;
	for (i = 0; i < n; i++)
		if (groups[i] == gid)
			return;
	complain(conf, nic, NIC_GROUP, false,
		 "%s is not a member of %s, and the kernel asks for both: nobody but root can "
		 "attach; leave owner out for all members of the group",
		 key_user_name(user, nic->num[NIC_OWNER]), key_group_name(group, gid));
}

/* What only means something together with something else. */
static void check_together(struct conf *conf, struct nic *nic)
{
	size_t i;

	if (!nic->num[NIC_VNET_HDR] && nic_is_set(nic, NIC_OFFLOAD) && nic->num[NIC_OFFLOAD])
		complain(conf, nic, NIC_OFFLOAD, true,
			 "wants vnet_hdr = yes, which tells the reader what is unfinished");
	else if (nic_is_set(nic, NIC_OFFLOAD) && nic->num[NIC_OFFLOAD] &&
		 !(nic->num[NIC_OFFLOAD] & offload_bit("tx-checksum-ip-generic")))
		complain(conf, nic, NIC_OFFLOAD, true,
			 "segmentation wants tx-checksum-ip-generic as well");
	if (!nic->num[NIC_VNET_HDR] && nic_is_set(nic, NIC_VNET_HDR_SIZE))
		complain(conf, nic, NIC_VNET_HDR_SIZE, true, "wants vnet_hdr = yes");
	if (nic->num[NIC_CARRIER] == CARRIER_SHARED && !nic->num[NIC_MULTI_QUEUE])
		complain(conf, nic, NIC_CARRIER, true,
			 "shared wants multi_queue = yes; a NIC with one queue can only be held");
	if (nic->num[NIC_CARRIER] == CARRIER_HOLD && nic->num[NIC_MULTI_QUEUE])
		complain(conf, nic, NIC_CARRIER, true,
			 "hold is for a NIC with one queue; with multi_queue it is shared");
	if (nic_is_set(nic, NIC_SINK) && nic->from[NIC_SINK]->section &&
	    nic->num[NIC_CARRIER] != CARRIER_HOLD)
		complain(conf, nic, NIC_SINK, true, "is for carrier = hold");
	if (nic->bridge && nic->ovs_bridge)
		complain(conf, nic, NIC_OVS_BRIDGE, true,
			 "the NIC joins the Linux bridge %s; it can be a port of one only",
			 nic->bridge);
	if (nic->ovs_bridge && nic->netns)
		complain(conf, nic, NIC_OVS_BRIDGE, true,
			 "Open vSwitch does not see into the network namespace %s", nic->netns);
	if ((nic->bridge || nic->ovs_bridge) && nic->naddresses)
		complain(conf, nic, nic->bridge ? NIC_BRIDGE : NIC_OVS_BRIDGE, false,
			 "a port's own address is of no use: what the host sends to it goes to the "
			 "NIC's reader and never to the bridge; give the address to the bridge");
	for (i = 0; i < nic->nroutes; i++)
		/* the kernel's own number for what has no metric */
		if (nic->routes[i].to.family == AF_INET6 && nic->routes[i].metric == IPV6_METRIC)
			nic->routes[i].metric = 0;
	if (nic->nroutes && !nic->num[NIC_UP])
		complain(conf, nic, NIC_ROUTES, true,
			 "the kernel takes none on a NIC that is "
			 "down, and the file says up = no");
}

/* Whoever stops the NICs can do without: those in it went with it. */
static void check_netns(struct conf *conf, struct nic *nic)
{
	char path[512];

	if (!nic->netns)
		return;
	snprintf(path, sizeof(path), "/run/netns/%s", nic->netns);
	if (access(path, F_OK) != 0)
		complain(conf, nic, NIC_NETNS, true,
			 "there is no network namespace \"%s\"; ip netns add makes one",
			 nic->netns);
}

static bool has_openstack(void)
{
	static int has = -1;

	if (has < 0)
		has = access("/etc/neutron", F_OK) == 0 || access("/etc/kolla", F_OK) == 0;
	return has;
}

/* Names that OpenStack takes for its own are a trap only where OpenStack is. */
static void check_name(struct conf *conf, const struct nic *nic)
{
	static const char *const patterns[] = { "*tap*", "brq*", "vxlan*" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++)
		if (fnmatch(patterns[i], nic->name, 0) == 0 && has_openstack())
			mistake_warn(&conf->mistakes,
				     nic->section ? nic->section->file : conf->path,
				     nic->section ? nic->section->line : 0, nic->name, NULL,
				     "OpenStack takes names like %s for its own, and kolla's "
				     "clean-up deletes them; eth1 would be safe",
				     patterns[i]);
}

/* One thing that two NICs must not have both, by its text. */
struct claim {
	char text[64];
	const char *netns; /* what is in different namespaces does not meet */
	const struct nic *nic;
	size_t order;
};

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	if (!order)
		order = strcmp(x->netns, y->netns);
	if (order)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void complain_of_claim(struct conf *conf, const struct claim *first,
			      const struct claim *again, enum nic_field field)
{
	const struct scan_line *there = first->nic->from[field] ? first->nic->from[field]
								: first->nic->section;

	complain(conf, again->nic, field, true, "%s is [%s]'s already (%s:%u)", again->text,
		 first->nic->name, there ? there->file : conf->path, there ? there->line : 0);
}

static void check_claims(struct conf *conf, struct claim *claims, size_t n, enum nic_field field)
{
	size_t i;

	/* of none there is not even a list */
	if (n)
		qsort(claims, n, sizeof(*claims), compare_claims);
	for (i = 1; i < n; i++)
		if (strcmp(claims[i - 1].text, claims[i].text) == 0 &&
		    strcmp(claims[i - 1].netns, claims[i].netns) == 0) {
			complain_of_claim(conf, &claims[i - 1], &claims[i], field);
			/* a third one is compared with the first as well */
			claims[i] = claims[i - 1];
		}
}

static void check_twice(struct conf *conf)
{
	size_t i, k, n = 0, cap = 0;
	struct claim *claims = NULL;

	for (i = 0; i < conf->n; i++) {
		for (k = 0; k < conf->nics[i].naddresses; k++) {
			claims = array_grow(claims, &cap, n, sizeof(*claims));
			ip_format(claims[n].text, &conf->nics[i].addresses[k].ip);
			claims[n].nic = &conf->nics[i];
			claims[n].netns = conf->nics[i].netns ? conf->nics[i].netns : "";
			claims[n].order = n;
			n++;
		}
	}
	check_claims(conf, claims, n, NIC_ADDRESS);
	for (n = i = 0; i < conf->n; i++) {
		if (conf->nics[i].num[NIC_MAC] != MAC_FIXED)
			continue;
		claims = array_grow(claims, &cap, n, sizeof(*claims));
		mac_format(claims[n].text, conf->nics[i].mac);
		claims[n].nic = &conf->nics[i];
		claims[n].netns = conf->nics[i].netns ? conf->nics[i].netns : "";
		claims[n].order = n;
		n++;
	}
	check_claims(conf, claims, n, NIC_MAC);
	free(claims);
}

/* By name, for conf_find(); the same name in two files; within one, the scan has found it. */
static int compare_names(const void *a, const void *b)
{
	const struct nic *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	if (order)
		return order;
	return *x < *y ? -1 : *x > *y;
}

static void check_names(struct conf *conf)
{
	const struct nic **sorted = xcalloc(conf->n, sizeof(*sorted));
	size_t i;

	for (i = 0; i < conf->n; i++)
		sorted[i] = &conf->nics[i];
	qsort(sorted, conf->n, sizeof(*sorted), compare_names);
	for (i = 1; i < conf->n; i++) {
		const struct scan_line *first = sorted[i - 1]->section;
		const struct scan_line *again = sorted[i]->section;

		if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0)
			continue;
		if (first->file == again->file && strcmp(first->section, again->section) == 0)
			continue;
		mistake_add(&conf->mistakes, again->file, again->line, sorted[i]->name, NULL,
			    "the NIC stands twice; the first is at %s:%u", first->file,
			    first->line);
	}
	conf->by_name = sorted;
}

void rules_check(struct conf *conf, bool to_stop)
{
	size_t i;

	for (i = 0; i < conf->n; i++) {
		struct nic *nic = &conf->nics[i];

		check_mode(conf, nic);
		complete_addresses(conf, nic);
		check_mtu(conf, nic);
		check_owner(conf, nic);
		check_together(conf, nic);
		if (!to_stop)
			check_netns(conf, nic);
		check_name(conf, nic);
	}
	check_names(conf);
	check_twice(conf);
}
