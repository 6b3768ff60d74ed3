/* SPDX-License-Identifier: MIT */
/* What comes about only a moment after it was set. */
#ifndef CHANGE_SETTLE_H
#define CHANGE_SETTLE_H

#include "change/job.h"

/* Waits until the links of the NICs that are held now are up, and says so where one is not. */
void settle_links(struct job *jobs, size_t n);

/*
 * udev gives a device without a MAC of its own one by its MACAddressPolicy, and what has come
 * meanwhile is overwritten; rules of the machine's may set more. Where udev runs, this waits until
 * it is through with the new ones of the NICs: 2 s and 1 ms a NIC at most.
 */
void settle_udev(const struct jobs *jobs);

#endif
