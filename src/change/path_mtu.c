/* SPDX-License-Identifier: MIT */
/* Warns of a vxlan whose full frames do not fit the way to its peers. */
#include "config.h"

#include "base/log.h"
#include "change/path_mtu.h"
#include "kernel/underlay.h"
#include "nic/kind.h"

/* Nearly always they are in one network; a thousand need not be asked for. */
#define PEERS_ASKED 16

void path_mtu_warn(const struct job *job)
{
	const struct nic *want = job->want;
	const struct ip *narrowest = NULL;
	uint32_t mtu, least = UINT32_MAX, overhead;
	char ip[IP_TEXT];
	size_t i;

	if (!want || want->num[NIC_MODE] != MODE_VXLAN)
		return;
	for (i = 0; i < want->npeers && i < PEERS_ASKED; i++) {
		mtu = underlay_mtu(&want->peers[i]);
		if (mtu && mtu < least) {
			least = mtu;
			narrowest = &want->peers[i];
		}
	}
	overhead = kind_overhead(want);
	if (!narrowest || least <= overhead || want->num[NIC_MTU] <= least - overhead)
		return;
	log_warning(
		"%s: mtu %u is too large for the path to %s, which takes %u bytes: larger packets "
		"are fragmented or lost; mtu = %u fits",
		job->name, want->num[NIC_MTU], ip_format(ip, narrowest), least, least - overhead);
}
