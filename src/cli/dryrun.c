/* SPDX-License-Identifier: MIT */
/* The steps that a command would take, printed and not taken. */
#include "config.h"

#include <stdio.h>

#include "base/log.h"
#include "base/util.h"
#include "cli/dryrun.h"
#include "cli/json.h"

static const char *const op_names[STEP_OPS] = {
	[STEP_CREATE] = "create",
	[STEP_ATTACH] = "attach",
	[STEP_SET] = "set",
	[STEP_ADDRESS_ADD] = "address-add",
	[STEP_ADDRESS_DEL] = "address-remove",
	[STEP_ADDRESS_KEEP] = "address-keep",
	[STEP_BRIDGE_ADD] = "bridge-create",
	[STEP_FLAGS] = "flags",
	[STEP_ROUTE_ADD] = "route-add",
	[STEP_ROUTE_DEL] = "route-remove",
	[STEP_ROUTE_KEEP] = "route-keep",
	[STEP_RELEASE] = "release",
	[STEP_HOLD] = "hold",
	[STEP_PERSIST] = "persist",
	[STEP_DOWN] = "down",
	[STEP_DELETE] = "delete",
	[STEP_FORGET] = "forget",
};

static void dryrun_add_json(struct session *session, const struct job *job, const struct step *step,
			    const char *text)
{
	json_array_append_new(session->steps,
			      json_pack("{s:o, s:s, s:o}", "nic", json_text(job->name), "operation",
					op_names[step->op], "text", json_text(text)));
}

static void note_gone(struct session *session, const struct job *job)
{
	if (!job->plan.n || job->plan.steps[job->plan.n - 1].op != STEP_DELETE)
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
	char text[STEP_TEXT], escaped[STEP_TEXT * 2], name[IFNAMSIZ * 4];
	size_t i, k, failed = 0;

	make_lists(session);
	for (i = 0; i < jobs->n; i++) {
		const struct job *job = &jobs->list[i];

		if (job->plan.refused) {
			log_error("%s: %s", job->name, job->plan.refused);
			json_array_append_new(session->refused,
					      json_pack("{s:o, s:o}", "nic", json_text(job->name),
							"text", json_text(job->plan.refused)));
			failed++;
			continue;
		}
		for (k = 0; k < job->plan.n; k++) {
			step_format(text, &job->plan.steps[k], &job->plan);
			if (session->options->json)
				dryrun_add_json(session, job, &job->plan.steps[k], text);
			else
				printf("%s: %s\n", text_escape(name, sizeof(name), job->name),
				       text_escape(escaped, sizeof(escaped), text));
		}
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
