/* SPDX-License-Identifier: MIT */
/* A NIC as the kernel has it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "nic/link.h"

bool link_is_tuntap(const struct link *link)
{
	return link->ifindex && strcmp(link->kind, "tun") == 0;
}

void link_clear(struct link *link)
{
	struct link empty = { 0 };

	strcpy(empty.nic.name, link->nic.name);
	free(link->nic.addresses);
	free(link->nic.routes);
	free(link->nic.peers);
	free(link->nic.alias);
	free(link->nic.bridge);
	free(link->nic.ovs_bridge);
	free(link->master_addresses);
	free(link->master_routes);
	*link = empty;
}
