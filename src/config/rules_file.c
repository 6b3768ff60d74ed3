/* SPDX-License-Identifier: MIT */
/* Rules for all NICs of a file together. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/rule.h"
#include "config/scan.h"
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

/* One thing that two NICs must not have both, by its text. */
struct claim {
	char *text;
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

static void __attribute__((format(printf, 4, 5)))
claim(struct claims *claims, const struct nic *nic, enum nic_field field, const char *fmt, ...)
{
	struct claim *one;
	va_list ap;

	claims->list = array_grow(claims->list, &claims->cap, claims->n, sizeof(*one));
	one = &claims->list[claims->n];
	*one = (struct claim){ NULL, netns_of(nic), nic, field, false, claims->n };
	va_start(ap, fmt);
	one->text = xvasprintf(fmt, ap);
	va_end(ap);
	claims->n++;
}

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
			      const struct claim *again)
{
	const struct scan_line *there = nic_line(first->nic, first->field)
						? nic_line(first->nic, first->field)
						: first->nic->section;

	rule_error(conf, again->nic, again->field, "%s already belongs to [%s] (%s:%u)",
		   again->text, first->nic->name, there ? there->file : conf->path,
		   there ? there->line : 0);
}

/* Complains of each claim but the first one, and forgets them all. */
static void settle(struct conf *conf, struct claims *claims)
{
	struct claim *list = claims->list;
	size_t i;

	/* of none there is not even a list */
	if (claims->n)
		qsort(list, claims->n, sizeof(*list), compare_claims);
	for (i = 1; i < claims->n; i++) {
		struct claim *first = &list[i - 1], *again = &list[i];

		if (strcmp(first->text, again->text) != 0 ||
		    strcmp(first->netns, again->netns) != 0)
			continue;
		if (!first->shared || !again->shared)
			complain_of_claim(conf, first, again);
		/*
		 * a third one is compared with the first as well, and with one that shares
		 * nothing
		 */
		if (!first->shared || again->shared) {
			char *text = again->text;

			*again = *first;
			again->text = text;
		}
	}
	for (i = 0; i < claims->n; i++)
		free(list[i].text);
	free(list);
	*claims = (struct claims){ 0 };
}

/* Link-local IPv6 addresses are unique on a link only: RFC 4291, section 2.5.6. */
static void claim_addresses(struct claims *claims, const struct nic *nic)
{
	char text[IP_TEXT];
	size_t i;

	for (i = 0; i < nic->naddresses; i++) {
		const struct ip *ip = &nic->addresses[i].ip;

		if (ip->family == AF_INET6 && ip_is_link_local(ip))
			continue;
		claim(claims, nic, NIC_ADDRESS, "%s", ip_format(text, ip));
		claims->list[claims->n - 1].shared = nic->num[NIC_OVERLAP] == OVERLAP_ALLOW;
	}
}

static void claim_mac(struct claims *claims, const struct nic *nic)
{
	char text[MAC_TEXT];

	if (nic->num[NIC_MAC] == MAC_FIXED)
		claim(claims, nic, NIC_MAC, "%s", mac_format(text, nic->mac));
}

/* The kernel has one route of a network and metric: fib_table_insert(), fib6_add_rt2node(). */
static void claim_routes(struct claims *claims, const struct nic *nic)
{
	char text[IP_TEXT];
	size_t i;

	for (i = 0; i < nic->naddresses && nic->num[NIC_UP]; i++) {
		const struct address *a = &nic->addresses[i];
		const struct ip *other = a->peer.family ? &a->peer : &a->ip;
		struct ip network = ip_mask(other, a->prefix, false);

		/* its own route, which the kernel makes; of IPv6 it has a metric of its own */
		if (a->ip.family != AF_INET || (a->prefix == 32 && !a->peer.family))
			continue;
		claim(claims, nic, NIC_ADDRESS, "the route to %s/%u", ip_format(text, &network),
		      a->prefix);
		claims->list[claims->n - 1].shared = true;
	}
	for (i = 0; i < nic->nroutes; i++) {
		const struct route *route = &nic->routes[i];

		ip_format(text, &route->to);
		if (route->metric)
			claim(claims, nic, NIC_ROUTES, "the route to %s/%u metric %u", text,
			      route->prefix, route->metric);
		else
			claim(claims, nic, NIC_ROUTES, "the route to %s/%u", text, route->prefix);
	}
}

/* vxlan_vni_in_use() in the kernel; the socket is in one namespace, wherever the NIC is. */
static void claim_segment(struct claims *claims, const struct nic *nic)
{
	if (nic->num[NIC_MODE] != MODE_VXLAN || !nic_is_set(nic, NIC_VNI) || !nic->local.family)
		return;
	claim(claims, nic, NIC_VNI, "vni %u on port %u over %s", nic->num[NIC_VNI],
	      nic->num[NIC_PORT], nic->local.family == AF_INET6 ? "IPv6" : "IPv4");
	claims->list[claims->n - 1].netns = "";
}

void rule_claims(struct conf *conf)
{
	static void (*const kinds[])(struct claims * claims, const struct nic *nic) = {
		claim_addresses,
		claim_mac,
		claim_routes,
		claim_segment,
	};
	struct claims claims = { 0 };
	size_t i, k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (i = 0; i < conf->n; i++)
			kinds[k](&claims, &conf->nics[i]);
		settle(conf, &claims);
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
	return nic_is_set(nic, NIC_MTU) ? nic->num[NIC_MTU] : kind_of(nic)->mtu;
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
