/* SPDX-License-Identifier: MIT */
/* From the NIC wanted and the NIC found to the steps between them. */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/differ.h"
#include "change/job.h"
#include "change/plan.h"
#include "change/peers.h"
#include "change/plan_address.h"
#include "change/steps.h"
#include "nic/key.h"
#include "nic/kind.h"

#define OWNER_FIELDS (NIC_BIT(NIC_OWNER) | NIC_BIT(NIC_GROUP))

/* The order in which fields are set: the MAC first, it shortens the race with udev. */
static const enum nic_field set_order[] = {
	NIC_MAC,        NIC_OWNER, NIC_GROUP,    NIC_OFFLOAD, NIC_MTU,  NIC_TXQUEUELEN, NIC_ALIAS,
	NIC_LINK_GROUP, NIC_LOCAL, NIC_LEARNING, NIC_STP,     NIC_IPV6, NIC_LINK_LOCAL,
};

bool plan_is_ours(const struct link *found, const struct record *record)
{
	/* somebody may have recreated it, and asked for the same index */
	return record && found->ifindex && found->ifindex == record->id.ifindex &&
	       strcmp(found->kind, kind_at(record->mode)->kernel) == 0 &&
	       (!found->serial || !record->serial || found->serial == record->serial);
}

struct step *plan_add(struct job *job, const struct step_kind *kind)
{
	struct plan *plan = &job->plan;
	struct step *step;

	plan->steps = array_grow(plan->steps, &plan->cap, plan->n, sizeof(*plan->steps));
	step = &plan->steps[plan->n++];
	*step = (struct step){ .kind = kind };
	return step;
}

static void __attribute__((format(printf, 2, 3))) refuse(struct job *job, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	job->plan.refused = xvasprintf(fmt, ap);
	va_end(ap);
}

bool plan_must_reopen(const struct job *job)
{
	return job_before(job)->nic.num[NIC_CARRIER] &&
	       (job->plan.differs &
		(NIC_BIT(NIC_VNET_HDR) | NIC_BIT(NIC_VNET_HDR_SIZE) | NIC_BIT(NIC_PACKET_INFO)));
}

/* Does the link stay up, held by nobody yet? */
static bool wants_holding(const struct job *job)
{
	return job->plan.target->num[NIC_CARRIER] &&
	       ((job->plan.differs & NIC_BIT(NIC_CARRIER)) || plan_must_reopen(job));
}

static void add_set_step(struct job *job, enum nic_field field)
{
	if (job->plan.differs & NIC_BIT(field))
		plan_add(job, &step_set)->field = field;
}

static void add_set_steps(struct job *job, uint64_t fields)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(set_order); i++)
		if (fields & NIC_BIT(set_order[i]))
			add_set_step(job, set_order[i]);
}

/* What comes first: a moment with too many peers loses nothing. */
static void add_peers_steps(struct job *job, const struct record *record)
{
	struct peers missing, left;

	if (!(job->plan.differs & NIC_BIT(NIC_PEERS)))
		return;
	missing = peers_missing(job);
	left = peers_left_over(job, record);
	if (missing.n)
		plan_add(job, &step_peers_add);
	if (left.n)
		plan_add(job, &step_peers_del);
	free(missing.list);
	free(left.list);
}

/* Made for its port alone, one with a section would lack all that the section says. */
static void add_bridge(struct job *job)
{
	const char *bridge = job->plan.target->bridge;

	if (job->bridge_has_section)
		refuse(job,
		       "its bridge %s has a section of its own, and is not there; config_tap start "
		       "%s %s makes both",
		       bridge, bridge, job->want->name);
	else
		plan_add(job, &step_bridge_add);
}

/* What of the NIC can be seen, up to the point where it is recorded as it is now. */
static void add_settings(struct job *job, const struct record *record)
{
	/*
	 * Where there was no owner the kernel cannot go back to that: on a device that others
	 * made, he comes behind all that can fail. A new one is open to everybody until he comes.
	 */
	const uint64_t late = job_before(job)->ifindex ? OWNER_FIELDS : 0;

	add_set_steps(job, ~late);
	if (!job->part)
		add_peers_steps(job, record);
	if (!job->part)
		plan_address_removals(job, record);
	if (!job->part)
		plan_address_additions(job, false);
	if ((job->plan.differs & NIC_BIT(NIC_BRIDGE)) && job->plan.target->bridge &&
	    job->bridge_missing)
		add_bridge(job);
	add_set_step(job, NIC_BRIDGE);
	if (job->plan.differs & DIFFER_FLAGS)
		plan_add(job, &step_flags);
	if (!job->part) {
		plan_address_additions(job, true);
		plan_route_additions(job);
		plan_keep(job);
	}
	add_set_steps(job, late);
}

/* The steps from job_before() to the target. */
static void add_changes(struct job *job, const struct record *record)
{
	if ((job->plan.differs & NIC_BIT(NIC_CARRIER)) && job_before(job)->nic.num[NIC_CARRIER] &&
	    !plan_must_reopen(job))
		plan_add(job, &step_release);
	add_settings(job, record);
	plan_add(job, &step_record);
	if (job->plan.differs & NIC_BIT(NIC_PERSIST))
		plan_add(job, &step_persist);
	/* its database remembers: only what is recorded as ours, and stays, may go in */
	if (job->plan.differs & NIC_BIT(NIC_OVS_BRIDGE))
		plan_add(job, &step_switch);
	if (wants_holding(job))
		plan_add(job, &step_hold);
	else
		add_set_step(job, NIC_SINK);
}

static struct link new_device(const struct job *job)
{
	struct link device = differ_new_device(job->want);

	/* Open vSwitch takes what has the name of a port in its database as soon as it is there */
	device.nic.ovs_bridge = job->found.nic.ovs_bridge;
	device.ovs_ours = job->found.ovs_ours;
	device.ovs_unknown = job->found.ovs_unknown;
	return device;
}

static void add_creation(struct job *job)
{
	differ_fields(job, NULL);
	/* a port waits there for its bridge, which is recorded before it is made */
	if (job->want->bridge || !kind_of(job->want)->has_descriptor)
		plan_add(job, &step_announce);
	plan_add(job, kind_of(job->want)->has_descriptor ? &step_create : &step_make);
	add_changes(job, NULL);
}

static const char *yes_no(uint32_t value)
{
	return value ? "yes" : "no";
}

/* What of a vxlan cannot be changed in place: that it is another wire is worth saying so. */
static void refuse_segment(struct job *job, const struct nic *found, const char *way)
{
	static const enum nic_field fields[] = { NIC_VNI, NIC_PORT, NIC_LOCAL };
	char is[KEY_TEXT], wanted[KEY_TEXT];
	const struct key *key;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields) - 1; i++)
		if (job->plan.differs & NIC_BIT(fields[i]))
			break;
	key = key_of(fields[i]);
	refuse(job, "has %s %s, and the file says %s; the kernel cannot change that; %s", key->name,
	       key_format(key, found, is), key_format(key, job->plan.target, wanted), way);
}

/* Why the device found cannot become the NIC wanted as it is. */
static void refuse_fixed(struct job *job, const char *way)
{
	const struct nic *want = job->want, *found = &job->found.nic;

	if (job->plan.differs & NIC_BIT(NIC_MODE))
		refuse(job, "is a %s, and the file says %s; the kernel cannot change that; %s",
		       link_is_tuntap(&job->found) ? kind_of(found)->name : job->found.kind,
		       kind_of(want)->name, way);
	else if (job->plan.differs & (NIC_BIT(NIC_VNI) | NIC_BIT(NIC_PORT) | NIC_BIT(NIC_LOCAL)))
		refuse_segment(job, found, way);
	else
		refuse(job,
		       "has multi_queue = %s, and the file says %s; the kernel cannot change that; "
		       "%s",
		       yes_no(found->num[NIC_MULTI_QUEUE]), yes_no(want->num[NIC_MULTI_QUEUE]),
		       way);
}

static bool is_to_be_nobody(const struct job *job, enum nic_field field)
{
	return (job->plan.differs & NIC_BIT(field)) && job->plan.target->num[field] == NIC_NOBODY;
}

/* What cannot be changed in place, and why not; fills in job->plan.refused. */
static bool is_fixed(struct job *job, bool ours)
{
	const char *way = ours ? "--force recreates the NIC"
			       : "config_tap did not make it; choose another name, or remove it";

	if (kind_fixed(job->want, &job->found.nic, job->plan.differs))
		refuse_fixed(job, way);
	else if (is_to_be_nobody(job, NIC_GROUP))
		refuse(job, "has a group, and the file says none; the kernel cannot remove it; %s",
		       way);
	else if (is_to_be_nobody(job, NIC_OWNER))
		refuse(job,
		       "has an owner, who would have to be in the group as well, and the file "
		       "says a group only; the kernel cannot remove the owner; %s",
		       way);
	return job->plan.refused != NULL;
}

/* What start cannot do anything with, whatever differs. */
static bool is_refused(struct job *job, const struct record *record)
{
	const struct link *found = &job->found;

	if (job->objection)
		refuse(job, "%s", job->objection);
	else if (job->part && !kind_of(job->want)->has_descriptor)
		refuse(job, "is a %s, %s", kind_of(job->want)->name,
		       job->want->num[NIC_MODE] == MODE_BRIDGE
			       ? "which has a link when one of its ports has; hold a port instead"
			       : "which always has a link");
	else if (job->part && !record)
		refuse(job, "%s; config_tap start creates it",
		       found->ifindex ? "is not ours" : "is not there");
	else if (found->ifindex && !record && strcmp(found->kind, kind_of(job->want)->kernel) != 0)
		refuse(job,
		       "exists already and is %s%s, not a %s; choose another name, or remove it",
		       found->kind[0] ? "a " : "a physical or loopback interface", found->kind,
		       kind_of(job->want)->name);
	else if (found->ifindex && !record && job->want->num[NIC_EXISTING] == EXISTING_REFUSE)
		refuse(job, "exists already, config_tap did not make it, and the file says "
			    "existing = refuse");
	return job->plan.refused != NULL;
}

/* The NIC is there, and changed in place. */
static void add_adjustment(struct job *job, const struct record *record)
{
	plan_add(job, &step_announce);
	if (plan_must_reopen(job))
		plan_add(job, &step_release);
	if ((job->plan.differs & DIFFER_ATTACH) || wants_holding(job))
		plan_add(job, &step_attach);
	add_changes(job, record);
}

static void add_replacement(struct job *job)
{
	free(job->plan.refused);
	job->plan.refused = NULL;
	plan_add(job, &step_replace);
	if (job->found.nic.num[NIC_CARRIER])
		plan_add(job, &step_release);
	job->plan.instead = xmalloc(sizeof(*job->plan.instead));
	*job->plan.instead = new_device(job);
	add_creation(job);
}

/* Without IPv6 the addresses that others gave the NIC go: only where that is said to be meant. */
static bool refuse_loss(struct job *job, const struct record *record)
{
	const struct nic *found = &job->found.nic;
	const char *what = differ_ends_ipv6(job);
	char text[ADDRESS_TEXT];
	size_t i;

	if (!what || job->force)
		return false;
	for (i = 0; i < found->naddresses; i++) {
		const struct address *a = &found->addresses[i];

		if (a->ip.family != AF_INET6 || ip_is_link_local(&a->ip) ||
		    (record && address_find_host(record->addresses, record->naddresses, a)))
			continue;
		refuse(job,
		       "has the IPv6 address %s, which somebody else gave it and %s would "
		       "remove; --force removes it all the same",
		       address_format(text, a), what);
		return true;
	}
	return false;
}

void plan_start(struct job *job)
{
	const struct record *record = plan_is_ours(&job->found, job->record) ? job->record : NULL;
	bool ours = record && !record->adopted;

	plan_free(&job->plan);
	if (is_refused(job, record))
		return;
	if (!job->found.ifindex) {
		job->found = new_device(job);
		add_creation(job);
		return;
	}
	differ_fields(job, record);
	if (refuse_loss(job, record))
		return;
	if (!is_fixed(job, ours))
		add_adjustment(job, record);
	else if (ours && job->force)
		add_replacement(job);
}

/* Only what is ours is taken out; where nobody answers it is tried, and told. */
static void add_ovs_removal(struct job *job, const struct record *record)
{
	struct link *found = &job->found;

	if (!found->ovs_ours && !(found->ovs_unknown && record->ovs_bridge))
		return;
	if (!found->ovs_ours) {
		free(found->nic.ovs_bridge);
		found->nic.ovs_bridge = xstrdup(record->ovs_bridge);
	}
	job->plan.target->ovs_bridge = NULL;
	plan_add(job, &step_switch);
}

/* Adopted NICs lose what we put on them, and nothing else. */
static void add_removals(struct job *job, const struct record *record)
{
	const char *bridge = job_before(job)->nic.bridge;
	struct peers left;

	plan_address_release(job, record);
	job->plan.target->npeers = 0;
	left = peers_left_over(job, record);
	if (left.n)
		plan_add(job, &step_peers_del);
	free(left.list);
	if ((record->set & NIC_BIT(NIC_BRIDGE)) && record->bridge && bridge &&
	    strcmp(record->bridge, bridge) == 0) {
		job->plan.target->bridge = NULL;
		plan_add(job, &step_set)->field = NIC_BRIDGE;
	}
}

/* There is no such NIC any more, or another one has its name. */
static void stop_nothing(struct job *job)
{
	/* the switch's database remembers a port whose NIC is gone */
	if (!job->found.ifindex)
		add_ovs_removal(job, job->record);
	plan_add(job, &step_forget);
}

/*
 * What is deleted is let go afterwards: a descriptor whose device is gone costs nothing to close,
 * the link need not go down before, and until then nobody else can attach.
 */
static void stop_by_deletion(struct job *job)
{
	plan_add(job, &step_delete);
	if (job->found.nic.num[NIC_CARRIER])
		plan_add(job, &step_release);
	plan_add(job, &step_gone);
}

static void stop_in_place(struct job *job)
{
	if (job->record->adopted)
		add_removals(job, job->record);
	if (job->found.nic.num[NIC_UP] && record_is_lowered_at_stop(job->record))
		plan_add(job, &step_down);
	plan_add(job, job->record->adopted ? &step_forget : &step_leave);
}

static void stop_ours(struct job *job)
{
	const struct record *record = job->record;
	bool deleted = record_is_deleted_at_stop(record);

	/* where the NIC stays the holder does not, or stop would leave a process behind */
	if (!deleted && job->found.nic.num[NIC_CARRIER])
		plan_add(job, &step_release);
	if (record->on_stop == ON_STOP_KEEP) {
		plan_add(job, &step_leave);
		return;
	}
	add_ovs_removal(job, record);
	if (deleted)
		stop_by_deletion(job);
	else
		stop_in_place(job);
}

bool plan_spares(const struct job *job)
{
	const struct plan *plan = &job->plan;
	/* hold was asked for after that stop */
	size_t by_hand = plan->n == 2 && job->record->by_hand &&
			 plan->steps[0].kind == &step_release;

	return plan->n == 1 + by_hand && plan->steps[by_hand].kind == &step_leave;
}

/* Who uses it keeps what stop would do to it from being done. */
static void refuse_use(struct job *job, const char *in_use)
{
	const struct record *record = job->record;

	job->plan.n = 0;
	refuse(job, "is in use by %s; --force %s all the same", in_use,
	       record->adopted                     ? "lets go of it"
	       : record->on_stop == ON_STOP_DELETE ? "removes it"
						   : "brings it down");
}

void plan_stop(struct job *job, const char *in_use)
{
	const struct record *record = job->record;

	plan_free(&job->plan);
	job->plan.target = xmalloc(sizeof(*job->plan.target));
	*job->plan.target = job->found.nic;
	if (job->objection && !job->elsewhere) {
		refuse(job, "%s", job->objection);
	} else if (!plan_is_ours(&job->found, record)) {
		stop_nothing(job);
	} else {
		stop_ours(job);
		if (in_use && !job->force && record->on_stop != ON_STOP_KEEP && !plan_spares(job))
			refuse_use(job, in_use);
	}
}

bool plan_has_stopped(struct job *job)
{
	plan_stop(job, NULL);
	return plan_spares(job);
}
