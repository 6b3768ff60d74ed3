/* SPDX-License-Identifier: MIT */
/* What comes about only a moment after it was set. */
#include "config.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "change/settle.h"
#include "change/steps.h"
#include "kernel/links.h"

/* How long a link may take to come up; linkwatch in the kernel gathers events for a second. */
#define SETTLE_MS 1500

/* How long udev may take: for the first NIC, and for each. */
#define UDEV_MS 2000
#define UDEV_NIC_MS 1

/* linux/if.h, which cannot be had beside net/if.h; RFC 2863, ifOperStatus up */
#define IF_OPER_UP 6

static bool is_settled(const struct job *job)
{
	struct link now = { 0 };
	bool settled;

	snprintf(now.nic.name, sizeof(now.nic.name), "%s", job->name);
	settled = link_read(job->net, &now) < 0 || now.operstate == IF_OPER_UP;
	link_clear(&now);
	return settled;
}

void settle_links(struct job *jobs, size_t n)
{
	const struct timespec pause = { .tv_nsec = 2 * 1000 * 1000 };
	long long end = now_ms() + SETTLE_MS;
	size_t i;

	for (i = 0; i < n; i++) {
		if (jobs[i].failed || !job_find_step(&jobs[i], &step_hold) ||
		    !jobs[i].plan.target->num[NIC_UP])
			continue;
		while (!is_settled(&jobs[i])) {
			if (now_ms() > end) {
				log_warning("%s: is held, but its link is not up after %d ms",
					    jobs[i].name, SETTLE_MS);
				break;
			}
			nanosleep(&pause, NULL);
		}
	}
}

/* It writes this at the end of its rules for a device. Those of other namespaces it never sees. */
static bool is_udev_through(const struct job *job)
{
	char path[64];

	if (job->failed || job->net->name || !job_is_new(job))
		return true;
	snprintf(path, sizeof(path), "/run/udev/data/n%d", job->ifindex);
	return access(path, F_OK) == 0;
}

void settle_udev(const struct jobs *jobs)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	long long end = now_ms() + UDEV_MS + UDEV_NIC_MS * (long long)jobs->n;
	size_t i;

	/* others that hear of devices (mdev) leave no such trace */
	if (access("/run/udev/control", F_OK) < 0)
		return;
	for (i = 0; i < jobs->n; i++)
		while (!is_udev_through(&jobs->list[i]) && now_ms() < end)
			nanosleep(&pause, NULL);
}
