/* SPDX-License-Identifier: MIT */
/*
 * start, reload, restart and their kin: stop_selected and start_jobs in some order; hold and
 * release: a start of the link alone.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "holder/client.h"
#include "cli/stop.h"
#include "cli/outcome.h"
#include "cli/service.h"
#include "change/bridges.h"
#include "change/elsewhere.h"
#include "change/overlap.h"
#include "change/path_mtu.h"
#include "change/plan.h"
#include "change/pretend.h"
#include "cli/look.h"
#include "cli/look_back.h"
#include "nic/kind.h"

/* Plans and does it; frees the jobs. others: what else this command starts, or NULL. */
static int start_jobs(struct selection *selection, struct jobs *jobs, const struct jobs *others)
{
	const struct options *options = selection->options;
	size_t i, failed;

	pretend_stopped(&selection->stopped, jobs);
	for (i = 0; i < jobs->n; i++) {
		selection_plan_start(selection, &jobs->list[i]);
		if (jobs->list[i].plan.n && !options->dry_run)
			path_mtu_warn(&jobs->list[i]);
	}
	failed = outcome_apply(selection, jobs, false, others);
	if (!options->dry_run)
		failed += look_back(selection, jobs);
	failed += jobs->unreachable;
	service_count(failed, jobs->n + jobs->unreachable);
	jobs_free(jobs);
	return failed ? EXIT_ERROR : EXIT_OK;
}

/* The NICs of the file, and what only the machine can show of them to be wrong. */
static int look_before(struct selection *selection, struct jobs *jobs)
{
	if (!selection_wanted(selection, jobs, NULL, NULL))
		return EXIT_ERROR;
	overlap_check(selection->state, jobs);
	return EXIT_OK;
}

static int start(struct selection *selection)
{
	struct jobs jobs;
	int ret = look_before(selection, &jobs);

	return ret == EXIT_OK ? start_jobs(selection, &jobs, NULL) : ret;
}

/* What stays held is from now on held by the program that is installed now. */
static void renew_holder(const struct options *options)
{
	int ret = options->dry_run || options->nnics ? 0 : holder_renew();

	if (ret < 0)
		log_warning("cannot replace the holder by that of the installed program: %s",
			    strerror(-ret));
}

/* Both lists are of the same NICs, but for those that could not be reached the one time. */
static void object_as_before(struct jobs *jobs, struct jobs *before)
{
	size_t i, k = 0;

	for (i = 0; i < jobs->n; i++) {
		while (k < before->n && before->list[k].want < jobs->list[i].want)
			k++;
		if (k == before->n || before->list[k].want != jobs->list[i].want ||
		    jobs->list[i].objection)
			continue;
		jobs->list[i].objection = before->list[k].objection;
		before->list[k].objection = NULL;
	}
}

/* Is it there for its ports alone by now? */
static bool has_lost_section(const struct selection *selection, const struct job *job, void *data)
{
	(void)data;
	return !bridges_is_kept(job->record) && bridges_only_named(&selection->conf, job->record);
}

static int keep_bridges(struct selection *selection, const struct jobs *started)
{
	struct jobs jobs;
	size_t i;

	if (!selection_recorded(selection, &jobs, has_lost_section, NULL))
		return EXIT_ERROR;
	for (i = 0; i < jobs.n; i++)
		jobs.list[i].want = bridges_want(jobs.list[i].record);
	return start_jobs(selection, &jobs, started);
}

/* One after the other; the worse of the two ends counts. */
static int stop_then_start(struct selection *selection, enum stop_scope scope)
{
	struct jobs before, jobs;
	int stopped, ret = look_before(selection, &before);

	if (ret != EXIT_OK)
		return ret;
	stopped = stop_selected(selection, scope, &before);
	if (scope == STOP_RESTART)
		renew_holder(selection->options);
	ret = EXIT_ERROR;
	if (selection_wanted(selection, &jobs, NULL, NULL)) {
		object_as_before(&jobs, &before);
		ret = start_jobs(selection, &jobs, NULL);
	}
	if (scope == STOP_LEFT_OVER && ret == EXIT_OK)
		ret = keep_bridges(selection, &before);
	jobs_free(&before);
	return stopped != EXIT_OK ? stopped : ret;
}

static int stop_all(struct selection *selection)
{
	return stop_selected(selection, STOP_ALL, NULL);
}

static int restart(struct selection *selection)
{
	return stop_then_start(selection, STOP_RESTART);
}

static int try_restart(struct selection *selection)
{
	int runs = selection_runs(selection);

	return runs < 0 ? EXIT_ERROR : runs ? restart(selection) : EXIT_OK;
}

static int reload(struct selection *selection)
{
	return stop_then_start(selection, STOP_LEFT_OVER);
}

/* Is it in the records alone? */
static bool has_no_section(const struct selection *selection, const struct job *job, void *data)
{
	return selection_left_over(selection, job, data) ||
	       !conf_find(&selection->conf, job->record->name);
}

/* What its section was the last to ask of the link; nothing else of it counts for hold, release. */
static const struct nic *want_link(const struct job *job)
{
	const struct record *record = job->record;
	struct nic *want = xcalloc(1, sizeof(*want));
	uint32_t holds = job->found.nic.num[NIC_MULTI_QUEUE] ? CARRIER_SHARED : CARRIER_HOLD;

	*want = nic_defaults(record->name);
	want->num[NIC_MODE] = record->mode;
	want->num[NIC_SINK] = record->sink;
	want->num[NIC_CARRIER] = !record->by_hand  ? record->carrier
				 : record->carrier ? CARRIER_NONE
						   : holds;
	want->netns = record->netns;
	want->bridge = record->bridge;
	return want;
}

static void object_to_lost(const struct selection *selection, struct job *job)
{
	bool there = job->found.ifindex;

	if (job->objection || plan_is_ours(&job->found, job->record))
		return;
	job->objection = xasprintf("is %s, and %s has no section for it; add one, and config_tap "
				   "start %s",
				   there ? "not ours" : "not there", selection->conf.path,
				   there ? "takes it over" : "creates it");
}

/* Their bridges were not named. */
static bool has_section(struct job *job, void *data)
{
	const struct selection *selection = data;

	return conf_find(&selection->conf, job->want->name) == job->want;
}

/* Bridges that no section describes, to be refused as others are. */
static void add_bridges(const struct selection *selection, struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < records_count(selection->state); i++) {
		struct record *record = records_at(selection->state, i);
		char where[NAMESPACE_TEXT];
		struct netns *net = record->implicit && selection_means_record(selection, record)
					    ? elsewhere_origin(record, where)
					    : NULL;

		if (!net)
			continue;
		jobs_add(jobs, record->name, net)->want = bridges_want(record);
	}
}

/* What is gone with its network namespace, or is looked after in another one, is in no list. */
static void tell_gone(const struct selection *selection, struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < records_count(selection->state); i++) {
		const struct record *record = records_at(selection->state, i);
		char where[NAMESPACE_TEXT];

		if (record->implicit || !selection_means_record(selection, record) ||
		    conf_find(&selection->conf, record->name) || elsewhere_origin(record, where) ||
		    (errno != ENOENT && errno != EXDEV))
			continue;
		log_error("%s: %s", record->name,
			  errno == ENOENT
				  ? "is gone with its network namespace"
				  : "belongs to the config_tap of another network namespace");
		jobs->unreachable++;
	}
}

/* The NICs of the file, and of the records alone. */
static bool select_links(struct selection *selection, struct jobs *jobs)
{
	struct jobs recorded;
	size_t i;

	if (!selection_wanted(selection, jobs, NULL, NULL) ||
	    !selection_recorded(selection, &recorded, has_no_section, NULL))
		return false;
	jobs_narrow(jobs, has_section, selection);
	add_bridges(selection, jobs);
	tell_gone(selection, jobs);
	for (i = 0; i < recorded.n; i++) {
		recorded.list[i].want = want_link(&recorded.list[i]);
		object_to_lost(selection, &recorded.list[i]);
	}
	jobs->unreachable += recorded.unreachable;
	jobs_append(jobs, &recorded);
	return true;
}

/* hold and release: the link, and nothing else of what start looks after. */
static int change_link(struct selection *selection, enum job_part part)
{
	size_t i, failed;
	struct jobs jobs;

	if (!select_links(selection, &jobs))
		return EXIT_ERROR;
	for (i = 0; i < jobs.n; i++) {
		jobs.list[i].part = part;
		plan_start(&jobs.list[i]);
	}
	failed = outcome_apply(selection, &jobs, false, NULL);
	failed += jobs.unreachable;
	jobs_free(&jobs);
	return failed ? EXIT_ERROR : EXIT_OK;
}

static int hold(struct selection *selection)
{
	return change_link(selection, JOB_HOLD);
}

static int release(struct selection *selection)
{
	return change_link(selection, JOB_RELEASE);
}

/* What every command that changes something has around its work. */
static int perform(const struct options *options, int (*work)(struct selection *))
{
	struct selection selection;
	int ret = selection_open(&selection, options,
				 work == stop_all ? PURPOSE_STOP : PURPOSE_CHANGE);

	if (ret != EXIT_OK)
		return ret;
	ret = work(&selection);
	if (!options->dry_run)
		holder_finish();
	outcome_print(&selection, ret);
	return ret;
}

static int start_once(const struct options *options)
{
	return perform(options, start);
}

int command_start(const struct options *options)
{
	return options->stay && !options->dry_run ? service_stay(options, start_once)
						  : start_once(options);
}

int command_stop(const struct options *options)
{
	return perform(options, stop_all);
}

int command_hold(const struct options *options)
{
	return perform(options, hold);
}

int command_release(const struct options *options)
{
	return perform(options, release);
}

int command_restart(const struct options *options)
{
	return perform(options, restart);
}

int command_try_restart(const struct options *options)
{
	return perform(options, try_restart);
}

/* Where nothing runs, nothing can have left the file: reload is start, and so is force-reload. */
int command_reload(const struct options *options)
{
	return perform(options, reload);
}
