/* SPDX-License-Identifier: MIT */
/* Runs the steps of plans: the only place that changes the machine. */
#include "config.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "apply.h"
#include "carrier.h"
#include "cause.h"
#include "delete.h"
#include "device.h"
#include "ifreq.h"
#include "log.h"
#include "ovs.h"
#include "probe.h"
#include "tun.h"
#include "util.h"

/*
 * So many NICs at most are made before they are recorded and become persistent, together: one
 * write of the records, which are all of them each time, serves them all. A kill before that
 * leaves none of them.
 */
#define BATCH_MAX 512
/* Open beside them: standard streams, lock, records, sockets, name spaces. */
#define OTHER_FILES 32
/* So many take the kernel about a second to delete. */
#define SLOW_DELETION 2500
/* How long a booting udev may take to make /dev/net/tun. */
#define DEVICE_WAIT_MS 10000
/* How long a link may take to come up; linkwatch in the kernel gathers events for a second. */
#define SETTLE_MS 1500

/* linux/if.h, which cannot be had beside net/if.h; RFC 2863, ifOperStatus up */
#define IF_OPER_UP 6

/* How one operation is run, and how it is taken back; source is where a value comes from. */
struct operation {
	int (*run)(struct job *job, const struct step *step, const struct nic *source);
	int (*undo)(struct job *job, const struct step *step, const struct nic *source);
};

/* the device itself */

static int open_tun(struct job *job)
{
	static bool tried;
	int fd = net_open_tun(job->net);

	if ((fd == -ENOENT || fd == -ENODEV || fd == -ENXIO) && !tried) {
		tried = true;
		if (device_make(DEVICE_WAIT_MS) == 0)
			fd = net_open_tun(job->net);
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
	int ret = open_device(job, source, IFF_TUN_EXCL);

	(void)step;
	return ret < 0 ? ret : ifreq_get_index(job->net->sock, job->name, &job->ifindex);
}

static void close_device(struct job *job)
{
	if (job->fd >= 0)
		close(job->fd);
	job->fd = -1;
}

/* A device that is not persistent yet goes with its descriptor. */
static int undo_open(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	(void)source;
	close_device(job);
	return 0;
}

static struct hold_entry hold_entry(const struct job *job, const struct nic *nic)
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
	struct hold_entry entry = hold_entry(job, &job->plan.before);

	(void)step;
	if (job->found.num[NIC_CARRIER] != CARRIER_HOLD)
		return open_device(job, source, 0);
	job->fd = carrier_borrow(&entry);
	job->failed_call = NULL;
	return job->fd < 0 ? job->fd : 0;
}

/* the link */

static int run_release(struct job *job, const struct step *step, const struct nic *source)
{
	struct hold_entry entry = hold_entry(job, &job->plan.before);

	(void)step;
	(void)source;
	return carrier_release(&entry, 1);
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
	struct hold_entry entry = hold_entry(job, source);

	return carrier_sink(&entry);
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
	int ret = rtnl_del_link(job->net->rtnl, job->ifindex);

	(void)step;
	(void)source;
	/* somebody was faster, and it is gone */
	return ret == -ENODEV ? 0 : ret;
}

/* single fields */

/*
 * A new device is open to any user until it has an owner, and with multi_queue somebody may have
 * attached beside us in that moment: who has it open then keeps it, so it must not be kept.
 */
static int check_alone(const struct job *job)
{
	struct nic now = { 0 };
	int ret;

	if (!job->plan.target.num[NIC_MULTI_QUEUE] || job->found.ifindex)
		return 0;
	strcpy(now.name, job->found.name);
	ret = probe_nic(job->net, &now);
	free(now.addresses);
	return ret < 0 ? ret : now.queues + now.queues_disabled > 1 ? -EBUSY : 0;
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
	return rtnl_set_alias(job->net->rtnl, job->ifindex, source->alias ? source->alias : "");
}

static int set_link_group(struct job *job, const struct nic *source)
{
	return rtnl_set_group(job->net->rtnl, job->ifindex, source->num[NIC_LINK_GROUP]);
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
	job->failed_call = ret < 0 ? "bridge" : NULL;
	return ret < 0 ? ret : rtnl_set_master(job->net->rtnl, job->ifindex, index);
}

/* Out of the bridge that it was in, into the one that it is to be in. */
static int set_ovs_bridge(struct job *job, const struct nic *source)
{
	const struct nic *other = source == &job->plan.target ? &job->plan.before
							      : &job->plan.target;
	int ret = 0;

	if (!job->failed_text)
		job->failed_text = xcalloc(1, OVS_ERROR);
	if (other->ovs_bridge)
		ret = ovs_del_port(other->ovs_bridge, job->name, job->failed_text);
	if (ret == 0 && source->ovs_bridge)
		ret = ovs_add_port(source->ovs_bridge, job->name, job->failed_text);
	return ret;
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

static int run_down(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	(void)source;
	return ifreq_set_flags(job->net->sock, job->name, job->plan.before.flags & ~IFF_UP);
}

/* addresses */

/* The prefix that SIOCSIFADDR gives an address by its old class; 0 for what has none. */
static unsigned classful_prefix(const struct ip *ip)
{
	return ip->bytes[0] < 128 ? 8 : ip->bytes[0] < 192 ? 16 : ip->bytes[0] < 224 ? 24 : 0;
}

/* Is it a new NIC's first IPv4 address, with nothing that the two ioctls could not say? */
static bool is_plain(const struct job *job, const struct address *a)
{
	struct ip last = ip_mask(&a->ip, a->prefix, true);
	size_t i;

	if (a->ip.family != AF_INET || a->peer.family || a->prefix >= 31 || !a->prefix ||
	    !classful_prefix(&a->ip) || job->plan.steps[0].op != STEP_CREATE)
		return false;
	if (job->plan.target.num[NIC_MODE] == MODE_TAP && !ip_same(&last, &a->broadcast))
		return false;
	for (i = 0; i < job->done; i++)
		if (job->plan.steps[i].op == STEP_ADDRESS_ADD &&
		    job->plan.steps[i].address.ip.family == AF_INET)
			return false;
	return true;
}

static int add_plain(struct job *job, const struct address *a)
{
	struct in_addr in, mask = { htonl(UINT32_MAX << (32 - a->prefix)) };
	int ret;

	memcpy(&in, a->ip.bytes, sizeof(in));
	ret = ifreq_set_address(job->net->sock, job->name, in);
	if (ret == 0 && a->prefix != classful_prefix(&a->ip))
		ret = ifreq_set_netmask(job->net->sock, job->name, mask);
	return ret;
}

static int run_address_add(struct job *job, const struct step *step, const struct nic *source)
{
	bool flags_only = step->address.ip.family == AF_INET6;

	(void)source;
	if (is_plain(job, &step->address))
		return add_plain(job, &step->address);
	return rtnl_add_address(job->net->rtnl, job->ifindex, &step->address, flags_only);
}

static int run_address_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_address(job->net->rtnl, job->ifindex, &step->address);

	(void)source;
	return ret == -EADDRNOTAVAIL ? 0 : ret;
}

/* routes */

static int run_route_add(struct job *job, const struct step *step, const struct nic *source)
{
	(void)source;
	return rtnl_add_route(job->net->rtnl, job->ifindex, &step->route, false);
}

/* What is still there is replaced by itself. */
static int run_address_keep(struct job *job, const struct step *step, const struct nic *source)
{
	(void)source;
	return rtnl_add_address(job->net->rtnl, job->ifindex, &step->address, true);
}

static int run_route_keep(struct job *job, const struct step *step, const struct nic *source)
{
	const struct nic *want = &job->plan.target;
	int ret = rtnl_add_route(job->net->rtnl, job->ifindex, &step->route, true);

	(void)source;
	/* what somebody else put there, through a gateway that cannot be reached any more */
	return route_find(want->routes, want->nroutes, &step->route) ? ret : 0;
}

static int run_route_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_route(job->net->rtnl, job->ifindex, &step->route);

	(void)source;
	return ret == -ESRCH ? 0 : ret;
}

/* the bridge to join */

static int run_bridge_add(struct job *job, const struct step *step, const struct nic *source)
{
	struct record *record = state_find(job->state, job->net, source->bridge);
	int ret;

	(void)step;
	ret = rtnl_add_bridge(job->net->rtnl, source->bridge, record->mac);
	/* another NIC of this start wants it as well, and came first */
	if (ret == -EEXIST && record->ifindex)
		return 0;
	return ret < 0 ? ret : ifreq_get_index(job->net->sock, source->bridge, &record->ifindex);
}

static int run_nothing(struct job *job, const struct step *step, const struct nic *source)
{
	(void)job;
	(void)step;
	(void)source;
	return 0;
}

static const struct operation operations[STEP_OPS] = {
	[STEP_CREATE] = { run_create, undo_open },
	[STEP_ATTACH] = { run_attach, undo_open },
	[STEP_SET] = { run_set, run_set },
	[STEP_ADDRESS_ADD] = { run_address_add, run_address_del },
	[STEP_ADDRESS_DEL] = { run_address_del, run_address_add },
	[STEP_ADDRESS_KEEP] = { run_address_keep, NULL },
	[STEP_BRIDGE_ADD] = { run_bridge_add, NULL },
	[STEP_FLAGS] = { run_flags, run_flags },
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

static void fail(struct job *job, const struct step *step, int err)
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

/* Takes back what has been done, the last first. */
static void undo(struct job *job)
{
	while (job->done > 0) {
		const struct step *step = &job->plan.steps[--job->done];

		if (operations[step->op].undo)
			operations[step->op].undo(job, step, &job->plan.before);
	}
	close_device(job);
}

/* Where a run of steps ends: each of these is for all NICs together. */
static bool at_persist(enum step_op op)
{
	return op == STEP_PERSIST;
}

/* Runs the steps from job->done on, to the end, or to the first at which until says so. */
static void run(struct job *job, bool (*until)(enum step_op op))
{
	while (!job->failed && job->done < job->plan.n) {
		const struct step *step = &job->plan.steps[job->done];
		char text[STEP_TEXT];
		int ret;

		if (until && until(step->op))
			return;
		ret = operations[step->op].run(job, step, &job->plan.target);
		if (ret < 0) {
			fail(job, step, -ret);
			/* the answer was lost, and it may have been done */
			job->done += ret == -ETIMEDOUT;
			undo(job);
			return;
		}
		if (log_steps())
			log_step("%s: %s", job->name, step_format(text, step, &job->plan));
		job->done++;
	}
}

static bool has_step(const struct job *job, enum step_op op)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].op == op)
			return true;
	return false;
}

/* Does the plan make a device, rather than change one? */
static bool is_new(const struct job *job)
{
	return has_step(job, STEP_CREATE);
}

static void record_address(struct record *record, size_t *cap, const struct address *a)
{
	record->addresses =
		array_grow(record->addresses, cap, record->naddresses, sizeof(*record->addresses));
	record->addresses[record->naddresses++] = *a;
}

static void record_route(struct record *record, size_t *cap, const struct route *route)
{
	record->routes = array_grow(record->routes, cap, record->nroutes, sizeof(*record->routes));
	record->routes[record->nroutes++] = *route;
}

static bool same_name(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_record(const struct record *a, const struct record *b)
{
	size_t i;

	if (a->carrier != b->carrier || a->set != b->set || a->on_stop != b->on_stop ||
	    a->naddresses != b->naddresses || a->nroutes != b->nroutes ||
	    !same_name(a->bridge, b->bridge) || !same_name(a->ovs_bridge, b->ovs_bridge))
		return false;
	for (i = 0; i < a->naddresses; i++)
		if (!address_find_host(b->addresses, b->naddresses, &a->addresses[i]))
			return false;
	for (i = 0; i < a->nroutes; i++)
		if (!route_find(b->routes, b->nroutes, &a->routes[i]))
			return false;
	return true;
}

/*
 * What of the file's addresses and routes is ours: all on a NIC that we make; on one that was
 * there already, only what we have added or add now.
 */
static void record_lists(struct record *record, const struct record *before, const struct job *job)
{
	const struct nic *want = job->want, *found = &job->found;
	size_t i, cap = 0;

	for (i = 0; i < want->naddresses; i++)
		if (is_new(job) ||
		    address_find_host(before->addresses, before->naddresses, &want->addresses[i]) ||
		    !address_find_host(found->addresses, found->naddresses, &want->addresses[i]))
			record_address(record, &cap, &want->addresses[i]);
	for (cap = i = 0; i < want->nroutes; i++)
		if (is_new(job) || route_find(before->routes, before->nroutes, &want->routes[i]) ||
		    !route_find(found->routes, found->nroutes, &want->routes[i]))
			record_route(record, &cap, &want->routes[i]);
}

static struct record *add_record(struct state *state, const struct job *job)
{
	struct record *record = state_add(state, job->net, job->name, job->ifindex);

	record->serial = net_device_serial(job->net, job->name);
	return record;
}

/* The fields that we have set, as far as is known. */
static uint64_t recorded_fields(const struct job *job, uint64_t before)
{
	uint64_t set = job->want->set;

	/* the kernel does not tell the size: that it is not the default is known by this bit */
	if (!job->want->num[NIC_VNET_HDR_SIZE])
		set &= ~NIC_BIT(NIC_VNET_HDR_SIZE);
	/* these are left alone while somebody is attached, and stay to be done */
	if (!is_new(job) && plan_has_reader(&job->found))
		set = (set & ~NIC_BIT(NIC_VNET_HDR_SIZE)) | (before & READER_FIELDS);
	return set;
}

/* Brings the record up to the plan's target. Returns whether anything changed. */
static bool update_record(struct state *state, struct job *job)
{
	struct record *record = job->record, before;

	if (!record || is_new(job)) {
		job->record = record = add_record(state, job);
		record->adopted = !is_new(job);
	}
	before = *record;
	record->set = recorded_fields(job, before.set);
	record->on_stop = (enum nic_on_stop)job->want->num[NIC_ON_STOP];
	record->bridge = job->want->bridge;
	record->ovs_bridge = job->want->ovs_bridge;
	record->carrier = (enum nic_carrier)job->plan.target.num[NIC_CARRIER];
	record->addresses = NULL;
	record->routes = NULL;
	record->naddresses = record->nroutes = 0;
	record_lists(record, &before, job);
	return is_new(job) || !same_record(record, &before);
}

/*
 * Before an existing NIC is changed: what we are about to add is recorded as ours on top of what
 * is, so that a kill in the middle leaves nothing that nobody owns.
 */
static bool announce(struct state *state, struct job *job)
{
	struct record *record = job->record, *bridge;
	size_t i, address_cap, route_cap;
	bool changed = false;

	if (has_step(job, STEP_BRIDGE_ADD) && !state_find(state, job->net, job->want->bridge)) {
		bridge = state_add(state, job->net, job->want->bridge, 0);
		bridge->is_bridge = true;
		memcpy(bridge->mac, job->bridge_mac, sizeof(bridge->mac));
		changed = true;
	}
	if (is_new(job))
		return changed;
	if (!record) {
		job->record = record = add_record(state, job);
		record->adopted = true;
		record->on_stop = (enum nic_on_stop)job->want->num[NIC_ON_STOP];
		changed = true;
	}
	address_cap = record->naddresses;
	route_cap = record->nroutes;
	for (i = 0; i < job->plan.n; i++) {
		const struct step *step = &job->plan.steps[i];

		if (step->op == STEP_ADDRESS_ADD &&
		    !address_find_host(record->addresses, record->naddresses, &step->address))
			record_address(record, &address_cap, &step->address);
		else if (step->op == STEP_ROUTE_ADD &&
			 !route_find(record->routes, record->nroutes, &step->route))
			record_route(record, &route_cap, &step->route);
		else
			continue;
		changed = true;
	}
	return changed;
}

static void forget(struct state *state, struct job *job)
{
	if (job->record)
		state_remove(state, job->record);
	job->record = NULL;
}

/* No record, no NIC: undoes every job that was about to rely on the record. */
static void fail_unrecorded(struct state *state, struct job *jobs, size_t n, bool changed_too,
			    int err)
{
	char cause[CAUSE_TEXT];
	size_t i;

	snprintf(cause, sizeof(cause), "%s: %s", state_path(state), strerror(err));
	for (i = 0; i < n; i++) {
		if (jobs[i].failed || !jobs[i].plan.n || (is_new(&jobs[i]) != !changed_too))
			continue;
		jobs[i].failed = true;
		log_nic_error(jobs[i].name, "record it as ours, so it is left as it was", cause);
		undo(&jobs[i]);
		if (is_new(&jobs[i]))
			forget(state, &jobs[i]);
	}
}

/* What is gone is still recorded where this fails; that does no harm, but is worth a word. */
static void save_removals(struct state *state)
{
	int ret = state_save(state);

	if (ret < 0)
		log_warning("%s: %s; what was removed is still recorded there, which does no harm",
			    state_path(state), strerror(-ret));
}

static const struct step *find_step(const struct job *job, enum step_op op)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].op == op)
			return &job->plan.steps[i];
	return NULL;
}

/* Hands the descriptors of the NICs to be held over, all of a batch together. */
static void hand_over(struct job *jobs, size_t n)
{
	struct hold_entry *entries = xcalloc(n, sizeof(*entries));
	struct job **handed = xcalloc(n, sizeof(*handed));
	int *fds = xcalloc(n, sizeof(*fds)), ret;
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (jobs[i].failed || !has_step(&jobs[i], STEP_HOLD))
			continue;
		entries[count] = hold_entry(&jobs[i], &jobs[i].plan.target);
		fds[count] = jobs[i].fd;
		handed[count++] = &jobs[i];
	}
	ret = carrier_hold(entries, fds, count);
	/* it may have taken some, or all where its answer alone was lost */
	if (ret < 0)
		carrier_release(entries, count);
	for (i = 0; ret < 0 && i < count; i++) {
		fail(handed[i], find_step(handed[i], STEP_HOLD), -ret);
		undo(handed[i]);
		/* and where it does not answer, our descriptor was not the last one */
		if (is_new(handed[i]))
			rtnl_del_link(handed[i]->net->rtnl, handed[i]->ifindex);
	}
	free(entries);
	free(handed);
	free(fds);
}

/* The link state follows a little later; waits for it, and says so where it does not come. */
static void settle(struct job *jobs, size_t n)
{
	const struct timespec pause = { .tv_nsec = 2 * 1000 * 1000 };
	long long end = now_ms() + SETTLE_MS;
	struct nic now;
	size_t i;

	for (i = 0; i < n; i++) {
		if (jobs[i].failed || !has_step(&jobs[i], STEP_HOLD) ||
		    !jobs[i].plan.target.num[NIC_UP])
			continue;
		for (;;) {
			now = (struct nic){ 0 };
			strcpy(now.name, jobs[i].found.name);
			if (probe_nic(jobs[i].net, &now) < 0 || now.operstate == IF_OPER_UP)
				break;
			if (now_ms() > end) {
				log_warning("%s: is held, but its link is not up after %d ms",
					    jobs[i].name, SETTLE_MS);
				break;
			}
			nanosleep(&pause, NULL);
		}
		free(now.addresses);
		free(now.alias);
	}
}

/* Ends the batch: what stays open is closed, what failed is ours no more. */
static bool close_batch(struct state *state, struct job *jobs, size_t n)
{
	bool changed = false;
	size_t i;

	for (i = 0; i < n; i++) {
		close_device(&jobs[i]);
		if (jobs[i].failed && is_new(&jobs[i]) && jobs[i].record) {
			forget(state, &jobs[i]);
			changed = true;
		}
	}
	return changed;
}

static void start_batch(struct state *state, struct job *jobs, size_t n)
{
	bool changed = false;
	size_t i;
	int ret;

	for (i = 0; i < n; i++)
		if (!jobs[i].failed)
			changed |= announce(state, &jobs[i]);
	ret = changed ? state_save(state) : 0;
	if (ret < 0)
		fail_unrecorded(state, jobs, n, true, -ret);
	for (i = 0; i < n; i++)
		run(&jobs[i], at_persist);
	for (changed = false, i = 0; i < n; i++)
		if (!jobs[i].failed)
			changed |= update_record(state, &jobs[i]);
	ret = changed ? state_save(state) : 0;
	if (ret < 0)
		fail_unrecorded(state, jobs, n, false, -ret);
	for (i = 0; i < n; i++)
		run(&jobs[i], NULL);
	hand_over(jobs, n);
	if (close_batch(state, jobs, n))
		save_removals(state);
}

static size_t count_failed(const struct job *jobs, size_t n)
{
	size_t i, failed = 0;

	for (i = 0; i < n; i++)
		failed += jobs[i].failed;
	return failed;
}

/* Does a port of the bridge come by? */
static int count_port(const struct nlmsghdr *message, void *data)
{
	size_t *n = data;

	(void)message;
	++*n;
	return 1;
}

struct record_list {
	struct record **list;
	size_t n, cap;
};

static void list_record(struct record_list *records, struct record *record)
{
	records->list =
		array_grow(records->list, &records->cap, records->n, sizeof(*records->list));
	records->list[records->n++] = record;
}

static void collect_bridge(struct record *record, void *data)
{
	if (record->is_bridge)
		list_record(data, record);
}

/* Is it the one that we made? */
static bool is_our_bridge(const struct record *record, const struct nic *found)
{
	return strcmp(found->kind, "bridge") == 0 &&
	       memcmp(found->mac, record->mac, sizeof(record->mac)) == 0 &&
	       (!record->ifindex || record->ifindex == found->ifindex);
}

/* Is the bridge gone, or has it no port left? Returns 1, 0, or -errno. */
static int is_over(struct net *net, const struct record *record, struct nic *found)
{
	size_t ports = 0;
	int ret;

	snprintf(found->name, sizeof(found->name), "%s", record->name);
	ret = probe_nic(net, found);
	if (ret == 0 && !is_our_bridge(record, found)) {
		found->ifindex = 0;
		return 1;
	}
	if (ret == 0)
		ret = rtnl_dump_ports(net->rtnl, found->ifindex, count_port, &ports);
	return ret < 0 ? ret : !ports;
}

/*
 * A bridge that we made goes with its last port. Returns 1 where the record is to go, 0 where it
 * stays, -errno where that cannot be told or done.
 */
static int remove_bridge(const struct record *record)
{
	struct net *net = net_get(record->netns);
	struct nic found = { 0 };
	int ret;

	if (!net)
		return net_is_gone(errno) ? 1 : -errno;
	/* another namespace has that name now; or this is another one, and the bridge is there */
	if (strcmp(net->id, record->netid) != 0)
		return record->netns != NULL;
	ret = is_over(net, record, &found);
	if (ret <= 0 || !found.ifindex)
		return ret;
	ret = rtnl_del_link(net->rtnl, found.ifindex);
	if (ret < 0 && ret != -ENODEV)
		return ret;
	log_step("%s: delete bridge without ports", record->name);
	return 1;
}

/* *changed: a record went. Returns how many failed. */
static size_t remove_empty_bridges(struct state *state, bool *changed)
{
	struct record_list bridges = { 0 };
	size_t i, failed = 0;

	*changed = false;
	state_each(state, collect_bridge, &bridges);
	for (i = 0; i < bridges.n; i++) {
		int ret = remove_bridge(bridges.list[i]);

		if (ret < 0) {
			log_nic_error(bridges.list[i]->name, "delete the bridge", strerror(-ret));
			failed++;
		} else if (ret) {
			state_remove(state, bridges.list[i]);
			*changed = true;
		}
	}
	free(bridges.list);
	return failed;
}

static void prepare(struct state *state, struct job *jobs, size_t n)
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

/* Each NIC of a batch is an open file, beside those that are open all the time. */
static size_t batch_size(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= BATCH_MAX + OTHER_FILES)
		return BATCH_MAX;
	return files.rlim_cur > OTHER_FILES ? files.rlim_cur - OTHER_FILES : 1;
}

size_t apply_start(struct state *state, struct job *jobs, size_t n)
{
	size_t i, failed, batch = batch_size();
	bool changed;

	prepare(state, jobs, n);
	for (i = 0; i < n; i += batch) {
		start_batch(state, jobs + i, n - i < batch ? n - i : batch);
		log_progress("NICs started:", i + batch < n ? i + batch : n, n, false);
	}
	log_progress_end();
	settle(jobs, n);
	failed = remove_empty_bridges(state, &changed);
	if (changed)
		save_removals(state);
	return failed + count_failed(jobs, n);
}

/* What the file says needs no remembering; what it does not say stays until stop. */
static void remember_hand(struct job *job)
{
	enum nic_carrier now = (enum nic_carrier)job->plan.target.num[NIC_CARRIER];

	job->record->carrier = now;
	job->record->by_hand = now != (enum nic_carrier)job->want->num[NIC_CARRIER];
}

size_t apply_hand(struct state *state, struct job *jobs, size_t n)
{
	struct record *before = xcalloc(n, sizeof(*before));
	size_t i, failed;
	int ret;

	prepare(state, jobs, n);
	for (i = 0; i < n; i++) {
		if (jobs[i].failed)
			continue;
		before[i] = *jobs[i].record;
		remember_hand(&jobs[i]);
	}
	ret = state_save(state);
	if (ret < 0)
		fail_unrecorded(state, jobs, n, true, -ret);
	for (i = 0; i < n; i++) {
		run(&jobs[i], NULL);
		hand_over(&jobs[i], 1);
		close_device(&jobs[i]);
		if (jobs[i].failed && before[i].ifindex)
			*jobs[i].record = before[i];
	}
	settle(jobs, n);
	failed = count_failed(jobs, n);
	if (failed)
		save_removals(state);
	free(before);
	return failed;
}

static bool is_released(const struct job *job, bool deleted)
{
	return !job->failed && has_step(job, STEP_RELEASE) && has_step(job, STEP_DELETE) == deleted;
}

/*
 * One message to the holder lets go all that are to be deleted, or all that stay. What is deleted
 * is let go afterwards: a descriptor whose device is gone costs nothing to close, and the link
 * of each need not go down before.
 */
static void release_all(struct job *jobs, size_t n, bool deleted)
{
	struct hold_entry *entries = xcalloc(n, sizeof(*entries));
	size_t i, count = 0;
	int ret;

	for (i = 0; i < n; i++)
		if (is_released(&jobs[i], deleted))
			entries[count++] = hold_entry(&jobs[i], &jobs[i].plan.before);
	ret = carrier_release(entries, count);
	for (i = 0; ret < 0 && i < n; i++)
		if (is_released(&jobs[i], deleted))
			fail(&jobs[i], find_step(&jobs[i], STEP_RELEASE), -ret);
	free(entries);
}

/*
 * Deletes those that are to be deleted in one namespace, together. They pass through a device
 * group, and the records say so first: a start after a kill in the middle puts it back.
 */
static void delete_in(struct state *state, struct job *jobs, size_t n, const struct net *net)
{
	int *ifindexes = xcalloc(n, sizeof(*ifindexes));
	struct nic now;
	size_t i, count = 0;
	int ret;

	for (i = 0; i < n; i++) {
		if (jobs[i].failed || jobs[i].net != net || !has_step(&jobs[i], STEP_DELETE))
			continue;
		ifindexes[count++] = jobs[i].ifindex;
		jobs[i].record->set |= NIC_BIT(NIC_LINK_GROUP);
	}
	/* a record that cannot be written is no reason to leave a NIC: the group alone is lost */
	if (count > 1)
		state_save(state);
	log_progress("NICs being removed:", count, n, count > SLOW_DELETION);
	ret = delete_links(net->rtnl, ifindexes, count);
	log_progress_end();
	for (i = 0; ret < 0 && i < n; i++) {
		if (jobs[i].failed || jobs[i].net != net || !has_step(&jobs[i], STEP_DELETE))
			continue;
		now = jobs[i].found;
		now.addresses = NULL;
		now.alias = NULL;
		if (probe_nic(net, &now) < 0 || now.ifindex == jobs[i].ifindex)
			fail(&jobs[i], find_step(&jobs[i], STEP_DELETE), -ret);
	}
	free(ifindexes);
}

static void delete_all(struct state *state, struct job *jobs, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		/* once a namespace: at its first job */
		for (k = 0; k < i && jobs[k].net != jobs[i].net; k++)
			;
		if (k == i)
			delete_in(state, jobs, n, jobs[i].net);
	}
}

/* The steps of stop that are not done for all NICs at once. */
static void run_alone(struct job *job)
{
	char text[STEP_TEXT];

	for (; !job->failed && job->done < job->plan.n; job->done++) {
		const struct step *step = &job->plan.steps[job->done];
		int ret = 0;

		if (step->op != STEP_RELEASE && step->op != STEP_DELETE)
			ret = operations[step->op].run(job, step, &job->plan.target);
		if (ret < 0)
			fail(job, step, -ret);
		else
			log_step("%s: %s", job->name, step_format(text, step, &job->plan));
	}
}

/* What became of the record of a NIC that was stopped. */
static void settle_record(struct state *state, struct job *job)
{
	if (job->failed || !job->record)
		return;
	if (has_step(job, STEP_DELETE) || has_step(job, STEP_FORGET)) {
		forget(state, job);
		return;
	}
	/* it stays, but nobody holds it any more */
	job->record->carrier = CARRIER_NONE;
	job->record->by_hand = false;
}

/* Did its named namespace go, and the NIC with it? */
static bool is_unreachable(const struct record *record)
{
	const struct net *net;

	if (!record->netns)
		return false;
	net = net_get(record->netns);
	return net ? strcmp(net->id, record->netid) != 0 : net_is_gone(errno);
}

static void collect_unreachable(struct record *record, void *data)
{
	if (!record->is_bridge && is_unreachable(record))
		list_record(data, record);
}

/*
 * NICs that went with their named namespace. Where they are held, the holder's descriptor is all
 * that is left of both. Returns whether there were any.
 */
static bool forget_unreachable(struct state *state)
{
	struct record_list gone = { 0 };
	bool any;
	size_t i;

	state_each(state, collect_unreachable, &gone);
	for (i = 0; i < gone.n; i++) {
		struct hold_entry entry = { .ifindex = gone.list[i]->ifindex };

		snprintf(entry.name, sizeof(entry.name), "%s", gone.list[i]->name);
		snprintf(entry.netid, sizeof(entry.netid), "%s", gone.list[i]->netid);
		carrier_release(&entry, 1);
		state_remove(state, gone.list[i]);
	}
	any = gone.n != 0;
	free(gone.list);
	return any;
}

size_t apply_stop(struct state *state, struct job *jobs, size_t n)
{
	bool forgot = forget_unreachable(state) || n, changed;
	size_t i, failed;

	prepare(state, jobs, n);
	release_all(jobs, n, false);
	for (i = 0; i < n; i++)
		run_alone(&jobs[i]);
	delete_all(state, jobs, n);
	release_all(jobs, n, true);
	for (i = 0; i < n; i++)
		settle_record(state, &jobs[i]);
	/* a kill may have left a bridge for which no NIC came */
	failed = remove_empty_bridges(state, &changed);
	if (changed || forgot)
		save_removals(state);
	return failed + count_failed(jobs, n);
}
