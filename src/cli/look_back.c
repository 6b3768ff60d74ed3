/* SPDX-License-Identifier: MIT */
/* A last look at what start has done. */
#include "config.h"

#include "base/util.h"
#include "change/settle.h"
#include "change/steps.h"
#include "cli/look_back.h"
#include "cli/outcome.h"
#include "cli/select.h"
#include "kernel/events.h"

/* So often it is set again what somebody else has changed. */
#define TRIES 3

struct changed {
	const struct jobs *done;
	size_t at;
};

static bool is_changed(const struct job *done)
{
	return done->begun && !done->failed;
}

/* Has it been made or changed? Both lists have the NICs in the order of the file. */
static bool was_changed(const struct selection *selection, const struct job *job, void *data)
{
	struct changed *changed = data;
	const struct jobs *done = changed->done;

	(void)selection;
	while (changed->at < done->n && done->list[changed->at].want < job->want)
		changed->at++;
	return changed->at < done->n && done->list[changed->at].want == job->want &&
	       is_changed(&done->list[changed->at]);
}

static bool any_was_changed(const struct jobs *done)
{
	size_t i;

	for (i = 0; i < done->n; i++)
		if (is_changed(&done->list[i]))
			return true;
	return false;
}

/* Open vSwitch has not answered, as start has warned: until it does the port will be missing. */
static bool is_put_off(const struct job *job, const struct step_kind *kind)
{
	return kind == &step_switch && job->found.ovs_unknown;
}

/* Is it otherwise than it was set? */
static bool differs(struct job *job, void *data)
{
	size_t i;

	selection_plan_start(data, job);
	for (i = 0; i < job->plan.n; i++) {
		const struct step_kind *kind = job->plan.steps[i].kind;

		if (!kind->silent && !is_put_off(job, kind))
			return true;
	}
	return job->plan.refused != NULL;
}

/* Those of the NICs that are not as they were set, planned. Returns false where nobody can tell. */
static bool find_differing(struct selection *selection, const struct jobs *done,
			   struct jobs *differing)
{
	if (!selection_wanted(selection, differing, was_changed, &(struct changed){ done, 0 }))
		return false;
	jobs_narrow(differing, differs, selection);
	return true;
}

static void refuse_to_go_on(struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (!jobs->list[i].plan.refused)
			jobs->list[i].plan.refused =
				xstrdup("does not stay as it was set: another program changes it "
					"each time; config_tap --dry-run start shows what");
}

size_t look_back(struct selection *selection, const struct jobs *done)
{
	struct jobs differing;
	size_t failed = 0;
	bool over = false;
	unsigned heard;
	int tries;

	if (!any_was_changed(done))
		return 0;
	heard = events_heard();
	if (!heard)
		return 0;
	if (heard & EVENTS_DEVICES)
		settle_udev(done);
	for (tries = 0; !over; tries++) {
		if (!find_differing(selection, done, &differing))
			return 1;
		if (tries == TRIES)
			refuse_to_go_on(&differing);
		over = differing.n == 0;
		if (!over)
			failed = outcome_apply_again(selection, &differing);
		over |= failed > 0;
		jobs_free(&differing);
	}
	return failed;
}
