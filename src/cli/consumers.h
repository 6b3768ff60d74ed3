/* SPDX-License-Identifier: MIT */
/* What the programs that use a NIC want of it, a row each. */
#ifndef CLI_CONSUMERS_H
#define CLI_CONSUMERS_H

#include "config/conf.h"
#include "nic/link.h"

/* A NIC that a consumer is to use: as the file has it, or as it is. */
struct candidate {
	const struct nic *nic;
	const struct conf *conf;  /* the file that it is in; NULL: there is none to look at */
	const struct link *found; /* NULL: the file alone is asked */
	bool attached;            /* another process is, or the holder for it */
};

struct requirement {
	const char *name;
	bool (*fails)(const struct candidate *candidate);
	bool advice;       /* worth knowing, and no reason not to use it */
	const char *why;   /* what the consumer does, so that it matters */
	const char *right; /* the line that would be right */
};

#define CONSUMER_REQUIREMENTS 10
#define CONSUMER_NAMES 4

struct consumer {
	const char *names[CONSUMER_NAMES]; /* the first is its own; NULL after the last */
	const char *what;
	const struct requirement *wants[CONSUMER_REQUIREMENTS]; /* NULL after the last */
};

/* The rows in the table's order, NULL after the last; and the row of one of its names. */
const struct consumer *consumer_at(size_t i);
const struct consumer *consumer_find(const char *name);

#endif
