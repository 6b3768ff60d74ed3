/* SPDX-License-Identifier: MIT */
/* hold and release: the link kept up, or let go, by hand. */
#include "config.h"

#include "cli/nics.h"
#include "cli/dryrun.h"

static int hand(struct session *session, bool hold)
{
	const struct options *options = session->options;
	size_t i, failed;
	struct jobs jobs;

	if (!session_wanted(session, &jobs))
		return EXIT_ERROR;
	for (i = 0; i < jobs.n; i++)
		session_plan_hand(&jobs.list[i], hold);
	failed = options->dry_run ? dryrun_tell(session, &jobs)
				  : apply_hand(session->state, jobs.list, jobs.n);
	failed += jobs.unreachable;
	jobs_free(&jobs);
	return failed ? EXIT_ERROR : EXIT_OK;
}

int hold_nics(struct session *session)
{
	return hand(session, true);
}

int release_nics(struct session *session)
{
	return hand(session, false);
}
