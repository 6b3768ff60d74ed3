/* SPDX-License-Identifier: MIT */
/* hold and release: the link kept up, or let go, by hand. */
#include "config.h"

#include "change/plan.h"
#include "cli/nics.h"
#include "cli/outcome.h"

static int change_link(struct session *session, enum job_hand hand)
{
	size_t i, failed;
	struct jobs jobs;

	if (!session_wanted(session, &jobs))
		return EXIT_ERROR;
	for (i = 0; i < jobs.n; i++) {
		jobs.list[i].hand = hand;
		plan_start(&jobs.list[i]);
	}
	failed = outcome_apply(session, &jobs, false, NULL);
	failed += jobs.unreachable;
	jobs_free(&jobs);
	return failed ? EXIT_ERROR : EXIT_OK;
}

int hold_nics(struct session *session)
{
	return change_link(session, HAND_HOLD);
}

int release_nics(struct session *session)
{
	return change_link(session, HAND_RELEASE);
}
