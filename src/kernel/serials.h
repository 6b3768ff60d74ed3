/* SPDX-License-Identifier: MIT */
/* The serials of devices, from a sysfs: what netns_device_serial() says of them. */
#ifndef KERNEL_SERIALS_H
#define KERNEL_SERIALS_H

#include <stdint.h>

struct serials;

/* That of one device; 0 where there is none of that name. */
uint64_t serial_of(int sysfs, const char *name);

/*
 * Those of all devices as of now, in one reading of their directory: of many that takes a third of
 * the time. NULL where it cannot be read.
 */
struct serials *serials_read(int sysfs);
uint64_t serials_find(const struct serials *serials, const char *name);
void serials_free(struct serials *serials);

#endif
