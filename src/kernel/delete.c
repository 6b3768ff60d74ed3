/* SPDX-License-Identifier: MIT */
/* Deletes many links at the cost of one. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/compat.h"
#include "kernel/delete.h"
#include "kernel/rtnl.h"
#include "base/compat.h"
#include "base/util.h"

/* A group taken by somebody else is as likely as a hit in 2^31; twice in a row is a fault. */
#define GROUP_TRIES 3

/* What is in the group, compared with what should be. */
struct census {
	const int *ours; /* sorted */
	size_t n, foreign;
	uint32_t group;
};

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static int count_foreign(const struct netlink_answer *answer, void *data)
{
	const struct ifinfomsg *head = answer->head;
	struct census *census = data;

	if (!answer->error && answer->type == RTM_NEWLINK &&
	    netlink_u32(&answer->attr[IFLA_GROUP]) == census->group &&
	    !bsearch(&head->ifi_index, census->ours, census->n, sizeof(int), compare_ints))
		census->foreign++;
	return answer->error;
}

static int check_group(struct netns *net, struct census *census)
{
	unsigned tries = 0;
	int ret;

	do {
		census->foreign = 0;
		ret = rtnl_dump_links(net->netlink, 0, -1, count_foreign, census);
	} while (netlink_again(ret, &tries));
	return ret == 0 && census->foreign ? -EAGAIN : ret;
}

/* Any but 0, which every link is in from the start. */
static int random_group(uint32_t *group)
{
	int ret = random_fill(group, sizeof(*group));

	*group = (*group & INT32_MAX) | 1;
	return ret;
}

static int set_groups(struct netns *net, const struct doomed *links, size_t n, uint32_t group)
{
	int *others = xcalloc(n, sizeof(*others)), ret;
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		if (!links[i].carrier ||
		    netns_set_group(net, links[i].name, links[i].ifindex, group) < 0)
			others[k++] = links[i].ifindex;
	ret = rtnl_set_groups(net->netlink, others, k, group);
	free(others);
	return ret;
}

/* Puts them into a group that holds nothing else, and deletes that. */
static int delete_group(struct netns *net, const struct doomed *links, size_t n)
{
	int *sorted = xcalloc(n, sizeof(*sorted)), ret = -EAGAIN;
	struct census census = { .ours = sorted, .n = n };
	unsigned tries;
	size_t i;

	for (i = 0; i < n; i++)
		sorted[i] = links[i].ifindex;
	qsort(sorted, n, sizeof(*sorted), compare_ints);
	for (tries = 0; ret == -EAGAIN && tries < GROUP_TRIES; tries++) {
		ret = random_group(&census.group);
		if (ret == 0)
			ret = set_groups(net, links, n, census.group);
		if (ret == 0)
			ret = check_group(net, &census);
	}
	if (ret == 0)
		ret = rtnl_del_group(net->netlink, census.group);
	free(sorted);
	return ret;
}

size_t delete_links(struct netns *net, struct doomed *links, size_t n)
{
	size_t i, stayed = 0;

	for (i = 0; i < n; i++)
		links[i].error = 0;
	if (n > 1 && delete_group(net, links, n) == 0)
		return 0;
	/* whatever stood in the way: one by one each link says for itself what is wrong */
	for (i = 0; i < n; i++) {
		links[i].error = rtnl_del_link(net->netlink, links[i].ifindex);
		if (links[i].error == -ENODEV)
			links[i].error = 0;
		stayed += links[i].error < 0;
	}
	return stayed;
}
