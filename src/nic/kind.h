/* SPDX-License-Identifier: MIT */
/*
 * The kinds of NIC: one row a value of mode says how the kernel calls it, how such a device comes
 * to be, what it is like when it is new, and what of it cannot change. Which keys a kind takes
 * stands with the keys (nic/key.h).
 */
#ifndef NIC_KIND_H
#define NIC_KIND_H

#include "nic/nic.h"

struct kind {
	const char *name;   /* the value of mode */
	const char *kernel; /* IFLA_INFO_KIND: tap and tun have one driver */
	uint64_t fixed;     /* fields that cannot change while the device exists; kind_fixed() */
	/*
	 * A new one dies with the descriptor that made it, until it is persistent, and processes
	 * can attach to it. One without is recorded before it is made, comes to be down, and is
	 * set up last; its carrier is there without anybody's help.
	 */
	bool has_descriptor;
	bool has_mac;
	uint32_t mtu_min, mtu_max; /* bytes, that the driver takes */
	/* a new device: bytes, packets, IFF_* of net/if.h */
	uint32_t mtu, txqueuelen;
	unsigned flags;
};

/* For struct key: the kinds that take a key, one bit each. */
#define KIND_BIT(mode) (1u << (mode))
#define KIND_ALL (KIND_BIT(NIC_MODES) - 1)

const struct kind *kind_at(enum nic_mode mode);
/* By the NIC's own mode. Never NULL. */
const struct kind *kind_of(const struct nic *nic);
/* Bytes that the NIC's frames get around them on their way: 0 but of a vxlan. */
uint32_t kind_overhead(const struct nic *nic);
/* Bytes, where the file does not say: what the kernel gives a new device, less the overhead. */
uint32_t kind_mtu(const struct nic *nic);
/* Does config_tap make devices of the kernel's kind of that name? */
bool kind_is_known(const char *kernel);

/*
 * Those of the fields in which want and found differ that the kernel cannot change in place: of a
 * vxlan the address family of local is one, the address itself is none.
 */
uint64_t kind_fixed(const struct nic *want, const struct nic *found, uint64_t differs);

#endif
