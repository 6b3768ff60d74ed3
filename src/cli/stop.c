/* SPDX-License-Identifier: MIT */
/* stop: removes what config_tap made, and nothing else. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "change/bridges.h"
#include "change/plan.h"
#include "holder/client.h"
#include "change/in_use.h"
#include "change/ports.h"
#include "change/records.h"
#include "change/unreachable.h"
#include "cli/stop.h"
#include "cli/outcome.h"

bool selection_left_over(const struct selection *selection, const struct job *job, void *data)
{
	const struct nic *want = conf_find(&selection->conf, job->record->name);
	const struct netns *net = want ? netns_get(want->netns) : NULL;

	(void)data;
	/* a bridge whose section is gone stays for those that name it: keep_bridges() */
	if (bridges_only_named(&selection->conf, job->record))
		return false;
	/* start could not make it again where it is wanted, if that cannot be reached */
	return !want || (net && strcmp(net->id, job->net->id) != 0);
}

/* Can the file's NIC not be made, since its namespace cannot be reached? It stays where it is. */
static bool is_out_of_reach(const struct selection *selection, const struct job *job)
{
	const struct nic *want = conf_find(&selection->conf, job->record->name);

	return want && !netns_get(want->netns);
}

/* Would stop do nothing to it but let its link go, or bring it down, for start to undo that? */
static bool stays(const struct selection *selection, const struct job *job)
{
	const struct record *record = job->record;

	return (bridges_is_kept(record) && bridges_only_named(&selection->conf, record)) ||
	       (!record->adopted && record->on_stop == ON_STOP_KEEP && !record->by_hand);
}

/* Is it one that start would refuse to make again? It stays as it is then. */
static bool is_objected_to(const struct job *job, const struct jobs *to_start)
{
	size_t i;

	for (i = 0; to_start && i < to_start->n; i++)
		if (to_start->list[i].objection && to_start->list[i].want &&
		    (to_start->list[i].record == job->record ||
		     strcmp(to_start->list[i].want->name, job->record->name) == 0))
			return true;
	return false;
}

/* What a stop is of. */
struct scope {
	enum stop_scope which;
	const struct jobs *to_start;
};

static bool is_in_scope(const struct selection *selection, const struct job *job, void *data)
{
	const struct scope *scope = data;

	if (is_objected_to(job, scope->to_start))
		return false;
	return scope->which == STOP_ALL || selection_left_over(selection, job, NULL) ||
	       (scope->which == STOP_RESTART && !stays(selection, job) &&
		!is_out_of_reach(selection, job));
}

int selection_runs(struct selection *selection)
{
	struct jobs jobs;
	int runs = 0;
	bool unknown;
	size_t i;

	if (!selection_recorded(selection, &jobs, NULL, NULL))
		return -1;
	unknown = selection_unknown(&jobs, true);
	for (i = 0; i < jobs.n; i++)
		runs |= plan_is_ours(&jobs.list[i].found, jobs.list[i].record) &&
			jobs.list[i].found.nic.num[NIC_UP] &&
			!(selection_left_over(selection, &jobs.list[i], NULL) &&
			  plan_has_stopped(&jobs.list[i]));
	jobs_free(&jobs);
	return runs || !unknown ? runs : -1;
}

/* What --force has cut off, and what has to be told of it. */
static void tell_cut(const struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++) {
		const struct job *job = &jobs->list[i];
		bool bridged = job->found.master || job->found.nic.ovs_bridge;

		if (job->cut && !job->failed)
			log_warning("%s: was in use by %s%s", job->name, job->cut,
				    bridged ? "; restart what had put it there" : "");
	}
}

/* Bridges after all others: who uses them is who stays in them. */
static void plan_stops(const struct selection *selection, const struct scope *scope,
		       struct jobs *jobs, const struct in_use *look, bool bridges)
{
	char buf[IN_USE_TEXT];
	const char *in_use;
	bool later;
	size_t i;

	for (i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->list[i];

		if ((job->record->mode == MODE_BRIDGE) != bridges)
			continue;
		job->force = selection->options->force;
		in_use = in_use_by(buf, look, job);
		later = false;
		if (!in_use && bridges && job->found.ifindex && !job->record->adopted)
			in_use = ports_use(buf, job, jobs, scope->to_start, &later);
		/* from here on it is a bridge without section, and goes with its last port */
		if (later && !job->force && record_is_deleted_at_stop(job->record) &&
		    selection_left_over(selection, job, NULL)) {
			job->record->implicit = true;
			continue;
		}
		plan_stop(job, in_use);
		/* what is kept is only let go: by hand it was held, and by hand it is let go */
		if (scope->which == STOP_LEFT_OVER && job->record->by_hand && plan_spares(job))
			job->plan.n = 0;
		if (in_use && job->force && job->plan.n && !plan_spares(job))
			job->cut = xstrdup(in_use);
	}
}

int stop_selected(struct selection *selection, enum stop_scope which, const struct jobs *to_start)
{
	const struct options *options = selection->options;
	struct scope scope = { which, to_start };
	struct in_use look;
	struct jobs jobs;
	size_t failed;

	if (!selection_recorded(selection, &jobs, is_in_scope, &scope))
		return EXIT_ERROR;
	in_use_look(&look, &jobs);
	plan_stops(selection, &scope, &jobs, &look, false);
	plan_stops(selection, &scope, &jobs, &look, true);
	in_use_end(&look);
	if (!options->dry_run && unreachable_forget(selection->state))
		records_save_removals(selection->state);
	failed = outcome_apply(selection, &jobs, true, to_start);
	if (!options->dry_run)
		tell_cut(&jobs);
	failed += jobs.unreachable;
	if (options->dry_run)
		selection->stopped = jobs;
	else
		jobs_free(&jobs);
	return failed ? EXIT_ERROR : EXIT_OK;
}
