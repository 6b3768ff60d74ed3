/* SPDX-License-Identifier: MIT */
/* The central type: its defaults. */
#include "config.h"

#include <string.h>

#include "nic/nic.h"

struct nic nic_defaults(const char *name)
{
	struct nic nic = { 0 };

	strncpy(nic.name, name, IFNAMSIZ - 1);
	nic.num[NIC_GROUP] = NIC_NOBODY;
	nic.num[NIC_PORT] = NIC_PORT_DEFAULT;
	nic.num[NIC_LEARNING] = 1;
	nic.num[NIC_IPV6] = 1;
	nic.num[NIC_LINK_LOCAL] = 1;
	nic.num[NIC_MULTICAST] = 1;
	nic.num[NIC_ARP] = 1;
	nic.num[NIC_UP] = 1;
	nic.num[NIC_PERSIST] = 1;
	return nic;
}
