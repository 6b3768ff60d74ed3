/* SPDX-License-Identifier: MIT */
/* What is on top of our links, in any namespace. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/compat.h"
#include "kernel/ifreq.h"
#include "kernel/rtnl.h"
#include "kernel/uppers.h"
#include "base/text.h"
#include "base/util.h"

/* Up to so many, a look into sysfs for each beats a dump of all. */
#define LOOK_EACH_MAX 8

struct looking {
	struct uppers *uppers;
	struct netns *net;
	int fd; /* of net */
	/* the ids that other namespaces have in net, and which of them were visited */
	int *nsids;
	bool *visited;
	size_t nnsids, nsids_cap;
};

static int compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

static int compare_uppers(const void *a, const void *b)
{
	const struct upper *x = a, *y = b;

	return compare_ints(&x->lower, &y->lower);
}

static bool is_asked_for(const struct uppers *uppers, int ifindex)
{
	return ifindex && uppers->nlowers &&
	       bsearch(&ifindex, uppers->lowers, uppers->nlowers, sizeof(int), compare_ints);
}

/*
 * The device that this one is on top of, or 0. A VXLAN's packets may leave through one. What stands
 * on nothing, and was made from another namespace, names its own index, as if it were one of there
 * (rtnl_fill_link_netnsid() and dev_get_iflink()).
 */
static int lower_of(const struct netlink_answer *answer, char kind[16])
{
	static const char *const stacked[] = { "vlan",   "macvlan", "macvtap",
					       "ipvlan", "ipvtap",  "macsec" };
	const struct ifinfomsg *head = answer->head;
	struct netlink_attr info[NETLINK_ATTRS], data[NETLINK_ATTRS];
	int lower = (int)netlink_u32(&answer->attr[IFLA_LINK]);
	size_t i;

	netlink_nested(info, &answer->attr[IFLA_LINKINFO]);
	netlink_text(kind, 16, &info[IFLA_INFO_KIND]);
	if (strcmp(kind, "vxlan") == 0) {
		netlink_nested(data, &info[IFLA_INFO_DATA]);
		return (int)netlink_u32(&data[IFLA_VXLAN_LINK]);
	}
	if (lower != head->ifi_index)
		return lower;
	for (i = 0; i < ARRAY_SIZE(stacked); i++)
		if (strcmp(kind, stacked[i]) == 0)
			return lower;
	return 0;
}

int uppers_take(const struct netlink_answer *answer, void *data)
{
	const struct ifinfomsg *head = answer->head;
	const struct netlink_attr *nsid = &answer->attr[IFLA_LINK_NETNSID];
	struct upper upper = { .nsid = -1 };
	struct uppers *uppers = data;

	if (answer->error || answer->type != RTM_NEWLINK)
		return answer->error == -ENODEV ? 0 : answer->error;
	upper.lower = lower_of(answer, upper.kind);
	upper.ifindex = head->ifi_index;
	if (!is_asked_for(uppers, upper.lower))
		return 0;
	if (nsid->data)
		upper.nsid = (int)netlink_u32(nsid);
	netlink_text(upper.name, sizeof(upper.name), &answer->attr[IFLA_IFNAME]);
	uppers->list = array_grow(uppers->list, &uppers->cap, uppers->n, sizeof(upper));
	uppers->list[uppers->n++] = upper;
	return 0;
}

/*
 * Keeps those behind first whose lower is of the namespace with that id, as seen from theirs
 * (where); NULL: of theirs itself, of which no id is told.
 */
static void keep_if_ours(struct uppers *uppers, size_t first, int nsid, const char *where)
{
	size_t i, n = first;

	for (i = first; i < uppers->n; i++) {
		if (uppers->list[i].nsid != nsid || (where && nsid < 0))
			continue;
		uppers->list[n] = uppers->list[i];
		uppers->list[n++].where = where ? xstrdup(where) : NULL;
	}
	uppers->n = n;
}

static int dump(struct netlink *netlink, int nsid, struct uppers *uppers)
{
	const size_t first = uppers->n;
	unsigned tries = 0;
	int ret;

	do {
		uppers->n = first;
		ret = rtnl_dump_links(netlink, 0, nsid, uppers_take, uppers);
	} while (netlink_again(ret, &tries));
	return ret;
}

/* sysfs names all that is linked with it, masters and lower devices aside. */
static int look_at_one(struct netns *net, struct uppers *uppers, const char *lower)
{
	struct rtnl_key key = { 0 };
	char upper[IFNAMSIZ];
	size_t at = 0;
	int ret;

	while ((ret = netns_next_upper(net, lower, upper, &at)) > 0) {
		key.name = upper;
		ret = rtnl_get_links(net->netlink, &key, 1, uppers_take, uppers);
		if (ret < 0)
			break;
	}
	return ret;
}

static int look_each(struct netns *net, struct uppers *uppers)
{
	char lower[IFNAMSIZ];
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < uppers->nlowers; i++) {
		ret = ifreq_get_name(net->sock, uppers->lowers[i], lower);
		/* what is gone has nothing on top of it */
		if (ret == -ENODEV)
			ret = 0;
		else if (ret == 0)
			ret = look_at_one(net, uppers, lower);
	}
	return ret;
}

static int look_at_home(struct netns *net, struct uppers *uppers)
{
	int ret = 0;

	if (!uppers->home)
		ret = uppers->nlowers <= LOOK_EACH_MAX && net->sysfs >= 0
			      ? look_each(net, uppers)
			      : dump(net->netlink, -1, uppers);
	if (ret == 0)
		keep_if_ours(uppers, 0, -1, NULL);
	return ret;
}

/* Whose id this is, is known once its namespace is visited. */
static void mark_visited(struct looking *looking, const struct netns *net)
{
	int nsid;
	size_t i;

	if (!looking->nnsids || net->fd < 0 ||
	    rtnl_get_nsid(looking->net->netlink, net->fd, &nsid) < 0)
		return;
	for (i = 0; i < looking->nnsids; i++)
		if (looking->nsids[i] == nsid)
			looking->visited[i] = true;
}

static int look_in(struct netns *net, const char *where, void *data)
{
	struct looking *looking = data;
	struct uppers *uppers = looking->uppers;
	const size_t first = uppers->n;
	int ret, nsid;

	if (strcmp(net->id, looking->net->id) == 0)
		return 0;
	mark_visited(looking, net);
	ret = dump(net->netlink, -1, uppers);
	if (ret < 0 || uppers->n == first)
		return ret;
	/* what it told is the id that it has for ours, by now at the latest */
	ret = rtnl_get_nsid(net->netlink, looking->fd, &nsid);
	keep_if_ours(uppers, first, ret < 0 ? -1 : nsid, where);
	return ret;
}

static int take_nsid(const struct netlink_answer *answer, void *data)
{
	struct looking *looking = data;

	if (answer->error || !answer->attr[NETNSA_NSID].data)
		return answer->error;
	looking->nsids = array_grow(looking->nsids, &looking->nsids_cap, looking->nnsids,
				    sizeof(*looking->nsids));
	looking->nsids[looking->nnsids++] = (int)netlink_u32(&answer->attr[NETNSA_NSID]);
	return 0;
}

/* A kernel before 4.0 has no ids, and nothing could be moved to where it is not found. */
static int list_nsids(struct looking *looking)
{
	unsigned tries = 0;
	int ret;

	do {
		looking->nnsids = 0;
		ret = rtnl_dump_nsids(looking->net->netlink, take_nsid, looking);
	} while (netlink_again(ret, &tries));
	looking->visited = xcalloc(looking->nnsids + 1, sizeof(bool));
	return ret == -EOPNOTSUPP || ret == -EINVAL ? 0 : ret;
}

/* Namespaces that no file leads to, but that the kernel can be asked of by their ids. */
static int look_from_outside(struct looking *looking, char where[NAMESPACE_TEXT])
{
	struct uppers *uppers = looking->uppers;
	int ret = 0, nsid;
	size_t i, first;

	for (i = 0; ret == 0 && i < looking->nnsids; i++) {
		if (looking->visited[i])
			continue;
		first = uppers->n;
		snprintf(where, NAMESPACE_TEXT, "network namespace with the nsid %d",
			 looking->nsids[i]);
		ret = dump(looking->net->netlink, looking->nsids[i], uppers);
		/* it went meanwhile */
		if (ret == -EINVAL)
			ret = 0;
		nsid = -1;
		if (ret == 0 && uppers->n > first)
			ret = rtnl_get_nsid(looking->net->netlink, looking->fd, &nsid);
		keep_if_ours(uppers, first, nsid, where);
	}
	return ret;
}

static int look_elsewhere(struct netns *net, struct uppers *uppers, char where[NAMESPACE_TEXT])
{
	struct looking looking = { .uppers = uppers, .net = net, .fd = net->fd };
	int ret;

	if (net->fd < 0)
		looking.fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	snprintf(where, NAMESPACE_TEXT, "network namespaces that have an nsid here");
	ret = looking.fd < 0 ? -errno : list_nsids(&looking);
	if (ret == 0)
		ret = namespaces_visit(look_in, &looking, where);
	if (ret == 0)
		ret = look_from_outside(&looking, where);
	if (net->fd < 0 && looking.fd >= 0)
		close(looking.fd);
	free(looking.nsids);
	free(looking.visited);
	return ret;
}

void uppers_begin(struct uppers *uppers, const int *ifindexes, size_t n)
{
	size_t i;

	*uppers = (struct uppers){ .lowers = xcalloc(n + 1, sizeof(*uppers->lowers)) };
	for (i = 0; i < n; i++)
		if (ifindexes[i])
			uppers->lowers[uppers->nlowers++] = ifindexes[i];
	qsort(uppers->lowers, uppers->nlowers, sizeof(*uppers->lowers), compare_ints);
}

int uppers_find(struct netns *net, struct uppers *uppers, bool anywhere, char where[NAMESPACE_TEXT])
{
	int ret;

	snprintf(where, NAMESPACE_TEXT, "network namespace %s",
		 net->name ? net->name : "of config_tap itself");
	ret = uppers->nlowers ? look_at_home(net, uppers) : 0;
	if (ret == 0 && uppers->nlowers && anywhere)
		ret = look_elsewhere(net, uppers, where);
	if (uppers->n)
		qsort(uppers->list, uppers->n, sizeof(*uppers->list), compare_uppers);
	return ret;
}

void uppers_free(struct uppers *uppers)
{
	size_t i;

	for (i = 0; i < uppers->n; i++)
		free(uppers->list[i].where);
	free(uppers->list);
	free(uppers->lowers);
	*uppers = (struct uppers){ 0 };
}

const struct upper *uppers_next(const struct uppers *uppers, int ifindex, size_t *at)
{
	for (; *at < uppers->n; ++*at)
		if (uppers->list[*at].lower == ifindex)
			return &uppers->list[(*at)++];
	return NULL;
}

char *upper_format(char buf[UPPER_TEXT], const struct upper *upper)
{
	char name[IFNAMSIZ * 4];

	snprintf(buf, UPPER_TEXT, "%s%s%s%s%s%s", text_escape(name, sizeof(name), upper->name),
		 upper->kind[0] ? " (" : "", upper->kind, upper->kind[0] ? ")" : "",
		 upper->where ? " in " : "", upper->where ? upper->where : "");
	return buf;
}
