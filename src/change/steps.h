/* SPDX-License-Identifier: MIT */
/*
 * The kinds of steps that plans are made of, a row each: its words, how it is run and taken back,
 * and what is behind its failure.
 */
#ifndef CHANGE_STEPS_H
#define CHANGE_STEPS_H

#include "change/job.h"

#define STEP_TEXT 1400
#define CAUSE_TEXT 600

/*
 * Steps that are run for many NICs at once, or must wait until the other NICs are as far: the
 * lower ones first. What is 0 is run for each NIC on its own.
 */
enum step_turn {
	TURN_ALONE,
	TURN_REPLACE, /* what is made anew must be gone before others refer to the new one */
	TURN_RELEASE,
	TURN_ANNOUNCE, /* what is about to be added is recorded */
	TURN_REMOVE,   /* what goes makes room for what another NIC gets */
	TURN_ADD,
	TURN_RECORD,
	TURN_SWITCH, /* Open vSwitch's database */
	TURN_HOLD,
	TURN_DELETE,
	TURN_FORGET,
	TURN_LEAVE,
};

/* An error of the kernel (a positive errno) and what it means for the step. */
struct cause {
	int err;
	const char *text;
};

/* What the holder's errors mean. */
extern const struct cause holder_causes[];

struct step_kind {
	const char *name; /* config_tap-json(7) lists them */
	/* the step as people read it, such as "set mtu 1400"; NULL: words says all */
	void (*text)(char buf[STEP_TEXT], const struct job *job, const struct step *step);
	const char *words;
	bool silent;  /* not worth telling unless it fails */
	bool partial; /* one that fails may have done a part of it, which undo takes back */
	enum step_turn turn;
	/* 0 or -errno; source is where a value comes from: the target, or what was before */
	int (*run)(struct job *job, const struct step *step, const struct nic *source);
	int (*undo)(struct job *job, const struct step *step, const struct nic *source);
	/* runs it for n jobs, each of which has come to it; results are 0 or -errno */
	void (*run_many)(struct job *const *jobs, size_t n, int *results);
	const struct cause *causes; /* NULL, or ended by an err of 0 */
	/* what needs more than a fixed text; returns false where it has nothing to say */
	bool (*cause)(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
		      int err);
};

/* the device: steps_device.c */
extern const struct step_kind step_create;  /* makes it; it dies with its descriptor */
extern const struct step_kind step_attach;  /* opens it: owner and group can be set no other way */
extern const struct step_kind step_persist; /* from here on it stays without us */
extern const struct step_kind step_delete;
extern const struct step_kind step_replace; /* the same, for another that is made in its place */
/* the device where it has no descriptor, and the peers of a vxlan: steps_vxlan.c */
extern const struct step_kind step_make; /* recorded before; down until all is set */
extern const struct step_kind step_peers_add, step_peers_del;
/* one field: steps_field.c */
extern const struct step_kind step_set;
extern const struct step_kind step_switch;     /* the bridge of Open vSwitch that it is in */
extern const struct step_kind step_bridge_add; /* the bridge that the NIC is to join */
/* addresses and routes: steps_address.c */
extern const struct step_kind step_address_add, step_address_del;
extern const struct step_kind step_route_add, step_route_del;
/* what the kernel takes along with an address that is removed is put back, no matter who made it */
extern const struct step_kind step_address_keep, step_route_keep;
extern const struct step_kind step_route_lose; /* unless there is no way back */
/* the link: steps_link.c */
extern const struct step_kind step_flags; /* up, promisc and so on, in one call */
extern const struct step_kind step_down;
extern const struct step_kind step_hold; /* the link goes up, and the holder keeps it so */
extern const struct step_kind step_release;
/* the records: steps_record.c */
extern const struct step_kind step_announce; /* what is about to be added is ours, come what may */
extern const struct step_kind step_record;   /* it is ours, as it is now */
extern const struct step_kind step_forget;   /* it is not ours any more */
extern const struct step_kind step_gone;     /* it is deleted, and so is its record */
extern const struct step_kind step_leave;    /* it stays, and is ours, but nobody holds it now */

/* The text for an error; NULL where the list (which may be NULL) has none. */
const char *cause_find(const struct cause *causes, int err);

/* A step as people read it. Returns buf. */
char *step_format(char buf[STEP_TEXT], const struct job *job, const struct step *step);

/* The job's first step of that kind, or NULL. */
const struct step *job_find_step(const struct job *job, const struct step_kind *kind);
/* The step that makes the device; NULL where the plan changes one that is there. */
const struct step *job_find_creation(const struct job *job);
/* Does the plan make a device, rather than change one? */
bool job_is_new(const struct job *job);

/*
 * The kernel takes addresses away with the link, with IPv6, and with another one of their network,
 * no matter whose they are: puts back all that were found, and what led over them. Those that are
 * still there are replaced by themselves.
 */
void address_put_back(const struct job *job);

/* Runs one step. Returns 0 or -errno, and prints nothing. */
int step_run(struct job *job, const struct step *step);
/*
 * The step failed with err (a positive errno): tells it, marks the job, and takes back what has
 * been done, the last first.
 */
void step_fail(struct job *job, const struct step *step, int err);

/* The whole of a sentence of why nothing is done, or no more: tells it, and keeps it for --json. */
void job_fail(struct job *job, char *why);

/* Closes the job's descriptor of the device, where it has one. */
void step_close(struct job *job);

#endif
