/* SPDX-License-Identifier: MIT */
/* Turns an error of the kernel into its cause, in words that help. */
#ifndef CHANGE_CAUSE_H
#define CHANGE_CAUSE_H

#include "change/apply.h"
#include "change/users.h"

#define CAUSE_TEXT 600

/* Why the step failed with err (a positive errno). Returns buf. */
char *cause_of(char buf[CAUSE_TEXT], const struct job *job, const struct step *step, int err);

/*
 * Who uses the NIC found, as "qemu-system-x86 (pid 4242)", "the bridge br0" or "the interface
 * tap0.5, which stands on it"; returns NULL where nobody does. The bridge that record says we put
 * it into does not count. users may be empty where /proc cannot be read.
 */
const char *cause_in_use(char buf[CAUSE_TEXT], struct netns *net, const struct link *found,
			 const struct record *record, const struct users *users);

#endif
