/* SPDX-License-Identifier: MIT */
/* check: reads the file and reports every mistake in it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/word.h"
#include "config/conf.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/select.h"
#include "cli/suit.h"

static void check_print_json(const struct conf *conf)
{
	json_print(json_pack("{s:i, s:o, s:b, s:i, s:o}", "version", JSON_VERSION, "file",
			     json_text(conf->path), "valid", !conf->mistakes.nerrors, "nics",
			     (int)conf->n, "mistakes", json_mistakes(&conf->mistakes)));
}

static bool check_is_meant(const struct options *options, const struct nic *nic)
{
	int i;

	for (i = 0; i < options->nnics; i++)
		if (word_means_nic(options->nics[i], nic))
			return true;
	return options->nnics == 0;
}

/* Every word names a NIC of the file? Tells which does not. */
static bool check_names(const struct options *options, const struct conf *conf)
{
	struct nearest nearest;
	char hint[NEAREST_TEXT];
	size_t k;
	int i;

	for (i = 0; i < options->nnics; i++) {
		nearest = nearest_begin(options->nics[i]);
		for (k = 0; k < conf->n && !word_means_nic(options->nics[i], &conf->nics[k]); k++)
			nearest_offer(&nearest, conf->nics[k].name);
		if (k < conf->n)
			continue;
		log_error("%s: there is no such NIC in %s%s", options->nics[i], conf->path,
			  nearest_hint(hint, &nearest));
		return false;
	}
	return true;
}

/* check --for: what the consumer would reject of the NICs, as the file has them. */
static int check_for(const struct options *options, const struct conf *conf)
{
	struct candidate candidate = { .conf = conf };
	struct suit suit;
	int status;
	size_t i;

	if (!suit_begin(&suit, options, &status))
		return status;
	if (!check_names(options, conf))
		return EXIT_BAD_ARGUMENT;
	for (i = 0; i < conf->n; i++) {
		candidate.nic = &conf->nics[i];
		if (check_is_meant(options, candidate.nic))
			suit_judge(&suit, &candidate);
	}
	return suit_end(&suit);
}

int command_check(const struct options *options)
{
	struct conf conf;
	int ret = conf_read(&conf, options->config, false);

	if (options->consumer && (ret == 0 || strcmp(options->consumer, "list") == 0))
		return check_for(options, &conf);
	if (options->json) {
		check_print_json(&conf);
	} else {
		mistakes_tell(&conf.mistakes, true);
		if (!options->quiet && ret == 0)
			printf("%s: %zu NIC%s, no mistakes\n", conf.path, conf.n,
			       conf.n == 1 ? "" : "s");
	}
	return ret < 0 ? EXIT_NOT_CONFIGURED : EXIT_OK;
}
