/* SPDX-License-Identifier: MIT */
/* An address whose network another interface has already. */
#include "config.h"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ifreq.h"
#include "change/overlap.h"
#include "config/scan.h"
#include "base/util.h"

/* An address that is not there yet, and the NIC that is to have it. */
struct wish {
	const struct job *job;
	const struct address *address;
};

/* The wishes of one namespace, and the interfaces that do not count: ours, and their bridges. */
struct wishes {
	struct session *session;
	const struct netns *net;
	struct wish *list;
	int *ours;
	size_t n, cap, nours, ours_cap, nmistakes;
};

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static void add_ours(struct wishes *wishes, int ifindex)
{
	if (!ifindex)
		return;
	wishes->ours =
		array_grow(wishes->ours, &wishes->ours_cap, wishes->nours, sizeof(*wishes->ours));
	wishes->ours[wishes->nours++] = ifindex;
}

static void add_record(struct wishes *wishes, const struct record *record)
{
	if (strcmp(record->id.netid, wishes->net->id) == 0)
		add_ours(wishes, record->id.ifindex);
}

/* Is the address on the NIC already, or on the bridge that took it over? */
static bool is_in_place(const struct link *found, const struct address *a)
{
	size_t i;

	for (i = 0; i < found->nic.naddresses; i++)
		if (ip_same(&found->nic.addresses[i].ip, &a->ip))
			return true;
	for (i = 0; i < found->nmaster_addresses; i++)
		if (ip_same(&found->master_addresses[i].ip, &a->ip))
			return true;
	return false;
}

static void add_wishes(struct wishes *wishes, const struct job *job)
{
	size_t i;

	add_ours(wishes, job->found.ifindex);
	add_ours(wishes, job->found.master);
	for (i = 0; i < job->want->naddresses; i++) {
		if (job->want->num[NIC_OVERLAP] == OVERLAP_ALLOW ||
		    is_in_place(&job->found, &job->want->addresses[i]))
			continue;
		wishes->list =
			array_grow(wishes->list, &wishes->cap, wishes->n, sizeof(*wishes->list));
		wishes->list[wishes->n++] = (struct wish){ job, &job->want->addresses[i] };
	}
}

/* What the routing table says of an address: through which interface, by which network. */
struct lead {
	int ifindex;
	struct address theirs;
};

static bool read_lead(struct lead *lead, const struct nlmsghdr *message)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *a, *source = NULL;
	struct ip *ip = &lead->theirs.ip;

	/* only what the kernel makes of an address: a gateway's network is not this machine's */
	if (message->nlmsg_type != RTM_NEWROUTE || route->rtm_protocol != RTPROT_KERNEL)
		return false;
	*lead = (struct lead){ .theirs.prefix = route->rtm_dst_len };
	mnl_attr_for_each(a, message, sizeof(*route)) {
		if (mnl_attr_get_type(a) == RTA_OIF)
			lead->ifindex = (int)mnl_attr_get_u32(a);
		else if (mnl_attr_get_type(a) == RTA_PREFSRC ||
			 (mnl_attr_get_type(a) == RTA_DST && !source))
			source = a;
	}
	if (!lead->ifindex || !source || mnl_attr_get_payload_len(source) > sizeof(ip->bytes))
		return false;
	ip->family = route->rtm_family;
	memcpy(ip->bytes, mnl_attr_get_payload(source), mnl_attr_get_payload_len(source));
	return true;
}

/*
 * A network that holds all of ours is in its way. A single host is no network: it is in the way
 * of the very same address only.
 */
static bool conflicts(const struct address *theirs, const struct address *ours)
{
	unsigned bits = ip_bits(&ours->ip);

	if (theirs->prefix == bits || ours->prefix == bits)
		return ip_same(&theirs->ip, &ours->ip);
	return theirs->prefix <= ours->prefix && address_overlaps(theirs, ours);
}

static void complain(struct wishes *wishes, const struct wish *wish, const struct lead *lead)
{
	const struct nic *want = wish->job->want;
	const struct scan_line *line = want->from[NIC_ADDRESS];
	char ours[ADDRESS_TEXT], theirs[ADDRESS_TEXT], name[IFNAMSIZ] = "?";

	ifreq_get_name(wishes->net->sock, lead->ifindex, name);
	mistake_add(&wishes->session->conf.mistakes, line->file, line->line, want->name, line->key,
		    "%s: %s has %s, which is in the same network, and whoever is reached through "
		    "it would be cut off; choose another network, or say overlap = allow",
		    address_format(ours, wish->address), name,
		    address_format(theirs, &lead->theirs));
	wishes->nmistakes++;
}

static void read_route(size_t i, const struct nlmsghdr *message, void *data)
{
	struct wishes *wishes = data;
	struct lead lead;

	if (read_lead(&lead, message) &&
	    !(wishes->nours &&
	      bsearch(&lead.ifindex, wishes->ours, wishes->nours, sizeof(int), compare_ints)) &&
	    conflicts(&lead.theirs, wishes->list[i].address))
		complain(wishes, &wishes->list[i], &lead);
}

static size_t check_net(struct session *session, const struct jobs *jobs, const struct netns *net)
{
	struct wishes wishes = { .session = session, .net = net };
	const struct ip **ips;
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].net == net)
			add_wishes(&wishes, &jobs->list[i]);
	if (wishes.n) {
		for (i = 0; i < records_count(session->state); i++)
			add_record(&wishes, records_at(session->state, i));
		if (wishes.nours)
			qsort(wishes.ours, wishes.nours, sizeof(*wishes.ours), compare_ints);
		ips = xcalloc(wishes.n, sizeof(*ips));
		for (i = 0; i < wishes.n; i++)
			ips[i] = &wishes.list[i].address->ip;
		/* without an answer there is nothing to compare with; start says what is wrong */
		netlink_get_routes(net->netlink, ips, wishes.n, read_route, &wishes);
		free(ips);
	}
	free(wishes.list);
	free(wishes.ours);
	return wishes.nmistakes;
}

size_t overlap_check(struct session *session, const struct jobs *jobs)
{
	size_t i, k, n = 0;

	for (i = 0; i < jobs->n; i++) {
		/* once a namespace: at its first job */
		for (k = 0; k < i && jobs->list[k].net != jobs->list[i].net; k++)
			;
		if (k == i)
			n += check_net(session, jobs, jobs->list[i].net);
	}
	return n;
}
