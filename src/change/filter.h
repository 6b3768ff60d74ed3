/* SPDX-License-Identifier: MIT */
/*
 * sink = drop is a filter in the device, which stays there when the holder is killed: a
 * program that attaches then would get no frame.
 */
#ifndef CHANGE_FILTER_H
#define CHANGE_FILTER_H

#include "change/job.h"

/*
 * Takes the filter out of each tap that the records say was held so, and that nobody holds now.
 * Tells where it cannot. With save the records are written where they have changed; without, the
 * caller only looks, and this waits for nobody: where a command is at work it leaves it to that.
 */
void filters_take_out(struct records *records, struct jobs *jobs, bool save);

#endif
