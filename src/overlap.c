/* SPDX-License-Identifier: MIT */
/* An address whose network another interface has already. */
#include "config.h"

#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "ifreq.h"
#include "overlap.h"
#include "scan.h"
#include "util.h"

/* A network that some interface has: from its first address to its last. */
struct range {
	struct ip first, last;
	struct ip furthest; /* the greatest last of this and all ranges before it */
	struct ip host;
	uint8_t prefix;
	int ifindex;
};

/* Those of one namespace, sorted by their first address. */
struct ranges {
	const struct net *net;
	struct range *list;
	size_t n, cap;
	/* interfaces that do not count: the NICs of the file, ours, and the bridges they are in */
	int *ours;
	size_t nours, ours_cap;
};

static int compare_ips(const struct ip *a, const struct ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int compare_ranges(const void *a, const void *b)
{
	return compare_ips(&((const struct range *)a)->first, &((const struct range *)b)->first);
}

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* A single host is no network: it is in the way of the very same address only. */
static struct range range_of(const struct ip *ip, uint8_t prefix)
{
	return (struct range){ .first = ip_mask(ip, prefix, false),
			       .last = ip_mask(ip, prefix, true),
			       .host = *ip,
			       .prefix = prefix };
}

static int read_address(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	const struct nlattr *a, *ip = NULL;
	struct ranges *ranges = data;
	struct ip host = { .family = address->ifa_family };
	int ifindex = (int)address->ifa_index;

	if (message->nlmsg_type != RTM_NEWADDR || address->ifa_scope >= RT_SCOPE_LINK ||
	    bsearch(&ifindex, ranges->ours, ranges->nours, sizeof(ifindex), compare_ints))
		return MNL_CB_OK;
	mnl_attr_for_each(a, message, sizeof(*address))
		if (mnl_attr_get_type(a) == IFA_LOCAL ||
		    (mnl_attr_get_type(a) == IFA_ADDRESS && !ip))
			ip = a;
	if (!ip || mnl_attr_get_payload_len(ip) > sizeof(host.bytes))
		return MNL_CB_OK;
	memcpy(host.bytes, mnl_attr_get_payload(ip), mnl_attr_get_payload_len(ip));
	ranges->list = array_grow(ranges->list, &ranges->cap, ranges->n, sizeof(*ranges->list));
	ranges->list[ranges->n] = range_of(&host, address->ifa_prefixlen);
	ranges->list[ranges->n++].ifindex = ifindex;
	return MNL_CB_OK;
}

static void add_ours(struct ranges *ranges, int ifindex)
{
	if (!ifindex)
		return;
	ranges->ours =
		array_grow(ranges->ours, &ranges->ours_cap, ranges->nours, sizeof(*ranges->ours));
	ranges->ours[ranges->nours++] = ifindex;
}

static void add_record(struct record *record, void *data)
{
	struct ranges *ranges = data;

	if (strcmp(record->netid, ranges->net->id) == 0)
		add_ours(ranges, record->ifindex);
}

static void read_ranges(struct ranges *ranges, struct session *session, const struct jobs *jobs)
{
	size_t i, furthest = 0;

	for (i = 0; i < jobs->n; i++) {
		if (jobs->list[i].net != ranges->net)
			continue;
		add_ours(ranges, jobs->list[i].found.ifindex);
		add_ours(ranges, jobs->list[i].found.master);
	}
	state_each(session->state, add_record, ranges);
	qsort(ranges->ours, ranges->nours, sizeof(*ranges->ours), compare_ints);
	/* without an answer there is nothing to compare with; start will say what is wrong */
	rtnl_dump_addresses(ranges->net->rtnl, 0, read_address, ranges);
	qsort(ranges->list, ranges->n, sizeof(*ranges->list), compare_ranges);
	for (i = 0; i < ranges->n; i++) {
		if (compare_ips(&ranges->list[i].last, &ranges->list[furthest].last) > 0)
			furthest = i;
		ranges->list[i].furthest = ranges->list[furthest].last;
	}
}

static bool conflicts(const struct range *other, const struct range *wanted)
{
	unsigned bits = ip_bits(&wanted->host);

	if (other->host.family != wanted->host.family)
		return false;
	if (other->prefix == bits || wanted->prefix == bits)
		return ip_same(&other->host, &wanted->host);
	return compare_ips(&other->first, &wanted->last) <= 0 &&
	       compare_ips(&wanted->first, &other->last) <= 0;
}

/* A range that conflicts, or NULL. Networks are nested or apart, never half and half. */
static const struct range *find_conflict(const struct ranges *ranges, const struct range *wanted)
{
	size_t low = 0, high = ranges->n, i;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare_ips(&ranges->list[middle].first, &wanted->first) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* those that begin inside of it stand from here on */
	for (i = low; i < ranges->n && compare_ips(&ranges->list[i].first, &wanted->last) <= 0; i++)
		if (conflicts(&ranges->list[i], wanted))
			return &ranges->list[i];
	/* those around it stand before; beyond the furthest end there is none */
	for (i = low; i > 0 && compare_ips(&ranges->list[i - 1].furthest, &wanted->first) >= 0; i--)
		if (conflicts(&ranges->list[i - 1], wanted))
			return &ranges->list[i - 1];
	return NULL;
}

static void complain(struct session *session, const struct nic *want, const struct address *a,
		     const struct ranges *ranges, const struct range *other)
{
	const struct scan_line *line = want->from[NIC_ADDRESS];
	struct address theirs = { .ip = other->host, .prefix = other->prefix };
	char ours_text[ADDRESS_TEXT], theirs_text[ADDRESS_TEXT], name[IFNAMSIZ] = "?";

	ifreq_get_name(ranges->net->sock, other->ifindex, name);
	mistake_add(&session->conf.mistakes, line->file, line->line, want->name, line->key,
		    "%s: %s has %s, which is in the same network, and whoever is reached through "
		    "it would be cut off; choose another network, or say overlap = allow",
		    address_format(ours_text, a), name, address_format(theirs_text, &theirs));
}

/* Is the address on the NIC already, or on the bridge that took it over? */
static bool is_in_place(const struct job *job, const struct address *a)
{
	const struct nic *found = &job->found;
	size_t i;

	for (i = 0; i < found->naddresses; i++)
		if (ip_same(&found->addresses[i].ip, &a->ip))
			return true;
	for (i = 0; i < found->nmaster_addresses; i++)
		if (ip_same(&found->master_addresses[i].ip, &a->ip))
			return true;
	return false;
}

size_t overlap_check(struct session *session, const struct jobs *jobs)
{
	struct ranges ranges = { 0 };
	size_t i, k, n = 0;

	for (i = 0; i < jobs->n; i++) {
		const struct job *job = &jobs->list[i];

		if (job->want->num[NIC_OVERLAP] == OVERLAP_ALLOW)
			continue;
		for (k = 0; k < job->want->naddresses; k++) {
			const struct address *a = &job->want->addresses[k];
			struct range wanted = range_of(&a->ip, a->prefix);
			const struct range *other;

			if (is_in_place(job, a))
				continue;
			/* the list is read once it is needed; jobs of a namespace stand together */
			if (ranges.net != job->net) {
				free(ranges.list);
				free(ranges.ours);
				ranges = (struct ranges){ .net = job->net };
				read_ranges(&ranges, session, jobs);
			}
			other = find_conflict(&ranges, &wanted);
			if (other) {
				complain(session, job->want, a, &ranges, other);
				n++;
			}
		}
	}
	free(ranges.list);
	free(ranges.ours);
	return n;
}
