/* SPDX-License-Identifier: MIT */
/*
 * Steps about devices that do not die with a descriptor: making one, and the peers of a vxlan.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/peers.h"
#include "change/steps.h"
#include "kernel/fdb.h"
#include "kernel/links.h"
#include "kernel/rtnl.h"
#include "nic/kind.h"

/* make: its record has the index and the MAC that it is to get, and is written by now */

static void text_make(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	const struct nic *target = job->plan.target;
	char ip[IP_TEXT];

	(void)step;
	snprintf(buf, STEP_TEXT, "create %s", kind_of(target)->name);
	if (target->num[NIC_MODE] == MODE_VXLAN)
		text_add(buf, STEP_TEXT, " with vni %u, port %u, local %s", target->num[NIC_VNI],
			 target->num[NIC_PORT], ip_format(ip, &target->local));
	else if (target->num[NIC_STP])
		text_add(buf, STEP_TEXT, " with stp");
}

/* The socket of a vxlan belongs to our own namespace, wherever the NIC itself is to be. */
static int run_make(struct job *job, const struct step *step, const struct nic *source)
{
	const struct rtnl_link link = { .nic = source,
					.ifindex = job->ifindex,
					.netns = job->net->fd };

	(void)step;
	return rtnl_add_link(netns_get(NULL)->netlink, &link);
}

static int undo_make(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	(void)source;
	return rtnl_del_link(job->net->netlink, job->ifindex);
}

/* RTM_NEWLINK says EEXIST to a name or index that is taken, and to a VNI. */
static void already_there(char buf[CAUSE_TEXT], const struct job *job)
{
	const struct nic *target = job->plan.target;
	struct link link = { 0 };

	snprintf(link.nic.name, sizeof(link.nic.name), "%s", job->name);
	if (link_read(job->net, &link) == 0 && link.ifindex)
		snprintf(buf, CAUSE_TEXT, "%s exists already (a %s that somebody made meanwhile)",
			 job->name, link.kind[0] ? link.kind : "physical or loopback interface");
	else if (target->num[NIC_MODE] == MODE_VXLAN)
		snprintf(buf, CAUSE_TEXT,
			 "vni %u is already in use on port %u; ip -details link show type vxlan "
			 "names the NIC that has it",
			 target->num[NIC_VNI], target->num[NIC_PORT]);
	else
		snprintf(buf, CAUSE_TEXT,
			 "%s is taken: another interface has it as its alternative name",
			 job->name);
	link_clear(&link);
}

static bool cause_make(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
		       int err)
{
	const char *kind = kind_of(job->plan.target)->name;

	(void)step;
	if (err == EEXIST)
		already_there(buf, job);
	else if (err == EOPNOTSUPP)
		snprintf(buf, CAUSE_TEXT,
			 "the kernel has no %s devices, and the module could not be loaded; "
			 "modprobe %s says why",
			 kind, kind);
	else if (err == EAFNOSUPPORT)
		snprintf(buf, CAUSE_TEXT, "the kernel has no IPv6, and local is an IPv6 address");
	else
		return false;
	return true;
}

const struct step_kind step_make = {
	.name = "create",
	.text = text_make,
	.run = run_make,
	.undo = undo_make,
	.cause = cause_make,
};

/* peers */

static void text_peers(char buf[STEP_TEXT], const char *what, const struct peers *peers)
{
	char ip[IP_TEXT];
	size_t i;

	snprintf(buf, STEP_TEXT, "%s peer%s", what, peers->n == 1 ? "" : "s");
	for (i = 0; i < peers->n; i++) {
		if (strlen(buf) + IP_TEXT + 32 > STEP_TEXT) {
			text_add(buf, STEP_TEXT, " and %zu more", peers->n - i);
			return;
		}
		text_add(buf, STEP_TEXT, "%s%s", i ? ", " : " ", ip_format(ip, &peers->list[i]));
	}
}

static void text_peers_add(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	struct peers peers = peers_missing(job);

	(void)step;
	text_peers(buf, "add", &peers);
	free(peers.list);
}

static void text_peers_del(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	struct peers peers = peers_left_over(job, job->record);

	(void)step;
	text_peers(buf, "remove", &peers);
	free(peers.list);
}

static struct fdb_entry *entries_of(const struct peers *peers)
{
	struct fdb_entry *entries = xcalloc(peers->n, sizeof(*entries));
	size_t i;

	for (i = 0; i < peers->n; i++)
		entries[i] = (struct fdb_entry){ .to = peers->list[i], .permanent = true };
	return entries;
}

static int change_peers(const struct job *job, const struct peers *peers,
			int (*change)(struct netlink *, int, const struct fdb_entry *, size_t,
				      int *))
{
	struct fdb_entry *entries = entries_of(peers);
	int ret = change(job->net->netlink, job->ifindex, entries, peers->n, NULL);

	free(entries);
	return ret;
}

/* What was learned behind a node that is none any more leads nowhere. */
static void forget_learned(const struct job *job, const struct peers *peers)
{
	struct link now = { .ifindex = job->ifindex, .kind = "vxlan" }, *link = &now;
	size_t i, n = 0;

	if (fdb_read(job->net, &link, 1) == 0) {
		for (i = 0; i < now.nfdb; i++)
			if (!now.fdb[i].permanent &&
			    peers_have(peers->list, peers->n, &now.fdb[i].to))
				now.fdb[n++] = now.fdb[i];
		rtnl_del_fdb(job->net->netlink, job->ifindex, now.fdb, n, NULL);
	}
	link_clear(&now);
}

static int run_peers_add(struct job *job, const struct step *step, const struct nic *source)
{
	struct peers peers = peers_missing(job);
	int ret;

	(void)step;
	ret = change_peers(job, &peers, source == job->plan.target ? rtnl_add_fdb : rtnl_del_fdb);
	free(peers.list);
	return ret;
}

static int run_peers_del(struct job *job, const struct step *step, const struct nic *source)
{
	struct peers peers = peers_left_over(job, job->record);
	bool forward = source == job->plan.target;
	int ret;

	(void)step;
	ret = change_peers(job, &peers, forward ? rtnl_del_fdb : rtnl_add_fdb);
	if (forward && ret == 0)
		forget_learned(job, &peers);
	free(peers.list);
	return ret;
}

const struct step_kind step_peers_add = {
	.name = "peers-add",
	.text = text_peers_add,
	.run = run_peers_add,
	.undo = run_peers_add,
};

const struct step_kind step_peers_del = {
	.name = "peers-remove",
	.text = text_peers_del,
	.run = run_peers_del,
	.undo = run_peers_del,
};
