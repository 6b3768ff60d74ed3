/* SPDX-License-Identifier: MIT */
/* Does what is planned, in batches, each NIC a transaction. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/signals.h"
#include "base/util.h"
#include "change/apply.h"
#include "change/bridges.h"
#include "change/records.h"
#include "change/settle.h"
#include "change/steps.h"

/*
 * So many NICs at most are open before they are recorded and become persistent, together: one
 * write of the records, which are all of them each time, serves them all. A kill before that
 * leaves none of them.
 */
#define BATCH_MAX 512
/* Open beside them: standard streams, lock, records, sockets, name spaces. */
#define OTHER_FILES 32

static void tell_step(const struct apply *how, const struct job *job, const struct step *step)
{
	char text[STEP_TEXT];

	if (step->kind->silent || (!how->tell && !log_steps()))
		return;
	step_format(text, job, step);
	if (!how->pretend)
		log_step("%s: %s", job->name, text);
	if (how->tell)
		how->tell(job, step, text, how->data);
}

static bool is_over(const struct job *job)
{
	return job->failed || job->done == job->plan.n;
}

static const struct step *next_step(const struct job *job)
{
	return &job->plan.steps[job->done];
}

/* The job's next step has been run, or has failed. */
static void end_step(const struct apply *how, struct job *job, int ret)
{
	const struct step *step = next_step(job);

	if (ret < 0) {
		step_fail(job, step, -ret);
		return;
	}
	tell_step(how, job, step);
	job->done++;
}

/*
 * Is the job's next step to be run? A signal that asks for an end does not stop a NIC that has been
 * begun, and lets no other one begin.
 */
static bool may_run(struct job *job)
{
	if (is_over(job))
		return false;
	if (job->begun || !signals_caught()) {
		/* what has been recorded only can be taken back from the records alone */
		job->begun |= !next_step(job)->kind->silent;
		return true;
	}
	job->failed = job->skipped = true;
	return false;
}

/* Runs what the NIC can do on its own. */
static void run_alone(const struct apply *how, struct job *job)
{
	while (!is_over(job) && next_step(job)->kind->turn == TURN_ALONE && may_run(job))
		end_step(how, job, how->pretend ? 0 : step_run(job, next_step(job)));
}

/* The kind of step that is next, of all at which a NIC waits; NULL where none does. */
static const struct step_kind *next_turn(const struct job *jobs, size_t n)
{
	const struct step_kind *next = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (!is_over(&jobs[i]) && (!next || next_step(&jobs[i])->kind->turn < next->turn))
			next = next_step(&jobs[i])->kind;
	return next;
}

/* Runs that step for all that wait at it. */
static void run_turn(const struct apply *how, const struct step_kind *kind, struct job *jobs,
		     size_t n)
{
	struct job **waiting = xcalloc(n, sizeof(*waiting));
	int *results = xcalloc(n, sizeof(*results));
	size_t i, count = 0;

	for (i = 0; i < n; i++)
		if (!is_over(&jobs[i]) && next_step(&jobs[i])->kind == kind && may_run(&jobs[i]))
			waiting[count++] = &jobs[i];
	if (count && kind->run_many && !how->pretend)
		kind->run_many(waiting, count, results);
	for (i = 0; i < count; i++) {
		if (!kind->run_many && !how->pretend)
			results[i] = step_run(waiting[i], next_step(waiting[i]));
		end_step(how, waiting[i], results[i]);
	}
	free(waiting);
	free(results);
}

/* What stays open is closed, and what failed is recorded as it was, unless it is not so. */
static void close_batch(const struct apply *how, struct job *jobs, size_t n)
{
	bool changed = false;
	size_t i;

	for (i = 0; i < n; i++) {
		step_close(&jobs[i]);
		if (jobs[i].failed && jobs[i].want && !jobs[i].plan.refused)
			changed |= records_take_back(how->records, &jobs[i]);
	}
	if (changed)
		records_save_removals(how->records);
}

/*
 * The whole transaction. Its order is that of the plan: each NIC goes as far as it can on
 * its own, then all together do the step for which they wait for one another, and so on.
 */
static void run_batch(const struct apply *how, struct job *jobs, size_t n)
{
	const struct step_kind *kind;
	size_t i;

	for (;;) {
		for (i = 0; i < n; i++)
			run_alone(how, &jobs[i]);
		kind = next_turn(jobs, n);
		if (!kind)
			break;
		run_turn(how, kind, jobs, n);
	}
	if (!how->pretend)
		close_batch(how, jobs, n);
}

static bool is_opened(const struct job *job)
{
	return job_find_step(job, &step_create) || job_find_step(job, &step_attach);
}

/* How many of the jobs a batch has: each NIC that is opened is a file, beside the others. */
static size_t batch_size(const struct job *jobs, size_t n)
{
	size_t i, files = BATCH_MAX, opened = 0;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < BATCH_MAX + OTHER_FILES)
		files = limit.rlim_cur > OTHER_FILES ? limit.rlim_cur - OTHER_FILES : 1;
	for (i = 0; i < n; i++) {
		if (is_opened(&jobs[i]) && opened++ == files)
			break;
	}
	return i;
}

static void prepare(const struct apply *how, struct job *jobs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		jobs[i].fd = -1;
		jobs[i].state = how->records;
		jobs[i].ifindex = jobs[i].found.ifindex;
		jobs[i].done = 0;
		if (jobs[i].plan.refused)
			job_fail(&jobs[i], xstrdup(jobs[i].plan.refused));
	}
}

static size_t count_failed(const struct job *jobs, size_t n)
{
	size_t i, failed = 0, skipped = 0;

	for (i = 0; i < n; i++) {
		failed += jobs[i].failed;
		skipped += jobs[i].skipped;
	}
	if (skipped)
		log_error("interrupted: %zu NIC%s left as %s", skipped,
			  skipped == 1 ? " is" : "s are", skipped == 1 ? "it was" : "they were");
	return failed;
}

static size_t apply_jobs(const struct apply *how, struct job *jobs, size_t n)
{
	size_t i, batch;

	prepare(how, jobs, n);
	for (i = 0; i < n; i += batch) {
		batch = batch_size(jobs + i, n - i);
		run_batch(how, jobs + i, batch);
		if (i + batch < n)
			log_progress("NICs done:", i + batch, n, false);
	}
	log_progress_end();
	if (!how->pretend)
		settle_links(jobs, n);
	return count_failed(jobs, n);
}

size_t apply(const struct apply *how, struct jobs *jobs)
{
	size_t failed = apply_jobs(how, jobs->list, jobs->n);
	struct jobs bridges = { 0 };
	size_t i;

	failed += bridges_select(how, jobs->list, jobs->n, &bridges);
	failed += apply_jobs(how, bridges.list, bridges.n);
	/* a reload has several parts, each of which asks what is left to be stopped */
	for (i = 0; how->pretend && i < bridges.n; i++)
		bridges.list[i].record->pretended = true;
	if (how->pretend)
		jobs_append(jobs, &bridges);
	else
		jobs_free(&bridges);
	return failed;
}
