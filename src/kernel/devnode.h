/* SPDX-License-Identifier: MIT */
/* Makes /dev/net/tun usable where it is not. */
#ifndef KERNEL_DEVNODE_H
#define KERNEL_DEVNODE_H

/*
 * Loads the module, makes the node where nothing else does, waits for udev where it runs.
 * timeout_ms is the longest wait. Returns 0, or -errno of the last attempt to open the device.
 */
int devnode_make(int timeout_ms);

#endif
