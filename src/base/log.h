/* SPDX-License-Identifier: MIT */
/* All that goes to stderr, and to syslog for those who look there after a boot. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * quiet leaves errors alone on stderr; verbose adds what is done, step by step. With to_syslog
 * errors and warnings go to syslog(3) as well, quiet or not, but where the journal has them
 * already: under systemd, which takes what is written to stderr, with its priority before it.
 */
void log_setup(bool quiet, bool verbose, bool to_syslog);
/* Is stderr the journal of systemd? */
bool log_is_journal(void);

/* Something could not be done. */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Something was done, but probably not what was meant. */
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Worth knowing; not with --quiet. */
void log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* One step; only with --verbose. log_steps() says whether it is worth wording one. */
bool log_steps(void);
void log_step(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line that names its own place, FILE:LINE, and no program: an error, or a warning. */
void log_line(bool warning, const char *text);

/*
 * How far a long piece of work is: on a terminal, after its first second, and gone in the end.
 * With now, at once, for a single call that is known to take long.
 */
void log_progress(const char *what, size_t done, size_t n, bool now);
void log_progress_end(void);

/*
 * The one form in which a failed operation on a NIC is reported: "NIC: cannot OPERATION: CAUSE".
 * Returns -1, so that the caller can return it.
 */
int log_nic_error(const char *nic, const char *operation, const char *cause);

#endif
