/* SPDX-License-Identifier: MIT */
/* Deletes many links at the cost of one. */
#include "config.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "delete.h"
#include "util.h"

/* A group taken by somebody else is as likely as a hit in 2^31; twice in a row is a fault. */
#define GROUP_TRIES 3

/* What is in the group, compared with what should be. */
struct census {
	const int *sorted;
	size_t n, ours, foreign;
	uint32_t group;
};

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static int count_member(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	struct census *census = data;
	const struct nlattr *a;

	mnl_attr_for_each(a, message, sizeof(*link)) {
		if (mnl_attr_get_type(a) != IFLA_GROUP || rtnl_u32(a) != census->group)
			continue;
		if (bsearch(&link->ifi_index, census->sorted, census->n, sizeof(int), compare_ints))
			census->ours++;
		else
			census->foreign++;
	}
	return MNL_CB_OK;
}

static int delete_each(struct rtnl *rtnl, const int *ifindexes, size_t n)
{
	int ret, first = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		ret = rtnl_del_link(rtnl, ifindexes[i]);
		if (ret < 0 && ret != -ENODEV && first == 0)
			first = ret;
	}
	return first;
}

/* Any but 0, which every link is in from the start. */
static int random_group(uint32_t *group)
{
	if (getrandom(group, sizeof(*group), 0) != sizeof(*group))
		return -errno;
	*group = (*group & INT32_MAX) | 1;
	return 0;
}

/* Returns 0 where the group holds ours and nothing else, -EAGAIN where another is to be tried. */
static int gather(struct rtnl *rtnl, const int *sorted, size_t n, uint32_t *group)
{
	struct census census = { .sorted = sorted, .n = n };
	int ret = random_group(group);

	if (ret == 0)
		ret = rtnl_set_groups(rtnl, sorted, n, *group);
	census.group = *group;
	if (ret == 0)
		ret = rtnl_dump_links(rtnl, count_member, &census);
	if (ret == 0 && census.foreign)
		ret = -EAGAIN;
	return ret;
}

int delete_links(struct rtnl *rtnl, const int *ifindexes, size_t n)
{
	int *sorted, ret = -EAGAIN, tries;
	uint32_t group;

	if (n < 2)
		return delete_each(rtnl, ifindexes, n);
	sorted = xcalloc(n, sizeof(*sorted));
	memcpy(sorted, ifindexes, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_ints);
	for (tries = 0; ret == -EAGAIN && tries < GROUP_TRIES; tries++)
		ret = gather(rtnl, sorted, n, &group);
	if (ret == 0)
		ret = rtnl_del_group(rtnl, group);
	/* whatever stood in the way: one by one each link says for itself what is wrong */
	if (ret < 0)
		ret = delete_each(rtnl, sorted, n);
	free(sorted);
	return ret;
}
