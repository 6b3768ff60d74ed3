/* SPDX-License-Identifier: MIT */
/* --for: do NICs suit the consumer that is to use them? */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "base/word.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/suit.h"
#include "config/scan.h"

static void explain_all(void)
{
	const struct consumer *consumer;
	size_t i, k;

	for (i = 0; (consumer = consumer_at(i)); i++) {
		for (k = 0; consumer->names[k]; k++)
			printf("%s%s", k ? ", " : "", consumer->names[k]);
		printf(": %s\n", consumer->what);
		for (k = 0; consumer->wants[k]; k++)
			printf("    %s%s: %s\n        %s\n", consumer->wants[k]->name,
			       consumer->wants[k]->advice ? " (advice)" : "",
			       consumer->wants[k]->why, consumer->wants[k]->right);
	}
	puts("No NIC of config_tap will do for os-net-config's nicN, or for Sunbeam: they look for "
	     "hardware.");
}

bool suit_begin(struct suit *suit, const struct options *options, int *status)
{
	struct nearest nearest = nearest_begin(options->consumer);
	const struct consumer *consumer;
	char hint[NEAREST_TEXT];
	size_t i, k;

	*suit = (struct suit){ .options = options };
	if (strcmp(options->consumer, "list") == 0) {
		explain_all();
		*status = EXIT_OK;
		return false;
	}
	suit->consumer = consumer_find(options->consumer);
	if (suit->consumer) {
		suit->list = json_array();
		return true;
	}
	for (i = 0; (consumer = consumer_at(i)); i++)
		for (k = 0; consumer->names[k]; k++)
			nearest_offer(&nearest, consumer->names[k]);
	option_slip("there is no consumer \"%s\"; --for list prints all of them%s",
		    options->consumer, nearest_hint(hint, &nearest));
	*status = EXIT_BAD_ARGUMENT;
	return false;
}

static void suit_print(const struct suit *suit, const struct candidate *candidate,
		       const struct requirement *requirement)
{
	const struct scan_line *line = candidate->found ? NULL : candidate->nic->section;
	char name[IFNAMSIZ * 4], file[1024];

	if (line)
		printf("%s:%u: ", text_escape(file, sizeof(file), line->file), line->line);
	printf("[%s] %s%s: %s; right: %s\n", text_escape(name, sizeof(name), candidate->nic->name),
	       suit->consumer->names[0], requirement->advice ? ", advice" : "", requirement->why,
	       requirement->right);
}

void suit_judge(struct suit *suit, const struct candidate *candidate)
{
	json_t *failed = json_array();
	const struct requirement *requirement;
	char name[IFNAMSIZ * 4];
	bool suits = true, any = false;
	size_t i;

	for (i = 0; (requirement = suit->consumer->wants[i]); i++) {
		if (!requirement->fails(candidate))
			continue;
		any = true;
		suits &= requirement->advice;
		json_array_append_new(
			failed, json_pack("{s:s, s:s, s:s, s:s}", "requirement", requirement->name,
					  "severity", requirement->advice ? "advice" : "error",
					  "text", requirement->why, "right", requirement->right));
		if (!suit->options->json && !(requirement->advice && suit->options->quiet))
			suit_print(suit, candidate, requirement);
		/* of what is not there nothing else can be said */
		if (candidate->found && !candidate->found->ifindex)
			break;
	}
	if (!any && !suit->options->json && !suit->options->quiet)
		printf("[%s] %s: suits\n", text_escape(name, sizeof(name), candidate->nic->name),
		       suit->consumer->names[0]);
	json_array_append_new(suit->list,
			      json_pack("{s:o, s:b, s:o}", "name", json_text(candidate->nic->name),
					"suits", suits, "failed", failed));
	suit->unsuitable += !suits;
}

int suit_end(struct suit *suit)
{
	if (suit->options->json)
		json_print(json_pack("{s:i, s:s, s:b, s:o}", "version", JSON_VERSION, "for",
				     suit->consumer->names[0], "suits", suit->unsuitable == 0,
				     "nics", suit->list));
	return suit->unsuitable ? EXIT_ERROR : EXIT_OK;
}
