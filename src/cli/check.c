/* SPDX-License-Identifier: MIT */
/* check: reads the file and reports every mistake in it. */
#include "config.h"

#include <stdio.h>

#include "config/conf.h"
#include "cli/command.h"
#include "cli/json.h"

static void check_print_json(const struct conf *conf)
{
	json_print(json_pack("{s:i, s:o, s:b, s:i, s:o}", "version", JSON_VERSION, "file",
			     json_text(conf->path), "valid", !conf->mistakes.nerrors, "nics",
			     (int)conf->n, "mistakes", json_mistakes(&conf->mistakes)));
}

int command_check(const struct options *options)
{
	struct conf conf;
	int ret = conf_read(&conf, options->config, false);

	if (options->json) {
		check_print_json(&conf);
	} else {
		mistakes_tell(&conf.mistakes);
		if (!options->quiet && ret == 0)
			printf("%s: %zu NIC%s, no mistake\n", conf.path, conf.n,
			       conf.n == 1 ? "" : "s");
	}
	return ret < 0 ? EXIT_NOT_CONFIGURED : EXIT_OK;
}
