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

bool link_has_altname(const struct link *link, const char *name)
{
	size_t i;

	for (i = 0; i < link->naltnames; i++)
		if (strcmp(link->altnames[i], name) == 0)
			return true;
	return false;
}

void link_clear(struct link *link)
{
	struct link empty = { .wanted_index = link->wanted_index };
	size_t i;

	strcpy(empty.nic.name, link->nic.name);
	free(link->nic.addresses);
	free(link->nic.routes);
	free(link->nic.peers);
	free(link->nic.alias);
	free(link->nic.bridge);
	free(link->nic.ovs_bridge);
	for (i = 0; i < link->naltnames; i++)
		free(link->altnames[i]);
	free(link->altnames);
	for (i = 0; i < link->nkept; i++)
		free(link->kept[i].attributes);
	free(link->kept);
	free(link->fdb);
	free(link->master_addresses);
	free(link->master_routes);
	*link = empty;
}
