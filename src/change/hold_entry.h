/* SPDX-License-Identifier: MIT */
/* A job's NIC as the holder knows it. */
#ifndef CHANGE_HOLD_ENTRY_H
#define CHANGE_HOLD_ENTRY_H

#include "change/job.h"
#include "holder/protocol.h"

/* With the settings of nic: the target, or what was before. */
struct hold_entry hold_entry_of(const struct job *job, const struct nic *nic);

/*
 * Opens the job's device as job->fd, with what nic says of packet information and header. flags are
 * those of tun_attach() that come on top; without IFF_TUN_EXCL it must be the device that was
 * found. Returns 0 or -errno.
 */
int device_open(struct job *job, const struct nic *nic, unsigned flags);

#endif
