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
	free(plan->refused);
	plan->steps = NULL;
	plan->refused = NULL;
	plan->n = plan->cap = 0;
}

void jobs_free(struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++) {
		plan_free(&jobs->list[i].plan);
		free(jobs->list[i].failed_text);
		free(jobs->list[i].objection);
		free(jobs->list[i].cut);
		free(jobs->list[i].why);
		link_clear(&jobs->list[i].found);
	}
	free(jobs->list);
	*jobs = (struct jobs){ 0 };
}
