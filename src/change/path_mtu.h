/* SPDX-License-Identifier: MIT */
/* Warns of a vxlan whose full frames do not fit the way to its peers. */
#ifndef CHANGE_PATH_MTU_H
#define CHANGE_PATH_MTU_H

#include "change/job.h"

/* As far as the machine knows it by now; says nothing where there is no way yet. */
void path_mtu_warn(const struct job *job);

#endif
