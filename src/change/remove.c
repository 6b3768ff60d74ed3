/* SPDX-License-Identifier: MIT */
/* Removes NICs, many at the cost of one. */
#include "config.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/apply.h"
#include "change/bridges.h"
#include "holder/client.h"
#include "kernel/delete.h"
#include "change/ledger.h"
#include "base/log.h"
#include "change/steps.h"
#include "base/util.h"

/* So many take the kernel about a second to delete. */
#define SLOW_DELETION 2500

static bool is_released(const struct job *job, bool deleted)
{
	return !job->failed && job_has_step(job, STEP_RELEASE) &&
	       job_has_step(job, STEP_DELETE) == deleted;
}

/*
 * One message to the holder lets go all that are to be deleted, or all that stay. What is deleted
 * is let go afterwards: a descriptor whose device is gone costs nothing to close, and the link
 * of each need not go down before.
 */
static void release_all(struct job *jobs, size_t n, bool deleted)
{
	struct hold_entry *entries = xcalloc(n, sizeof(*entries));
	size_t i, count = 0;
	int ret;

	for (i = 0; i < n; i++)
		if (is_released(&jobs[i], deleted))
			entries[count++] = step_entry(&jobs[i], &jobs[i].plan.before.nic);
	ret = holder_release(entries, count);
	for (i = 0; ret < 0 && i < n; i++)
		if (is_released(&jobs[i], deleted))
			step_fail(&jobs[i], job_find_step(&jobs[i], STEP_RELEASE), -ret);
	free(entries);
}

/* A one-queue NIC that our holder has not open can be claimed. */
static struct doomed doom(const struct job *job)
{
	const struct link *found = &job->found;
	const uint32_t *num = found->nic.num;
	struct doomed link = { .ifindex = job->ifindex,
			       .name = found->nic.name,
			       .carrier = found->carrier,
			       .queues = num[NIC_CARRIER] != CARRIER_NONE,
			       .master = found->master,
			       .group = num[NIC_LINK_GROUP] };

	if (link_is_tuntap(found) && !num[NIC_MULTI_QUEUE] && !link.queues)
		link.claim = (num[NIC_MODE] == MODE_TUN ? IFF_TUN : IFF_TAP) |
			     (num[NIC_PACKET_INFO] ? 0 : IFF_NO_PI) |
			     (num[NIC_VNET_HDR] ? IFF_VNET_HDR : 0);
	return link;
}

/*
 * Deletes those that are to be deleted in one namespace, together. They pass through a device
 * group, and the records say so first: a start after a kill in the middle puts it back.
 */
static void delete_in(struct records *state, struct job *jobs, size_t n, struct netns *net,
		      bool force)
{
	struct doomed *links = xcalloc(n, sizeof(*links));
	size_t i, k, count = 0;

	for (i = 0; i < n; i++) {
		if (jobs[i].failed || jobs[i].net != net || !job_has_step(&jobs[i], STEP_DELETE))
			continue;
		links[count++] = doom(&jobs[i]);
		jobs[i].record->set |= NIC_BIT(NIC_LINK_GROUP);
	}
	/* a record that cannot be written is no reason to leave a NIC: the group alone is lost */
	if (count > 1)
		records_save(state);
	log_progress("NICs being removed:", count, n, count > SLOW_DELETION);
	delete_links(net, links, count, force);
	log_progress_end();
	for (i = k = 0; i < n && k < count; i++)
		if (!jobs[i].failed && jobs[i].net == net && job_has_step(&jobs[i], STEP_DELETE) &&
		    links[k++].error < 0) {
			jobs[i].failed_text = links[k - 1].why;
			step_fail(&jobs[i], job_find_step(&jobs[i], STEP_DELETE),
				  -links[k - 1].error);
		}
	free(links);
}

static void delete_all(struct records *state, struct job *jobs, size_t n, bool force)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		/* once a namespace: at its first job */
		for (k = 0; k < i && jobs[k].net != jobs[i].net; k++)
			;
		if (k == i)
			delete_in(state, jobs, n, jobs[i].net, force);
	}
}

/* The steps of stop that are not done for all NICs at once. */
static void run_alone(struct job *job)
{
	char text[STEP_TEXT];

	for (; !job->failed && job->done < job->plan.n; job->done++) {
		const struct step *step = &job->plan.steps[job->done];
		int ret = 0;

		if (step->op != STEP_RELEASE && step->op != STEP_DELETE)
			ret = step_run(job, step);
		if (ret < 0)
			step_fail(job, step, -ret);
		else
			log_step("%s: %s", job->name, step_format(text, step, &job->plan));
	}
}

/* What became of the record of a NIC that was stopped. */
static void settle_record(struct records *state, struct job *job)
{
	if (job->failed || !job->record)
		return;
	if (job_has_step(job, STEP_DELETE) || job_has_step(job, STEP_FORGET)) {
		ledger_forget(state, job);
		return;
	}
	/* it stays, but nobody holds it any more */
	job->record->carrier = CARRIER_NONE;
	job->record->by_hand = false;
}

/* Did its named namespace go, and the NIC with it? */
static bool is_unreachable(const struct record *record)
{
	const struct netns *net;

	if (!record->netns)
		return false;
	net = netns_get(record->netns);
	return net ? strcmp(net->id, record->id.netid) != 0 : netns_is_gone(errno);
}

/*
 * NICs that went with their named namespace. Where they are held, the holder's descriptor is all
 * that is left of both. Returns whether there were any.
 */
static bool forget_unreachable(struct records *state)
{
	bool any = false;
	size_t i = 0;

	while (i < records_count(state)) {
		struct record *record = records_at(state, i);
		struct hold_entry entry = { .ifindex = record->id.ifindex };

		if (record->implicit || !is_unreachable(record)) {
			i++;
			continue;
		}
		log_note("%s: its network namespace %s is gone, and the NIC with it unless a "
			 "process still runs in there",
			 record->name, record->netns);
		snprintf(entry.name, sizeof(entry.name), "%s", record->name);
		snprintf(entry.netid, sizeof(entry.netid), "%s", record->id.netid);
		holder_release(&entry, 1);
		records_remove(state, record);
		any = true;
	}
	return any;
}

size_t apply_stop(struct records *state, struct job *jobs, size_t n, bool force)
{
	bool forgot = forget_unreachable(state) || n, changed;
	size_t i, failed;

	jobs_prepare(state, jobs, n);
	release_all(jobs, n, false);
	for (i = 0; i < n; i++)
		run_alone(&jobs[i]);
	delete_all(state, jobs, n, force);
	release_all(jobs, n, true);
	for (i = 0; i < n; i++)
		settle_record(state, &jobs[i]);
	/* a kill may have left a bridge for which no NIC came */
	failed = bridges_remove_empty(state, &changed);
	if (changed || forgot)
		ledger_save_removals(state);
	return failed + jobs_count_failed(jobs, n);
}
