/* SPDX-License-Identifier: MIT */
/* Values of a NIC in the words that status has for them. Each text is the caller's to free. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include "nic/key.h"
#include "nic/link.h"

/*
 * The addresses, with blanks between, without those that the kernel gives to each link itself
 * (fe80::/10) unless wanted has them. wanted may be NULL.
 */
char *value_addresses(const struct nic *nic, const struct nic *wanted);

/* The nodes of a vxlan's segment, with blanks between. */
char *value_peers(const struct nic *nic);

/* Who may attach. */
char *value_owner(const struct link *found);

/* What a key has, in the kernel or in the file. */
char *value_text(const struct key *key, const struct nic *nic);

#endif
