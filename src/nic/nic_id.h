/* SPDX-License-Identifier: MIT */
/*
 * What tells one NIC from every other: its namespace and its index there. The index stays when
 * the NIC is renamed, and is not given out twice until the next boot unless somebody asks for it.
 */
#ifndef NIC_NIC_ID_H
#define NIC_NIC_ID_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NET_ID_TEXT 40

struct nic_id {
	char netid[NET_ID_TEXT]; /* struct netns's id */
	int32_t ifindex;         /* 0: not known yet */
};

static inline struct nic_id nic_id(const char *netid, int ifindex)
{
	struct nic_id id = { .ifindex = ifindex };

	snprintf(id.netid, sizeof(id.netid), "%s", netid);
	return id;
}

/* An order, for qsort(3) and bsearch(3). */
static inline int nic_id_compare(const struct nic_id *a, const struct nic_id *b)
{
	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? -1 : 1;
	return strcmp(a->netid, b->netid);
}

#endif
