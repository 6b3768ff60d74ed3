/* SPDX-License-Identifier: MIT */
/* Who uses a bridge of ours. */
#ifndef CHANGE_PORTS_H
#define CHANGE_PORTS_H

#include "change/in_use.h"
#include "change/job.h"

/*
 * Who uses the bridge of that job, all others being planned: a port that stays, or an address that
 * somebody else has given it. Returns buf, or NULL where nobody does. What cannot be told is use.
 * later: nobody does, but ports are in it yet that to_start, or NULL, is to take out.
 */
const char *ports_use(char buf[IN_USE_TEXT], const struct job *bridge, const struct jobs *jobs,
		      const struct jobs *to_start, bool *later);

#endif
