/* SPDX-License-Identifier: MIT */
/* Who uses a NIC. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/differ.h"
#include "change/in_use.h"
#include "change/ovs.h"
#include "holder/client.h"
#include "kernel/ifreq.h"
#include "kernel/netlink.h"

static bool add_processes(char *buf, size_t size, struct netns *net, const char *name,
			  const struct users *users)
{
	char comm[256];
	const struct user *user;
	pid_t last = 0;
	bool any = false;
	size_t at = 0;

	while ((user = users_next(users, &at, name, net))) {
		/* each queue is a descriptor of its own */
		if (user->pid == last)
			continue;
		text_add(buf, size, "%s%s (pid %d)", any ? ", " : "",
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

/* The kernel would delete what is on top of it as well. */
static bool is_deleted(const struct job *job)
{
	return job->record && record_is_deleted_at_stop(job->record) && job->found.ifindex;
}

/* What is on top of it would have no link any more. */
static bool is_brought_down(const struct job *job)
{
	return job->record && record_is_lowered_at_stop(job->record) && job->found.ifindex &&
	       job->found.nic.num[NIC_UP];
}

static void look_at_uppers(struct in_use *look, struct netns *net, const struct jobs *jobs)
{
	int *ifindexes = xcalloc(jobs->n, sizeof(*ifindexes));
	struct in_use_net *at;
	bool deleted = false;
	size_t i, n = 0;

	for (i = 0; i < jobs->n; i++) {
		const struct job *job = &jobs->list[i];

		if (job->net != net || !(is_deleted(job) || is_brought_down(job)))
			continue;
		ifindexes[n++] = job->found.ifindex;
		deleted |= is_deleted(job);
	}
	look->nets = array_grow(look->nets, &look->cap, look->n, sizeof(*look->nets));
	at = &look->nets[look->n++];
	at->net = net;
	uppers_begin(&at->uppers, ifindexes, n);
	at->error = uppers_find(net, &at->uppers, deleted, at->where);
	free(ifindexes);
}

static const struct in_use_net *find_net(const struct in_use *look, const struct netns *net)
{
	size_t i;

	for (i = 0; i < look->n; i++)
		if (look->nets[i].net == net)
			return &look->nets[i];
	return NULL;
}

void in_use_look(struct in_use *look, const struct jobs *jobs)
{
	size_t i;

	*look = (struct in_use){ 0 };
	/* without /proc the link tells */
	if (jobs->n)
		users_read(&look->users, holder_pid());
	for (i = 0; i < jobs->n; i++)
		if (!find_net(look, jobs->list[i].net))
			look_at_uppers(look, jobs->list[i].net, jobs);
}

void in_use_end(struct in_use *look)
{
	size_t i;

	for (i = 0; i < look->n; i++)
		uppers_free(&look->nets[i].uppers);
	free(look->nets);
	free(look->users.list);
	*look = (struct in_use){ 0 };
}

static bool is_in_its_place(const struct job *job)
{
	const struct nic *found = &job->found.nic;

	return same_bridge(job->record->bridge, found->bridge) ||
	       same_bridge(job->record->ovs_bridge, found->ovs_bridge);
}

static void name_master(char buf[IN_USE_TEXT], const struct job *job)
{
	char name[IFNAMSIZ] = "?", escaped[IFNAMSIZ * 4];

	ifreq_get_name(job->net->sock, job->found.master, name);
	snprintf(buf, IN_USE_TEXT, "the %s %s",
		 strcmp(job->found.master_kind, "bridge") == 0 ? "bridge" : "master",
		 text_escape(escaped, sizeof(escaped), name));
}

/* Somebody else's; with a database that says nothing it may be. */
static bool is_in_switch(char buf[IN_USE_TEXT], const struct job *job)
{
	const struct link *found = &job->found;
	char escaped[IFNAMSIZ * 4];

	if (found->nic.ovs_bridge && !found->ovs_ours && !is_in_its_place(job))
		snprintf(buf, IN_USE_TEXT, "the Open vSwitch bridge %s",
			 text_escape(escaped, sizeof(escaped), found->nic.ovs_bridge));
	else if (found->ifindex && ovs_is_silent())
		strcpy(buf, "Open vSwitch, perhaps: it is running, and does not answer");
	return buf[0];
}

static const char *stands_on_it(char buf[IN_USE_TEXT], const struct in_use *look,
				const struct job *job)
{
	const struct in_use_net *at =
		is_deleted(job) || is_brought_down(job) ? find_net(look, job->net) : NULL;
	const struct upper *upper;
	char text[UPPER_TEXT];
	size_t i = 0;

	if (!at)
		return NULL;
	upper = uppers_next(&at->uppers, job->found.ifindex, &i);
	if (upper)
		snprintf(buf, IN_USE_TEXT, "the interface %s, which is on top of it",
			 upper_format(text, upper));
	else if (at->error)
		snprintf(buf, IN_USE_TEXT,
			 "an interface on top of it, perhaps: the %s cannot be inspected (%s)",
			 at->where, netlink_cause(at->error));
	return upper || at->error ? buf : NULL;
}

const char *in_use_by(char buf[IN_USE_TEXT], const struct in_use *look, const struct job *job)
{
	const struct link *found = &job->found;

	buf[0] = '\0';
	if (job->elsewhere) {
		snprintf(buf, IN_USE_TEXT, "the %s, to which it was moved", job->elsewhere);
		return buf;
	}
	if (add_processes(buf, IN_USE_TEXT, job->net, found->nic.name, &look->users))
		return buf;
	/* a link that is up has somebody behind it, even in another pid namespace */
	if (differ_has_reader(found) || found->queues) {
		strcpy(buf, "a process that cannot be seen from here");
		return buf;
	}
	if (is_in_switch(buf, job))
		return buf;
	if (found->master && !found->nic.ovs_bridge && !is_in_its_place(job)) {
		name_master(buf, job);
		return buf;
	}
	return stands_on_it(buf, look, job);
}

/* An address that we did not give it, and that is not the kernel's own. */
static const struct address *find_foreign_address(const struct link *found,
						  const struct record *record)
{
	size_t i;

	for (i = 0; i < found->nic.naddresses; i++) {
		const struct address *a = &found->nic.addresses[i];

		if (!(a->ip.family == AF_INET6 && ip_is_link_local(&a->ip)) &&
		    !address_find_host(record->addresses, record->naddresses, a))
			return a;
	}
	return NULL;
}

const char *in_use_bridge_by(char buf[IN_USE_TEXT], struct job *job, const char *port)
{
	const struct address *address = find_foreign_address(&job->found, job->record);
	const struct jobs one = { .list = job, .n = 1 };
	char text[ADDRESS_TEXT], escaped[IFNAMSIZ * 4];
	struct in_use look = { 0 };
	const char *user;

	if (*port) {
		snprintf(buf, IN_USE_TEXT, "its port %s",
			 text_escape(escaped, sizeof(escaped), port));
		return buf;
	}
	if (job->found.master) {
		name_master(buf, job);
		return buf;
	}
	if (address) {
		snprintf(buf, IN_USE_TEXT, "somebody who has given it the address %s",
			 address_format(text, address));
		return buf;
	}
	look_at_uppers(&look, job->net, &one);
	user = stands_on_it(buf, &look, job);
	in_use_end(&look);
	return user;
}

void in_use_add_processes(char *buf, size_t size, struct netns *net, const char *name)
{
	struct users users;

	if (users_read(&users, holder_pid()) < 0 || !add_processes(buf, size, net, name, &users))
		text_add(buf, size, "a process that cannot be seen from here");
}
