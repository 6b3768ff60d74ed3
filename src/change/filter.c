/* SPDX-License-Identifier: MIT */
/* The filters that a killed holder has left in its taps. */
#include "config.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "change/filter.h"
#include "change/plan.h"
#include "change/records.h"
#include "kernel/tun.h"

static bool is_left(const struct job *job)
{
	const struct record *record = job->record;

	return record && record->sink == SINK_DROP && record->carrier == CARRIER_HOLD &&
	       plan_is_ours(&job->found, record) && job->found.nic.num[NIC_MODE] == MODE_TAP &&
	       !job->found.nic.num[NIC_CARRIER];
}

/* Attached as the device is, so that nothing else of it changes. */
static int take_out(const struct job *job)
{
	const struct nic *nic = &job->found.nic;
	unsigned flags = IFF_TAP | (nic->num[NIC_PACKET_INFO] ? 0 : IFF_NO_PI) |
			 (nic->num[NIC_VNET_HDR] ? IFF_VNET_HDR : 0);
	int fd = netns_open_tun(job->net), ret;

	if (fd < 0)
		return fd;
	ret = tun_attach(fd, job->name, flags, false);
	if (ret == 0)
		ret = tun_set_drop_all(fd, false);
	close(fd);
	return ret;
}

static void tell(const struct job *job, int ret)
{
	if (ret == 0)
		log_note("%s: the holder died; its filter is removed", job->name);
	else if (ret == -EBUSY)
		log_warning("%s: the holder died and left a filter in it, so the program attached "
			    "now gets no frames until it attaches again",
			    job->name);
	else
		log_warning("%s: cannot remove the filter that the holder left: %s", job->name,
			    strerror(-ret));
}

void filters_take_out(struct records *records, struct jobs *jobs, bool save)
{
	bool changed = false;
	size_t i;
	int ret;

	for (i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->list[i];

		if (!is_left(job) || !records_try_lock(records))
			continue;
		ret = take_out(job);
		tell(job, ret);
		if (ret < 0)
			continue;
		job->record->sink = SINK_READ;
		changed = true;
	}
	if (changed && save)
		records_save(records);
}
