/* SPDX-License-Identifier: MIT */
/* Lists of NICs and of what is to be done with each. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/util.h"
#include "change/job.h"

struct job *jobs_add(struct jobs *jobs, const char *name, struct netns *net)
{
	struct job *job;

	jobs->list = array_grow(jobs->list, &jobs->cap, jobs->n, sizeof(*jobs->list));
	job = &jobs->list[jobs->n++];
	*job = (struct job){ .net = net, .fd = -1 };
	snprintf(job->name, sizeof(job->name), "%s", name);
	snprintf(job->found.nic.name, sizeof(job->found.nic.name), "%s", name);
	return job;
}

void plan_free(struct plan *plan)
{
	free(plan->steps);
	free(plan->target);
	free(plan->instead);
	free(plan->refused);
	*plan = (struct plan){ 0 };
}

static void job_clear(struct job *job)
{
	plan_free(&job->plan);
	free(job->failed_text);
	free(job->elsewhere);
	free(job->objection);
	free(job->cut);
	free(job->why);
	link_clear(&job->found);
}

void jobs_narrow(struct jobs *jobs, bool (*keep)(struct job *job, void *data), void *data)
{
	size_t i, n = 0;

	for (i = 0; i < jobs->n; i++)
		if (keep(&jobs->list[i], data))
			jobs->list[n++] = jobs->list[i];
		else
			job_clear(&jobs->list[i]);
	jobs->n = n;
}

void jobs_append(struct jobs *jobs, struct jobs *more)
{
	size_t i;

	for (i = 0; i < more->n; i++) {
		jobs->list = array_grow(jobs->list, &jobs->cap, jobs->n, sizeof(*jobs->list));
		jobs->list[jobs->n++] = more->list[i];
	}
	free(more->list);
	*more = (struct jobs){ 0 };
}

void jobs_free(struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		job_clear(&jobs->list[i]);
	free(jobs->list);
	*jobs = (struct jobs){ 0 };
}
