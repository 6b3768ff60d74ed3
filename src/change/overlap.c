/* SPDX-License-Identifier: MIT */
/* An address whose network another interface has already. */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ifreq.h"
#include "kernel/netlink.h"
#include "kernel/routes.h"
#include "change/overlap.h"
#include "config/scan.h"
#include "base/util.h"

/* An address that is not there yet, and the NIC that is to have it. */
struct wish {
	struct job *job;
	const struct address *address;
};

/* The wishes of a namespace, and what does not count there: NICs of the file, and their bridges. */
struct wishes {
	const struct netns *net;
	struct wish *list;
	int *ours;
	size_t n, cap, nours, ours_cap;
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

/* Two addresses of one file are looked at with the file, and may be meant to overlap. */
static void add_records(struct wishes *wishes, const struct records *records)
{
	size_t i;

	for (i = 0; i < records_count(records); i++) {
		const struct record *record = records_at(records, i);

		if (records_file_has(records, record) &&
		    strcmp(record->id.netid, wishes->net->id) == 0)
			add_ours(wishes, record->id.ifindex);
	}
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

/* Does the address add a network that could be in the way of another? */
static bool is_of_concern(const struct job *job, const struct address *a)
{
	return job->want->num[NIC_OVERLAP] != OVERLAP_ALLOW &&
	       !(a->ip.family == AF_INET6 && ip_is_link_local(&a->ip)) &&
	       !is_in_place(&job->found, a);
}

static void add_wishes(struct wishes *wishes, struct job *job)
{
	size_t i;

	add_ours(wishes, job->found.ifindex);
	add_ours(wishes, job->found.place);
	for (i = 0; !job->objection && i < job->want->naddresses; i++) {
		if (!is_of_concern(job, &job->want->addresses[i]))
			continue;
		wishes->list =
			array_grow(wishes->list, &wishes->cap, wishes->n, sizeof(*wishes->list));
		wishes->list[wishes->n++] = (struct wish){ job, &job->want->addresses[i] };
	}
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

/* Of the addresses of a NIC the first that cannot be is enough. */
static void __attribute__((format(printf, 2, 3)))
object(const struct wish *wish, const char *fmt, ...)
{
	const struct scan_line *line = nic_line(wish->job->want, NIC_ADDRESS);
	char address[ADDRESS_TEXT];
	char *why;
	va_list ap;

	if (wish->job->objection)
		return;
	va_start(ap, fmt);
	why = xvasprintf(fmt, ap);
	va_end(ap);
	wish->job->objection = xasprintf("%s:%u: address %s: %s, or set overlap = allow",
					 line->file, line->line,
					 address_format(address, wish->address), why);
	free(why);
}

static void complain(const struct wishes *wishes, const struct wish *wish, const struct lead *lead)
{
	char theirs[ADDRESS_TEXT], name[IFNAMSIZ] = "?";

	ifreq_get_name(wishes->net->sock, lead->ifindex, name);
	object(wish,
	       "%s has %s, which is in the same network, and hosts reached through it would be cut "
	       "off; choose another network",
	       name, address_format(theirs, &lead->theirs));
}

/* Each wish, and where its address leads to by now. */
static void compare_leads(struct wishes *wishes, const struct lead *leads)
{
	size_t i;

	for (i = 0; i < wishes->n; i++)
		if (leads[i].ifindex &&
		    !(wishes->nours && bsearch(&leads[i].ifindex, wishes->ours, wishes->nours,
					       sizeof(int), compare_ints)) &&
		    conflicts(&leads[i].theirs, wishes->list[i].address))
			complain(wishes, &wishes->list[i], &leads[i]);
}

/* Without an answer nothing can be said of any of them. */
static void complain_of_all(struct wishes *wishes, int err)
{
	size_t i;

	for (i = 0; i < wishes->n; i++)
		object(&wishes->list[i],
		       "cannot tell whether its network is in use already: %s; try again",
		       netlink_cause(err));
}

static void ask_leads(struct wishes *wishes)
{
	const struct ip **ips = xcalloc(wishes->n, sizeof(*ips));
	struct lead *leads = xcalloc(wishes->n, sizeof(*leads));
	size_t i;
	int ret;

	for (i = 0; i < wishes->n; i++)
		ips[i] = &wishes->list[i].address->ip;
	ret = routes_find(wishes->net, ips, wishes->n, leads);
	if (ret < 0)
		complain_of_all(wishes, ret);
	else
		compare_leads(wishes, leads);
	free(ips);
	free(leads);
}

static void check_net(const struct records *records, struct jobs *jobs, const struct netns *net)
{
	struct wishes wishes = { .net = net };
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].net == net)
			add_wishes(&wishes, &jobs->list[i]);
	if (wishes.n) {
		add_records(&wishes, records);
		if (wishes.nours)
			qsort(wishes.ours, wishes.nours, sizeof(*wishes.ours), compare_ints);
		ask_leads(&wishes);
	}
	free(wishes.list);
	free(wishes.ours);
}

void overlap_check(const struct records *records, struct jobs *jobs)
{
	size_t i, k;

	for (i = 0; i < jobs->n; i++) {
		/* once a namespace: at its first job */
		for (k = 0; k < i && jobs->list[k].net != jobs->list[i].net; k++)
			;
		if (k == i)
			check_net(records, jobs, jobs->list[i].net);
	}
}
