/* SPDX-License-Identifier: MIT */
/* How each step of a plan is run, and how it is taken back. */
#include "config.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "holder/client.h"
#include "change/cause.h"
#include "kernel/devnode.h"
#include "kernel/ifreq.h"
#include "base/log.h"
#include "change/steps.h"
#include "change/ovs.h"
#include "kernel/links.h"
#include "kernel/rtnl.h"
#include "kernel/tun.h"
#include "base/util.h"

/* How long a booting udev may take to make /dev/net/tun. */
#define DEVICE_WAIT_MS 10000

/* How one operation is run, and how it is taken back; source is where a value comes from. */
struct step_kind {
	int (*run)(struct job *job, const struct step *step, const struct nic *source);
	int (*undo)(struct job *job, const struct step *step, const struct nic *source);
};

/* the device itself */

static int open_tun(struct job *job)
{
	static bool tried;
	int fd = netns_open_tun(job->net);

	if ((fd == -ENOENT || fd == -ENODEV || fd == -ENXIO) && !tried) {
		tried = true;
		if (devnode_make(DEVICE_WAIT_MS) == 0)
			fd = netns_open_tun(job->net);
	}
	job->failed_call = fd < 0 ? "open" : NULL;
	return fd;
}

static int open_device(struct job *job, const struct nic *nic, unsigned flags)
{
	int fd = open_tun(job), ret;

	if (fd < 0)
		return fd;
	flags |= nic->num[NIC_MODE] == MODE_TUN ? IFF_TUN : IFF_TAP;
	flags |= nic->num[NIC_PACKET_INFO] ? 0 : IFF_NO_PI;
	flags |= nic->num[NIC_VNET_HDR] ? IFF_VNET_HDR : 0;
	flags |= nic->num[NIC_MULTI_QUEUE] ? IFF_MULTI_QUEUE : 0;
	ret = tun_attach(fd, job->name, flags, job->found.carrier);
	if (ret == 0 && (nic_is_set(nic, NIC_VNET_HDR_SIZE) ||
			 (job->plan.differs & NIC_BIT(NIC_VNET_HDR_SIZE))))
		ret = tun_set_vnet_hdr_size(fd, nic->num[NIC_VNET_HDR_SIZE] ? 12 : 10);
	if (ret < 0) {
		close(fd);
		return ret;
	}
	job->fd = fd;
	return 0;
}

static int run_create(struct job *job, const struct step *step, const struct nic *source)
{
	int ret;

	(void)step;
	netns_expect_device(job->net, job->name);
	ret = open_device(job, source, IFF_TUN_EXCL);
	return ret < 0 ? ret : ifreq_get_index(job->net->sock, job->name, &job->ifindex);
}

void step_close(struct job *job)
{
	if (job->fd >= 0)
		close(job->fd);
	job->fd = -1;
}

/*
 * A device that is not persistent yet goes with its descriptor; unless it has several queues, and
 * somebody had another one before it had an owner.
 */
static int undo_create(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	(void)source;
	if (job->plan.target.num[NIC_MULTI_QUEUE] && job->ifindex)
		rtnl_del_link(job->net->netlink, job->ifindex);
	step_close(job);
	return 0;
}

/* What attaching has set goes back by attaching once more. */
static int undo_attach(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	step_close(job);
	if (job->plan.differs & (NIC_BIT(NIC_VNET_HDR) | NIC_BIT(NIC_PACKET_INFO)) &&
	    open_device(job, source, 0) == 0)
		step_close(job);
	return 0;
}

struct hold_entry step_entry(const struct job *job, const struct nic *nic)
{
	struct hold_entry entry = { .ifindex = job->ifindex,
				    .drop = nic->num[NIC_SINK] == SINK_DROP,
				    .tap = nic->num[NIC_MODE] == MODE_TAP,
				    .shared = nic->num[NIC_CARRIER] == CARRIER_SHARED };

	snprintf(entry.name, sizeof(entry.name), "%s", job->name);
	snprintf(entry.netid, sizeof(entry.netid), "%s", job->net->id);
	return entry;
}

/* The one queue of a held NIC is the holder's: it lends it. */
static int run_attach(struct job *job, const struct step *step, const struct nic *source)
{
	struct hold_entry entry = step_entry(job, &job->plan.before.nic);

	(void)step;
	if (job->found.nic.num[NIC_CARRIER] != CARRIER_HOLD)
		return open_device(job, source, 0);
	job->fd = holder_borrow(&entry);
	job->failed_call = NULL;
	return job->fd < 0 ? job->fd : 0;
}

/* the link */

static int run_release(struct job *job, const struct step *step, const struct nic *source)
{
	struct hold_entry entry = step_entry(job, &job->plan.before.nic);

	(void)step;
	(void)source;
	return holder_release(&entry, 1);
}

/* The queue of a shared NIC is detached, or it would take frames from the consumers'. */
static int run_hold(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = tun_set_carrier(job->fd, true);

	(void)step;
	if (ret == 0 && source->num[NIC_CARRIER] == CARRIER_SHARED)
		ret = tun_set_queue(job->fd, false);
	return ret;
}

static int set_sink(struct job *job, const struct nic *source)
{
	struct hold_entry entry = step_entry(job, source);

	return holder_sink(&entry);
}

static int run_persist(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	(void)source;
	return tun_set_persist(job->fd, true);
}

static int undo_persist(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	return tun_set_persist(job->fd, source->num[NIC_PERSIST]);
}

static int run_delete(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_link(job->net->netlink, job->ifindex);

	(void)step;
	(void)source;
	/* somebody was faster, and it is gone */
	return ret == -ENODEV ? 0 : ret;
}

/* single fields */

static bool is_none_or(uint32_t id, uint32_t ours)
{
	return id == NIC_NOBODY || id == ours;
}

/*
 * A new device is open to any user until it has an owner, and with multi_queue somebody may have
 * attached beside us in that moment: who has it open then keeps it, so it must not be kept. Nor
 * if he has gone again, and has left a group or its persistence behind.
 */
static int check_alone(const struct job *job)
{
	const struct nic *target = &job->plan.target;
	struct link now = { 0 };
	int ret;

	if (!target->num[NIC_MULTI_QUEUE] || job->found.ifindex)
		return 0;
	strcpy(now.nic.name, job->found.nic.name);
	ret = link_read(job->net, &now);
	if (ret == 0 && (now.queues + now.queues_disabled > 1 || now.nic.num[NIC_PERSIST] ||
			 !is_none_or(now.nic.num[NIC_OWNER], target->num[NIC_OWNER]) ||
			 !is_none_or(now.nic.num[NIC_GROUP], target->num[NIC_GROUP])))
		ret = -EBUSY;
	link_clear(&now);
	return ret;
}

static int set_owner(struct job *job, const struct nic *source)
{
	int ret = tun_set_owner(job->fd, source->num[NIC_OWNER]);

	return ret < 0 ? ret : check_alone(job);
}

static int set_group(struct job *job, const struct nic *source)
{
	int ret = tun_set_group(job->fd, source->num[NIC_GROUP]);

	return ret < 0 ? ret : check_alone(job);
}

static int set_mac(struct job *job, const struct nic *source)
{
	return ifreq_set_mac(job->net->sock, job->name, source->mac);
}

static int set_mtu(struct job *job, const struct nic *source)
{
	return ifreq_set_mtu(job->net->sock, job->name, source->num[NIC_MTU]);
}

static int set_txqueuelen(struct job *job, const struct nic *source)
{
	return ifreq_set_txqueuelen(job->net->sock, job->name, source->num[NIC_TXQUEUELEN]);
}

static int set_alias(struct job *job, const struct nic *source)
{
	return rtnl_set_alias(job->net->netlink, job->ifindex, source->alias ? source->alias : "");
}

static int set_link_group(struct job *job, const struct nic *source)
{
	return rtnl_set_group(job->net->netlink, job->ifindex, source->num[NIC_LINK_GROUP]);
}

static int set_offload(struct job *job, const struct nic *source)
{
	return tun_set_offload(job->fd, source->num[NIC_OFFLOAD]);
}

static int set_bridge(struct job *job, const struct nic *source)
{
	int index = 0, ret = 0;

	if (source->bridge)
		ret = ifreq_get_index(job->net->sock, source->bridge, &index);
	else if (source == &job->plan.before.nic)
		/* a bond, or whatever else it was taken out of */
		index = job->plan.before.master;
	job->failed_call = ret < 0 ? "bridge" : NULL;
	return ret < 0 ? ret : rtnl_set_master(job->net->netlink, job->ifindex, index);
}

/* Out of the bridge that it was in, into the one that it is to be in. */
static int set_ovs_bridge(struct job *job, const struct nic *source)
{
	const struct nic *other = source == &job->plan.target ? &job->plan.before.nic
							      : &job->plan.target;
	struct ovs_change change = { .nic = job->name,
				     .from = other->ovs_bridge,
				     .to = source->ovs_bridge };

	ovs_change(&change, 1);
	free(job->failed_text);
	job->failed_text = xstrdup(change.error);
	return change.result;
}

static int (*const setters[NIC_FIELDS])(struct job *, const struct nic *) = {
	[NIC_OWNER] = set_owner,
	[NIC_GROUP] = set_group,
	[NIC_MAC] = set_mac,
	[NIC_MTU] = set_mtu,
	[NIC_TXQUEUELEN] = set_txqueuelen,
	[NIC_ALIAS] = set_alias,
	[NIC_LINK_GROUP] = set_link_group,
	[NIC_OFFLOAD] = set_offload,
	[NIC_BRIDGE] = set_bridge,
	[NIC_OVS_BRIDGE] = set_ovs_bridge,
	[NIC_SINK] = set_sink,
};

static int run_set(struct job *job, const struct step *step, const struct nic *source)
{
	return setters[step->field](job, source);
}

/* interface flags */

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

static int run_flags(struct job *job, const struct step *step, const struct nic *source)
{
	unsigned flags = job->plan.before.flags;
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

/*
 * The kernel takes the IPv6 addresses of a NIC away when it goes down, and they were there. Where
 * it did not go down they still are, some with a lifetime that must stay.
 */
static int undo_flags(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = run_flags(job, step, source);
	size_t i;

	for (i = 0; (job->plan.differs & NIC_BIT(NIC_UP)) && i < source->naddresses; i++)
		if (source->addresses[i].ip.family == AF_INET6)
			rtnl_add_address(job->net->netlink, job->ifindex, &source->addresses[i],
					 true);
	return ret;
}

static int run_down(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	(void)source;
	return ifreq_set_flags(job->net->sock, job->name, job->plan.before.flags & ~IFF_UP);
}

/* addresses */

/*
 * The first IPv4 address too, for which there are ioctls: SIOCSIFADDR would give it the mask of
 * its old class until SIOCSIFNETMASK follows, and the two take longer than the one message.
 */
static int run_address_add(struct job *job, const struct step *step, const struct nic *source)
{
	bool flags_only = step->address.ip.family == AF_INET6;

	(void)source;
	return rtnl_add_address(job->net->netlink, job->ifindex, &step->address, flags_only);
}

static int run_address_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_address(job->net->netlink, job->ifindex, &step->address);

	(void)source;
	return ret == -EADDRNOTAVAIL ? 0 : ret;
}

/* routes */

static int run_route_add(struct job *job, const struct step *step, const struct nic *source)
{
	(void)source;
	return rtnl_add_route(job->net->netlink, job->ifindex, &step->route, false);
}

/* What is still there is replaced by itself. */
static int run_address_keep(struct job *job, const struct step *step, const struct nic *source)
{
	(void)source;
	return rtnl_add_address(job->net->netlink, job->ifindex, &step->address, true);
}

static int run_route_keep(struct job *job, const struct step *step, const struct nic *source)
{
	const struct nic *want = &job->plan.target;
	int ret = rtnl_add_route(job->net->netlink, job->ifindex, &step->route, true);

	(void)source;
	/* what somebody else put there, through a gateway that cannot be reached any more */
	return route_find(want->routes, want->nroutes, &step->route) ? ret : 0;
}

static int run_route_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_route(job->net->netlink, job->ifindex, &step->route);

	(void)source;
	return ret == -ESRCH ? 0 : ret;
}

/* the bridge to join */

static int run_bridge_add(struct job *job, const struct step *step, const struct nic *source)
{
	struct record *record = records_find(job->state, job->net, source->bridge);
	struct nic bridge = nic_defaults(source->bridge);
	const struct rtnl_link link = { .nic = &bridge, .netns = -1, .up = true };
	int ret;

	(void)step;
	bridge.num[NIC_MODE] = MODE_BRIDGE;
	memcpy(bridge.mac, record->mac, sizeof(bridge.mac));
	ret = rtnl_add_link(job->net->netlink, &link);
	/* another NIC of this start wants it as well, and came first */
	if (ret == -EEXIST && record->id.ifindex)
		return 0;
	return ret < 0 ? ret : ifreq_get_index(job->net->sock, source->bridge, &record->id.ifindex);
}

static int run_nothing(struct job *job, const struct step *step, const struct nic *source)
{
	(void)job;
	(void)step;
	(void)source;
	return 0;
}

static const struct step_kind step_kinds[STEP_OPS] = {
	[STEP_CREATE] = { run_create, undo_create },
	[STEP_ATTACH] = { run_attach, undo_attach },
	[STEP_SET] = { run_set, run_set },
	[STEP_ADDRESS_ADD] = { run_address_add, run_address_del },
	[STEP_ADDRESS_DEL] = { run_address_del, run_address_add },
	[STEP_ADDRESS_KEEP] = { run_address_keep, NULL },
	[STEP_BRIDGE_ADD] = { run_bridge_add, NULL },
	[STEP_FLAGS] = { run_flags, undo_flags },
	[STEP_ROUTE_ADD] = { run_route_add, run_route_del },
	[STEP_ROUTE_DEL] = { run_route_del, run_route_add },
	[STEP_ROUTE_KEEP] = { run_route_keep, NULL },
	[STEP_RELEASE] = { run_release, NULL },
	[STEP_HOLD] = { run_hold, NULL },
	[STEP_PERSIST] = { run_persist, undo_persist },
	[STEP_DOWN] = { run_down, NULL },
	[STEP_DELETE] = { run_delete, NULL },
	[STEP_FORGET] = { run_nothing, NULL },
};

int step_run(struct job *job, const struct step *step)
{
	return step_kinds[step->op].run(job, step, &job->plan.target);
}

void step_fail(struct job *job, const struct step *step, int err)
{
	char operation[STEP_TEXT], cause[CAUSE_TEXT];

	job->failed = true;
	if (job->failed_text && job->failed_text[0]) {
		log_nic_error(job->name, step_format(operation, step, &job->plan),
			      job->failed_text);
		return;
	}
	log_nic_error(job->name, step_format(operation, step, &job->plan),
		      cause_of(cause, job, step, err));
}

void step_undo_all(struct job *job)
{
	while (job->done > 0) {
		const struct step *step = &job->plan.steps[--job->done];

		if (step_kinds[step->op].undo)
			step_kinds[step->op].undo(job, step, &job->plan.before.nic);
	}
	step_close(job);
}

void step_run_all(struct job *job, bool (*until)(enum step_op op))
{
	while (!job->failed && job->done < job->plan.n) {
		const struct step *step = &job->plan.steps[job->done];
		char text[STEP_TEXT];
		int ret;

		if (until && until(step->op))
			return;
		ret = step_run(job, step);
		if (ret < 0) {
			step_fail(job, step, -ret);
			/* the answer was lost, and it may have been done */
			job->done += ret == -ETIMEDOUT;
			step_undo_all(job);
			return;
		}
		if (log_steps())
			log_step("%s: %s", job->name, step_format(text, step, &job->plan));
		job->done++;
	}
}

bool job_has_step(const struct job *job, enum step_op op)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].op == op)
			return true;
	return false;
}

bool job_is_new(const struct job *job)
{
	return job_has_step(job, STEP_CREATE);
}

const struct step *job_find_step(const struct job *job, enum step_op op)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].op == op)
			return &job->plan.steps[i];
	return NULL;
}

void jobs_prepare(struct records *state, struct job *jobs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		jobs[i].fd = -1;
		jobs[i].state = state;
		jobs[i].ifindex = jobs[i].found.ifindex;
		jobs[i].done = 0;
		jobs[i].failed = jobs[i].plan.refused != NULL;
		if (jobs[i].failed)
			log_error("%s: %s", jobs[i].name, jobs[i].plan.refused);
	}
}

size_t jobs_count_failed(const struct job *jobs, size_t n)
{
	size_t i, failed = 0;

	for (i = 0; i < n; i++)
		failed += jobs[i].failed;
	return failed;
}
