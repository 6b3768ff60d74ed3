/* SPDX-License-Identifier: MIT */
/* From the NIC wanted and the NIC found to the steps between them. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "plan.h"
#include "util.h"

#define FLAG_FIELDS \
	(NIC_BIT(NIC_PROMISC) | NIC_BIT(NIC_ALLMULTI) | NIC_BIT(NIC_MULTICAST) | \
	 NIC_BIT(NIC_ARP) | NIC_BIT(NIC_UP))
#define ADDRESS_FIELDS \
	(NIC_BIT(NIC_ADDRESS) | NIC_BIT(NIC_BROADCAST) | NIC_BIT(NIC_PEER) | NIC_BIT(NIC_DAD))
/* What the next process that attaches overwrites: worth comparing while nobody has. */
#define READER_FIELDS (NIC_BIT(NIC_VNET_HDR) | NIC_BIT(NIC_PACKET_INFO))
/* What cannot be changed while the device exists. */
#define FIXED_FIELDS (NIC_BIT(NIC_MODE) | NIC_BIT(NIC_MULTI_QUEUE))
/* What needs the device open. */
#define ATTACH_FIELDS \
	(NIC_BIT(NIC_OWNER) | NIC_BIT(NIC_GROUP) | NIC_BIT(NIC_PERSIST) | READER_FIELDS)
/* What goes back to its default when the file sets it no longer. */
#define RESTORED_FIELDS \
	(NIC_BIT(NIC_MTU) | NIC_BIT(NIC_TXQUEUELEN) | NIC_BIT(NIC_ALIAS) | \
	 NIC_BIT(NIC_PROMISC) | NIC_BIT(NIC_ALLMULTI) | NIC_BIT(NIC_MULTICAST) | \
	 NIC_BIT(NIC_ARP) | NIC_BIT(NIC_GROUP) | READER_FIELDS)
/* What holds for every NIC of ours, whether the file mentions it or not. */
#define OURS_FIELDS \
	(NIC_BIT(NIC_MODE) | NIC_BIT(NIC_MULTI_QUEUE) | NIC_BIT(NIC_OWNER) | NIC_BIT(NIC_MAC) | \
	 NIC_BIT(NIC_UP) | NIC_BIT(NIC_PERSIST))
/* What holds for every NIC in the file. */
#define ALL_FIELDS (NIC_BIT(NIC_MODE) | NIC_BIT(NIC_UP))

/* tun_net_init() and ether_setup() in the kernel */
#define KERNEL_MTU 1500
#define KERNEL_TXQUEUELEN 1000

/* The order in which fields are set: the MAC first, it shortens the race with udev. */
static const enum nic_field set_order[] = {
	NIC_MAC, NIC_OWNER, NIC_GROUP, NIC_MTU, NIC_TXQUEUELEN, NIC_ALIAS,
};

bool plan_is_ours(const struct nic *found, const struct record *record)
{
	return record && nic_is_tuntap(found) && found->ifindex == record->ifindex;
}

/* A device as the kernel makes it. What is not known is not equal to anything that is asked for. */
static struct nic new_device(const struct nic *want)
{
	struct nic nic = nic_defaults(want->name);

	nic.num[NIC_MODE] = want->num[NIC_MODE];
	nic.num[NIC_MULTI_QUEUE] = want->num[NIC_MULTI_QUEUE];
	nic.num[NIC_VNET_HDR] = want->num[NIC_VNET_HDR];
	nic.num[NIC_PACKET_INFO] = want->num[NIC_PACKET_INFO];
	nic.num[NIC_OWNER] = NIC_NOBODY;
	nic.num[NIC_MTU] = KERNEL_MTU;
	nic.num[NIC_TXQUEUELEN] = NIC_NOBODY;
	nic.num[NIC_UP] = 0;
	nic.flags = want->num[NIC_MODE] == MODE_TUN ? IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST
						    : IFF_BROADCAST | IFF_MULTICAST;
	strcpy(nic.kind, "tun");
	return nic;
}

/* The default of a field that the file sets no longer. */
static void restore(struct nic *target, enum nic_field field)
{
	struct nic fresh = nic_defaults(target->name);

	fresh.num[NIC_MTU] = KERNEL_MTU;
	fresh.num[NIC_TXQUEUELEN] = KERNEL_TXQUEUELEN;
	if (target->num[NIC_MODE] == MODE_TUN)
		fresh.num[NIC_ARP] = 0;
	target->num[field] = fresh.num[field];
	if (field == NIC_ALIAS)
		target->alias = NULL;
}

/* Which fields count, and what each of them is to be. */
static uint64_t complete(struct nic *target, const struct nic *want, const struct nic *found,
			 const struct record *record)
{
	bool ours = !found->ifindex || (record && !record->adopted);
	uint64_t fields = want->set | ALL_FIELDS;
	enum nic_field field;

	*target = *want;
	if (record)
		for (field = 0; field < NIC_FIELDS; field++)
			if (record->set & RESTORED_FIELDS & ~want->set & NIC_BIT(field)) {
				restore(target, field);
				fields |= NIC_BIT(field);
			}
	if (ours)
		fields |= OURS_FIELDS;
	/* never ownerless: any user could attach. A group is as good, and may leave the owner out */
	if (!nic_is_set(want, NIC_OWNER)) {
		bool nobody = found->num[NIC_OWNER] == NIC_NOBODY &&
			      found->num[NIC_GROUP] == NIC_NOBODY;

		if (nobody && want->num[NIC_OWNER] != NIC_NOBODY)
			fields |= NIC_BIT(NIC_OWNER);
		/* no ioctl takes an owner away again; the group is asked for on top of it */
		else if (want->num[NIC_OWNER] == NIC_NOBODY)
			fields &= ~NIC_BIT(NIC_OWNER);
	}
	/* random is random once; stable is known only where the machine has an id */
	if (target->num[NIC_MAC] == MAC_RANDOM ||
	    (target->num[NIC_MAC] == MAC_STABLE && !memcmp(target->mac, "\0\0\0\0\0", 6)))
		fields &= ~NIC_BIT(NIC_MAC);
	/* whoever is attached has set these; carrier shows that somebody is */
	if (found->carrier)
		fields &= ~READER_FIELDS;
	return fields;
}

/* The address found that has the same host and prefix, whatever else may differ. */
static const struct address *same_host(const struct nic *nic, const struct address *a)
{
	size_t i;

	for (i = 0; i < nic->naddresses; i++)
		if (ip_same(&nic->addresses[i].ip, &a->ip) && nic->addresses[i].prefix == a->prefix)
			return &nic->addresses[i];
	return NULL;
}

static uint64_t address_differences(const struct address *want, const struct address *found)
{
	uint64_t differs = 0;

	if (!found)
		return NIC_BIT(NIC_ADDRESS);
	if (!ip_same(&want->peer, &found->peer))
		differs |= NIC_BIT(NIC_PEER);
	if (!ip_same(&want->broadcast, &found->broadcast))
		differs |= NIC_BIT(NIC_BROADCAST);
	if (want->nodad != found->nodad)
		differs |= NIC_BIT(NIC_DAD);
	return differs;
}

/* An address that we put there, that is still there, and that is wanted no longer. */
static bool is_left_over(const struct address *ours, const struct nic *target,
			 const struct nic *found)
{
	return same_host(found, ours) && !same_host(target, ours);
}

static uint64_t all_address_differences(const struct nic *target, const struct nic *found,
					const struct record *record)
{
	uint64_t differs = 0;
	size_t i;

	for (i = 0; i < target->naddresses; i++)
		differs |= address_differences(&target->addresses[i],
					       same_host(found, &target->addresses[i]));
	for (i = 0; record && i < record->naddresses; i++)
		if (is_left_over(&record->addresses[i], target, found))
			differs |= NIC_BIT(NIC_ADDRESS);
	return differs;
}

uint64_t plan_differences(struct nic *target, const struct nic *want, const struct nic *found,
			  const struct record *record)
{
	uint64_t fields = complete(target, want, found, record), differs = 0;
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++) {
		/* settings of config_tap itself have nothing in the kernel to differ from */
		if (key->field >= NIC_NETNS || (NIC_BIT(key->field) & ADDRESS_FIELDS))
			continue;
		if ((fields & NIC_BIT(key->field)) && !key_same(key, target, found))
			differs |= NIC_BIT(key->field);
	}
	return differs | all_address_differences(target, found, record);
}

static struct step *add(struct plan *plan, enum step_op op)
{
	struct step *step;

	plan->steps = array_grow(plan->steps, &plan->cap, plan->n, sizeof(*plan->steps));
	step = &plan->steps[plan->n++];
	*step = (struct step){ .op = op };
	return step;
}

static void add_address_steps(struct plan *plan, const struct record *record)
{
	size_t i;

	for (i = 0; record && i < record->naddresses; i++)
		if (is_left_over(&record->addresses[i], &plan->target, &plan->before))
			add(plan, STEP_ADDRESS_DEL)->address =
				*same_host(&plan->before, &record->addresses[i]);
	for (i = 0; i < plan->target.naddresses; i++) {
		const struct address *want = &plan->target.addresses[i];
		const struct address *found = same_host(&plan->before, want);
		uint64_t differs = address_differences(want, found);

		if (!differs)
			continue;
		/* the kernel changes nothing but the IPv6 flags of an address that it has */
		if (found && differs != NIC_BIT(NIC_DAD))
			add(plan, STEP_ADDRESS_DEL)->address = *found;
		add(plan, STEP_ADDRESS_ADD)->address = *want;
	}
}

/* The steps from plan->before to plan->target. */
static void add_changes(struct plan *plan, const struct record *record)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(set_order); i++)
		if (plan->differs & NIC_BIT(set_order[i]))
			add(plan, STEP_SET)->field = set_order[i];
	add_address_steps(plan, record);
	if (plan->differs & FLAG_FIELDS)
		add(plan, STEP_FLAGS);
}

static void add_creation(struct plan *plan, const struct nic *want)
{
	plan->before = new_device(want);
	plan->differs = plan_differences(&plan->target, want, &plan->before, NULL);
	add(plan, STEP_CREATE);
	add_changes(plan, NULL);
	add(plan, STEP_PERSIST);
}

static void __attribute__((format(printf, 2, 3)))
refuse(struct plan *plan, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(plan->refused, sizeof(plan->refused), fmt, ap);
	va_end(ap);
}

static const char *yes_no(uint32_t value)
{
	return value ? "yes" : "no";
}

/* Why the device found cannot become the NIC wanted as it is. */
static void refuse_fixed(struct plan *plan, const struct nic *want, const struct nic *found,
			 bool ours)
{
	static const char *const modes[] = { "tap", "tun" };
	const char *way = ours ? "--force makes the NIC anew" :
				 "config_tap did not make it; choose another name, or remove it";

	if (plan->differs & NIC_BIT(NIC_MODE))
		refuse(plan, "is a %s, and the file says %s; the kernel cannot change that; %s",
		       modes[found->num[NIC_MODE]], modes[want->num[NIC_MODE]], way);
	else
		refuse(plan,
		       "has multi_queue = %s, and the file says %s; the kernel cannot change that; "
		       "%s",
		       yes_no(found->num[NIC_MULTI_QUEUE]), yes_no(want->num[NIC_MULTI_QUEUE]), way);
}

void plan_start(struct plan *plan, const struct nic *want, const struct nic *found,
		const struct record *record, bool force)
{
	bool ours = plan_is_ours(found, record) && !record->adopted;

	*plan = (struct plan){ .nic = want->name };
	/* a record of a NIC that is gone says nothing of the one that has its name now */
	if (!plan_is_ours(found, record))
		record = NULL;
	if (!found->ifindex) {
		add_creation(plan, want);
		return;
	}
	if (!nic_is_tuntap(found)) {
		refuse(plan, "exists already and is %s%s, not a %s; choose another name, or remove it",
		       found->kind[0] ? "a " : "a physical or loopback interface", found->kind,
		       want->num[NIC_MODE] == MODE_TUN ? "tun" : "tap");
		return;
	}
	if (!record && want->num[NIC_EXISTING] == EXISTING_REFUSE) {
		refuse(plan, "exists already, config_tap did not make it, and the file says "
			     "existing = refuse");
		return;
	}
	plan->before = *found;
	plan->differs = plan_differences(&plan->target, want, found, record);
	if (plan->differs & FIXED_FIELDS) {
		if (!ours || !force) {
			refuse_fixed(plan, want, found, ours);
			return;
		}
		add(plan, STEP_DELETE);
		add_creation(plan, want);
		return;
	}
	if ((plan->differs & NIC_BIT(NIC_GROUP)) && plan->target.num[NIC_GROUP] == NIC_NOBODY) {
		if (!ours || !force) {
			refuse(plan, "has a group, and the file says none; the kernel cannot take it "
				     "away; --force makes the NIC anew");
			return;
		}
		add(plan, STEP_DELETE);
		add_creation(plan, want);
		return;
	}
	if (plan->differs & ATTACH_FIELDS)
		add(plan, STEP_ATTACH);
	add_changes(plan, record);
	if (plan->differs & NIC_BIT(NIC_PERSIST))
		add(plan, STEP_PERSIST);
}

void plan_stop(struct plan *plan, const struct nic *found, const struct record *record,
	       const char *in_use, bool force)
{
	size_t i;

	*plan = (struct plan){ .nic = record->name, .before = *found, .target = *found };
	if (!plan_is_ours(found, record)) {
		add(plan, STEP_FORGET);
		return;
	}
	if (!record->adopted && record->on_stop == ON_STOP_KEEP)
		return;
	if (in_use && !force) {
		refuse(plan, "is in use by %s; --force removes it all the same", in_use);
		return;
	}
	if (!record->adopted && record->on_stop == ON_STOP_DELETE) {
		add(plan, STEP_DELETE);
		return;
	}
	if (found->num[NIC_UP])
		add(plan, STEP_DOWN);
	if (!record->adopted)
		return;
	for (i = 0; i < record->naddresses; i++)
		if (same_host(found, &record->addresses[i]))
			add(plan, STEP_ADDRESS_DEL)->address =
				*same_host(found, &record->addresses[i]);
	add(plan, STEP_FORGET);
}

void plan_free(struct plan *plan)
{
	free(plan->steps);
	plan->steps = NULL;
	plan->n = plan->cap = 0;
}

static void format_flags(char *buf, const struct plan *plan)
{
	const struct key *key;
	char text[KEY_TEXT];
	bool first = true;
	size_t i;

	strcpy(buf, "set ");
	for (i = 0; (key = key_at(i)); i++) {
		if (!(plan->differs & FLAG_FIELDS & NIC_BIT(key->field)))
			continue;
		text_add(buf, STEP_TEXT, "%s%s %s", first ? "" : ", ", key->name,
			 key_format(key, &plan->target, text));
		first = false;
	}
}

char *step_format(char buf[STEP_TEXT], const struct step *step, const struct plan *plan)
{
	char text[KEY_TEXT];

	switch (step->op) {
	case STEP_CREATE:
		snprintf(buf, STEP_TEXT, "create %s%s",
			 plan->target.num[NIC_MODE] == MODE_TUN ? "tun" : "tap",
			 plan->target.num[NIC_MULTI_QUEUE] ? " with multi_queue" : "");
		break;
	case STEP_ATTACH:
		snprintf(buf, STEP_TEXT, "attach with vnet_hdr %s, packet_info %s",
			 yes_no(plan->target.num[NIC_VNET_HDR]),
			 yes_no(plan->target.num[NIC_PACKET_INFO]));
		break;
	case STEP_SET:
		snprintf(buf, STEP_TEXT, "set %s %s", key_of(step->field)->name,
			 key_format(key_of(step->field), &plan->target, text));
		break;
	case STEP_ADDRESS_ADD:
		snprintf(buf, STEP_TEXT, "add address %s", address_format(text, &step->address));
		break;
	case STEP_ADDRESS_DEL:
		snprintf(buf, STEP_TEXT, "remove address %s",
			 address_format(text, &step->address));
		break;
	case STEP_FLAGS:
		format_flags(buf, plan);
		break;
	case STEP_PERSIST:
		strcpy(buf, "make it persistent");
		break;
	case STEP_DOWN:
		strcpy(buf, "bring it down");
		break;
	case STEP_DELETE:
		strcpy(buf, "delete");
		break;
	case STEP_FORGET:
		strcpy(buf, "forget it");
		break;
	default:
		strcpy(buf, "unknown step");
	}
	return buf;
}
