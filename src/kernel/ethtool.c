/* SPDX-License-Identifier: MIT */
/* Settings that are read through SIOCETHTOOL. */
#include "config.h"

#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "nic/offload.h"
#include "kernel/compat.h"
#include "kernel/ethtool.h"
#include "base/util.h"

static int ethtool_call(int sock, const char *nic, void *command)
{
	struct ifreq ifr = { .ifr_data = command };

	strncpy(ifr.ifr_name, nic, IFNAMSIZ - 1);
	return RETRY(ioctl(sock, SIOCETHTOOL, &ifr)) < 0 ? -errno : 0;
}

/* Where in the kernel's list of features each of ours is; -1: it has none of that name. */
static int find_positions(int sock, const char *nic, int position[OFFLOADS], uint32_t *count)
{
	struct compat_sset_info info = { .cmd = ETHTOOL_GSSET_INFO,
					 .sset_mask = 1 << ETH_SS_FEATURES };
	struct ethtool_gstrings *strings;
	uint32_t i, length;
	size_t k;
	int ret;

	ret = ethtool_call(sock, nic, &info);
	if (ret < 0)
		return ret;
	length = info.data[0];
	strings = xcalloc(1, sizeof(*strings) + (size_t)length * ETH_GSTRING_LEN);
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = length;
	ret = ethtool_call(sock, nic, strings);
	for (k = 0; ret == 0 && k < OFFLOADS; k++) {
		position[k] = -1;
		for (i = 0; i < length; i++)
			if (strncmp((char *)strings->data + i * ETH_GSTRING_LEN, offload_name(k),
				    ETH_GSTRING_LEN) == 0)
				position[k] = (int)i;
	}
	*count = length;
	free(strings);
	return ret;
}

int ethtool_get_offload(int sock, const char *nic, uint32_t *bits)
{
	static int position[OFFLOADS];
	static uint32_t count;
	struct compat_gfeatures *get;
	uint32_t on = 0;
	size_t k;
	int ret = count ? 0 : find_positions(sock, nic, position, &count);

	if (ret < 0)
		return ret;
	get = xcalloc(1, sizeof(*get) + (count + 31) / 32 * sizeof(get->features[0]));
	get->cmd = ETHTOOL_GFEATURES;
	get->size = (count + 31) / 32;
	ret = ethtool_call(sock, nic, get);
	for (k = 0; ret == 0 && k < OFFLOADS; k++)
		if (position[k] >= 0 &&
		    get->features[position[k] / 32].active & 1u << position[k] % 32)
			on |= offload_bit(offload_name(k));
	free(get);
	if (ret == 0)
		*bits = on;
	return ret;
}
