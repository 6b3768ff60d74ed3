/* SPDX-License-Identifier: MIT */
/* What comes about only a moment after it was set. */
#include "config.h"

#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "base/util.h"
#include "change/settle.h"
#include "change/steps.h"
#include "kernel/links.h"

/* How long a link may take to come up; linkwatch in the kernel gathers events for a second. */
#define SETTLE_MS 1500

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
		    !jobs[i].plan.target.num[NIC_UP])
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
