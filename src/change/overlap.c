/* SPDX-License-Identifier: MIT */
/* An address whose network another interface has already. */
#include "config.h"

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
	add_ours(wishes, job->found.place);
	for (i = 0; i < job->want->naddresses; i++) {
		if (job->want->num[NIC_OVERLAP] == OVERLAP_ALLOW ||
		    is_in_place(&job->found, &job->want->addresses[i]))
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

	for (i = 0; i < wishes->n; i++) {
		const struct nic *want = wishes->list[i].job->want;
		const struct scan_line *line = want->from[NIC_ADDRESS];
		char ours[ADDRESS_TEXT];

		mistake_add(&wishes->session->conf.mistakes, line->file, line->line, want->name,
			    line->key,
			    "%s: cannot tell whether its network is in use already: %s; try "
			    "again, or say overlap = allow",
			    address_format(ours, wishes->list[i].address), netlink_cause(err));
		wishes->nmistakes++;
	}
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

static size_t check_net(struct session *session, const struct jobs *jobs, const struct netns *net)
{
	struct wishes wishes = { .session = session, .net = net };
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].net == net)
			add_wishes(&wishes, &jobs->list[i]);
	if (wishes.n) {
		for (i = 0; i < records_count(session->state); i++)
			add_record(&wishes, records_at(session->state, i));
		if (wishes.nours)
			qsort(wishes.ours, wishes.nours, sizeof(*wishes.ours), compare_ints);
		ask_leads(&wishes);
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
