/* SPDX-License-Identifier: MIT */
/* Deletes many links at the cost of one. */
#include "config.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "kernel/delete.h"
#include "base/util.h"

/* A group taken by somebody else is as likely as a hit in 2^31; twice in a row is a fault. */
#define GROUP_TRIES 3

/* What is in the group, compared with what should be. */
struct census {
	const struct doomed *sorted;
	size_t n, ours, foreign;
	uint32_t group;
};

static int compare_links(const void *a, const void *b)
{
	const struct doomed *x = a, *y = b;

	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

static int count_member(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct doomed link = { .ifindex = info->ifi_index };
	struct census *census = data;
	const struct nlattr *a;

	mnl_attr_for_each(a, message, sizeof(*info)) {
		if (mnl_attr_get_type(a) != IFLA_GROUP || netlink_u32(a) != census->group)
			continue;
		if (bsearch(&link, census->sorted, census->n, sizeof(link), compare_links))
			census->ours++;
		else
			census->foreign++;
	}
	return MNL_CB_OK;
}

static int delete_each(struct netns *net, const struct doomed *links, size_t n)
{
	int ret, first = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		ret = netlink_del_link(net->netlink, links[i].ifindex);
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

static int set_groups(struct netns *net, const struct doomed *links, size_t n, uint32_t group)
{
	int *others = xcalloc(n, sizeof(*others)), ret;
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		if (!links[i].carrier ||
		    netns_set_group(net, links[i].name, links[i].ifindex, group) < 0)
			others[k++] = links[i].ifindex;
	ret = netlink_set_groups(net->netlink, others, k, group);
	free(others);
	return ret;
}

/* Returns 0 where the group holds ours and nothing else, -EAGAIN where another is to be tried. */
static int gather(struct netns *net, const struct doomed *sorted, size_t n, uint32_t *group)
{
	struct census census = { .sorted = sorted, .n = n };
	int ret = random_group(group);

	if (ret == 0)
		ret = set_groups(net, sorted, n, *group);
	census.group = *group;
	if (ret == 0)
		ret = netlink_dump_links(net->netlink, count_member, &census);
	if (ret == 0 && census.foreign)
		ret = -EAGAIN;
	return ret;
}

int delete_links(struct netns *net, const struct doomed *links, size_t n)
{
	struct doomed *sorted;
	uint32_t group;
	int ret = -EAGAIN, tries;

	if (n < 2)
		return delete_each(net, links, n);
	sorted = xcalloc(n, sizeof(*sorted));
	memcpy(sorted, links, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_links);
	for (tries = 0; ret == -EAGAIN && tries < GROUP_TRIES; tries++)
		ret = gather(net, sorted, n, &group);
	if (ret == 0)
		ret = netlink_del_group(net->netlink, group);
	/* whatever stood in the way: one by one each link says for itself what is wrong */
	if (ret < 0)
		ret = delete_each(net, sorted, n);
	free(sorted);
	return ret;
}
