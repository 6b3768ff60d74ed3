/* SPDX-License-Identifier: MIT */
/* Addresses with their prefix length. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nic/type.h"
#include "nic/value.h"
#include "base/util.h"

bool address_same_key(const struct address *a, const struct address *b)
{
	return ip_same(&a->ip, &b->ip) && a->prefix == b->prefix && ip_same(&a->peer, &b->peer);
}

bool address_overlaps(const struct address *a, const struct address *b)
{
	return ip_is_in(&a->ip, &b->ip, a->prefix < b->prefix ? a->prefix : b->prefix);
}

const struct address *address_find(const struct address *list, size_t n, const struct address *one)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (address_same_key(&list[i], one))
			return &list[i];
	return NULL;
}

const struct address *address_find_host(const struct address *list, size_t n,
					const struct address *one)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ip_same(&list[i].ip, &one->ip) && list[i].prefix == one->prefix)
			return &list[i];
	return NULL;
}

char *address_format(char buf[ADDRESS_TEXT], const struct address *a)
{
	char ip[IP_TEXT];

	snprintf(buf, ADDRESS_TEXT, "%s/%u", ip_format(ip, &a->ip), a->prefix);
	if (a->peer.family)
		text_add(buf, ADDRESS_TEXT, " peer %s", ip_format(ip, &a->peer));
	return buf;
}

int value_address(const char *text, struct address *out)
{
	struct address address = { 0 };
	int ret = value_prefixed(text, &address.ip, &address.prefix);

	if (ret < 0)
		return ret;
	*out = address;
	return 0;
}

static int address_item_parse(const char *text, void *item, char *why)
{
	int ret = value_address(text, item);
	const bool v6 = strchr(text, ':') != NULL;

	if (ret == -EDOM)
		snprintf(why, KEY_WHY, "%s has no prefix length; for example %s/%d", text, text,
			 v6 ? 64 : 24);
	else if (ret == -ERANGE)
		snprintf(why, KEY_WHY, "the prefix length of %s is out of range: 0 to %d", text,
			 v6 ? 128 : 32);
	else if (ret < 0)
		type_wrong(why, text, "an address with its prefix length such as 192.168.0.1/24");
	return ret < 0 ? -1 : 0;
}

static char *address_item_format(char *buf, const void *item)
{
	return address_format(buf, item);
}

static bool address_item_same(const void *a, const void *b)
{
	return address_same_key(a, b);
}

static const struct list_type list = {
	.items = offsetof(struct nic, addresses),
	.n = offsetof(struct nic, naddresses),
	.cap = offsetof(struct nic, addresses_cap),
	.size = sizeof(struct address),
	.separators = ", \t",
	.what = "a list of addresses such as 192.168.0.1/24",
	.parse = address_item_parse,
	.format = address_item_format,
	.same = address_item_same,
};

const struct key_type type_addresses = {
	list_parse, list_format, list_same, list_values, &list,
};
