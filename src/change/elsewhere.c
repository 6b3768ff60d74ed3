/* SPDX-License-Identifier: MIT */
/* Recorded NICs that are not in the network namespace that they were made in. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/elsewhere.h"
#include "change/plan.h"
#include "kernel/links.h"
#include "nic/kind.h"

struct netns *elsewhere_origin(const struct record *record, char where[NAMESPACE_TEXT])
{
	struct netns *own = record->netns ? NULL : netns_get(NULL);

	if (own && strcmp(own->id, record->id.netid) != 0) {
		errno = EXDEV;
		return NULL;
	}
	return namespaces_find(record->netns, record->id.netid, where);
}

bool elsewhere_is_lost(const struct job *job)
{
	return job->record && !plan_is_ours(&job->found, job->record);
}

/* Index and kind are soon equal by chance: serial or MAC must fit as well, and none may not. */
static bool fits(const struct link *link, const struct record *record)
{
	static const unsigned char none[sizeof(record->mac)];
	bool has_mac = memcmp(record->mac, none, sizeof(none)) != 0;

	return plan_is_ours(link, record) &&
	       (!has_mac || memcmp(link->nic.mac, record->mac, sizeof(record->mac)) == 0) &&
	       (has_mac || (link->serial && record->serial));
}

/* The namespace is about to be left: from now on it is kept. */
static int take_over(struct job *job, struct netns *net, const char *where, struct link *link)
{
	struct netns *kept = netns_kept(net->id);

	if (!kept)
		kept = netns_keep(net, where);
	if (!kept)
		return -errno;
	link_clear(&job->found);
	job->found = *link;
	*link = (struct link){ 0 };
	job->net = kept;
	job->elsewhere = xstrdup(where);
	strcpy(job->name, job->found.nic.name);
	return 0;
}

static bool has_mac(const struct record *record, const unsigned char mac[6])
{
	return record && memcmp(record->mac, mac, sizeof(record->mac)) == 0;
}

/*
 * With another index, or another MAC address by now, there is nothing that it could be looked after
 * by; but it gets no twin.
 */
static void object(struct netns *net, const char *where, const struct link *link, struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->list[i];
		bool same_mac = has_mac(job->record, link->nic.mac);

		if (job->objection || !elsewhere_is_lost(job) || !job->record->serial ||
		    (!same_mac && link->ifindex != job->record->id.ifindex) ||
		    netns_device_serial(net, link->nic.name, job->record->serial) !=
			    job->record->serial)
			continue;
		job->objection = xasprintf("was moved to the %s, where it is %s and has another "
					   "%s; move it back, or remove it there",
					   where, link->nic.name,
					   same_mac ? "index" : "MAC address");
	}
}

/* The kernel gives what is moved another index where its own is taken. */
static int look_for_serials(struct netns *net, const char *where, struct jobs *jobs)
{
	struct link *links;
	size_t i, n;
	int ret;

	for (i = 0; i < jobs->n && !elsewhere_is_lost(&jobs->list[i]); i++)
		;
	if (i == jobs->n)
		return 0;
	ret = links_read_all(net, &links, &n);
	for (i = 0; ret == 0 && i < n; i++) {
		if (links[i].ifindex && kind_is_known(links[i].kind))
			object(net, where, &links[i], jobs);
		link_clear(&links[i]);
	}
	if (ret == 0)
		free(links);
	return ret;
}

static int look_in(struct netns *net, const char *where, void *data)
{
	struct jobs *jobs = data;
	struct link *links = xcalloc(jobs->n, sizeof(*links));
	struct link **asked = xcalloc(jobs->n, sizeof(*asked));
	size_t i, n = 0;
	int ret;

	for (i = 0; i < jobs->n; i++)
		if (elsewhere_is_lost(&jobs->list[i])) {
			links[i].wanted_index = jobs->list[i].record->id.ifindex;
			asked[n++] = &links[i];
		}
	ret = n ? links_read(net, asked, n) : 0;
	for (i = 0; i < jobs->n; i++) {
		struct link *link = &links[i];
		const struct record *record = jobs->list[i].record;

		if (ret == 0 && link->ifindex) {
			link->serial = netns_device_serial(net, link->nic.name, record->serial);
			if (fits(link, record))
				ret = take_over(&jobs->list[i], net, where, link);
		}
		link_clear(link);
	}
	free(links);
	free(asked);
	return ret < 0 ? ret : look_for_serials(net, where, jobs);
}

int elsewhere_look(struct jobs *jobs, char where[NAMESPACE_TEXT])
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (elsewhere_is_lost(&jobs->list[i]))
			return namespaces_visit(look_in, jobs, where);
	return 0;
}
