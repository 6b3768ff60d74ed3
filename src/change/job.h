/* SPDX-License-Identifier: MIT */
/*
 * One NIC and what is to be done with it: what the file wants, what the kernel has, what is
 * recorded. cli/select.c fills jobs in, the plan adds the steps, apply runs them.
 */
#ifndef CHANGE_JOB_H
#define CHANGE_JOB_H

#include "change/records.h"
#include "kernel/netns.h"
#include "nic/link.h"

struct step_kind;

struct step {
	const struct step_kind *kind; /* a row of steps.h */
	enum nic_field field;         /* of step_set */
	union {
		/* an entry of the lists of job_before(), or of want's */
		const struct address *address; /* of step_address_* */
		const struct route *route;     /* of step_route_add, step_route_del */
		const struct kept_route *kept; /* of step_route_keep, step_route_lose */
	};
	bool moved; /* of step_route_*: to the place that has the NIC's addresses */
};

struct plan {
	struct step *steps;
	size_t n, cap;
	struct nic *target;   /* what the steps lead to; NULL before there is a plan */
	struct link *instead; /* the new device that takes the place of the one found; or NULL */
	uint64_t fields;      /* the fields that were compared */
	uint64_t differs;     /* those that differ */
	bool taken;           /* somebody else has put it into a bridge, bond or switch */
	char *refused;        /* why nothing can be done; NULL where it can */
};

/* What the commands hold and release want of the link, whatever the file says. */
enum job_part { JOB_WHOLE, JOB_HOLD, JOB_RELEASE };

struct job {
	char name[IFNAMSIZ];    /* what it is called now, which is not always what the file says */
	const struct nic *want; /* NULL at stop */
	struct link found; /* where there is none, the plan makes it the device as it is made */
	struct netns *net;
	struct record *record; /* NULL: not ours */
	char *cut;             /* who used it when --force removed it; or NULL */
	char *elsewhere;       /* where it is, in a namespace that it was not made in; or NULL */
	char *objection;       /* why it must not be started, found before planning; or NULL */
	bool unknown;          /* and that is that nobody can tell where it is */
	bool force;            /* what cannot be changed in place is recreated */
	enum job_part part;
	struct plan plan;
	bool bridge_missing;     /* the bridge that want names does not exist */
	bool bridge_has_section; /* nor will it: it has one, and is not started with the NIC */
	unsigned char bridge_mac[6];
	const struct ip *bridge_local; /* what its MAC follows from: identity_mac() */

	/* apply's own */
	struct records *state;
	struct record *recorded; /* what was recorded before a change; NULL: nothing */
	bool announced;          /* its record is the one of this start */
	int fd, ifindex;
	size_t done;             /* steps that have been run */
	const char *failed_call; /* within a step of several, the one that failed */
	char *failed_text;       /* what another program said of its failure, or NULL */
	bool begun;              /* a step has been run that can be seen from outside */
	bool failed, undo_failed;
	bool skipped; /* a signal came before it was begun */
	bool handed;  /* the holder may have a descriptor of a device that is recreated */
	char *why;    /* what was told of its failure */
};

/* The NICs that a command is about. */
struct jobs {
	struct job *list;
	size_t n, cap;
	size_t unreachable; /* NICs that are not in it, since their namespace cannot be entered */
};

/* How plans are run. */
struct apply {
	struct records *records;
	bool force; /* what is in use is removed as well */
	bool stop;  /* a NIC that is in use is said to be */
	bool all_files;
	const struct jobs *others; /* what else this command starts, or NULL */
	bool pretend;              /* a dry run: every step is listed, in order, and none is run */
	/* each step as it has been run, or would be, with its text; NULL: nobody wants to know */
	void (*tell)(const struct job *job, const struct step *step, const char *text, void *data);
	void *data;
};

/* Adds a job for what is called name in that namespace. The list may move. */
struct job *jobs_add(struct jobs *jobs, const char *name, struct netns *net);
/* Moves the jobs of more behind the others. Either list may move; more is empty then. */
void jobs_append(struct jobs *jobs, struct jobs *more);
void jobs_free(struct jobs *jobs);
/* Leaves those that are to be kept, in their order; the others are freed. */
void jobs_narrow(struct jobs *jobs, bool (*keep)(struct job *job, void *data), void *data);

/* What the plan leads from: the NIC that was found, or the new device. */
static inline const struct link *job_before(const struct job *job)
{
	return job->plan.instead ? job->plan.instead : &job->found;
}

/* Releases the steps and what they lead to, whose lists are not the plan's. */
void plan_free(struct plan *plan);

#endif
