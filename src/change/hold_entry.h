/* SPDX-License-Identifier: MIT */
/* A job's NIC as the holder knows it. */
#ifndef CHANGE_HOLD_ENTRY_H
#define CHANGE_HOLD_ENTRY_H

#include "change/job.h"
#include "holder/protocol.h"

/* With the settings of nic: the target, or what was before. */
struct hold_entry hold_entry_of(const struct job *job, const struct nic *nic);

#endif
