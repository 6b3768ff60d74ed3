/* SPDX-License-Identifier: MIT */
/* The routing tables: what leads through a NIC, and where an address leads to. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/addresses.h"
#include "kernel/compat.h"
#include "kernel/routes.h"
#include "kernel/rtnl.h"
#include "kernel/sorted.h"
#include "base/util.h"

/* An address of one of the NICs: routes can have it as their source. */
struct source {
	struct ip ip;
	struct link *link;
};

struct reading {
	struct sorted by_index, by_place;
	struct source *sources;
	size_t nsources, sources_cap;
};

static int compare_sources(const void *a, const void *b)
{
	const struct source *x = a, *y = b;

	return memcmp(&x->ip, &y->ip, sizeof(x->ip));
}

static void collect_sources(struct reading *reading)
{
	size_t i, k;

	for (i = 0; i < reading->by_index.n; i++) {
		struct link *link = reading->by_index.list[i];

		for (k = 0; k < link->nic.naddresses; k++) {
			reading->sources = array_grow(reading->sources, &reading->sources_cap,
						      reading->nsources, sizeof(struct source));
			reading->sources[reading->nsources++] =
				(struct source){ link->nic.addresses[k].ip, link };
		}
	}
	if (reading->nsources)
		qsort(reading->sources, reading->nsources, sizeof(struct source), compare_sources);
}

static struct link *find_by_source(const struct reading *reading, const struct ip *ip)
{
	const struct source key = { .ip = *ip }, *hit = NULL;

	if (ip->family && reading->nsources)
		hit = bsearch(&key, reading->sources, reading->nsources, sizeof(key),
			      compare_sources);
	return hit ? hit->link : NULL;
}

/* A route that the kernel does not make by itself, for an address or what a router told it. */
static bool is_made(const struct rtmsg *head)
{
	return head->rtm_protocol != RTPROT_KERNEL && head->rtm_protocol != RTPROT_RA &&
	       !(head->rtm_flags & RTM_F_CLONED);
}

/* A gateway of the route's own family, or of the other one (RTA_VIA: family, and address). */
static void read_gateway(struct ip *via, uint8_t family, const struct netlink_attr *attr)
{
	struct netlink_attr other = attr[RTA_VIA];
	uint16_t other_family;

	ip_read(via, family, &attr[RTA_GATEWAY]);
	if (other.len < sizeof(other_family))
		return;
	memcpy(&other_family, other.data, sizeof(other_family));
	other.data = (const char *)other.data + sizeof(other_family);
	other.len -= sizeof(other_family);
	ip_read(via, (uint8_t)other_family, &other);
}

static struct route read_route(const struct netlink_answer *answer)
{
	const struct rtmsg *head = answer->head;
	struct route route = { .to.family = head->rtm_family, .prefix = head->rtm_dst_len };

	ip_read(&route.to, head->rtm_family, &answer->attr[RTA_DST]);
	read_gateway(&route.via, head->rtm_family, answer->attr);
	route.metric = netlink_u32(&answer->attr[RTA_PRIORITY]);
	if (route.to.family == AF_INET6 && route.metric == IPV6_METRIC)
		route.metric = 0;
	return route;
}

/* The route with all that it came with, once a NIC. */
static void keep_route(struct link *link, const struct netlink_answer *answer)
{
	const struct rtmsg *head = answer->head;
	const struct kept_route *last = link->nkept ? &link->kept[link->nkept - 1] : NULL;
	struct kept_route kept = { .route = read_route(answer),
				   .table = netlink_u32(&answer->attr[RTA_TABLE]),
				   .protocol = head->rtm_protocol,
				   .type = head->rtm_type,
				   .scope = head->rtm_scope,
				   .len = answer->all.len };

	if (last && last->len == kept.len &&
	    memcmp(last->attributes, answer->all.data, kept.len) == 0)
		return;
	if (!kept.table)
		kept.table = head->rtm_table;
	ip_read(&kept.source, head->rtm_family, &answer->attr[RTA_PREFSRC]);
	memcpy(kept.head, head, sizeof(kept.head));
	kept.attributes = xmalloc(kept.len ? kept.len : 1);
	if (kept.len)
		memcpy(kept.attributes, answer->all.data, kept.len);
	link->kept = array_grow(link->kept, &link->kept_cap, link->nkept, sizeof(kept));
	link->kept[link->nkept++] = kept;
}

static void keep_route_of(const struct reading *reading, int ifindex,
			  const struct netlink_answer *answer)
{
	const struct link key = { .ifindex = ifindex };
	struct link *link;
	size_t at = 0;

	while (ifindex && (link = sorted_next(&reading->by_index, &key, &at)))
		keep_route(link, answer);
}

/* Each way of a route with several: struct rtnexthop, attributes, and the next one. */
static void keep_route_of_each(const struct reading *reading, const struct netlink_attr *ways,
			       const struct netlink_answer *answer)
{
	struct rtnexthop way;
	size_t at;

	for (at = 0; ways->len - at >= sizeof(way); at += NLMSG_ALIGN(way.rtnh_len)) {
		memcpy(&way, (const char *)ways->data + at, sizeof(way));
		if (way.rtnh_len < sizeof(way) || way.rtnh_len > ways->len - at)
			break;
		keep_route_of(reading, way.rtnh_ifindex, answer);
		if (NLMSG_ALIGN(way.rtnh_len) > ways->len - at)
			break;
	}
}

/* As a part of the NIC, or of its place. */
static void add_route(const struct reading *reading, int ifindex, const struct route *route)
{
	const struct link key = { .ifindex = ifindex, .place = ifindex };
	struct link *link;
	size_t at = 0;

	while ((link = sorted_next(&reading->by_index, &key, &at))) {
		link->nic.routes = array_grow(link->nic.routes, &link->nic.routes_cap,
					      link->nic.nroutes, sizeof(*route));
		link->nic.routes[link->nic.nroutes++] = *route;
	}
	for (at = 0; (link = sorted_next(&reading->by_place, &key, &at));) {
		link->master_routes = array_grow(link->master_routes, &link->master_routes_cap,
						 link->nmaster_routes, sizeof(*route));
		link->master_routes[link->nmaster_routes++] = *route;
	}
}

static int take_route(const struct netlink_answer *answer, void *data)
{
	const struct rtmsg *head = answer->head;
	struct reading *reading = data;
	struct link *by_source;
	struct route route;
	struct ip source = { 0 };
	int ifindex;

	if (answer->error || answer->type != RTM_NEWROUTE || !is_made(head))
		return answer->error;
	ifindex = (int)netlink_u32(&answer->attr[RTA_OIF]);
	if (head->rtm_table == RT_TABLE_MAIN && head->rtm_type == RTN_UNICAST && ifindex) {
		route = read_route(answer);
		add_route(reading, ifindex, &route);
	}
	keep_route_of(reading, ifindex, answer);
	keep_route_of_each(reading, &answer->attr[RTA_MULTIPATH], answer);
	ip_read(&source, head->rtm_family, &answer->attr[RTA_PREFSRC]);
	by_source = find_by_source(reading, &source);
	if (by_source)
		keep_route(by_source, answer);
	return 0;
}

static void forget_routes(struct sorted *links)
{
	size_t i, k;

	for (i = 0; i < links->n; i++) {
		struct link *link = links->list[i];

		for (k = 0; k < link->nkept; k++)
			free(link->kept[k].attributes);
		link->nkept = link->nic.nroutes = link->nmaster_routes = 0;
	}
}

int routes_read(const struct netns *net, struct link **links, size_t n)
{
	struct reading reading = { 0 };
	unsigned tries = 0;
	int ret = 0;

	sorted_init(&reading.by_index, SORTED_BY_INDEX, n);
	sorted_init(&reading.by_place, SORTED_BY_PLACE, n);
	sorted_fill(&reading.by_index, links, n);
	sorted_fill(&reading.by_place, links, n);
	collect_sources(&reading);
	if (reading.by_index.n || reading.by_place.n)
		do {
			forget_routes(&reading.by_index);
			forget_routes(&reading.by_place);
			ret = rtnl_dump_routes(net->netlink, take_route, &reading);
		} while (netlink_again(ret, &tries));
	sorted_free(&reading.by_index);
	sorted_free(&reading.by_place);
	free(reading.sources);
	return ret;
}

/*
 * What fib_lookup() says where no route leads, or one that forbids, and what a machine without
 * IPv6 says to all of its addresses.
 */
static bool says_no_route(int error)
{
	return error == -ENETUNREACH || error == -EHOSTUNREACH || error == -EACCES ||
	       error == -EINVAL || error == -EOPNOTSUPP || error == -EAFNOSUPPORT;
}

static int take_lead(const struct netlink_answer *answer, void *data)
{
	const struct rtmsg *head = answer->head;
	const struct netlink_attr *source = &answer->attr[RTA_PREFSRC];
	struct lead *lead = (struct lead *)data + answer->question;

	if (answer->error)
		return says_no_route(answer->error) ? 0 : answer->error;
	/* only what the kernel makes of an address */
	if (answer->type != RTM_NEWROUTE || head->rtm_protocol != RTPROT_KERNEL)
		return 0;
	lead->theirs = (struct address){ .prefix = head->rtm_dst_len };
	ip_read(&lead->theirs.ip, head->rtm_family, source->data ? source : &answer->attr[RTA_DST]);
	if (lead->theirs.ip.family)
		lead->ifindex = (int)netlink_u32(&answer->attr[RTA_OIF]);
	return 0;
}

int routes_find(const struct netns *net, const struct ip *const *to, size_t n, struct lead *leads)
{
	unsigned tries = 0;
	int ret;

	do {
		memset(leads, 0, n * sizeof(*leads));
		ret = rtnl_get_routes(net->netlink, to, n, take_lead, leads);
	} while (netlink_again(ret, &tries));
	return ret;
}
