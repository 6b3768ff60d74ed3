/* SPDX-License-Identifier: MIT */
/* A last look at what start has done. */
#ifndef CLI_LOOK_BACK_H
#define CLI_LOOK_BACK_H

#include "cli/selection.h"

/*
 * Programs that are told of new devices may change them as soon as they are there: what they have
 * changed of these NICs is set again. Costs nothing where nobody is told. Returns how many NICs do
 * not stay as they were set.
 */
size_t look_back(struct selection *selection, const struct jobs *done);

#endif
