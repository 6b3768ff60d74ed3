/* SPDX-License-Identifier: MIT */
/* In which fields the NIC found is not what the file, or the record of a former file, asks for. */
#ifndef CHANGE_DIFFER_H
#define CHANGE_DIFFER_H

#include "nic/nic.h"

struct job;
struct link;
struct record;

/* Interface flags: set together, in one call. */
#define DIFFER_FLAGS                                                             \
	(NIC_BIT(NIC_PROMISC) | NIC_BIT(NIC_ALLMULTI) | NIC_BIT(NIC_MULTICAST) | \
	 NIC_BIT(NIC_ARP) | NIC_BIT(NIC_UP))
/* What the next process that attaches overwrites: worth comparing while nobody has. */
#define DIFFER_READER                                                              \
	(NIC_BIT(NIC_VNET_HDR) | NIC_BIT(NIC_PACKET_INFO) | NIC_BIT(NIC_OFFLOAD) | \
	 NIC_BIT(NIC_VNET_HDR_SIZE))
/* What needs the device open. */
#define DIFFER_ATTACH \
	(NIC_BIT(NIC_OWNER) | NIC_BIT(NIC_GROUP) | NIC_BIT(NIC_PERSIST) | DIFFER_READER)

/* Has somebody else attached? Carrier without our holding it shows that. */
bool differ_has_reader(const struct link *found);

/* A device as the kernel makes it. What is not known is not equal to anything that is asked for. */
struct link differ_new_device(const struct nic *want);

/*
 * Fills in the plan's target, which is what the job wants, completed by what follows from it for a
 * NIC of this kind; and the fields in which job_before() is not that. Only what the file sets, or
 * what a former one set by the record (or NULL), is compared, and what no NIC of ours can do
 * without.
 */
void differ_fields(struct job *job, const struct record *record);

/* In which of the fields an address found (NULL: none) differs from the one wanted. */
uint64_t differ_address(const struct address *want, const struct address *found, uint64_t fields);

/* The NIC's address that has the same host and prefix, whatever else may differ. */
const struct address *differ_same_host(const struct nic *nic, const struct address *a);

/*
 * The NIC's own entry of an address, or a route, that we put there and that is wanted no longer;
 * NULL where that is not so.
 */
const struct address *differ_address_left_over(const struct address *ours, const struct nic *target,
					       const struct link *found);
const struct route *differ_route_left_over(const struct route *ours, const struct nic *target,
					   const struct link *found);

/* Has software moved it to the bridge that the NIC is in, and stays in? Then that is its place. */
bool differ_address_moved(const struct job *job, const struct address *a);
/* Has that happened to any of them? Then it is where their routes belong, too. */
bool differ_has_moved(const struct job *job);
/* The route is on the NIC, or has been moved so. */
bool differ_route_found(const struct job *job, const struct route *route);

/*
 * Does the plan's target take IPv6 off the NIC? Returns by what, such as "ipv6 = no", or NULL. The
 * kernel does so at an MTU below 1280 (RFC 8200, section 5) as well.
 */
const char *differ_ends_ipv6(const struct job *job);

#endif
