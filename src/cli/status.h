/* SPDX-License-Identifier: MIT */
/* What status prints, for people and as JSON. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "change/users.h"
#include "cli/view.h"

struct status {
	const struct selection *selection;
	const struct jobs *jobs;
	const struct views *views;
	const struct users *users;
	int exit;
};

void status_print_text(const struct status *status);
void status_print_json(const struct status *status);

/* The heading: what the file calls its NICs. */
const char *status_desc(const struct status *status);

/* With --failed: is NIC i as configured, so that nobody wants to read of it? */
bool status_is_left_out(const struct status *status, size_t i);

#endif
