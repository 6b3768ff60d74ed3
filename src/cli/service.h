/* SPDX-License-Identifier: MIT */
/* What a command does for init: with --service what an init script says, with --stay a process. */
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include "cli/option.h"
#include "config/conf.h"

/*
 * Before the first step of a command that init runs: what OPTIONS in the file asks for is added to
 * options, stop is forced where the machine goes down, and the command is announced as init
 * scripts do. conf may be NULL, where the file could not be read.
 */
void service_begin(struct options *options, const struct conf *conf);

/*
 * Runs a start in a child, tells systemd how it went (sd_notify(3)), and then sleeps as the
 * service's main process until a signal comes: INT is a clean end, any other one is not. Returns
 * in the child, with its own exit status, and where the start has failed as a whole.
 */
int service_stay(const struct options *options, int (*start)(const struct options *options));

/* What the one who stays tells: how many NICs there are, and how many of them failed. */
void service_count(size_t failed, size_t n);

#endif
