/* SPDX-License-Identifier: MIT */
/* Mistakes that show only when several fields, or several NICs, are seen together. */
#ifndef CONFIG_RULES_H
#define CONFIG_RULES_H

#include "config/conf.h"

/* What a NIC's name may be: dev_valid_name() in net/core/dev.c. */
#define RULES_NAME "1 to 15 characters, no blank, \"/\", \":\" or \"%\""

/*
 * Completes each NIC (what follows from other fields, such as the broadcast address from the
 * prefix), and adds each mistake to conf->mistakes; to_stop: but those that stop need not know.
 */
void rules_check(struct conf *conf, bool to_stop);

/*
 * What the rules for one NIC say against one that comes from no file, and completes it: the first
 * mistake as "KEY: what is wrong", which is to be freed, or NULL.
 */
char *rules_refusal(struct nic *nic);

#endif
