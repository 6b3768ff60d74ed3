/* SPDX-License-Identifier: MIT */
/* What a command does to its NICs, or in a dry run would do, and what it tells of that. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "base/util.h"
#include "change/apply.h"
#include "change/steps.h"
#include "cli/json.h"
#include "cli/outcome.h"
#include "cli/selection.h"

static void tell_step(const struct job *job, const struct step *step, const char *text, void *data)
{
	char escaped[STEP_TEXT * 2], name[IFNAMSIZ * 4];
	struct selection *selection = data;

	if (selection->options->json)
		json_array_append_new(selection->outcome.steps,
				      json_pack("{s:o, s:s, s:o}", "nic", json_text(job->name),
						"operation", step->kind->name, "text",
						json_text(text)));
	else
		printf("%s: %s\n", text_escape(name, sizeof(name), job->name),
		       text_escape(escaped, sizeof(escaped), text));
}

static void outcome_add(json_t *list, const struct job *job, const char *why)
{
	json_array_append_new(
		list, json_pack("{s:o, s:o}", "nic", json_text(job->name), "text", json_text(why)));
}

static void outcome_note(struct outcome *outcome, const struct job *job)
{
	bool goes = job_find_step(job, &step_delete) && !job_is_new(job);

	if (job->plan.refused)
		outcome_add(outcome->refused, job, job->plan.refused);
	else if (job->failed || job->skipped)
		outcome_add(outcome->failed, job, job->why ? job->why : "not started");
	else if (goes)
		outcome->removed++;
	else if (!job->begun)
		outcome->same++;
	else if (job_is_new(job))
		outcome->made++;
	else
		outcome->changed++;
}

static void outcome_begin(struct outcome *outcome)
{
	if (outcome->steps)
		return;
	outcome->steps = json_array();
	outcome->refused = json_array();
	outcome->failed = json_array();
}

static size_t outcome_do(struct selection *selection, struct jobs *jobs, bool stop,
			 const struct jobs *others)
{
	const struct options *options = selection->options;
	const struct apply how = {
		.records = selection->state,
		.force = options->force,
		.stop = stop,
		.all_files = options->all_files,
		.others = others,
		.pretend = options->dry_run,
		.tell = options->dry_run || options->json ? tell_step : NULL,
		.data = selection,
	};

	outcome_begin(&selection->outcome);
	return apply(&how, jobs);
}

size_t outcome_apply(struct selection *selection, struct jobs *jobs, bool stop,
		     const struct jobs *others)
{
	size_t i, n = jobs->n, failed = outcome_do(selection, jobs, stop, others);

	for (i = 0; i < n; i++)
		outcome_note(&selection->outcome, &jobs->list[i]);
	return failed;
}

size_t outcome_apply_again(struct selection *selection, struct jobs *jobs)
{
	size_t i, failed = outcome_do(selection, jobs, false, NULL);

	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].plan.refused || jobs->list[i].failed || jobs->list[i].skipped)
			outcome_note(&selection->outcome, &jobs->list[i]);
	return failed;
}

static void outcome_print_json(const struct selection *selection)
{
	const struct outcome *outcome = &selection->outcome;
	json_t *document = json_pack("{s:i, s:O, s:O}", "version", JSON_VERSION, "steps",
				     outcome->steps, "refused", outcome->refused);

	/* nothing fails that nobody tries */
	if (!selection->options->dry_run)
		json_object_set(document, "failed", outcome->failed);
	json_print(document);
}

/* "start: 3 NICs made, 1 changed"; the first number has the noun. */
static void outcome_print_line(const struct selection *selection)
{
	const struct outcome *outcome = &selection->outcome;
	const struct {
		size_t n;
		const char *what;
	} counts[] = {
		{ outcome->removed, "removed" },
		{ outcome->made, "made" },
		{ outcome->changed, "changed" },
		{ outcome->same, "unchanged" },
	};
	const char *before = "";
	size_t i;

	printf("%s: ", selection->options->command->name);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		if (!counts[i].n)
			continue;
		printf("%s%zu%s %s", before, counts[i].n,
		       *before            ? ""
		       : counts[i].n == 1 ? " NIC"
					  : " NICs",
		       counts[i].what);
		before = ", ";
	}
	puts(*before ? "" : "nothing to do");
}

void outcome_print(struct selection *selection, int status)
{
	const struct options *options = selection->options;

	outcome_begin(&selection->outcome);
	if (options->json)
		outcome_print_json(selection);
	else if (!options->dry_run && !options->quiet && status == EXIT_OK && isatty(STDOUT_FILENO))
		outcome_print_line(selection);
}
