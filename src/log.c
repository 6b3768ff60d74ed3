/* SPDX-License-Identifier: MIT */
/* All that goes to stderr, and to syslog for those who look there after a boot. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "log.h"
#include "util.h"

static bool log_quiet, log_verbose, log_syslog;

void log_setup(bool quiet, bool verbose, bool to_syslog)
{
	log_quiet = quiet;
	log_verbose = verbose;
	log_syslog = to_syslog;
	if (to_syslog)
		openlog("config_tap", LOG_PID, LOG_DAEMON);
}

static void say(int priority, const char *prefix, const char *fmt, va_list ap)
{
	char raw[2048], text[4096];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	/* names and aliases are anybody's text */
	text_escape(text, sizeof(text), raw);
	/* one write a line, so that two processes never mix theirs */
	fprintf(stderr, "config_tap: %s%s\n", prefix, text);
	if (log_syslog && priority <= LOG_WARNING)
		syslog(priority, "%s", text);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_ERR, "", fmt, ap);
	va_end(ap);
}

void log_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_WARNING, "warning: ", fmt, ap);
	va_end(ap);
}

void log_note(const char *fmt, ...)
{
	va_list ap;

	if (log_quiet)
		return;
	va_start(ap, fmt);
	say(LOG_INFO, "", fmt, ap);
	va_end(ap);
}

bool log_steps(void)
{
	return log_verbose;
}

void log_step(const char *fmt, ...)
{
	va_list ap;

	if (!log_verbose)
		return;
	va_start(ap, fmt);
	say(LOG_DEBUG, "", fmt, ap);
	va_end(ap);
}

int log_nic_error(const char *nic, const char *operation, const char *cause)
{
	log_error("%s: cannot %s: %s", nic, operation, cause);
	return -1;
}
