/* SPDX-License-Identifier: MIT */
/* Offloads, by the names that ethtool -k has for them: the TUN_F_* bits of linux/if_tun.h. */
#include "config.h"

#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/offload.h"
#include "nic/type.h"
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
} features[OFFLOADS] = {
	{ "tx-checksum-ip-generic", TUN_F_CSUM },
	{ "tx-tcp-segmentation", TUN_F_TSO4 },
	{ "tx-tcp6-segmentation", TUN_F_TSO6 },
	{ "tx-tcp-ecn-segmentation", TUN_F_TSO_ECN },
	{ "tx-udp-segmentation", TUN_F_USO4 | TUN_F_USO6 },
};

const char *offload_name(size_t i)
{
	return features[i].name;
}

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

static void offload_values(const struct key *key, char *buf)
{
	(void)key;
	strcpy(buf, "none, or a list of ");
	offload_format(buf + strlen(buf), KEY_VALUES - strlen(buf), UINT32_MAX);
}

static int offload_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	char *copy = xstrdup(text), *rest = copy, *word, right[KEY_VALUES];
	uint32_t bits = 0, bit;
	int ret = 0;

	while (ret == 0 && (word = text_cut(&rest, ", \t"))) {
		if (strcmp(word, "none") == 0)
			continue;
		bit = offload_bit(word);
		bits |= bit;
		if (!bit) {
			offload_values(key, right);
			ret = type_wrong(why, word, right);
		}
	}
	free(copy);
	if (ret == 0)
		nic->num[key->field] = bits;
	return ret;
}

static void offload_key_format(const struct key *key, const struct nic *nic, char *buf)
{
	offload_format(buf, KEY_TEXT, nic->num[key->field]);
}

const struct key_type type_offload = {
	offload_parse, offload_key_format, num_same, offload_values, NULL,
};
