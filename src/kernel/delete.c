/* SPDX-License-Identifier: MIT */
/* Deletes many links at the cost of one, and none that somebody uses. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kernel/compat.h"
#include "kernel/delete.h"
#include "kernel/ifreq.h"
#include "kernel/rtnl.h"
#include "kernel/tun.h"
#include "kernel/uppers.h"
#include "base/compat.h"
#include "base/text.h"
#include "base/util.h"

/* A group taken by somebody else is as likely as a hit in 2^31; twice in a row is a fault. */
#define GROUP_TRIES 3
/* Open beside the claims: standard streams, lock, records, sockets, namespaces. */
#define OTHER_FILES 48
/* Up to so many, asking for each beats a dump of all. */
#define LOOK_EACH_MAX 8

/* What is deleted together. */
struct batch {
	struct netns *net;
	struct doomed **links; /* by index; those that failed are among them */
	size_t n;
	int *claims; /* descriptors, -1 where there is none */
	uint32_t group;
	size_t foreign; /* links in that group that are none of ours */
	bool force;     /* no matter who uses them */
	struct uppers uppers;
};

static int compare_links(const void *a, const void *b)
{
	const struct doomed *x = *(struct doomed *const *)a, *y = *(struct doomed *const *)b;

	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

/* The place in the batch of the link with that index; n: it is none of them. */
static size_t batch_place(const struct batch *batch, int ifindex)
{
	struct doomed key = { .ifindex = ifindex }, *at = &key;
	struct doomed **hit =
		ifindex ? bsearch(&at, batch->links, batch->n, sizeof(at), compare_links) : NULL;

	return hit ? (size_t)(hit - batch->links) : batch->n;
}

static void __attribute__((format(printf, 2, 3))) keep(struct doomed *link, const char *fmt, ...)
{
	va_list ap;

	if (link->error)
		return;
	link->error = -EBUSY;
	va_start(ap, fmt);
	link->why = xvasprintf(fmt, ap);
	va_end(ap);
}

/* claims */

/* Returns a descriptor, -EBUSY where somebody is attached, or -errno where it cannot be tried. */
static int claim_link(struct netns *net, const struct doomed *link)
{
	int fd = netns_open_tun(net), ret;

	if (fd < 0)
		return fd;
	ret = tun_attach(fd, link->name, link->claim, false);
	/* the name may be another one's by now */
	if (ret == 0)
		ret = ifreq_check_index(net->sock, link->name, link->ifindex);
	if (ret == 0)
		return fd;
	close(fd);
	return ret;
}

static void claim_all(struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++) {
		if (!batch->links[i]->claim)
			continue;
		batch->claims[i] = claim_link(batch->net, batch->links[i]);
		/* what cannot be claimed for another reason is looked at */
		if (batch->claims[i] == -EBUSY)
			batch->links[i]->error = -EBUSY;
	}
}

static void let_all_go(struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++)
		if (batch->claims[i] >= 0)
			close(batch->claims[i]);
}

/* As many as there can be descriptors. */
static size_t batch_size(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 1;
	if (files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &files) < 0)
			getrlimit(RLIMIT_NOFILE, &files);
	}
	return files.rlim_cur > OTHER_FILES ? files.rlim_cur - OTHER_FILES : 1;
}

/* the last look */

/* Has somebody attached, beside our holder and our claim? */
static bool is_attached(const struct netlink_answer *answer, unsigned ours)
{
	struct netlink_attr info[NETLINK_ATTRS], data[NETLINK_ATTRS];
	char kind[16];

	netlink_nested(info, &answer->attr[IFLA_LINKINFO]);
	netlink_text(kind, sizeof(kind), &info[IFLA_INFO_KIND]);
	if (strcmp(kind, "tun") != 0)
		return false;
	netlink_nested(data, &info[IFLA_INFO_DATA]);
	if (netlink_u8(&data[IFLA_TUN_MULTI_QUEUE]))
		return netlink_u32(&data[IFLA_TUN_NUM_QUEUES]) +
			       netlink_u32(&data[IFLA_TUN_NUM_DISABLED_QUEUES]) >
		       ours;
	/* of one queue, and before 4.20 of all, the carrier alone shows it */
	return !ours && netlink_u8(&answer->attr[IFLA_CARRIER]);
}

static void look_at_ours(struct batch *batch, size_t at, const struct netlink_answer *answer)
{
	struct doomed *link = batch->links[at];
	const int master = (int)netlink_u32(&answer->attr[IFLA_MASTER]);
	char name[IFNAMSIZ] = "?", escaped[IFNAMSIZ * 4];

	if (is_attached(answer, link->queues + (batch->claims[at] >= 0)))
		link->error = link->error ? link->error : -EBUSY;
	if (!master || master == link->master)
		return;
	ifreq_get_name(batch->net->sock, master, name);
	keep(link, "in use: it has become a port of %s",
	     text_escape(escaped, sizeof(escaped), name));
}

/* A port of a bridge of ours that is none of those that go. */
static void look_at_port(struct batch *batch, size_t bridge, const struct netlink_answer *answer)
{
	char name[IFNAMSIZ], escaped[IFNAMSIZ * 4];

	netlink_text(name, sizeof(name), &answer->attr[IFLA_IFNAME]);
	keep(batch->links[bridge], "in use by its port %s",
	     text_escape(escaped, sizeof(escaped), name));
}

static int look_at_link(const struct netlink_answer *answer, void *data)
{
	const struct ifinfomsg *head = answer->head;
	struct batch *batch = data;
	size_t at, bridge;

	if (answer->error || answer->type != RTM_NEWLINK)
		return answer->error == -ENODEV ? 0 : answer->error;
	at = batch_place(batch, head->ifi_index);
	bridge = batch_place(batch, (int)netlink_u32(&answer->attr[IFLA_MASTER]));
	if (at < batch->n && !batch->force)
		look_at_ours(batch, at, answer);
	if (at == batch->n && bridge < batch->n && !batch->force)
		look_at_port(batch, bridge, answer);
	if (at == batch->n && batch->group &&
	    netlink_u32(&answer->attr[IFLA_GROUP]) == batch->group)
		batch->foreign++;
	return uppers_take(answer, &batch->uppers);
}

static int look_at_each(struct batch *batch)
{
	struct rtnl_key key = { 0 };
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < batch->n; i++) {
		key.ifindex = batch->links[i]->ifindex;
		ret = rtnl_get_links(batch->net->netlink, &key, 1, look_at_link, batch);
		if (ret == 0)
			ret = rtnl_dump_links(batch->net->netlink, key.ifindex, -1, look_at_link,
					      batch);
	}
	return ret;
}

/* Also shows whether all that is in the group is ours. */
static int look_at_all(struct batch *batch)
{
	const bool each = batch->n <= LOOK_EACH_MAX && !batch->group;
	unsigned tries = 0;
	int ret;

	do {
		batch->foreign = batch->uppers.n = 0;
		ret = each ? look_at_each(batch)
			   : rtnl_dump_links(batch->net->netlink, 0, -1, look_at_link, batch);
	} while (netlink_again(ret, &tries));
	batch->uppers.home = ret == 0 && !each;
	if (!batch->uppers.home)
		batch->uppers.n = 0;
	return ret;
}

static bool is_going(const struct batch *batch, int ifindex)
{
	size_t at = batch_place(batch, ifindex);

	return at < batch->n && !batch->links[at]->error;
}

/* Anything on top of one of them would go with it. */
static int look_for_uppers(struct batch *batch, char where[NAMESPACE_TEXT])
{
	int ret = uppers_find(batch->net, &batch->uppers, true, where);
	char text[UPPER_TEXT];
	size_t i, at;

	for (i = 0; ret == 0 && i < batch->uppers.n; i++) {
		const struct upper *upper = &batch->uppers.list[i];

		at = batch_place(batch, upper->lower);
		if (at < batch->n && (upper->where || !is_going(batch, upper->ifindex)))
			keep(batch->links[at], "in use by %s, which is on top of it",
			     upper_format(text, upper));
	}
	return ret;
}

/* Where they are in a group, all links have been looked at just now. */
static void look_last(struct batch *batch, bool gathered)
{
	char where[NAMESPACE_TEXT] = "network namespace";
	int ret = gathered ? 0 : look_at_all(batch);
	size_t i;

	if (ret == 0)
		ret = look_for_uppers(batch, where);
	for (i = 0; ret < 0 && i < batch->n; i++) {
		if (batch->links[i]->error)
			continue;
		keep(batch->links[i],
		     "something may be on top of it: the %s cannot be inspected "
		     "(%s)",
		     where, netlink_cause(ret));
		batch->links[i]->error = ret;
	}
}

/* the deletion */

/* Any but 0, which every link is in from the start. */
static int random_group(uint32_t *group)
{
	int ret = random_fill(group, sizeof(*group));

	*group = (*group & INT32_MAX) | 1;
	return ret;
}

/* Puts them into the group; or those that stay back into the one that each was in. */
static int set_groups(struct batch *batch, bool back)
{
	int *others = xcalloc(batch->n, sizeof(*others)), ret = 0;
	size_t i, k = 0;

	for (i = 0; i < batch->n; i++) {
		const struct doomed *link = batch->links[i];

		if (!link->error == back)
			continue;
		if (back)
			rtnl_set_group(batch->net->netlink, link->ifindex, link->group);
		else if (!link->carrier ||
			 netns_set_group(batch->net, link->name, link->ifindex, batch->group) < 0)
			others[k++] = link->ifindex;
	}
	if (k)
		ret = rtnl_set_groups(batch->net->netlink, others, k, batch->group);
	free(others);
	return ret;
}

static size_t count_left(const struct batch *batch)
{
	size_t i, n = 0;

	for (i = 0; i < batch->n; i++)
		n += !batch->links[i]->error;
	return n;
}

/* Gathers them in a group that nobody has: 0, or -errno, and then each is deleted alone. */
static int gather(struct batch *batch)
{
	unsigned tries;
	int ret = -EAGAIN;

	for (tries = 0; ret == -EAGAIN && tries < GROUP_TRIES; tries++) {
		ret = random_group(&batch->group);
		if (ret == 0)
			ret = set_groups(batch, false);
		if (ret == 0)
			ret = look_at_all(batch);
		if (ret == 0 && batch->foreign)
			ret = -EAGAIN;
	}
	return ret;
}

/* One by one each link says for itself what is wrong. */
static void delete_each(struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->n; i++) {
		struct doomed *link = batch->links[i];

		if (link->error)
			continue;
		link->error = rtnl_del_link(batch->net->netlink, link->ifindex);
		if (link->error == -ENODEV)
			link->error = 0;
	}
}

static void ask_for_uppers(struct batch *batch)
{
	int *ifindexes = xcalloc(batch->n, sizeof(*ifindexes));
	size_t i;

	for (i = 0; i < batch->n; i++)
		ifindexes[i] = batch->links[i]->error ? 0 : batch->links[i]->ifindex;
	uppers_begin(&batch->uppers, ifindexes, batch->n);
	free(ifindexes);
}

static void delete_batch(struct batch *batch)
{
	bool gathered;

	ask_for_uppers(batch);
	gathered = count_left(batch) > 1 && gather(batch) == 0;
	if (!batch->force)
		look_last(batch, gathered);
	if (gathered)
		set_groups(batch, true);
	uppers_free(&batch->uppers);
	if (count_left(batch) == 0)
		return;
	if (!gathered || rtnl_del_group(batch->net->netlink, batch->group) < 0)
		delete_each(batch);
}

size_t delete_links(struct netns *net, struct doomed *links, size_t n, bool force)
{
	const size_t most = force ? n : batch_size();
	struct batch batch = { .net = net, .force = force };
	size_t i, k, stayed = 0;

	batch.links = xcalloc(n, sizeof(*batch.links));
	batch.claims = xcalloc(n, sizeof(*batch.claims));
	for (i = 0; i < n; i += batch.n) {
		batch.n = n - i < most ? n - i : most;
		batch.group = 0;
		for (k = 0; k < batch.n; k++) {
			links[i + k].error = 0;
			links[i + k].why = NULL;
			batch.links[k] = &links[i + k];
			batch.claims[k] = -1;
		}
		qsort(batch.links, batch.n, sizeof(*batch.links), compare_links);
		if (!force)
			claim_all(&batch);
		delete_batch(&batch);
		let_all_go(&batch);
	}
	for (i = 0; i < n; i++)
		stayed += links[i].error < 0;
	free(batch.links);
	free(batch.claims);
	return stayed;
}
