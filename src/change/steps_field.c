/* SPDX-License-Identifier: MIT */
/* The step that sets one field: a row a field. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/hold_entry.h"
#include "change/ovs.h"
#include "change/steps.h"
#include "holder/client.h"
#include "kernel/ifreq.h"
#include "kernel/links.h"
#include "kernel/rtnl.h"
#include "kernel/tun.h"
#include "nic/key.h"

struct setter {
	int (*set)(struct job *job, const struct nic *source);
	const struct cause *causes;
	bool (*cause)(char buf[CAUSE_TEXT], const struct job *job, int err);
};

/* owner and group */

static int set_owner(struct job *job, const struct nic *source)
{
	return tun_set_owner(job->fd, source->num[NIC_OWNER]);
}

static int set_group(struct job *job, const struct nic *source)
{
	return tun_set_group(job->fd, source->num[NIC_GROUP]);
}

/* numbers and names */

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

/* All that a vxlan can change goes in one message, and is set by the first of two steps. */
static int set_vxlan(struct job *job, const struct nic *source)
{
	return rtnl_set_vxlan(job->net->netlink, job->ifindex, source);
}

static const struct cause vxlan_causes[] = {
	{ EOPNOTSUPP, "this kernel cannot change it in place; config_tap stop it, then start it" },
	{ 0, NULL },
};

static int set_stp(struct job *job, const struct nic *source)
{
	return rtnl_set_stp(job->net->netlink, job->ifindex, source->num[NIC_STP]);
}

static int set_ipv6(struct job *job, const struct nic *source)
{
	const struct nic *has = nic_is_set(source, NIC_MTU) ? source : &job_before(job)->nic;
	int ret = netns_set_ipv6(job->net, job->name, source->num[NIC_IPV6]);

	/* with so small an MTU the kernel has taken IPv6 off the NIC, and its sysctls with it */
	return ret == -ENOENT && !source->num[NIC_IPV6] && has->num[NIC_MTU] < IPV6_MTU_MIN ? 0
											    : ret;
}

static const struct cause ipv6_causes[] = {
	{ ENOENT, "there is no /proc/sys/net/ipv6 for the NIC: /proc is not mounted or not "
		  "writable here, or the kernel has no IPv6" },
	{ EROFS, "/proc/sys is read-only here (a container?)" },
	{ 0, NULL },
};

static int set_link_local(struct job *job, const struct nic *source)
{
	int ret = rtnl_set_link_local(job->net->netlink, job->ifindex, source->num[NIC_LINK_LOCAL]);

	/* without IPv6 there is none of its addresses either */
	return ret == -EAFNOSUPPORT && !source->num[NIC_LINK_LOCAL] ? 0 : ret;
}

static int set_link_group(struct job *job, const struct nic *source)
{
	return rtnl_set_group(job->net->netlink, job->ifindex, source->num[NIC_LINK_GROUP]);
}

static int set_offload(struct job *job, const struct nic *source)
{
	return tun_set_offload(job->fd, source->num[NIC_OFFLOAD]);
}

static int set_sink(struct job *job, const struct nic *source)
{
	struct hold_entry entry = hold_entry_of(job, source);

	return holder_sink(&entry);
}

/* the bridge */

static int set_bridge(struct job *job, const struct nic *source)
{
	int index = 0, ret = 0;

	if (source->bridge)
		ret = ifreq_get_index(job->net->sock, source->bridge, &index);
	else if (source == &job_before(job)->nic)
		/* a bond, or whatever else it was taken out of */
		index = job_before(job)->master;
	job->failed_call = ret < 0 ? "bridge" : NULL;
	return ret < 0 ? ret : rtnl_set_master(job->net->netlink, job->ifindex, index);
}

static bool cause_bridge(char buf[CAUSE_TEXT], const struct job *job, int err)
{
	const char *bridge = job->plan.target->bridge;

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

static const struct setter setters[NIC_FIELDS] = {
	[NIC_OWNER] = { .set = set_owner },
	[NIC_GROUP] = { .set = set_group },
	[NIC_MAC] = { .set = set_mac },
	[NIC_MTU] = { .set = set_mtu },
	[NIC_TXQUEUELEN] = { .set = set_txqueuelen },
	[NIC_ALIAS] = { .set = set_alias },
	[NIC_LINK_GROUP] = { .set = set_link_group },
	[NIC_LOCAL] = { .set = set_vxlan, .causes = vxlan_causes },
	[NIC_LEARNING] = { .set = set_vxlan, .causes = vxlan_causes },
	[NIC_STP] = { .set = set_stp },
	[NIC_IPV6] = { .set = set_ipv6, .causes = ipv6_causes },
	[NIC_LINK_LOCAL] = { .set = set_link_local },
	[NIC_OFFLOAD] = { .set = set_offload },
	[NIC_BRIDGE] = { .set = set_bridge, .cause = cause_bridge },
	[NIC_SINK] = { .set = set_sink, .causes = holder_causes },
};

static void text_set(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	const struct key *key = key_of(step->field);
	char text[KEY_TEXT];

	snprintf(buf, STEP_TEXT, "set %s %s", key->name, key_format(key, job->plan.target, text));
}

static int run_set(struct job *job, const struct step *step, const struct nic *source)
{
	return setters[step->field].set(job, source);
}

static bool cause_set(char buf[CAUSE_TEXT], const struct job *job, const struct step *step, int err)
{
	const struct setter *setter = &setters[step->field];
	const char *text = cause_find(setter->causes, err);

	if (text)
		snprintf(buf, CAUSE_TEXT, "%s", text);
	return text || (setter->cause && setter->cause(buf, job, err));
}

const struct step_kind step_set = {
	.name = "set",
	.text = text_set,
	.run = run_set,
	.undo = run_set,
	.cause = cause_set,
};

/* Open vSwitch: out of the bridge that it was in, into the one that it is to be in */

static struct ovs_change switch_change(const struct job *job, bool back)
{
	const char *before = job_before(job)->nic.ovs_bridge,
		   *target = job->plan.target->ovs_bridge;

	return (struct ovs_change){ .nic = job->name,
				    .from = back ? target : before,
				    .to = back ? before : target };
}

static int switch_end(struct job *job, const struct ovs_change *change)
{
	free(job->failed_text);
	job->failed_text = change->result < 0 ? xstrdup(change->error) : NULL;
	return change->result;
}

static void switch_many(struct job *const *jobs, size_t n, int *results)
{
	struct ovs_change *changes = xcalloc(n, sizeof(*changes));
	size_t i;

	for (i = 0; i < n; i++)
		changes[i] = switch_change(jobs[i], false);
	ovs_change(changes, n);
	for (i = 0; i < n; i++)
		results[i] = switch_end(jobs[i], &changes[i]);
	free(changes);
}

static int undo_switch(struct job *job, const struct step *step, const struct nic *source)
{
	struct ovs_change change = switch_change(job, true);

	(void)step;
	(void)source;
	ovs_change(&change, 1);
	return switch_end(job, &change);
}

static void text_switch(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	const char *bridge = job->plan.target->ovs_bridge;

	(void)step;
	snprintf(buf, STEP_TEXT, "set ovs_bridge %s", bridge ? bridge : "none");
}

const struct step_kind step_switch = {
	.name = "set",
	.text = text_switch,
	.turn = TURN_SWITCH,
	.run_many = switch_many,
	.undo = undo_switch,
};

/* the bridge to join, where there is none */

static void text_bridge_add(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)step;
	snprintf(buf, STEP_TEXT, "create bridge %s", job->plan.target->bridge);
}

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

const struct step_kind step_bridge_add = {
	.name = "bridge-create",
	.text = text_bridge_add,
	.run = run_bridge_add,
	.causes =
		(const struct cause[]){
			{ EOPNOTSUPP, "this kernel has no bridges (module bridge)" },
			{ 0, NULL },
		},
};
