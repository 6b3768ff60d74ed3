/* SPDX-License-Identifier: MIT */
/* What is there: the kernel, the holder and Open vSwitch are asked about the NICs of a command. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change/plan.h"
#include "base/log.h"
#include "base/util.h"
#include "change/differ.h"
#include "change/elsewhere.h"
#include "change/filter.h"
#include "change/ovs.h"
#include "cli/look.h"
#include "holder/client.h"
#include "kernel/ethtool.h"
#include "kernel/fdb.h"
#include "kernel/ifreq.h"
#include "kernel/links.h"
#include "kernel/routes.h"

/* the kernel */

/* Is one of its addresses going to be removed, if only to be added again? */
static bool loses_address(const struct job *job)
{
	const struct nic *want = job->want, *found = &job->found.nic;
	const struct record *record = job->record;
	uint64_t set = (want ? want->set : 0) | (record ? record->set : 0);
	size_t i;

	for (i = 0; record && (want || record->adopted) && i < record->naddresses; i++)
		if (differ_same_host(found, &record->addresses[i]) &&
		    !(want && differ_same_host(want, &record->addresses[i])))
			return true;
	for (i = 0; want && i < want->naddresses; i++) {
		const struct address *is = differ_same_host(found, &want->addresses[i]);

		if (is && differ_address(&want->addresses[i], is, set))
			return true;
	}
	return false;
}

static bool any_switch(const struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if ((jobs->list[i].want && jobs->list[i].want->ovs_bridge) ||
		    (jobs->list[i].record && jobs->list[i].record->ovs_bridge))
			return true;
	return false;
}

static bool needs_routes(const struct job *job)
{
	return (job->want && job->want->nroutes) || (job->record && job->record->nroutes) ||
	       loses_address(job);
}

/* Asks for those of the jobs that pick says, one namespace after the other. */
static int read_links(struct jobs *jobs, bool (*pick)(const struct job *job))
{
	struct link **links = xcalloc(jobs->n, sizeof(*links));
	bool *seen = xcalloc(jobs->n, sizeof(*seen)), routes;
	bool named = any_switch(jobs);
	size_t i, k, n;
	int ret = 0;

	for (i = 0; ret == 0 && i < jobs->n; i++) {
		if (seen[i] || !pick(&jobs->list[i]))
			continue;
		for (n = 0, k = i; k < jobs->n; k++) {
			if (jobs->list[k].net != jobs->list[i].net || !pick(&jobs->list[k]))
				continue;
			links[n++] = &jobs->list[k].found;
			seen[k] = true;
		}
		ret = links_read(jobs->list[i].net, links, n);
		if (ret == 0 && ovs_look(jobs->list[i].net, links, n, named))
			ret = links_read_places(jobs->list[i].net, links, n);
		for (routes = false, k = i; !routes && k < jobs->n; k++)
			routes = jobs->list[k].net == jobs->list[i].net &&
				 needs_routes(&jobs->list[k]);
		if (ret == 0 && routes)
			ret = routes_read(jobs->list[i].net, links, n);
		if (ret == 0)
			ret = fdb_read(jobs->list[i].net, links, n);
	}
	free(links);
	free(seen);
	return ret;
}

static bool pick_all(const struct job *job)
{
	(void)job;
	return true;
}

/* A NIC of the record's index is not there, or it is another one: what has the name then? */
static bool is_not_recorded(const struct job *job)
{
	return job->record && !plan_is_ours(&job->found, job->record);
}

static void look_at_serial(struct job *job)
{
	struct link *found = &job->found;

	if (found->ifindex && job->record && job->record->serial)
		found->serial = netns_device_serial(job->net, found->nic.name, job->record->serial);
}

static void look_at_serials(struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		netns_ask_for_many(jobs->list[i].net, jobs->n >= NETNS_MANY);
	for (i = 0; i < jobs->n; i++)
		look_at_serial(&jobs->list[i]);
	for (i = 0; i < jobs->n; i++)
		netns_ask_for_many(jobs->list[i].net, false);
}

/* Whatever else has its index now is not the NIC; what has its name may be nobody's. */
static void forget_found(struct job *job)
{
	link_clear(&job->found);
	job->found.wanted_index = 0;
	snprintf(job->found.nic.name, sizeof(job->found.nic.name), "%s", job->name);
}

/* Those that are not where they were made may have been moved; users may not look for them. */
static void look_elsewhere(const struct selection *selection, struct jobs *jobs)
{
	char where[NAMESPACE_TEXT];
	int ret = geteuid() == 0 ? elsewhere_look(jobs, where) : 0;
	size_t i;

	for (i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->list[i];

		if (selection->options->force) {
			free(job->objection);
			job->objection = NULL;
		}
		if (job->elsewhere)
			job->objection = xasprintf("is in use by the %s, to which it was moved",
						   job->elsewhere);
		else if (ret < 0 && !job->objection && elsewhere_is_lost(job) &&
			 !selection->options->force) {
			job->objection = xasprintf("is not where it was made, and may have been "
						   "moved to the %s, which cannot be looked at: "
						   "%s; --force goes on regardless",
						   where, netlink_cause(ret));
			job->unknown = true;
		}
	}
}

static int look_at_links(const struct selection *selection, struct jobs *jobs)
{
	bool again = false;
	size_t i;
	int ret;

	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].record)
			jobs->list[i].found.wanted_index = jobs->list[i].record->id.ifindex;
	ret = read_links(jobs, pick_all);
	if (ret == 0)
		look_at_serials(jobs);
	for (i = 0; ret == 0 && i < jobs->n; i++) {
		struct job *job = &jobs->list[i];

		if (is_not_recorded(job)) {
			forget_found(job);
			again = true;
		} else if (job->found.ifindex) {
			strcpy(job->name, job->found.nic.name);
		}
	}
	if (!again || ret < 0)
		return ret;
	ret = read_links(jobs, is_not_recorded);
	/* what has the name now may have the index as well, and is another one all the same */
	if (ret < 0)
		return ret;
	look_at_serials(jobs);
	look_elsewhere(selection, jobs);
	return ret;
}

/* Open vSwitch answers root alone; others believe the record. */
static void believe_switch(struct job *job)
{
	if (!job->record || !job->record->ovs_bridge || job->found.nic.ovs_bridge || geteuid() == 0)
		return;
	job->found.nic.ovs_bridge = xstrdup(job->record->ovs_bridge);
	job->found.nic.set |= NIC_BIT(NIC_OVS_BRIDGE);
}

/* What only some NICs need to be asked for: each costs a call of its own, or a process. */
static void look_closer(struct job *job)
{
	const struct nic *want = job->want;
	const struct record *record = job->record;
	struct link *found = &job->found;
	uint64_t set = (want ? want->set : 0) | (record ? record->set : 0);

	believe_switch(job);
	/* the kernel does not tell: what we have set is believed */
	found->nic.num[NIC_VNET_HDR_SIZE] = record && record->set & NIC_BIT(NIC_VNET_HDR_SIZE);
	if (found->ifindex && (set & NIC_BIT(NIC_OFFLOAD)) &&
	    ethtool_get_offload(job->net->sock, job->name, &found->nic.num[NIC_OFFLOAD]) == 0)
		found->nic.set |= NIC_BIT(NIC_OFFLOAD);
}

/* Is there the bridge that the NIC is to join? One that we made may have been renamed. */
static void look_at_bridge(const struct selection *selection, struct job *job)
{
	const char *wanted = job->want     ? job->want->bridge
			     : job->record ? job->record->bridge
					   : NULL;
	struct record *record = wanted ? records_find(selection->state, job->net, wanted) : NULL;
	bool ours = record && record->mode == MODE_BRIDGE && record->id.ifindex;
	struct link *found = &job->found;
	char now[IFNAMSIZ];
	int index;

	if (!wanted || (found->nic.bridge && strcmp(wanted, found->nic.bridge) == 0))
		return;
	if (ours && found->master == record->id.ifindex) {
		free(found->nic.bridge);
		found->nic.bridge = xstrdup(wanted);
	}
	if (!job->want || (found->nic.bridge && strcmp(wanted, found->nic.bridge) == 0))
		return;
	job->bridge_missing = ifreq_get_index(job->net->sock, wanted, &index) == -ENODEV;
	if (job->bridge_missing && ours &&
	    ifreq_get_name(job->net->sock, record->id.ifindex, now) == 0)
		job->objection =
			xasprintf("its bridge %s is now called %s; rename it back, or change the "
				  "name in the file",
				  wanted, now);
}

/* the holder */

static struct nic_id id_of_entry(const struct hold_entry *entry)
{
	return nic_id(entry->netid, entry->ifindex);
}

static int compare_held(const void *a, const void *b)
{
	struct nic_id x = id_of_entry(a), y = id_of_entry(b);

	return nic_id_compare(&x, &y);
}

/* One question to the holder serves all NICs. */
static int ask_holder(struct selection *selection)
{
	pid_t pid = 0, now = 0;
	int ret;

	free(selection->held);
	selection->held = NULL;
	selection->nheld = 0;
	if (selection->holder_silent)
		return -ETIMEDOUT;
	if (holder_find(&pid) == 0 && !pid)
		return 0;
	ret = holder_list(&selection->held, &selection->nheld);
	if (ret < 0)
		selection->nheld = 0;
	/* who is not root may not ask; and it may have ended meanwhile */
	selection->holder_silent = ret < 0 && geteuid() == 0 &&
				   (holder_find(&now) < 0 || (now && (now == pid || !pid)));
	pid = now ? now : pid;
	if (selection->holder_silent && pid > 0)
		log_warning("the holder (process %d) does not answer: %s; if that persists, end it "
			    "with kill -9, and config_tap start restores the links",
			    pid, strerror(-ret));
	else if (selection->holder_silent)
		log_warning("the holder does not answer: %s", strerror(-ret));
	if (selection->nheld)
		qsort(selection->held, selection->nheld, sizeof(*selection->held), compare_held);
	/* the holder answers root alone */
	return geteuid() != 0 ? 0 : ret;
}

/* Is the NIC held? Who gets no answer of the holder guesses it from the record and the link. */
static void look_at_carrier(const struct selection *selection, struct job *job, bool guess)
{
	struct link *found = &job->found;
	struct hold_entry key = { .ifindex = found->ifindex }, *entry = NULL;

	/* of none there is not even a list */
	if (selection->nheld) {
		/* it knows a NIC by where it was made */
		snprintf(key.netid, sizeof(key.netid), "%s",
			 job->elsewhere ? job->record->id.netid : job->net->id);
		entry = bsearch(&key, selection->held, selection->nheld, sizeof(key), compare_held);
	}
	if (entry) {
		found->nic.num[NIC_CARRIER] = entry->shared ? CARRIER_SHARED : CARRIER_HOLD;
		found->nic.num[NIC_SINK] = entry->drop ? SINK_DROP : SINK_READ;
	} else if (guess && found->carrier && job->record) {
		found->nic.num[NIC_CARRIER] = job->record->carrier;
		found->nic.num[NIC_SINK] = job->record->sink;
	}
	if (link_is_tuntap(found))
		found->nic.set |= NIC_BIT(NIC_CARRIER);
}

static bool look_at_holder(struct selection *selection, struct jobs *jobs)
{
	int ret = ask_holder(selection);
	pid_t pid = 0;
	bool guess;
	size_t i;

	if (ret < 0 && selection->changes && !selection->options->force) {
		log_error("cannot ask the holder what it holds: %s; --force goes on regardless",
			  strerror(-ret));
		return false;
	}
	/* a change without its answer takes nothing for held */
	guess = selection->holder_silent ? !selection->changes
					 : geteuid() != 0 && (holder_find(&pid) < 0 || pid);
	for (i = 0; i < jobs->n; i++)
		look_at_carrier(selection, &jobs->list[i], guess);
	return true;
}

/* whose it is */

/* A record of a NIC that is gone says nothing of the one that has its name now. */
static void drop_stale_record(struct job *job)
{
	if (!is_not_recorded(job))
		return;
	job->record = NULL;
	job->found.nic.num[NIC_VNET_HDR_SIZE] = 0;
}

/*
 * What has the name is a NIC of ours that the file calls otherwise: it was renamed. It becomes
 * this one where the file wants that other one no more.
 */
static void claim_renamed(struct selection *selection, struct job *job)
{
	struct nic_id id = nic_id(job->net->id, job->found.ifindex);
	struct record *record =
		job->record || job->objection ? NULL : records_find_id(selection->state, &id);

	if (!record)
		return;
	job->record = record;
	look_at_serial(job);
	if (!plan_is_ours(&job->found, record)) {
		job->record = NULL;
		return;
	}
	if (!selection_concerns(selection, record)) {
		job->objection = xasprintf("is %s of %s under a new name; rename it back",
					   record->name, record->file);
	} else if (conf_find(&selection->conf, record->name)) {
		job->objection =
			xasprintf("is %s of this file under a new name; rename it back, or "
				  "take one of the two sections out",
				  record->name);
	} else {
		job->record = records_rename(selection->state, record, job->want->name);
		/*
		 * it is of another section from now on, and what the record says of that is no
		 * news
		 */
		job->record->section = NULL;
		return;
	}
	job->record = NULL;
}

/* A bridge with a section comes to be before its ports: it is not missing then. */
static bool is_made_before(const struct jobs *jobs, const struct job *port)
{
	size_t i;

	for (i = 0; i < jobs->n && jobs->list[i].want->num[NIC_MODE] == MODE_BRIDGE; i++)
		if (jobs->list[i].net == port->net &&
		    strcmp(jobs->list[i].want->name, port->want->bridge) == 0)
			return true;
	return false;
}

bool look_at_jobs(struct selection *selection, struct jobs *jobs)
{
	int ret = look_at_links(selection, jobs);
	size_t i;

	if (ret < 0) {
		log_error("cannot ask the kernel for its interfaces (rtnetlink): %s",
			  netlink_cause(ret));
		return false;
	}
	for (i = 0; i < jobs->n; i++) {
		look_closer(&jobs->list[i]);
		look_at_bridge(selection, &jobs->list[i]);
	}
	if (!look_at_holder(selection, jobs))
		return false;
	for (i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->list[i];

		if (!job->want)
			continue;
		drop_stale_record(job);
		job->bridge_missing = job->bridge_missing && !is_made_before(jobs, job);
		job->bridge_has_section = job->bridge_missing &&
					  conf_find(&selection->conf, job->want->bridge);
		if (job->bridge_missing)
			job->bridge_local = conf_bridge_local(&selection->conf, job->want->bridge,
							      job->want->netns);
		claim_renamed(selection, job);
	}
	if (geteuid() == 0 && !selection->options->dry_run && !selection->holder_silent)
		filters_take_out(selection->state, jobs, selection->changes);
	return true;
}

/* names */

static void set_now(struct jobs *jobs)
{
	size_t i;

	look_at_serials(jobs);
	for (i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->list[i];

		job->record->now[0] = '\0';
		if (plan_is_ours(&job->found, job->record))
			strcpy(job->record->now, job->found.nic.name);
	}
}

bool look_at_names(struct records *records)
{
	struct jobs jobs = { 0 };
	size_t i;
	int ret;

	for (i = 0; i < records_count(records); i++) {
		struct record *record = records_at(records, i);
		char where[NAMESPACE_TEXT];
		struct netns *net = elsewhere_origin(record, where);

		if (!net)
			continue;
		jobs_add(&jobs, record->name, net)->record = record;
		jobs.list[jobs.n - 1].found.wanted_index = record->id.ifindex;
	}
	ret = read_links(&jobs, pick_all);
	if (ret == 0)
		set_now(&jobs);
	else
		log_error("cannot ask the kernel for its interfaces (rtnetlink): %s",
			  netlink_cause(ret));
	jobs_free(&jobs);
	return ret == 0;
}
