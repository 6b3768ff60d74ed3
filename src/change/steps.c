/* SPDX-License-Identifier: MIT */
/* What all steps have in common: their words, their failure, and how they are taken back. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "change/steps.h"

/* What holds for every step that has nothing better to say. */
static const struct cause common_causes[] = {
	{ EPERM,
	  "not permitted: CAP_NET_ADMIN is missing here (a container, or a user namespace?)" },
	{ ENODEV, "it was removed meanwhile" },
	{ EMFILE, "too many open files (ulimit -n)" },
	{ 0, NULL },
};

char *step_format(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	if (step->kind->text)
		step->kind->text(buf, job, step);
	else
		snprintf(buf, STEP_TEXT, "%s", step->kind->words);
	return buf;
}

const char *cause_find(const struct cause *causes, int err)
{
	for (; causes && causes->err; causes++)
		if (causes->err == err)
			return causes->text;
	return NULL;
}

/* Why the step failed. Returns buf. */
static char *step_cause(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			int err)
{
	const char *text;

	if (job->failed_text && job->failed_text[0]) {
		snprintf(buf, CAUSE_TEXT, "%s", job->failed_text);
		return buf;
	}
	if (step->kind->cause && step->kind->cause(buf, job, step, err))
		return buf;
	text = cause_find(step->kind->causes, err);
	if (!text)
		text = cause_find(common_causes, err);
	snprintf(buf, CAUSE_TEXT, "%s", text ? text : strerror(err));
	return buf;
}

const struct step *job_find_step(const struct job *job, const struct step_kind *kind)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].kind == kind)
			return &job->plan.steps[i];
	return NULL;
}

const struct step *job_find_creation(const struct job *job)
{
	const struct step *create = job_find_step(job, &step_create);

	return create ? create : job_find_step(job, &step_make);
}

bool job_is_new(const struct job *job)
{
	return job_find_creation(job) != NULL;
}

void step_close(struct job *job)
{
	if (job->fd >= 0)
		close(job->fd);
	job->fd = -1;
}

int step_run(struct job *job, const struct step *step)
{
	return step->kind->run(job, step, job->plan.target);
}

void job_fail(struct job *job, char *why)
{
	job->failed = true;
	log_error("%s: %s", job->name, why);
	/* what failed first is what counts */
	if (job->why)
		free(why);
	else
		job->why = why;
}

/* What cannot be undone is reported, and stays recorded: the next stop tries again. */
static void tell_failed_undo(struct job *job, const struct step *step, int err)
{
	char operation[STEP_TEXT], cause[CAUSE_TEXT];

	job->undo_failed = true;
	job_fail(job,
		 xasprintf("cannot undo \"%s\": %s; it stays recorded as ours",
			   step_format(operation, job, step), step_cause(cause, job, step, err)));
}

/* A new device takes along what has been set on it, as long as it is not to outlive us. */
static bool goes_with_device(const struct job *job, const struct step *step)
{
	const struct step *create = job_find_creation(job);

	return create && step > create && step->kind != &step_persist && step->kind != &step_switch;
}

/* Does the plan have a step at which the kernel takes more addresses away than it is told to? */
static bool takes_addresses(const struct job *job)
{
	const uint64_t fields = NIC_BIT(NIC_UP) | NIC_BIT(NIC_IPV6) | NIC_BIT(NIC_MTU);

	return job->found.ifindex && job->want && !job->part &&
	       ((job->plan.differs & fields) || job_find_step(job, &step_address_del));
}

static void undo_all(struct job *job)
{
	while (job->done > 0) {
		const struct step *step = &job->plan.steps[--job->done];
		int ret = 0;

		if (step->kind->undo && !goes_with_device(job, step))
			ret = step->kind->undo(job, step, &job_before(job)->nic);
		/* where the NIC is gone there is nothing left to take back */
		if (ret < 0 && ret != -ENODEV)
			tell_failed_undo(job, step, -ret);
	}
	if (!job_is_new(job) && takes_addresses(job))
		address_put_back(job);
	step_close(job);
}

void step_fail(struct job *job, const struct step *step, int err)
{
	char operation[STEP_TEXT], cause[CAUSE_TEXT];

	job_fail(job, xasprintf("cannot %s: %s", step_format(operation, job, step),
				step_cause(cause, job, step, err)));
	/* the answer was lost, and it may have been done; or a part of it was */
	job->done += err == ETIMEDOUT || step->kind->partial;
	undo_all(job);
}
