/* SPDX-License-Identifier: MIT */
/* Turns an error of the kernel into its cause, in words that help. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "holder/client.h"
#include "change/cause.h"
#include "kernel/ifreq.h"
#include "kernel/links.h"
#include "kernel/tun.h"
#include "base/util.h"

static const char no_capability[] =
	"not permitted: CAP_NET_ADMIN is missing here (a container, or a user namespace?)";

static const char too_many_files[] = "too many open files (ulimit -n)";

static bool add_processes(char *buf, struct netns *net, const char *name, const struct users *users)
{
	char comm[256];
	const struct user *user;
	pid_t last = 0;
	bool any = false;
	size_t at = 0;

	while ((user = users_next(users, &at, name, netns_inode(net)))) {
		/* each queue is a descriptor of its own */
		if (user->pid == last)
			continue;
		text_add(buf, CAUSE_TEXT, "%s%s (pid %d)", any ? ", " : "",
			 text_escape(comm, sizeof(comm), user->comm), user->pid);
		last = user->pid;
		any = true;
	}
	return any;
}

static bool same_bridge(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

const char *cause_in_use(char buf[CAUSE_TEXT], struct netns *net, const struct link *found,
			 const struct record *record, const struct users *users)
{
	char name[IFNAMSIZ] = "", upper[IFNAMSIZ], escaped[IFNAMSIZ * 4];
	bool is_upper;
	size_t at = 0;

	buf[0] = '\0';
	if (add_processes(buf, net, found->nic.name, users))
		return buf;
	/* a link that is up has somebody behind it, even in another pid namespace */
	if ((found->carrier && !found->nic.num[NIC_CARRIER]) || found->queues) {
		strcpy(buf, "a process that cannot be seen from here");
		return buf;
	}
	if (found->master && ifreq_get_name(net->sock, found->master, name) < 0)
		strcpy(name, "?");
	if (found->master && !same_bridge(record->bridge, found->nic.bridge) &&
	    !same_bridge(record->ovs_bridge, found->nic.ovs_bridge)) {
		snprintf(buf, CAUSE_TEXT, "the %s %s",
			 strcmp(found->master_kind, "bridge") == 0 ? "bridge" : "master",
			 text_escape(escaped, sizeof(escaped), name));
		return buf;
	}
	/* the kernel would delete it as well */
	while ((is_upper = netns_next_upper(net, found->nic.name, upper, &at)) &&
	       strcmp(upper, name) == 0)
		;
	if (!record->adopted && record->on_stop == ON_STOP_DELETE && found->ifindex && is_upper) {
		snprintf(buf, CAUSE_TEXT, "the interface %s, which stands on it",
			 text_escape(escaped, sizeof(escaped), upper));
		return buf;
	}
	return NULL;
}

static void attached_by(char buf[CAUSE_TEXT], const struct job *job)
{
	struct users users;

	strcpy(buf, "attached by ");
	if (users_read(&users, holder_pid()) < 0 ||
	    !add_processes(buf, job->net, job->name, &users))
		strcat(buf, "a process that cannot be seen from here");
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
}

static void no_device(char buf[CAUSE_TEXT], int err)
{
	const char *way;

	switch (err) {
	case ENOENT:
		way = "there is no " TUN_DEVICE ", and none could be made; "
		      "mknod " TUN_DEVICE " c 10 200, or give it to this container";
		break;
	case ENODEV:
	case ENXIO:
		way = "the kernel has no tun driver, and the module could not be loaded; "
		      "modprobe tun says why";
		break;
	case EACCES:
	case EPERM:
		way = TUN_DEVICE " may not be opened here; a container needs it allowed "
				 "(device 10:200)";
		break;
	case EMFILE:
		way = too_many_files;
		break;
	default:
		snprintf(buf, CAUSE_TEXT, TUN_DEVICE " cannot be opened: %s", strerror(err));
		return;
	}
	strcpy(buf, way);
}

static bool create_cause(char buf[CAUSE_TEXT], const struct job *job, int err)
{
	if (job->failed_call) {
		no_device(buf, err);
		return true;
	}
	switch (err) {
	case EBUSY:
		name_taken(buf, job);
		return true;
	case EINVAL:
		strcpy(buf, "the kernel's tun driver lacks this mode, multi_queue or vnet_hdr, or "
			    "takes the name for a bad one");
		return true;
	}
	return false;
}

static bool attach_cause(char buf[CAUSE_TEXT], const struct job *job, int err)
{
	if (job->failed_call) {
		no_device(buf, err);
		return true;
	}
	switch (err) {
	case EBUSY:
		attached_by(buf, job);
		strcat(buf, "; this can be done when it has ended");
		return true;
	case EINVAL:
		strcpy(buf, "the device was replaced by one of another kind meanwhile");
		return true;
	}
	return false;
}

static bool bridge_cause(char buf[CAUSE_TEXT], const struct job *job, int err)
{
	const char *bridge = job->plan.target.bridge;

	if (!bridge)
		return false;
	if (job->failed_call)
		snprintf(buf, CAUSE_TEXT, "there is no bridge %s any more", bridge);
	else if (err == EINVAL || err == EOPNOTSUPP)
		snprintf(buf, CAUSE_TEXT, "%s is not a bridge, or cannot take a NIC of this kind",
			 bridge);
	else if (err == EBUSY)
		strcpy(buf, "it is a port of another bridge, bond or switch, or has a macvlan");
	else
		return false;
	return true;
}

static bool route_cause(char buf[CAUSE_TEXT], const struct step *step, int err)
{
	char ip[IP_TEXT];

	if (err == EEXIST)
		strcpy(buf, "there is a route to this network already; a metric of its own would "
			    "let both be");
	else if ((err == ENETUNREACH || err == EHOSTUNREACH || err == EINVAL) &&
		 step->route.via.family)
		snprintf(buf, CAUSE_TEXT, "the gateway %s cannot be reached through this NIC",
			 ip_format(ip, &step->route.via));
	else if (err == ENETDOWN)
		strcpy(buf, "the NIC is down");
	else
		return false;
	return true;
}

static bool address_cause(char buf[CAUSE_TEXT], const struct step *step, int err)
{
	if (step->address.ip.family != AF_INET6)
		return false;
	if (err == EACCES)
		strcpy(buf, "IPv6 is disabled on this interface (sysctl "
			    "net.ipv6.conf.default.disable_ipv6)");
	else if (err == EOPNOTSUPP || err == EAFNOSUPPORT)
		strcpy(buf, "this kernel has no IPv6");
	else
		return false;
	return true;
}

static bool hold_cause(char buf[CAUSE_TEXT], int err)
{
	switch (err) {
	case ECONNRESET:
	case EPIPE:
		strcpy(buf, "the holder ended; is " HOLDER_PROGRAM " installed, and may it change "
			    "its user here?");
		break;
	case EMFILE:
		strcpy(buf, "the holder may have no more files open (ulimit -Hn)");
		break;
	case ETIMEDOUT:
		strcpy(buf, "the holder does not answer");
		break;
	case EPROTO:
		strcpy(buf, "the holder's answer makes no sense");
		break;
	default:
		return false;
	}
	return true;
}

static bool delete_cause(char buf[CAUSE_TEXT], const struct job *job, int err)
{
	if (err != EBUSY)
		return false;
	attached_by(buf, job);
	strcat(buf, "; --force removes it all the same");
	return true;
}

char *cause_of(char buf[CAUSE_TEXT], const struct job *job, const struct step *step, int err)
{
	bool told = false;

	if (step->op == STEP_CREATE)
		told = create_cause(buf, job, err);
	else if (step->op == STEP_ATTACH)
		told = attach_cause(buf, job, err);
	else if (step->op == STEP_ADDRESS_ADD || step->op == STEP_ADDRESS_DEL)
		told = address_cause(buf, step, err);
	else if (step->op == STEP_ROUTE_ADD)
		told = route_cause(buf, step, err);
	else if (step->op == STEP_SET && step->field == NIC_BRIDGE)
		told = bridge_cause(buf, job, err);
	else if (step->op == STEP_DELETE)
		told = delete_cause(buf, job, err);
	else if (step->op == STEP_BRIDGE_ADD && err == EOPNOTSUPP)
		told = strcpy(buf, "this kernel has no bridges (module bridge)") != NULL;
	else if (step->op == STEP_SET && err == EBUSY &&
		 (step->field == NIC_OWNER || step->field == NIC_GROUP))
		told = strcpy(buf, "another process attached to the new device before it had an "
				   "owner; it is not kept") != NULL;
	else if (step->op == STEP_HOLD || step->op == STEP_RELEASE)
		told = hold_cause(buf, err);
	if (told)
		return buf;
	switch (err) {
	case EPERM:
		strcpy(buf, no_capability);
		break;
	case ENODEV:
		strcpy(buf, "it was removed meanwhile");
		break;
	case EMFILE:
		strcpy(buf, too_many_files);
		break;
	default:
		snprintf(buf, CAUSE_TEXT, "%s", strerror(err));
	}
	return buf;
}
