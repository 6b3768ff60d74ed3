/* SPDX-License-Identifier: MIT */
/* check: reads the file and reports every mistake in it. */
#include "config.h"

#include "config/conf.h"
#include "cli/report.h"
#include "cli/verb.h"

int verb_check(const struct options *options)
{
	struct conf conf;
	int ret = conf_read(&conf, options->config, false);

	report_check(&conf, options);
	return ret < 0 ? EXIT_NOT_CONFIGURED : EXIT_OK;
}
