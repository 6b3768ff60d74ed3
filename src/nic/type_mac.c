/* SPDX-License-Identifier: MIT */
/* A MAC address, or a word for where to take one from. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nic/type.h"
#include "nic/value.h"
#include "base/util.h"

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return p ? (int)(p - digits) : -1;
}

int value_mac(const char *text, unsigned char out[6])
{
	unsigned char mac[6];
	size_t i;

	if (strlen(text) != MAC_TEXT - 1)
		return -EINVAL;
	for (i = 0; i < 6; i++) {
		int high = hex_digit(text[i * 3]), low = hex_digit(text[i * 3 + 1]);
		char after = text[i * 3 + 2];

		if (high < 0 || low < 0 || (i < 5 && after != text[2]))
			return -EINVAL;
		mac[i] = (unsigned char)(high << 4 | low);
	}
	if (text[2] != ':' && text[2] != '-')
		return -EINVAL;
	memcpy(out, mac, sizeof(mac));
	return 0;
}

char *mac_format(char buf[MAC_TEXT], const unsigned char mac[6])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	/* each record has one: a format takes ten times as long */
	for (i = 0; i < 6; i++) {
		buf[3 * i] = digits[mac[i] >> 4];
		buf[3 * i + 1] = digits[mac[i] & 0xf];
		buf[3 * i + 2] = i < 5 ? ':' : '\0';
	}
	return buf;
}

static int mac_key_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	static const char *const words[] = { [MAC_STABLE] = "stable", [MAC_RANDOM] = "random" };
	unsigned char mac[6];
	uint32_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i] && strcmp(text, words[i]) == 0) {
			nic->num[key->field] = i;
			return 0;
		}
	}
	if (value_mac(text, mac) < 0)
		return type_wrong(why, text,
				  "stable, random or an address such as 02:00:00:00:00:01");
	if (mac[0] & 1) {
		snprintf(why, KEY_WHY,
			 "%s is a group address (its first byte is odd); a NIC's own is even",
			 text);
		return -1;
	}
	if (!memcmp(mac, "\0\0\0\0\0", 6)) {
		snprintf(why, KEY_WHY, "%s is not a valid MAC address", text);
		return -1;
	}
	memcpy(nic->mac, mac, sizeof(mac));
	nic->num[key->field] = MAC_FIXED;
	return 0;
}

static void mac_key_format(const struct key *key, const struct nic *nic, char *buf)
{
	(void)key;
	mac_format(buf, nic->mac);
}

static bool mac_key_same(const struct key *key, const struct nic *a, const struct nic *b)
{
	(void)key;
	return memcmp(a->mac, b->mac, sizeof(a->mac)) == 0;
}

static void mac_key_values(const struct key *key, char *buf)
{
	(void)key;
	snprintf(buf, KEY_VALUES, "stable, random or an address such as 02:00:00:00:00:01");
}

const struct key_type type_mac = {
	mac_key_parse, mac_key_format, mac_key_same, mac_key_values, NULL,
};
