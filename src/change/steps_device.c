/* SPDX-License-Identifier: MIT */
/* Steps about the device itself: making, opening, keeping and deleting it. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "change/differ.h"
#include "change/hold_entry.h"
#include "change/in_use.h"
#include "change/plan.h"
#include "change/steps.h"
#include "holder/client.h"
#include "kernel/compat.h"
#include "kernel/delete.h"
#include "kernel/devnode.h"
#include "kernel/ifreq.h"
#include "kernel/links.h"
#include "kernel/rtnl.h"
#include "kernel/tun.h"
#include "nic/key.h"

/* How long a booting udev may take to make /dev/net/tun. */
#define DEVICE_WAIT_MS 10000
/* So many take the kernel about a second to delete. */
#define SLOW_DELETION 2500

/* How often a device that a stranger has attached to is recreated. */
#define CREATE_TRIES 3

/* opening it */

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

int device_open(struct job *job, const struct nic *nic, unsigned flags)
{
	int fd = open_tun(job), ret;

	if (fd < 0)
		return fd;
	flags |= nic->num[NIC_MODE] == MODE_TUN ? IFF_TUN : IFF_TAP;
	flags |= nic->num[NIC_PACKET_INFO] ? 0 : IFF_NO_PI;
	flags |= nic->num[NIC_VNET_HDR] ? IFF_VNET_HDR : 0;
	flags |= nic->num[NIC_MULTI_QUEUE] ? IFF_MULTI_QUEUE : 0;
	ret = tun_attach(fd, job->name, flags, job->found.carrier);
	/* of a name that is gone the kernel makes another device, which goes with its descriptor */
	if (ret == 0 && !(flags & IFF_TUN_EXCL))
		ret = ifreq_check_index(job->net->sock, job->name, job->ifindex);
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

/* /dev/net/tun itself, told apart from the device by job->failed_call. */
static const struct cause open_causes[] = {
	{ ENOENT, "there is no " TUN_DEVICE ", and none could be made; "
		  "mknod " TUN_DEVICE " c 10 200, or give it to this container" },
	{ EACCES, TUN_DEVICE " may not be opened here; a container needs it allowed "
			     "(device 10:200)" },
	{ EPERM, TUN_DEVICE " may not be opened here; a container needs it allowed "
			    "(device 10:200)" },
	{ EMFILE, "too many open files (ulimit -n)" },
	{ 0, NULL },
};

/* After an update the running kernel has often lost its modules, until the next boot. */
static void no_driver(char buf[CAUSE_TEXT])
{
	char modules[sizeof("/lib/modules/") + sizeof(((struct utsname *)NULL)->release)];
	struct utsname kernel;

	uname(&kernel);
	snprintf(modules, sizeof(modules), "/lib/modules/%s", kernel.release);
	if (access(modules, F_OK) < 0)
		snprintf(buf, CAUSE_TEXT,
			 "the running kernel %s has no tun driver, and its modules are not "
			 "installed (%s); boot a kernel whose modules are, or install them",
			 kernel.release, modules);
	else
		snprintf(buf, CAUSE_TEXT,
			 "the running kernel %s has no tun driver, and its module tun could not "
			 "be loaded from %s; modprobe tun says why",
			 kernel.release, modules);
}

static bool open_cause(char buf[CAUSE_TEXT], const struct job *job, int err)
{
	const char *text;

	if (!job->failed_call)
		return false;
	text = cause_find(open_causes, err);
	if (err == ENODEV || err == ENXIO)
		no_driver(buf);
	else if (text)
		snprintf(buf, CAUSE_TEXT, "%s", text);
	else
		snprintf(buf, CAUSE_TEXT, TUN_DEVICE " cannot be opened: %s", strerror(err));
	return true;
}

/* create */

static void text_create(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	const struct nic *target = job->plan.target;

	(void)step;
	snprintf(buf, STEP_TEXT, "create %s%s", target->num[NIC_MODE] == MODE_TUN ? "tun" : "tap",
		 target->num[NIC_MULTI_QUEUE] ? " with multi_queue" : "");
}

/*
 * A device that is not persistent goes with its last descriptor. There may be others: with several
 * queues somebody may have had one before it had an owner, and where the holder does not answer
 * nobody knows what it has.
 */
static int undo_create(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = 0;

	(void)step;
	(void)source;
	if ((job->plan.target->num[NIC_MULTI_QUEUE] || job->handed) && job->ifindex)
		ret = rtnl_del_link(job->net->netlink, job->ifindex);
	step_close(job);
	return ret;
}

/*
 * A new device is open to any user until it has an owner, and with multi_queue somebody may have
 * attached beside us in that moment: who has it open then keeps it, so it must not be kept. Nor
 * if he has gone again, and has left an owner, a group or its persistence behind.
 */
static int check_alone(const struct job *job, const struct nic *source)
{
	struct link now = { .wanted_index = job->ifindex };
	int ret = link_read(job->net, &now);

	if (ret == 0 && (now.queues + now.queues_disabled > 1 || now.nic.num[NIC_PERSIST] ||
			 now.nic.num[NIC_OWNER] != source->num[NIC_OWNER] ||
			 now.nic.num[NIC_GROUP] != source->num[NIC_GROUP]))
		ret = -EBUSY;
	link_clear(&now);
	return ret;
}

/* Makes a new device with several queues its owner's, and nobody else's. */
static int keep_strangers_out(const struct job *job, const struct nic *source)
{
	int ret = 0;

	if (source->num[NIC_OWNER] != NIC_NOBODY)
		ret = tun_set_owner(job->fd, source->num[NIC_OWNER]);
	if (ret == 0 && source->num[NIC_GROUP] != NIC_NOBODY)
		ret = tun_set_group(job->fd, source->num[NIC_GROUP]);
	if (ret == 0)
		ret = check_alone(job, source);
	if (ret == 0)
		tun_reset(job->fd, source->num[NIC_MODE] == MODE_TAP,
			  source->num[NIC_VNET_HDR_SIZE] ? 12 : 10);
	return ret;
}

static void name_stranger(struct job *job)
{
	char who[CAUSE_TEXT] = "";

	/* we are none of them; the device is theirs until it is deleted */
	step_close(job);
	in_use_add_processes(who, sizeof(who), job->net, job->name);
	free(job->failed_text);
	job->failed_text = xasprintf("%s attached to each of %d new devices before it had an "
				     "owner; none is kept",
				     who, CREATE_TRIES);
}

static int run_create(struct job *job, const struct step *step, const struct nic *source)
{
	int ret, tries;

	for (tries = 1;; tries++) {
		netns_expect_device(job->net, job->name);
		ret = device_open(job, source, IFF_TUN_EXCL);
		if (ret == 0)
			ret = ifreq_get_index(job->net->sock, job->name, &job->ifindex);
		if (ret < 0 || !source->num[NIC_MULTI_QUEUE])
			return ret;
		ret = keep_strangers_out(job, source);
		if (ret == 0)
			return 0;
		if (ret == -EBUSY && tries == CREATE_TRIES)
			name_stranger(job);
		undo_create(job, step, source);
		job->ifindex = 0;
		if (ret != -EBUSY || tries == CREATE_TRIES)
			return ret;
	}
}

/* TUNSETIFF with IFF_TUN_EXCL says EBUSY to every name that is taken, whatever has it. */
static void name_taken(char buf[CAUSE_TEXT], const struct job *job)
{
	struct link link = { 0 };

	snprintf(link.nic.name, sizeof(link.nic.name), "%s", job->name);
	if (link_read(job->net, &link) == 0 && link.ifindex)
		snprintf(buf, CAUSE_TEXT, "%s exists already (a %s that somebody made meanwhile)",
			 job->name, link_is_tuntap(&link) ? "tun or tap" : link.kind);
	else
		snprintf(buf, CAUSE_TEXT,
			 "%s is taken: another interface has it as its alternative name "
			 "(ip link show %s)",
			 job->name, job->name);
	link_clear(&link);
}

static bool cause_create(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			 int err)
{
	(void)step;
	if (open_cause(buf, job, err))
		return true;
	if (err == EBUSY)
		name_taken(buf, job);
	return err == EBUSY;
}

const struct step_kind step_create = {
	.name = "create",
	.text = text_create,
	.run = run_create,
	.undo = undo_create,
	.cause = cause_create,
	.causes =
		(const struct cause[]){
			{ EINVAL, "the kernel's tun driver lacks this mode, multi_queue or "
				  "vnet_hdr, or rejects the name" },
			{ 0, NULL },
		},
};

/* attach */

/* The names of the fields for which the device has to be open. */
static void text_attach(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	const uint64_t fields = DIFFER_ATTACH | NIC_BIT(NIC_CARRIER);
	const struct key *key;
	bool first = true;
	size_t i;

	(void)step;
	strcpy(buf, "attach");
	for (i = 0; (key = key_at(i)); i++) {
		if (!(job->plan.differs & fields & NIC_BIT(key->field)))
			continue;
		text_add(buf, STEP_TEXT, "%s%s", first ? " to set " : ", ", key->name);
		first = false;
	}
}

/* The one queue of a held NIC is the holder's: it lends it, unless it has let it go. */
static int run_attach(struct job *job, const struct step *step, const struct nic *source)
{
	struct hold_entry entry = hold_entry_of(job, &job_before(job)->nic);

	(void)step;
	if (job->found.nic.num[NIC_CARRIER] != CARRIER_HOLD || plan_must_reopen(job))
		return device_open(job, source, 0);
	job->fd = holder_borrow(&entry);
	job->failed_call = NULL;
	return job->fd < 0 ? job->fd : 0;
}

/* What attaching has set goes back by attaching once more. */
static int undo_attach(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = 0;

	(void)step;
	step_close(job);
	if (job->plan.differs &
	    (NIC_BIT(NIC_VNET_HDR) | NIC_BIT(NIC_PACKET_INFO) | NIC_BIT(NIC_VNET_HDR_SIZE)))
		ret = device_open(job, source, 0);
	step_close(job);
	return ret;
}

static bool cause_attach(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			 int err)
{
	(void)step;
	if (open_cause(buf, job, err))
		return true;
	if (err != EBUSY)
		return false;
	strcpy(buf, "attached by ");
	in_use_add_processes(buf, CAUSE_TEXT, job->net, job->name);
	text_add(buf, CAUSE_TEXT, "; end it first");
	return true;
}

const struct step_kind step_attach = {
	.name = "attach",
	.text = text_attach,
	.run = run_attach,
	.undo = undo_attach,
	.cause = cause_attach,
	.causes =
		(const struct cause[]){
			{ EINVAL, "the device was replaced by one of another kind meanwhile" },
			{ 0, NULL },
		},
};

/* persist */

static int run_persist(struct job *job, const struct step *step, const struct nic *source)
{
	(void)step;
	return tun_set_persist(job->fd, source->num[NIC_PERSIST]);
}

const struct step_kind step_persist = {
	.name = "persist",
	.words = "make it persistent",
	.run = run_persist,
	.undo = run_persist,
};

/* delete */

/* A one-queue NIC that our holder has not open can be claimed. */
static struct doomed doom(const struct job *job)
{
	const struct link *found = &job->found;
	const uint32_t *num = found->nic.num;
	struct doomed link = { .ifindex = found->ifindex,
			       .name = job->name,
			       .carrier = found->carrier,
			       .queues = num[NIC_CARRIER] != CARRIER_NONE,
			       .master = found->master,
			       .group = num[NIC_LINK_GROUP] };

	if (link_is_tuntap(found) && !num[NIC_MULTI_QUEUE] && !link.queues)
		link.claim = (num[NIC_MODE] == MODE_TUN ? IFF_TUN : IFF_TAP) |
			     (num[NIC_PACKET_INFO] ? 0 : IFF_NO_PI) |
			     (num[NIC_VNET_HDR] ? IFF_VNET_HDR : 0);
	return link;
}

/*
 * Deletes those in one namespace together. They pass through a device group, and the records say
 * so first: a start after a kill in the middle puts it back.
 */
static void delete_in(struct netns *net, struct job *const *jobs, size_t n, int *results)
{
	struct doomed *links = xcalloc(n, sizeof(*links));
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (jobs[i]->net != net)
			continue;
		links[count++] = doom(jobs[i]);
		jobs[i]->record->set |= NIC_BIT(NIC_LINK_GROUP);
	}
	/* a record that cannot be written is no reason to leave a NIC: the group alone is lost */
	if (count > 1)
		records_save(jobs[0]->state);
	log_progress("NICs being removed:", count, n, count > SLOW_DELETION);
	delete_links(net, links, count, jobs[0]->force);
	log_progress_end();
	for (count = i = 0; i < n; i++) {
		if (jobs[i]->net != net)
			continue;
		results[i] = links[count].error;
		free(jobs[i]->failed_text);
		jobs[i]->failed_text = links[count++].why;
	}
	free(links);
}

static void delete_many(struct job *const *jobs, size_t n, int *results)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		/* once a namespace: at its first job */
		for (k = 0; jobs[k]->net != jobs[i]->net; k++)
			;
		if (k == i)
			delete_in(jobs[i]->net, jobs, n, results);
	}
}

static bool cause_delete(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			 int err)
{
	(void)step;
	if (err != EBUSY)
		return false;
	strcpy(buf, "attached by ");
	in_use_add_processes(buf, CAUSE_TEXT, job->net, job->name);
	text_add(buf, CAUSE_TEXT, "; --force removes it all the same");
	return true;
}

const struct step_kind step_delete = {
	.name = "delete",
	.words = "delete",
	.turn = TURN_DELETE,
	.run_many = delete_many,
	.cause = cause_delete,
};

const struct step_kind step_replace = {
	.name = "delete",
	.words = "delete",
	.turn = TURN_REPLACE,
	.run_many = delete_many,
	.cause = cause_delete,
};
