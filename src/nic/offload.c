/* SPDX-License-Identifier: MIT */
/* Offloads: what the reader of a tap takes unfinished from the kernel. */
#include "config.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "nic/offload.h"
#include "base/util.h"

/* linux/if_tun.h of 6.2 on */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

/* set_offload() in drivers/net/tun.c; netdev_features_strings in net/ethtool/common.c */
static const struct {
	const char *name;
	uint32_t bits;
} features[] = {
	{ "tx-checksum-ip-generic", TUN_F_CSUM },
	{ "tx-tcp-segmentation", TUN_F_TSO4 },
	{ "tx-tcp6-segmentation", TUN_F_TSO6 },
	{ "tx-tcp-ecn-segmentation", TUN_F_TSO_ECN },
	{ "tx-udp-segmentation", TUN_F_USO4 | TUN_F_USO6 },
};

uint32_t offload_bit(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (strcmp(features[i].name, name) == 0)
			return features[i].bits;
	return 0;
}

void offload_format(char *buf, size_t size, uint32_t bits)
{
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(features); i++)
		if (bits & features[i].bits)
			text_add(buf, size, "%s%s", buf[0] ? ", " : "", features[i].name);
	if (!buf[0])
		text_add(buf, size, "none");
}

static int ethtool(int sock, const char *nic, void *command)
{
	struct ifreq ifr = { .ifr_data = command };

	strncpy(ifr.ifr_name, nic, IFNAMSIZ - 1);
	return RETRY(ioctl(sock, SIOCETHTOOL, &ifr)) < 0 ? -errno : 0;
}

/* Where in the kernel's list of features each of ours stands; -1: it has none of that name. */
static int find_positions(int sock, const char *nic, int position[ARRAY_SIZE(features)],
			  uint32_t *count)
{
	union {
		struct ethtool_sset_info head;
		uint32_t words[sizeof(struct ethtool_sset_info) / sizeof(uint32_t) + 1];
	} info = { .words = { 0 } };
	struct ethtool_gstrings *strings;
	uint32_t i, length;
	size_t k;
	int ret;

	info.head.cmd = ETHTOOL_GSSET_INFO;
	info.head.sset_mask = 1 << ETH_SS_FEATURES;
	ret = ethtool(sock, nic, &info);
	if (ret < 0)
		return ret;
	length = info.head.data[0];
	strings = xcalloc(1, sizeof(*strings) + (size_t)length * ETH_GSTRING_LEN);
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = length;
	ret = ethtool(sock, nic, strings);
	for (k = 0; ret == 0 && k < ARRAY_SIZE(features); k++) {
		position[k] = -1;
		for (i = 0; i < length; i++)
			if (strncmp((char *)strings->data + i * ETH_GSTRING_LEN, features[k].name,
				    ETH_GSTRING_LEN) == 0)
				position[k] = (int)i;
	}
	*count = length;
	free(strings);
	return ret;
}

int offload_get(int sock, const char *nic, uint32_t *bits)
{
	static int position[ARRAY_SIZE(features)];
	static uint32_t count;
	struct ethtool_gfeatures *get;
	uint32_t on = 0;
	size_t k;
	int ret = count ? 0 : find_positions(sock, nic, position, &count);

	if (ret < 0)
		return ret;
	get = xcalloc(1, sizeof(*get) + (count + 31) / 32 * sizeof(get->features[0]));
	get->cmd = ETHTOOL_GFEATURES;
	get->size = (count + 31) / 32;
	ret = ethtool(sock, nic, get);
	for (k = 0; ret == 0 && k < ARRAY_SIZE(features); k++)
		if (position[k] >= 0 &&
		    get->features[position[k] / 32].active & 1u << position[k] % 32)
			on |= features[k].bits;
	free(get);
	if (ret == 0)
		*bits = on;
	return ret;
}
