/* SPDX-License-Identifier: MIT */
/* The machine's identity, and the stable MAC address that follows from it. */
#ifndef CONFIG_IDENTITY_H
#define CONFIG_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nic/nic.h"

struct identity {
	uint8_t key[16];
	bool unmarked; /* kept by an older release: identity_make() adds whose it is */
};

/*
 * Reads the machine's id: the one that identity_make() has kept, where it was made on this machine
 * (a copy of the disk in another one shows by its product_uuid or hardware MAC), else
 * /etc/machine-id, else /var/lib/dbus/machine-id. So what was in use once stays, whatever appears
 * later. Returns 0, -ENOENT where there is none, or another -errno where there is one that cannot
 * be read (-EBADMSG: our own, and it is none), or where it cannot be told whose it is.
 */
int identity_read(struct identity *id);

/* What to tell of the error that identity_read() gave. */
const char *identity_cause(int err);

/* Makes an id where there is none, and keeps it. Returns 0 or -errno. */
int identity_make(struct identity *id);

/*
 * The stable MAC of a NIC called name: a locally administered unicast address (IEEE 802,
 * clause 8.4.2), the same at every boot. Nobody can tell the machine id from it: machine-id(5)
 * asks to hash it with a key, and this is SipHash-2-4 keyed with the id. local: of a vxlan, or of
 * a bridge that one is in, the node's address, since clones of one image have one id and meet on
 * one wire; else NULL.
 */
void identity_mac(const struct identity *id, const char *name, const struct ip *local,
		  uint8_t mac[6]);

/* SipHash-2-4 (Aumasson and Bernstein, 2012) of len bytes. */
uint64_t siphash(const uint8_t key[16], const void *data, size_t len);

#endif
