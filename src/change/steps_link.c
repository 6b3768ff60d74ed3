/* SPDX-License-Identifier: MIT */
/* Steps about the link: interface flags, and the holder that keeps it up. */
#include "config.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/differ.h"
#include "change/hold_entry.h"
#include "change/steps.h"
#include "holder/client.h"
#include "kernel/ifreq.h"
#include "kernel/rtnl.h"
#include "kernel/tun.h"
#include "nic/key.h"

/* flags */

static const struct {
	enum nic_field field;
	unsigned on, off;
} flag_bits[] = {
	{ NIC_UP, IFF_UP, 0 },
	{ NIC_PROMISC, IFF_PROMISC, 0 },
	{ NIC_ALLMULTI, IFF_ALLMULTI, 0 },
	{ NIC_MULTICAST, IFF_MULTICAST, 0 },
	{ NIC_ARP, 0, IFF_NOARP },
};

static void text_flags(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	const struct key *key;
	char text[KEY_TEXT];
	bool first = true;
	size_t i;

	(void)step;
	strcpy(buf, "set ");
	for (i = 0; (key = key_at(i)); i++) {
		if (!(job->plan.differs & DIFFER_FLAGS & NIC_BIT(key->field)))
			continue;
		text_add(buf, STEP_TEXT, "%s%s %s", first ? "" : ", ", key->name,
			 key_format(key, job->plan.target, text));
		first = false;
	}
}

static int run_flags(struct job *job, const struct step *step, const struct nic *source)
{
	unsigned flags = job_before(job)->flags;
	size_t i;

	(void)step;
	for (i = 0; i < ARRAY_SIZE(flag_bits); i++) {
		if (!(job->plan.differs & NIC_BIT(flag_bits[i].field)))
			continue;
		flags &= ~(flag_bits[i].on | flag_bits[i].off);
		flags |= source->num[flag_bits[i].field] ? flag_bits[i].on : flag_bits[i].off;
	}
	return ifreq_set_flags(job->net->sock, job->name, flags);
}

/* The socket of a vxlan is opened when it comes up. */
static bool cause_flags(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			int err)
{
	const struct nic *target = job->plan.target;

	(void)step;
	if (err != EADDRINUSE || target->num[NIC_MODE] != MODE_VXLAN)
		return false;
	snprintf(buf, CAUSE_TEXT,
		 "another program is using UDP port %u (ss -ulpn shows which); choose another "
		 "port, the same on every node",
		 target->num[NIC_PORT]);
	return true;
}

const struct step_kind step_flags = {
	.name = "flags",
	.text = text_flags,
	.run = run_flags,
	.undo = run_flags,
	.partial = true,
	.cause = cause_flags,
};

static bool is_removed(const struct job *job, const struct address *a)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].kind == &step_address_del &&
		    ip_same(&job->plan.steps[i].address->ip, &a->ip))
			return true;
	return false;
}

/* The kernel takes all IPv6 addresses away with the link: those of others come back. */
static int run_down(struct job *job, const struct step *step, const struct nic *source)
{
	const struct nic *found = &job_before(job)->nic;
	int ret = ifreq_set_flags(job->net->sock, job->name, job_before(job)->flags & ~IFF_UP);
	size_t i;

	(void)step;
	(void)source;
	for (i = 0; ret == 0 && job->record->adopted && i < found->naddresses; i++) {
		const struct address *a = &found->addresses[i];

		if (a->ip.family == AF_INET6 && !ip_is_link_local(&a->ip) && !is_removed(job, a))
			ret = rtnl_add_address(job->net->netlink, job->ifindex, a, true);
	}
	return ret;
}

const struct step_kind step_down = {
	.name = "down",
	.words = "bring it down",
	.run = run_down,
};

/* the holder */

const struct cause holder_causes[] = {
	{ ECONNRESET, "the holder ended; is " HOLDER_PROGRAM " installed, and may it change its "
		      "user here?" },
	{ EPIPE, "the holder ended; is " HOLDER_PROGRAM " installed, and may it change its user "
		 "here?" },
	{ EMFILE, "the holder has too many open files (ulimit -Hn)" },
	{ ECONNREFUSED,
	  "the holder runs, and its socket does not answer; end it with kill -9, then "
	  "config_tap start" },
	{ ETIMEDOUT, "the holder does not answer" },
	{ EPROTO, "the holder's answer makes no sense" },
	{ 0, NULL },
};

struct hold_entry hold_entry_of(const struct job *job, const struct nic *nic)
{
	struct hold_entry entry = { .ifindex = job->ifindex,
				    .drop = nic->num[NIC_SINK] == SINK_DROP,
				    .tap = nic->num[NIC_MODE] == MODE_TAP,
				    .shared = nic->num[NIC_CARRIER] == CARRIER_SHARED };

	snprintf(entry.name, sizeof(entry.name), "%s", job->name);
	/* the holder knows a NIC by where it was made */
	snprintf(entry.netid, sizeof(entry.netid), "%s",
		 job->elsewhere ? job->record->id.netid : job->net->id);
	return entry;
}

static void text_hold(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)step;
	strcpy(buf, job->plan.target->num[NIC_CARRIER] == CARRIER_SHARED
			    ? "hold the link up, for others to attach as well"
			    : "hold the link up");
}

/* The link goes up. The queue of a shared NIC is detached, or it would take others' frames. */
static int raise_link(const struct job *job, const struct nic *nic)
{
	int ret = tun_set_carrier(job->fd, true);

	if (ret == 0 && nic->num[NIC_CARRIER] == CARRIER_SHARED)
		ret = tun_set_queue(job->fd, false);
	return ret;
}

/* Is this what the holder says of one of the NICs, and not that it cannot be reached? */
static bool is_of_one(int error)
{
	return error != -ETIMEDOUT && error != -ECONNRESET && error != -ECONNREFUSED &&
	       error != -EPIPE && error != -EPROTO;
}

/*
 * Hands all descriptors over together; where the holder cannot take one of them, one by one. Those
 * whose link did not go up are not among them.
 */
static void hold_many(struct job *const *jobs, size_t n, int *results)
{
	struct hold_entry *entries = xcalloc(n, sizeof(*entries));
	size_t *which = xcalloc(n, sizeof(*which)), i, count = 0;
	int *fds = xcalloc(n, sizeof(*fds)), ret;

	for (i = 0; i < n; i++) {
		results[i] = raise_link(jobs[i], jobs[i]->plan.target);
		if (results[i] < 0)
			continue;
		jobs[i]->handed = true;
		entries[count] = hold_entry_of(jobs[i], jobs[i]->plan.target);
		fds[count] = jobs[i]->fd;
		which[count++] = i;
	}
	ret = holder_hold(entries, fds, count);
	/* it may have taken some, or all where its answer alone was lost */
	if (ret < 0)
		holder_release(entries, count);
	for (i = 0; ret < 0 && i < count; i++)
		results[which[i]] =
			count > 1 && is_of_one(ret) ? holder_hold(&entries[i], &fds[i], 1) : ret;
	free(entries);
	free(which);
	free(fds);
}

const struct step_kind step_hold = {
	.name = "hold",
	.text = text_hold,
	.turn = TURN_HOLD,
	.run_many = hold_many,
	.causes = holder_causes,
};

/* One message to the holder lets all go. */
static void release_many(struct job *const *jobs, size_t n, int *results)
{
	struct hold_entry *entries = xcalloc(n, sizeof(*entries));
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		entries[i] = hold_entry_of(jobs[i], &job_before(jobs[i])->nic);
		/* if the device is recreated, the one that is held was the other one */
		entries[i].ifindex = jobs[i]->found.ifindex;
	}
	ret = holder_release(entries, n);
	for (i = 0; i < n; i++)
		results[i] = ret;
	free(entries);
}

/* It was held: it is held again, by a descriptor that is as it was. */
static int undo_release(struct job *job, const struct step *step, const struct nic *source)
{
	struct hold_entry entry = hold_entry_of(job, source);
	int ret = 0;

	(void)step;
	if (job->fd < 0)
		ret = device_open(job, source, 0);
	if (ret == 0)
		ret = raise_link(job, source);
	return ret < 0 ? ret : holder_hold(&entry, &job->fd, 1);
}

const struct step_kind step_release = {
	.name = "release",
	.words = "let the link go",
	.turn = TURN_RELEASE,
	.undo = undo_release,
	.run_many = release_many,
	.causes = holder_causes,
};
