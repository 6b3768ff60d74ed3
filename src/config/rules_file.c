/* SPDX-License-Identifier: MIT */
/* Rules for all NICs of a file together. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/rule.h"
#include "config/scan.h"
#include "base/text.h"
#include "base/util.h"

/* Of what is in different namespaces nothing meets. */
static const char *netns_of(const struct nic *nic)
{
	return nic->netns ? nic->netns : "";
}

/* By name, for conf_find(). */
static int compare_names(const void *a, const void *b)
{
	const struct nic *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	if (order)
		return order;
	return *x < *y ? -1 : *x > *y;
}

static void complain_of_name(struct conf *conf, const struct nic *first, const struct nic *again)
{
	const struct scan_line *there = first->section;

	if (there->file == again->section->file)
		rule_error_of_name(conf, again, "is already defined on line %u", there->line);
	else
		rule_error_of_name(conf, again, "is already defined at %s:%u", there->file,
				   there->line);
}

void rule_names(struct conf *conf)
{
	const struct nic **sorted = xcalloc(conf->n, sizeof(*sorted));
	size_t i;

	for (i = 0; i < conf->n; i++)
		sorted[i] = &conf->nics[i];
	if (conf->n)
		qsort(sorted, conf->n, sizeof(*sorted), compare_names);
	for (i = 1; i < conf->n; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			complain_of_name(conf, sorted[i - 1], sorted[i]);
	conf->by_name = sorted;
}

/* One thing that two NICs must not have both; what does not say which it is is 0. */
struct thing {
	struct ip ip;
	uint8_t prefix, mac[6];
	uint32_t metric, vni, port;
};

struct claim {
	struct thing thing;
	const char *netns;
	const struct nic *nic;
	enum nic_field field; /* from which it comes */
	bool shared;          /* others may have it that share it as well */
	size_t order;
};

struct claims {
	struct claim *list;
	size_t n, cap;
};

/* A claim to be filled in. */
static struct claim *claim(struct claims *claims, const struct nic *nic, enum nic_field field)
{
	struct claim *one;

	claims->list = array_grow(claims->list, &claims->cap, claims->n, sizeof(*one));
	one = &claims->list[claims->n];
	one->netns = netns_of(nic);
	one->nic = nic;
	one->field = field;
	one->order = claims->n++;
	return one;
}

static int compare_things(const struct claim *x, const struct claim *y)
{
	/* claims are zeroed, what lies between their members included */
	int order = memcmp(&x->thing, &y->thing, sizeof(x->thing));

	return order ? order : strcmp(x->netns, y->netns);
}

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = compare_things(x, y);

	if (order)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

#define THING_TEXT 160

static void complain_of_claim(struct conf *conf, const struct claim *first,
			      const struct claim *again,
			      void (*format)(char text[THING_TEXT], const struct thing *thing))
{
	const struct scan_line *there = nic_line(first->nic, first->field);
	char text[THING_TEXT];

	if (!there)
		there = first->nic->section;
	format(text, &again->thing);
	rule_error(conf, again->nic, again->field, "%s already belongs to [%s] (%s:%u)", text,
		   first->nic->name, there ? there->file : conf->path, there ? there->line : 0);
}

/* Complains of each claim but the first one, and forgets them all. */
static void settle(struct conf *conf, struct claims *claims,
		   void (*format)(char text[THING_TEXT], const struct thing *thing))
{
	struct claim *list = claims->list;
	size_t i;

	/* of none there is not even a list */
	if (claims->n)
		qsort(list, claims->n, sizeof(*list), compare_claims);
	for (i = 1; i < claims->n; i++) {
		struct claim *first = &list[i - 1], *again = &list[i];

		if (compare_things(first, again) != 0)
			continue;
		if (!first->shared || !again->shared)
			complain_of_claim(conf, first, again, format);
		/*
		 * a third one is compared with the first as well, and with one that shares
		 * nothing
		 */
		if (!first->shared || again->shared)
			*again = *first;
	}
	free(list);
	*claims = (struct claims){ 0 };
}

/* Link-local IPv6 addresses are unique on a link only: RFC 4291, section 2.5.6. */
static void claim_addresses(struct claims *claims, const struct nic *nic)
{
	size_t i;

	for (i = 0; i < nic->naddresses; i++) {
		const struct ip *ip = &nic->addresses[i].ip;
		struct claim *one;

		if (ip->family == AF_INET6 && ip_is_link_local(ip))
			continue;
		one = claim(claims, nic, NIC_ADDRESS);
		one->thing.ip = *ip;
		one->shared = nic->num[NIC_OVERLAP] == OVERLAP_ALLOW;
	}
}

static void format_address(char text[THING_TEXT], const struct thing *thing)
{
	ip_format(text, &thing->ip);
}

static void claim_mac(struct claims *claims, const struct nic *nic)
{
	if (nic->num[NIC_MAC] == MAC_FIXED)
		memcpy(claim(claims, nic, NIC_MAC)->thing.mac, nic->mac, sizeof(nic->mac));
}

static void format_mac(char text[THING_TEXT], const struct thing *thing)
{
	mac_format(text, thing->mac);
}

/* The kernel has one route of a network and metric: fib_table_insert(), fib6_add_rt2node(). */
static void claim_routes(struct claims *claims, const struct nic *nic)
{
	struct claim *one;
	size_t i;

	for (i = 0; i < nic->naddresses && nic->num[NIC_UP]; i++) {
		const struct address *a = &nic->addresses[i];
		const struct ip *other = a->peer.family ? &a->peer : &a->ip;

		/* its own route, which the kernel makes; of IPv6 it has a metric of its own */
		if (a->ip.family != AF_INET || (a->prefix == 32 && !a->peer.family))
			continue;
		one = claim(claims, nic, NIC_ADDRESS);
		one->thing.ip = ip_mask(other, a->prefix, false);
		one->thing.prefix = a->prefix;
		one->shared = true;
	}
	for (i = 0; i < nic->nroutes; i++) {
		one = claim(claims, nic, NIC_ROUTES);
		one->thing.ip = nic->routes[i].to;
		one->thing.prefix = nic->routes[i].prefix;
		one->thing.metric = nic->routes[i].metric;
	}
}

static void format_route(char text[THING_TEXT], const struct thing *thing)
{
	char ip[IP_TEXT];

	snprintf(text, THING_TEXT, "the route to %s/%u", ip_format(ip, &thing->ip), thing->prefix);
	if (thing->metric)
		text_add(text, THING_TEXT, " metric %u", thing->metric);
}

/* vxlan_vni_in_use() in the kernel; the socket is in one namespace, wherever the NIC is. */
static void claim_segment(struct claims *claims, const struct nic *nic)
{
	struct claim *one;

	if (nic->num[NIC_MODE] != MODE_VXLAN || !nic_is_set(nic, NIC_VNI) || !nic->local.family)
		return;
	one = claim(claims, nic, NIC_VNI);
	one->thing.ip.family = nic->local.family;
	one->thing.vni = nic->num[NIC_VNI];
	one->thing.port = nic->num[NIC_PORT];
	one->netns = "";
}

static void format_segment(char text[THING_TEXT], const struct thing *thing)
{
	snprintf(text, THING_TEXT, "vni %u on port %u over %s", thing->vni, thing->port,
		 thing->ip.family == AF_INET6 ? "IPv6" : "IPv4");
}

void rule_claims(struct conf *conf)
{
	static const struct {
		void (*claim)(struct claims *claims, const struct nic *nic);
		void (*format)(char text[THING_TEXT], const struct thing *thing);
	} kinds[] = {
		{ claim_addresses, format_address },
		{ claim_mac, format_mac },
		{ claim_routes, format_route },
		{ claim_segment, format_segment },
	};
	struct claims claims = { 0 };
	size_t i, k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (i = 0; i < conf->n; i++)
			kinds[k].claim(&claims, &conf->nics[i]);
		settle(conf, &claims, kinds[k].format);
	}
}

static void check_bridge(struct conf *conf, const struct nic *nic)
{
	const struct nic *bridge = nic->bridge ? conf_find(conf, nic->bridge) : NULL;

	if (bridge == nic)
		rule_error(conf, nic, NIC_BRIDGE, "%s is the NIC itself", nic->bridge);
	else if (bridge && strcmp(netns_of(bridge), netns_of(nic)) != 0)
		return;
	else if (bridge && bridge->num[NIC_MODE] != MODE_BRIDGE)
		rule_error(conf, nic, NIC_BRIDGE,
			   "[%s] is a %s in this file; mode = bridge would make it a bridge",
			   bridge->name, kind_of(bridge)->name);
}

void rule_bridges(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->n; i++) {
		struct nic *nic = &conf->nics[i];

		check_bridge(conf, nic);
		if (nic->ovs_bridge && conf_find(conf, nic->ovs_bridge))
			rule_error(conf, nic, NIC_OVS_BRIDGE,
				   "[%s] is a NIC in this file, not an Open vSwitch bridge",
				   nic->ovs_bridge);
	}
}

static uint32_t mtu_of(const struct nic *nic)
{
	return nic_is_set(nic, NIC_MTU) ? nic->num[NIC_MTU] : kind_mtu(nic);
}

/* By bridge, the vxlan with the smallest MTU first. */
static int compare_ports(const void *a, const void *b)
{
	const struct nic *x = *(const struct nic *const *)a, *y = *(const struct nic *const *)b;
	bool vx = x->num[NIC_MODE] == MODE_VXLAN, vy = y->num[NIC_MODE] == MODE_VXLAN;
	int order = strcmp(x->bridge, y->bridge);

	if (!order)
		order = strcmp(netns_of(x), netns_of(y));
	if (order)
		return order;
	if (vx != vy)
		return vy - vx;
	return mtu_of(x) < mtu_of(y) ? -1 : mtu_of(x) > mtu_of(y);
}

static bool is_beside(const struct nic *a, const struct nic *b)
{
	return strcmp(a->bridge, b->bridge) == 0 && strcmp(netns_of(a), netns_of(b)) == 0;
}

/* The bridge takes the lowest MTU of its ports, and drops without a word what is larger. */
void rule_bridge_mtus(struct conf *conf)
{
	const struct nic **ports = xcalloc(conf->n, sizeof(*ports)), *first = NULL, *bridge;
	size_t n = 0, i;

	for (i = 0; i < conf->n; i++)
		if (conf->nics[i].bridge)
			ports[n++] = &conf->nics[i];
	if (n)
		qsort(ports, n, sizeof(*ports), compare_ports);
	for (i = 0; i < n; i++) {
		if (!first || !is_beside(first, ports[i])) {
			first = ports[i];
			bridge = conf_find(conf, first->bridge);
			if (bridge && first->num[NIC_MODE] == MODE_VXLAN &&
			    nic_is_set(bridge, NIC_MTU) && mtu_of(bridge) > mtu_of(first))
				rule_warn(conf, bridge, NIC_MTU,
					  "%u bytes is more than the %u of its port %s; larger "
					  "frames are lost",
					  mtu_of(bridge), mtu_of(first), first->name);
		}
		if (first->num[NIC_MODE] == MODE_VXLAN && mtu_of(ports[i]) > mtu_of(first))
			rule_warn(
				conf, ports[i], NIC_MTU,
				"%u bytes is more than the %u of %s in the same bridge, %s; larger "
				"frames are lost",
				mtu_of(ports[i]), mtu_of(first), first->name, first->bridge);
	}
	free(ports);
}
