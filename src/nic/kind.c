/* SPDX-License-Identifier: MIT */
/* The kinds of NIC, a row each. */
#include "config.h"

#include <string.h>

#include "nic/kind.h"
#include "base/util.h"

#define ETHERNET (IFF_BROADCAST | IFF_MULTICAST)
/* bytes: Ethernet, VXLAN (RFC 7348), UDP, and IPv4 or IPv6 */
#define VXLAN_OVERHEAD4 50
#define VXLAN_OVERHEAD6 70

static const struct kind kinds[NIC_MODES] = {
	/* tun_net_init() in drivers/net/tun.c; MAX_TAP_MTU is 65535 less the Ethernet header */
	[MODE_TAP] = { .name = "tap",
		       .kernel = "tun",
		       .fixed = NIC_BIT(NIC_MODE) | NIC_BIT(NIC_MULTI_QUEUE),
		       .has_descriptor = true,
		       .has_mac = true,
		       .mtu_min = 68,
		       .mtu_max = 65521,
		       .mtu = 1500,
		       .txqueuelen = 1000,
		       .flags = ETHERNET },
	[MODE_TUN] = { .name = "tun",
		       .kernel = "tun",
		       .fixed = NIC_BIT(NIC_MODE) | NIC_BIT(NIC_MULTI_QUEUE),
		       .has_descriptor = true,
		       .has_mac = false,
		       .mtu_min = 68,
		       .mtu_max = 65535,
		       .mtu = 1500,
		       .txqueuelen = 500,
		       .flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST },
	/* vxlan_setup() and vxlan_config_validate() in drivers/net/vxlan/vxlan_core.c */
	[MODE_VXLAN] = { .name = "vxlan",
			 .kernel = "vxlan",
			 .fixed = NIC_BIT(NIC_MODE) | NIC_BIT(NIC_VNI) | NIC_BIT(NIC_PORT),
			 .has_descriptor = false,
			 .has_mac = true,
			 .mtu_min = 68,
			 .mtu_max = 65535,
			 .mtu = 1500,
			 .txqueuelen = 1000,
			 .flags = ETHERNET },
	/* br_dev_setup() in net/bridge/br_device.c */
	[MODE_BRIDGE] = { .name = "bridge",
			  .kernel = "bridge",
			  .fixed = NIC_BIT(NIC_MODE),
			  .has_descriptor = false,
			  .has_mac = true,
			  .mtu_min = 68,
			  .mtu_max = 65535,
			  .mtu = 1500,
			  .txqueuelen = 1000,
			  .flags = ETHERNET },
};

const struct kind *kind_at(enum nic_mode mode)
{
	return &kinds[mode];
}

const struct kind *kind_of(const struct nic *nic)
{
	return &kinds[nic->num[NIC_MODE]];
}

uint32_t kind_overhead(const struct nic *nic)
{
	if (nic->num[NIC_MODE] != MODE_VXLAN)
		return 0;
	return nic->local.family == AF_INET6 ? VXLAN_OVERHEAD6 : VXLAN_OVERHEAD4;
}

uint32_t kind_mtu(const struct nic *nic)
{
	return kind_of(nic)->mtu - kind_overhead(nic);
}

bool kind_is_known(const char *kernel)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].kernel, kernel) == 0)
			return true;
	return false;
}

uint64_t kind_fixed(const struct nic *want, const struct nic *found, uint64_t differs)
{
	uint64_t fixed = kind_of(want)->fixed;

	/* the socket of a vxlan is of one family */
	if (want->local.family != found->local.family)
		fixed |= NIC_BIT(NIC_LOCAL);
	return differs & fixed;
}
