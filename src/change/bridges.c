/* SPDX-License-Identifier: MIT */
/* Bridges that we made for NICs to join. */
#include "config.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/bridges.h"
#include "base/log.h"
#include "kernel/links.h"
#include "base/util.h"

/* Does a port of the bridge come by? */
static int count_port(const struct nlmsghdr *message, void *data)
{
	size_t *n = data;

	(void)message;
	++*n;
	return 1;
}

static void collect_bridge(struct record *record, void *data)
{
	if (record->is_bridge)
		record_list_add(data, record);
}

/* Is it the one that we made? */
static bool is_our_bridge(const struct record *record, const struct link *found)
{
	return strcmp(found->kind, "bridge") == 0 &&
	       memcmp(found->nic.mac, record->mac, sizeof(record->mac)) == 0 &&
	       (!record->ifindex || record->ifindex == found->ifindex);
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
		ret = netlink_dump_ports(net->netlink, found->ifindex, count_port, &ports);
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
	if (strcmp(net->id, record->netid) != 0)
		return record->netns != NULL;
	ret = is_over(net, record, &found);
	if (ret <= 0 || !found.ifindex)
		return ret;
	ret = netlink_del_link(net->netlink, found.ifindex);
	if (ret < 0 && ret != -ENODEV)
		return ret;
	log_step("%s: delete bridge without ports", record->name);
	return 1;
}

size_t bridges_remove_empty(struct records *state, bool *changed)
{
	struct record_list bridges = { 0 };
	size_t i, failed = 0;

	*changed = false;
	records_each(state, collect_bridge, &bridges);
	for (i = 0; i < bridges.n; i++) {
		int ret = remove_bridge(bridges.list[i]);

		if (ret < 0) {
			log_nic_error(bridges.list[i]->name, "delete the bridge", strerror(-ret));
			failed++;
		} else if (ret) {
			records_remove(state, bridges.list[i]);
			*changed = true;
		}
	}
	free(bridges.list);
	return failed;
}
