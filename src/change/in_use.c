/* SPDX-License-Identifier: MIT */
/* Who uses a NIC. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "change/in_use.h"
#include "holder/client.h"
#include "kernel/ifreq.h"

static bool add_processes(char *buf, size_t size, struct netns *net, const char *name,
			  const struct users *users)
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

const char *in_use_by(char buf[IN_USE_TEXT], struct netns *net, const struct link *found,
		      const struct record *record, const struct users *users)
{
	char name[IFNAMSIZ] = "", upper[IFNAMSIZ], escaped[IFNAMSIZ * 4];
	bool is_upper;
	size_t at = 0;

	buf[0] = '\0';
	if (add_processes(buf, IN_USE_TEXT, net, found->nic.name, users))
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
		snprintf(buf, IN_USE_TEXT, "the %s %s",
			 strcmp(found->master_kind, "bridge") == 0 ? "bridge" : "master",
			 text_escape(escaped, sizeof(escaped), name));
		return buf;
	}
	/* the kernel would delete it as well */
	while ((is_upper = netns_next_upper(net, found->nic.name, upper, &at)) &&
	       strcmp(upper, name) == 0)
		;
	if (!record->adopted && record->on_stop == ON_STOP_DELETE && found->ifindex && is_upper) {
		snprintf(buf, IN_USE_TEXT, "the interface %s, which stands on it",
			 text_escape(escaped, sizeof(escaped), upper));
		return buf;
	}
	return NULL;
}

void in_use_add_processes(char *buf, size_t size, struct netns *net, const char *name)
{
	struct users users;

	if (users_read(&users, holder_pid()) < 0 || !add_processes(buf, size, net, name, &users))
		text_add(buf, size, "a process that cannot be seen from here");
}
