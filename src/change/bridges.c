/* SPDX-License-Identifier: MIT */
/* Bridges that we made for NICs to join, and that no section describes. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "change/bridges.h"
#include "change/elsewhere.h"
#include "change/in_use.h"
#include "change/plan.h"
#include "change/records.h"
#include "change/steps.h"
#include "config/scan.h"
#include "kernel/links.h"

static bool is_name(const char *name, const struct record *bridge)
{
	return name && strcmp(name, bridge->name) == 0;
}

static bool is_in_namespace(const struct job *job, const struct record *bridge)
{
	return strcmp(job->net->id, bridge->id.netid) == 0;
}

/* Does the job make or keep a port of the bridge? */
static bool joins(const struct job *job, const struct record *bridge)
{
	return job->want && !job->failed && is_in_namespace(job, bridge) &&
	       is_name(job->want->bridge, bridge);
}

static bool any_joins(const struct job *jobs, size_t n, const struct record *bridge)
{
	size_t i;

	for (i = 0; i < n && !joins(&jobs[i], bridge); i++)
		;
	return i < n;
}

/* The bridges of this file, and those that NICs of this run were in. */
static bool is_concerned(const struct apply *how, const struct job *done, size_t n,
			 const struct record *bridge)
{
	size_t i;

	if (how->all_files || !bridge->file || !records_file(how->records) ||
	    strcmp(bridge->file, records_file(how->records)) == 0)
		return true;
	for (i = 0; i < n; i++)
		if (is_in_namespace(&done[i], bridge) && is_name(done[i].found.nic.bridge, bridge))
			return true;
	return false;
}

/* Does the plan delete the NIC, or take it out of its bridge? */
static bool leaves(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++) {
		const struct step *step = &job->plan.steps[i];

		if (step->kind == &step_delete || step->kind == &step_replace ||
		    (step->kind == &step_set && step->field == NIC_BRIDGE))
			return true;
	}
	return false;
}

/* Is it no port any more, or would it be none by now? */
static bool has_left(const struct job *done, size_t n, const struct netns *net, int ifindex)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (done[i].net == net && done[i].found.ifindex == ifindex && !done[i].failed &&
		    leaves(&done[i]))
			return true;
	return false;
}

/*
 * Looks through the ports that are left. Returns 1 where one of them is ours, 0 where none is,
 * with the name of somebody else's in port, or -errno.
 */
static int look_at_ports(const struct apply *how, const struct job *done, size_t n,
			 const struct job *job, char port[IFNAMSIZ])
{
	struct link_port *ports;
	size_t nports, i;
	int ret = links_read_ports(job->net, job->found.ifindex, &ports, &nports);

	if (ret < 0)
		return ret;
	for (i = 0; ret == 0 && i < nports; i++) {
		struct nic_id id = nic_id(job->net->id, ports[i].ifindex);

		if (has_left(done, n, job->net, ports[i].ifindex))
			continue;
		if (records_find_id(how->records, &id))
			ret = 1;
		strcpy(port, ports[i].name);
	}
	free(ports);
	return ret;
}

/* A kill came before its index was known: the MAC that we drew tells that it is ours. */
static void find_index(struct job *job)
{
	struct record *record = job->record;

	if (!record->id.ifindex && strcmp(job->found.kind, "bridge") == 0 &&
	    memcmp(job->found.nic.mac, record->mac, sizeof(record->mac)) == 0)
		record->id.ifindex = job->found.ifindex;
}

static int look_at_bridge(struct job *job)
{
	struct link *found = &job->found;
	int ret;

	found->wanted_index = job->record->id.ifindex;
	ret = link_read(job->net, found);
	if (ret < 0)
		return ret;
	find_index(job);
	if (!found->ifindex)
		return 0;
	/* also where none is known: it finds the sysfs that tells what is on top of the bridge */
	found->serial = netns_device_serial(job->net, found->nic.name, job->record->serial);
	strcpy(job->name, found->nic.name);
	return 0;
}

/* Returns 1 where the job is to be done, 0 where it is not, or -errno. */
static int plan_bridge(const struct apply *how, const struct job *done, size_t n, struct job *job)
{
	char in_use[IN_USE_TEXT], port[IFNAMSIZ] = "";
	const char *user = NULL;
	int ret = look_at_bridge(job);

	if (ret < 0)
		return ret;
	if (plan_is_ours(&job->found, job->record)) {
		ret = look_at_ports(how, done, n, job, port);
		if (ret != 0)
			return ret < 0 ? ret : 0;
		user = in_use_bridge_by(in_use, job, port);
	}
	job->force = how->force;
	plan_stop(job, user);
	/* start leaves what it need not touch */
	return how->stop || !job->plan.refused;
}

size_t bridges_select(const struct apply *how, const struct job *done, size_t n,
		      struct jobs *bridges)
{
	const struct jobs none = { 0 }, *others = how->others ? how->others : &none;
	size_t i, failed = 0;

	for (i = 0; i < records_count(how->records); i++) {
		struct record *record = records_at(how->records, i);
		char where[NAMESPACE_TEXT];
		struct netns *net;
		struct job *job;
		int ret;

		if (!record->implicit || record->pretended || !is_concerned(how, done, n, record) ||
		    any_joins(done, n, record) || any_joins(others->list, others->n, record))
			continue;
		net = elsewhere_origin(record, where);
		/* gone with it: unreachable_forget(); or not ours to look after */
		if (!net && (errno == ENOENT || errno == EXDEV))
			continue;
		if (!net) {
			log_nic_error(record->name, "reach its network namespace", strerror(errno));
			failed++;
			continue;
		}
		job = jobs_add(bridges, record->name, net);
		job->record = record;
		ret = plan_bridge(how, done, n, job);
		if (ret < 0) {
			log_nic_error(job->name, "see whether the bridge is in use",
				      netlink_cause(ret));
			failed++;
		}
		if (ret <= 0) {
			plan_free(&job->plan);
			link_clear(&job->found);
			bridges->n--;
		}
	}
	return failed;
}

/* As it is recorded, but up: what on_stop keeps is not its section's to lose. */
static const struct nic *want_kept(const struct record *record, const struct nic *found)
{
	struct nic *want = xcalloc(1, sizeof(*want));
	struct scan_line *section;

	*want = *found;
	snprintf(want->name, sizeof(want->name), "%s", record->name);
	want->set = record->set | NIC_BIT(NIC_MODE);
	want->netns = record->netns;
	want->bridge = record->bridge;
	want->ovs_bridge = record->ovs_bridge;
	want->num[NIC_UP] = 1;
	want->num[NIC_ON_STOP] = record->on_stop;
	want->num[NIC_OVERLAP] = OVERLAP_ALLOW;
	want->addresses = record->addresses;
	want->naddresses = record->naddresses;
	want->routes = record->routes;
	want->nroutes = record->nroutes;
	section = xcalloc(1, sizeof(*section));
	section->section = record->section ? record->section : want->name;
	want->section = section;
	return want;
}

const struct nic *bridges_want(const struct record *record)
{
	struct nic *want = xcalloc(1, sizeof(*want));

	*want = nic_defaults(record->name);
	want->num[NIC_MODE] = MODE_BRIDGE;
	want->set = NIC_BIT(NIC_MODE);
	want->netns = record->netns;
	return want;
}

bool bridges_only_named(const struct conf *conf, const struct record *record)
{
	return record->mode == MODE_BRIDGE && !conf_find(conf, record->name) &&
	       conf_names_bridge(conf, record->name, record->netns);
}

bool bridges_is_kept(const struct record *record)
{
	return !record->implicit && (record->on_stop == ON_STOP_KEEP ||
				     (record->on_stop == ON_STOP_DOWN && !record->adopted));
}

/* Is it nobody else's, neither that of a section nor that of another file? */
static bool is_ours_to_raise(const struct records *records, const struct conf *conf,
			     const struct record *record)
{
	return record->implicit || (bridges_is_kept(record) && bridges_only_named(conf, record) &&
				    records_file_has(records, record));
}

int bridges_add_down(const struct records *records, const struct conf *conf, struct jobs *jobs)
{
	size_t i, n = jobs->n;
	int ret = 0;

	for (i = 0; ret == 0 && i < records_count(records); i++) {
		struct record *record = records_at(records, i);
		char where[NAMESPACE_TEXT];
		struct netns *net = is_ours_to_raise(records, conf, record)
					    ? elsewhere_origin(record, where)
					    : NULL;
		struct job *job;

		if (!net || !any_joins(jobs->list, n, record))
			continue;
		job = jobs_add(jobs, record->name, net);
		job->record = record;
		ret = look_at_bridge(job);
		if (ret == 0 && plan_is_ours(&job->found, record) && !job->found.nic.num[NIC_UP]) {
			job->want = record->implicit ? bridges_want(record)
						     : want_kept(record, &job->found.nic);
			continue;
		}
		link_clear(&job->found);
		jobs->n--;
	}
	return ret;
}
