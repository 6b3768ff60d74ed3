/* SPDX-License-Identifier: MIT */
/* The steps that a command would take, printed and not taken. */
#include "config.h"

#include <stdio.h>

#include "base/util.h"
#include "change/apply.h"
#include "change/steps.h"
#include "cli/dryrun.h"
#include "cli/json.h"

/* A step that would be done. */
static void tell_step(const struct job *job, const struct step *step, const char *text, void *data)
{
	char escaped[STEP_TEXT * 2], name[IFNAMSIZ * 4];
	struct session *session = data;

	if (session->options->json)
		json_array_append_new(session->steps,
				      json_pack("{s:o, s:s, s:o}", "nic", json_text(job->name),
						"operation", step->kind->name, "text",
						json_text(text)));
	else
		printf("%s: %s\n", text_escape(name, sizeof(name), job->name),
		       text_escape(escaped, sizeof(escaped), text));
}

static void note_gone(struct session *session, const struct job *job)
{
	if (!job_find_step(job, &step_delete) || job_is_new(job))
		return;
	session->gone = array_grow(session->gone, &session->gone_cap, session->ngone,
				   sizeof(*session->gone));
	session->gone[session->ngone++] = xstrdup(job->name);
}

static void make_lists(struct session *session)
{
	if (!session->steps)
		session->steps = json_array();
	if (!session->refused)
		session->refused = json_array();
}

size_t dryrun_tell(struct session *session, const struct jobs *jobs)
{
	const struct apply how = {
		.records = session->state, .pretend = true, .tell = tell_step, .data = session
	};
	size_t i, failed;

	make_lists(session);
	failed = apply(&how, jobs->list, jobs->n);
	for (i = 0; i < jobs->n; i++) {
		const struct job *job = &jobs->list[i];

		if (job->plan.refused)
			json_array_append_new(session->refused,
					      json_pack("{s:o, s:o}", "nic", json_text(job->name),
							"text", json_text(job->plan.refused)));
		else
			note_gone(session, job);
	}
	return failed;
}

void dryrun_end(struct session *session)
{
	if (!session->options->dry_run)
		return;
	make_lists(session);
	if (session->options->json)
		json_print(json_pack("{s:i, s:O, s:O}", "version", JSON_VERSION, "steps",
				     session->steps, "refused", session->refused));
	json_decref(session->steps);
	json_decref(session->refused);
	session->steps = session->refused = NULL;
}
