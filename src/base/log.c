/* SPDX-License-Identifier: MIT */
/* All that goes to stderr, and to syslog for those who look there after a boot. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/log.h"
#include "base/clock.h"
#include "base/text.h"

static bool log_quiet, log_verbose, log_syslog, log_journal;

/* Is stderr the journal? systemd.exec(5): JOURNAL_STREAM is its device and inode. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_setup(bool quiet, bool verbose, bool to_syslog)
{
	log_quiet = quiet;
	log_verbose = verbose;
	log_journal = stderr_is_journal();
	log_syslog = to_syslog && !log_journal;
	if (log_syslog)
		openlog("config_tap", LOG_PID, LOG_DAEMON);
}

bool log_is_journal(void)
{
	return log_journal;
}

/* What is quicker needs no telling; and no eye follows more than ten lines a second. */
#define PROGRESS_AFTER_MS 1000
#define PROGRESS_EVERY_MS 100

static long long progress_begun, progress_shown;

void log_progress(const char *what, size_t done, size_t n, bool now)
{
	long long ms;

	if (log_quiet || log_verbose)
		return;
	ms = now_ms();
	if (!progress_begun)
		progress_begun = ms;
	if (!now &&
	    (ms - progress_begun < PROGRESS_AFTER_MS || ms - progress_shown < PROGRESS_EVERY_MS))
		return;
	if (!isatty(STDERR_FILENO))
		return;
	progress_shown = ms;
	fprintf(stderr, "\r%s %zu of %zu\033[K", what, done, n);
}

void log_progress_end(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = 0;
}

/*
 * One write a line, so that two processes never mix theirs. The journal reads the priority off
 * its beginning: sd-daemon(3).
 */
static void log_write(int priority, const char *prefix, const char *text)
{
	const bool logged = priority <= LOG_WARNING;
	char level[8] = "";

	log_progress_end();
	if (log_journal)
		snprintf(level, sizeof(level), "<%d>", priority);
	/* who wants errors only may look into the log for the warnings all the same */
	if (priority < LOG_WARNING || !log_quiet || (log_journal && logged))
		fprintf(stderr, "%s%s%s\n", level, prefix, text);
	if (log_syslog && logged)
		syslog(priority, "%s", text);
}

static void __attribute__((format(printf, 3, 0)))
log_say(int priority, const char *prefix, const char *fmt, va_list ap)
{
	char raw[2048], text[4096];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	/* names and aliases are anybody's text */
	log_write(priority, prefix, text_escape(text, sizeof(text), raw));
}

void log_line(bool warning, const char *text)
{
	log_write(warning ? LOG_WARNING : LOG_ERR, "", text);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_say(LOG_ERR, "config_tap: ", fmt, ap);
	va_end(ap);
}

void log_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_say(LOG_WARNING, "config_tap: warning: ", fmt, ap);
	va_end(ap);
}

void log_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_say(LOG_INFO, "config_tap: ", fmt, ap);
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
	log_say(LOG_DEBUG, "config_tap: ", fmt, ap);
	va_end(ap);
}

int log_nic_error(const char *nic, const char *operation, const char *cause)
{
	log_error("%s: cannot %s: %s", nic, operation, cause);
	return -1;
}
