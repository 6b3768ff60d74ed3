/* SPDX-License-Identifier: MIT */
/* Bridges that we made for NICs to join. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/bridges.h"
#include "base/log.h"
#include "kernel/links.h"
#include "kernel/rtnl.h"
#include "base/util.h"

/* Is it the one that we made? */
static bool is_our_bridge(const struct record *record, const struct link *found)
{
	return strcmp(found->kind, "bridge") == 0 &&
	       memcmp(found->nic.mac, record->mac, sizeof(record->mac)) == 0 &&
	       (!record->id.ifindex || record->id.ifindex == found->ifindex);
}

/* Is the bridge gone, or has it no port left? Returns 1, 0, or -errno. */
static int is_over(struct netns *net, const struct record *record, struct link *found)
{
	size_t ports = 0;
	int ret;

	snprintf(found->nic.name, sizeof(found->nic.name), "%s", record->name);
	ret = link_read(net, found);
	if (ret == 0 && !is_our_bridge(record, found)) {
		found->ifindex = 0;
		return 1;
	}
	if (ret == 0)
		ret = links_count_ports(net, found->ifindex, &ports);
	return ret < 0 ? ret : !ports;
}

/*
 * A bridge that we made goes with its last port. Returns 1 where the record is to go, 0 where it
 * stays, -errno where that cannot be told or done.
 */
static int remove_bridge(const struct record *record)
{
	struct netns *net = netns_get(record->netns);
	struct link found = { 0 };
	int ret;

	if (!net)
		return netns_is_gone(errno) ? 1 : -errno;
	/* another namespace has that name now; or this is another one, and the bridge is there */
	if (strcmp(net->id, record->id.netid) != 0)
		return record->netns != NULL;
	ret = is_over(net, record, &found);
	if (ret <= 0 || !found.ifindex)
		return ret;
	ret = rtnl_del_link(net->netlink, found.ifindex);
	if (ret < 0 && ret != -ENODEV)
		return ret;
	log_step("%s: delete bridge without ports", record->name);
	return 1;
}

size_t bridges_remove_empty(struct records *state, bool *changed)
{
	size_t i = 0, failed = 0;

	*changed = false;
	while (i < records_count(state)) {
		struct record *record = records_at(state, i);
		int ret = record->implicit ? remove_bridge(record) : 0;

		if (ret < 0) {
			log_nic_error(record->name, "delete the bridge", strerror(-ret));
			failed++;
		}
		if (ret > 0) {
			records_remove(state, record);
			*changed = true;
		} else {
			i++;
		}
	}
	return failed;
}
