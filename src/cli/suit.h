/* SPDX-License-Identifier: MIT */
/* --for: do NICs suit the consumer that is to use them? */
#ifndef CLI_SUIT_H
#define CLI_SUIT_H

#include <jansson.h>

#include "cli/consumers.h"
#include "cli/option.h"

struct suit {
	const struct options *options;
	const struct consumer *consumer;
	json_t *list;
	size_t unsuitable;
};

/*
 * Begins with the consumer that --for names. Returns false with the exit status in *status, for a
 * word that is none, and where it is "list", which explains them all.
 */
bool suit_begin(struct suit *suit, const struct options *options, int *status);

/* Says what is wrong with one NIC, if anything. */
void suit_judge(struct suit *suit, const struct candidate *candidate);

/* Returns the exit status. */
int suit_end(struct suit *suit);

#endif
