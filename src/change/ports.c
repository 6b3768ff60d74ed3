/* SPDX-License-Identifier: MIT */
/* Who uses a bridge of ours. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "change/ports.h"
#include "change/steps.h"
#include "kernel/compat.h"
#include "kernel/rtnl.h"

struct staying {
	const struct job *bridge;
	const struct jobs *jobs, *to_start;
	char name[IFNAMSIZ];
	size_t n, later;
};

static const struct job *find_port(const struct jobs *jobs, const struct netns *net, int ifindex)
{
	size_t i;

	for (i = 0; jobs && i < jobs->n; i++)
		if (jobs->list[i].found.ifindex == ifindex && jobs->list[i].net == net)
			return &jobs->list[i];
	return NULL;
}

static bool is_deleted(const struct staying *staying, int ifindex)
{
	const struct job *job = find_port(staying->jobs, staying->bridge->net, ifindex);

	return job && job_find_step(job, &step_delete);
}

/* Will start take it out? */
static bool is_leaving(const struct staying *staying, int ifindex)
{
	const struct job *job = find_port(staying->to_start, staying->bridge->net, ifindex);

	return job && !job->objection &&
	       !(job->want->bridge && strcmp(job->want->bridge, staying->bridge->name) == 0);
}

static int read_port(const struct netlink_answer *answer, void *data)
{
	const struct ifinfomsg *head = answer->head;
	struct staying *staying = data;

	if (answer->error || answer->type != RTM_NEWLINK)
		return answer->error;
	if ((int)netlink_u32(&answer->attr[IFLA_MASTER]) != staying->bridge->found.ifindex ||
	    is_deleted(staying, head->ifi_index))
		return 0;
	if (is_leaving(staying, head->ifi_index))
		staying->later++;
	else if (!staying->n++)
		netlink_text(staying->name, sizeof(staying->name), &answer->attr[IFLA_IFNAME]);
	return 0;
}

/* Somebody else's; a link-local IPv6 address the kernel makes by itself. */
static const struct address *foreign_address(const struct job *bridge)
{
	const struct nic *found = &bridge->found.nic;
	size_t i;

	for (i = 0; i < found->naddresses; i++) {
		const struct address *a = &found->addresses[i];

		if (!(a->ip.family == AF_INET6 && ip_is_link_local(&a->ip)) &&
		    !address_find_host(bridge->record->addresses, bridge->record->naddresses, a))
			return a;
	}
	return NULL;
}

const char *ports_use(char buf[IN_USE_TEXT], const struct job *bridge, const struct jobs *jobs,
		      const struct jobs *to_start, bool *later)
{
	struct staying staying = { .bridge = bridge, .jobs = jobs, .to_start = to_start };
	char name[IFNAMSIZ * 4], text[ADDRESS_TEXT];
	const struct address *a;
	unsigned tries = 0;
	int ret;

	do {
		staying.n = staying.later = 0;
		ret = rtnl_dump_links(bridge->net->netlink, bridge->found.ifindex, -1, read_port,
				      &staying);
	} while (netlink_again(ret, &tries));
	a = foreign_address(bridge);
	if (ret < 0)
		snprintf(buf, IN_USE_TEXT, "a port, perhaps: its ports cannot be listed (%s)",
			 netlink_cause(ret));
	else if (staying.n == 1)
		snprintf(buf, IN_USE_TEXT, "its port %s",
			 text_escape(name, sizeof(name), staying.name));
	else if (staying.n)
		snprintf(buf, IN_USE_TEXT, "its port %s and %zu more",
			 text_escape(name, sizeof(name), staying.name), staying.n - 1);
	else if (a)
		snprintf(buf, IN_USE_TEXT, "somebody who has given it the address %s",
			 address_format(text, a));
	else {
		*later = staying.later;
		return NULL;
	}
	return buf;
}
