/* SPDX-License-Identifier: MIT */
/*
 * From the NIC wanted and the NIC found to the steps between them. Pure: it asks nothing, does
 * nothing, and the same input gives the same steps.
 */
#ifndef CHANGE_PLAN_H
#define CHANGE_PLAN_H

#include "nic/link.h"
#include "change/records.h"

enum step_op {
	STEP_CREATE, /* open /dev/net/tun and make the device; it dies with its descriptor */
	STEP_ATTACH, /* open the device that is there: owner and group can be set no other way */
	STEP_SET,    /* one field */
	STEP_ADDRESS_ADD,
	STEP_ADDRESS_DEL,
	STEP_ADDRESS_KEEP, /* the removal of another one may have taken it along */
	STEP_BRIDGE_ADD,   /* the bridge that the NIC is to join */
	STEP_FLAGS,        /* up, promisc and so on, in one call */
	STEP_ROUTE_ADD,
	STEP_ROUTE_DEL,
	STEP_ROUTE_KEEP, /* likewise */
	STEP_RELEASE,    /* the holder lets it go */
	STEP_HOLD,       /* the link goes up, and the holder keeps it so */
	STEP_PERSIST,    /* from here on the device stays without us */
	STEP_DOWN,
	STEP_DELETE,
	STEP_FORGET, /* it is not ours any more */
	STEP_OPS
};

struct step {
	enum step_op op;
	enum nic_field field; /* of STEP_SET */
	union {
		struct address address; /* of STEP_ADDRESS_* */
		struct route route;     /* of STEP_ROUTE_* */
	};
};

struct plan {
	const char *nic;
	struct step *steps;
	size_t n, cap;
	struct nic target;  /* what the steps lead to */
	struct link before; /* what they lead from: the kernel's NIC, or a new device */
	uint64_t differs;   /* the fields that differ */
	char *refused;      /* why nothing can be done; NULL where it can */
};

/* What a plan depends on. */
struct situation {
	const struct nic *want;      /* the file's NIC */
	const struct link *found;    /* the kernel's; ifindex 0: there is none */
	const struct record *record; /* NULL: not ours */
	bool bridge_missing;         /* the bridge that want names does not exist */
	bool force;                  /* what cannot be changed in place is made anew */
};

/* What the next process that attaches overwrites: worth comparing while nobody has. */
#define READER_FIELDS                                                              \
	(NIC_BIT(NIC_VNET_HDR) | NIC_BIT(NIC_PACKET_INFO) | NIC_BIT(NIC_OFFLOAD) | \
	 NIC_BIT(NIC_VNET_HDR_SIZE))

/* Has somebody else attached? Carrier without our holding it shows that. */
bool plan_has_reader(const struct link *found);

/* What start does. */
void plan_start(struct plan *plan, const struct situation *now);

/* What the commands hold and release do: nothing but that. */
void plan_hand(struct plan *plan, const struct situation *now, bool hold);

/* What stop does with a NIC of ours; in_use: who uses it, or NULL; force removes it even so. */
void plan_stop(struct plan *plan, const struct link *found, const struct record *record,
	       const char *in_use, bool force);

/* Releases the steps; the NICs' own memory is not the plan's. */
void plan_free(struct plan *plan);

/* Is the NIC found the very one that the record is of? */
bool plan_is_ours(const struct link *found, const struct record *record);

/*
 * The fields in which found differs from what want asks for, record taken into account, as bits.
 * target becomes want, completed by what follows from it for a NIC of this kind.
 */
uint64_t plan_differences(struct nic *target, const struct nic *want, const struct link *found,
			  const struct record *record);

/* A step as people read it, such as "set mtu 1400". Returns buf. */
#define STEP_TEXT 1400
char *step_format(char buf[STEP_TEXT], const struct step *step, const struct plan *plan);

#endif
