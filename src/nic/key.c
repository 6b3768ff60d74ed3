/* SPDX-License-Identifier: MIT */
/* The table of configuration keys, and what each type of value can do. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/offload.h"
#include "nic/key.h"
#include "base/util.h"
#include "nic/value.h"

struct key_type {
	int (*parse)(const struct key *key, const char *text, struct nic *nic, char *why);
	void (*format)(const struct key *key, const struct nic *nic, char *buf);
	bool (*same)(const struct key *key, const struct nic *a, const struct nic *b);
};

static int wrong(char *why, const char *text, const char *right)
{
	snprintf(why, KEY_WHY, "\"%s\" is not %s", text, right);
	return -1;
}

static bool same_num(const struct key *key, const struct nic *a, const struct nic *b)
{
	return a->num[key->field] == b->num[key->field];
}

/* yes or no */

static int parse_bool(const struct key *key, const char *text, struct nic *nic, char *why)
{
	if (value_bool(text, &nic->num[key->field]) < 0)
		return wrong(why, text, "yes or no");
	return 0;
}

static void format_bool(const struct key *key, const struct nic *nic, char *buf)
{
	snprintf(buf, KEY_TEXT, "%s", nic->num[key->field] ? "yes" : "no");
}

static const struct key_type type_bool = { parse_bool, format_bool, same_num };

/* a number in a range */

static int parse_number(const struct key *key, const char *text, struct nic *nic, char *why)
{
	int ret = value_number(text, key->min, key->max, &nic->num[key->field]);

	if (ret == -ERANGE)
		snprintf(why, KEY_WHY, "%s is out of range: %u to %u%s%s", text, key->min, key->max,
			 key->unit ? " " : "", key->unit ? key->unit : "");
	else if (ret < 0)
		snprintf(why, KEY_WHY, "\"%s\" is not a number from %u to %u", text, key->min,
			 key->max);
	return ret < 0 ? -1 : 0;
}

static void format_number(const struct key *key, const struct nic *nic, char *buf)
{
	snprintf(buf, KEY_TEXT, "%u", nic->num[key->field]);
}

static const struct key_type type_number = { parse_number, format_number, same_num };

/* one of a few words */

static int parse_choice(const struct key *key, const char *text, struct nic *nic, char *why)
{
	char right[128] = "";
	uint32_t i;

	for (i = 0; key->choices[i]; i++) {
		if (strcmp(key->choices[i], text) == 0) {
			nic->num[key->field] = i;
			return 0;
		}
		text_add(right, sizeof(right), "%s%s",
			 i == 0                ? ""
			 : key->choices[i + 1] ? ", "
					       : " or ",
			 key->choices[i]);
	}
	return wrong(why, text, right);
}

static void format_choice(const struct key *key, const struct nic *nic, char *buf)
{
	snprintf(buf, KEY_TEXT, "%s", key->choices[nic->num[key->field]]);
}

static const struct key_type type_choice = { parse_choice, format_choice, same_num };

/* users and groups */

static int parse_user(const struct key *key, const char *text, struct nic *nic, char *why)
{
	/* for a section that has a group, where the defaults have an owner */
	if (strcmp(text, "none") == 0) {
		nic->num[key->field] = NIC_NOBODY;
		return 0;
	}
	if (value_user(text, &nic->num[key->field]) == 0)
		return 0;
	snprintf(why, KEY_WHY, "no user is called \"%s\"; a name of passwd(5) or a number", text);
	return -1;
}

char *key_user_name(char buf[KEY_ID_TEXT], uint32_t uid)
{
	struct passwd *pw;

	if (uid == NIC_NOBODY)
		snprintf(buf, KEY_ID_TEXT, "none");
	else if (uid == 0)
		snprintf(buf, KEY_ID_TEXT, "root");
	else if ((pw = getpwuid(uid)))
		snprintf(buf, KEY_ID_TEXT, "%s", pw->pw_name);
	else
		snprintf(buf, KEY_ID_TEXT, "%u", uid);
	return buf;
}

static void format_user(const struct key *key, const struct nic *nic, char *buf)
{
	key_user_name(buf, nic->num[key->field]);
}

static int parse_group(const struct key *key, const char *text, struct nic *nic, char *why)
{
	if (strcmp(text, "none") == 0) {
		nic->num[key->field] = NIC_NOBODY;
		return 0;
	}
	if (value_group(text, &nic->num[key->field]) == 0)
		return 0;
	snprintf(why, KEY_WHY, "no group is called \"%s\"; a name of group(5), a number or none",
		 text);
	return -1;
}

char *key_group_name(char buf[KEY_ID_TEXT], uint32_t gid)
{
	struct group *gr;

	if (gid == NIC_NOBODY)
		snprintf(buf, KEY_ID_TEXT, "none");
	else if (gid == 0)
		snprintf(buf, KEY_ID_TEXT, "root");
	else if ((gr = getgrgid(gid)))
		snprintf(buf, KEY_ID_TEXT, "%s", gr->gr_name);
	else
		snprintf(buf, KEY_ID_TEXT, "%u", gid);
	return buf;
}

static void format_group(const struct key *key, const struct nic *nic, char *buf)
{
	key_group_name(buf, nic->num[key->field]);
}

static const struct key_type type_user = { parse_user, format_user, same_num };
static const struct key_type type_group = { parse_group, format_group, same_num };

/* MAC addresses, or a word for where to take one from */

static int parse_mac(const struct key *key, const char *text, struct nic *nic, char *why)
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
		return wrong(why, text, "stable, random or an address such as 02:00:00:00:00:01");
	if (mac[0] & 1) {
		snprintf(why, KEY_WHY,
			 "%s is a group address (its first byte is odd); a NIC's own is even",
			 text);
		return -1;
	}
	if (!memcmp(mac, "\0\0\0\0\0", 6)) {
		snprintf(why, KEY_WHY, "%s is the address of no NIC", text);
		return -1;
	}
	memcpy(nic->mac, mac, sizeof(mac));
	nic->num[key->field] = MAC_FIXED;
	return 0;
}

static void format_mac(const struct key *key, const struct nic *nic, char *buf)
{
	(void)key;
	mac_format(buf, nic->mac);
}

static bool same_mac(const struct key *key, const struct nic *a, const struct nic *b)
{
	(void)key;
	return memcmp(a->mac, b->mac, sizeof(a->mac)) == 0;
}

static const struct key_type type_mac = { parse_mac, format_mac, same_mac };

/* text; the empty text and none at all are the same */

static char **text_of(const struct key *key, const struct nic *nic)
{
	return (char **)((char *)nic + key->offset);
}

static void format_text(const struct key *key, const struct nic *nic, char *buf)
{
	const char *s = *text_of(key, nic);

	snprintf(buf, KEY_TEXT, "%s", s && *s ? s : "none");
}

static bool same_text(const struct key *key, const struct nic *a, const struct nic *b)
{
	const char *s = *text_of(key, a), *t = *text_of(key, b);

	return strcmp(s ? s : "", t ? t : "") == 0;
}

/* IFALIASZ of linux/if.h is 256, with the zero */
#define ALIAS_MAX 255

static int parse_alias(const struct key *key, const char *text, struct nic *nic, char *why)
{
	if (strlen(text) > ALIAS_MAX) {
		snprintf(why, KEY_WHY, "the text has %zu bytes; at most %d", strlen(text),
			 ALIAS_MAX);
		return -1;
	}
	*text_of(key, nic) = xstrdup(text);
	return 0;
}

static const struct key_type type_alias = { parse_alias, format_text, same_text };

/* the name of another interface, or of a network namespace */

static int parse_name(const struct key *key, const char *text, struct nic *nic, char *why)
{
	/* a namespace is a file name, and may be longer than the name of a NIC */
	int ret = value_nic_name(text);

	if (ret == -ENAMETOOLONG && key->field != NIC_NETNS) {
		snprintf(why, KEY_WHY, "\"%s\" has %zu characters; the kernel takes at most 15",
			 text, strlen(text));
		return -1;
	}
	if (ret == -EINVAL)
		return wrong(why, text, "a name (no blank, \"/\", \":\" or \"%\")");
	*text_of(key, nic) = xstrdup(text);
	return 0;
}

static const struct key_type type_name = { parse_name, format_text, same_text };

/* one address */

static struct ip *ip_of(const struct key *key, const struct nic *nic)
{
	return (struct ip *)((char *)nic + key->offset);
}

static int parse_ip(const struct key *key, const char *text, struct nic *nic, char *why)
{
	struct ip ip;

	if (value_ip(text, &ip) < 0)
		return wrong(why, text, "an address such as 10.0.0.2");
	if (key->field == NIC_BROADCAST && ip.family != AF_INET)
		return wrong(why, text, "an IPv4 address; IPv6 has no broadcast");
	*ip_of(key, nic) = ip;
	return 0;
}

static void format_ip(const struct key *key, const struct nic *nic, char *buf)
{
	ip_format(buf, ip_of(key, nic));
}

static bool same_ip(const struct key *key, const struct nic *a, const struct nic *b)
{
	return ip_same(ip_of(key, a), ip_of(key, b));
}

static const struct key_type type_ip = { parse_ip, format_ip, same_ip };

/* lists, with commas or blanks between addresses, commas between routes */

static const char *address_wrong(int ret, const char *text, char *why)
{
	if (ret == -EDOM)
		snprintf(why, KEY_WHY, "%s has no prefix length; for example %s/%d", text, text,
			 strchr(text, ':') ? 64 : 24);
	else if (ret == -ERANGE)
		snprintf(why, KEY_WHY, "the prefix length of %s is out of range: 0 to %d", text,
			 strchr(text, ':') ? 128 : 32);
	else
		wrong(why, text, "an address with its prefix length such as 192.168.0.1/24");
	return why;
}

static int parse_addresses(const struct key *key, const char *text, struct nic *nic, char *why)
{
	char *copy = xstrdup(text), *rest = copy, *word;
	struct address *list = NULL;
	size_t cap = 0, n = 0;
	int ret = 0;

	(void)key;
	while (ret == 0 && (word = strsep(&rest, ", \t"))) {
		if (!*word)
			continue;
		list = array_grow(list, &cap, n, sizeof(*list));
		ret = value_address(word, &list[n]);
		if (ret < 0)
			address_wrong(ret, word, why);
		else if (address_find(list, n, &list[n])) {
			snprintf(why, KEY_WHY, "%s stands twice in the list", word);
			ret = -1;
		}
		n++;
	}
	if (ret == 0 && n == 0 && strcmp(text, "") != 0)
		ret = wrong(why, text, "a list of addresses such as 192.168.0.1/24");
	free(copy);
	if (ret < 0) {
		free(list);
		return -1;
	}
	nic->addresses = list;
	nic->naddresses = n;
	return 0;
}

static void format_addresses(const struct key *key, const struct nic *nic, char *buf)
{
	char text[ADDRESS_TEXT];
	size_t i;

	(void)key;
	buf[0] = '\0';
	for (i = 0; i < nic->naddresses; i++)
		text_add(buf, KEY_TEXT, "%s%s", i ? ", " : "",
			 address_format(text, &nic->addresses[i]));
	if (!nic->naddresses)
		text_add(buf, KEY_TEXT, "none");
}

static bool same_addresses(const struct key *key, const struct nic *a, const struct nic *b)
{
	size_t i;

	(void)key;
	for (i = 0; i < a->naddresses; i++)
		if (!address_find(b->addresses, b->naddresses, &a->addresses[i]))
			return false;
	return a->naddresses == b->naddresses;
}

static const struct key_type type_addresses = { parse_addresses, format_addresses, same_addresses };

static int parse_routes(const struct key *key, const char *text, struct nic *nic, char *why)
{
	char *copy = xstrdup(text), *rest = copy, *word;
	struct route *list = NULL;
	size_t cap = 0, n = 0;
	int ret = 0;

	(void)key;
	while (ret == 0 && (word = strsep(&rest, ","))) {
		if (word[strspn(word, " \t")] == '\0')
			continue;
		word += strspn(word, " \t");
		list = array_grow(list, &cap, n, sizeof(*list));
		ret = value_route(word, &list[n]);
		if (ret == -EDOM)
			snprintf(why, KEY_WHY, "%s has bits set behind its prefix", word);
		else if (ret == -ERANGE)
			snprintf(why, KEY_WHY, "the prefix length of %s is out of range", word);
		else if (ret < 0)
			wrong(why, word,
			      "a route: NETWORK/PREFIX or default, then via ADDRESS, metric N");
		else if (route_find(list, n, &list[n])) {
			snprintf(why, KEY_WHY, "%s stands twice in the list", word);
			ret = -1;
		}
		n++;
	}
	free(copy);
	if (ret < 0) {
		free(list);
		return -1;
	}
	nic->routes = list;
	nic->nroutes = n;
	return 0;
}

static void format_routes(const struct key *key, const struct nic *nic, char *buf)
{
	char text[ROUTE_TEXT];
	size_t i;

	(void)key;
	buf[0] = '\0';
	for (i = 0; i < nic->nroutes; i++)
		text_add(buf, KEY_TEXT, "%s%s", i ? ", " : "", route_format(text, &nic->routes[i]));
	if (!nic->nroutes)
		text_add(buf, KEY_TEXT, "none");
}

static bool same_routes(const struct key *key, const struct nic *a, const struct nic *b)
{
	size_t i;

	(void)key;
	for (i = 0; i < a->nroutes; i++)
		if (!route_find(b->routes, b->nroutes, &a->routes[i]))
			return false;
	return a->nroutes == b->nroutes;
}

static const struct key_type type_routes = { parse_routes, format_routes, same_routes };

/* offloads, by the names that ethtool -k has for them */

static int parse_offload(const struct key *key, const char *text, struct nic *nic, char *why)
{
	char *copy = xstrdup(text), *rest = copy, *word;
	uint32_t bits = 0, bit;
	int ret = 0;

	while (ret == 0 && (word = strsep(&rest, ", \t"))) {
		if (!*word || strcmp(word, "none") == 0)
			continue;
		bit = offload_bit(word);
		if (bit) {
			bits |= bit;
			continue;
		}
		offload_format(why, KEY_WHY / 2, UINT32_MAX);
		ret = wrong(why, word, xasprintf("one of none, %s", why));
	}
	free(copy);
	if (ret == 0)
		nic->num[key->field] = bits;
	return ret;
}

static void format_offload(const struct key *key, const struct nic *nic, char *buf)
{
	offload_format(buf, KEY_TEXT, nic->num[key->field]);
}

static const struct key_type type_offload = { parse_offload, format_offload, same_num };

static const char *const modes[] = { [MODE_TAP] = "tap", [MODE_TUN] = "tun", NULL };
static const char *const carriers[] = {
	[CARRIER_NONE] = "none", [CARRIER_HOLD] = "hold", [CARRIER_SHARED] = "shared", NULL
};
static const char *const sinks[] = { [SINK_READ] = "read", [SINK_DROP] = "drop", NULL };
static const char *const existings[] = {
	[EXISTING_ADOPT] = "adopt", [EXISTING_REFUSE] = "refuse", NULL
};
static const char *const overlaps[] = {
	[OVERLAP_REFUSE] = "refuse", [OVERLAP_ALLOW] = "allow", NULL
};
static const char *const on_stops[] = {
	[ON_STOP_DELETE] = "delete", [ON_STOP_DOWN] = "down", [ON_STOP_KEEP] = "keep", NULL
};

/* What the kernel takes: struct virtio_net_hdr, without and with the number of buffers. */
static const char *const vnet_hdr_sizes[] = { "10", "12", NULL };

#define KEY(key_name, key_field, key_kind, ...)                                             \
	{                                                                                   \
		.name = key_name, .field = key_field, .type = &type_##key_kind, __VA_ARGS__ \
	}
#define RANGE(lowest, highest) .min = lowest, .max = highest
#define MEMBER(member) .offset = offsetof(struct nic, member)

/* MTU: tun_net_init() in drivers/net/tun.c; a tap's own maximum is checked with its mode. */
static const struct key keys[] = {
	KEY("mode", NIC_MODE, choice, .choices = modes),
	KEY("owner", NIC_OWNER, user),
	KEY("group", NIC_GROUP, group),
	KEY("address", NIC_ADDRESS, addresses),
	KEY("broadcast", NIC_BROADCAST, ip, MEMBER(broadcast), .tap_only = true),
	KEY("peer", NIC_PEER, ip, MEMBER(peer)),
	KEY("mac", NIC_MAC, mac, .tap_only = true),
	KEY("mtu", NIC_MTU, number, RANGE(68, 65535), .unit = "bytes"),
	KEY("txqueuelen", NIC_TXQUEUELEN, number, RANGE(0, 1000000), .unit = "packets"),
	KEY("promisc", NIC_PROMISC, bool),
	KEY("allmulti", NIC_ALLMULTI, bool),
	KEY("multicast", NIC_MULTICAST, bool),
	KEY("arp", NIC_ARP, bool, .tap_only = true),
	KEY("up", NIC_UP, bool),
	KEY("carrier", NIC_CARRIER, choice, .choices = carriers),
	KEY("sink", NIC_SINK, choice, .choices = sinks),
	KEY("persist", NIC_PERSIST, bool, .internal = true),
	KEY("multi_queue", NIC_MULTI_QUEUE, bool),
	KEY("vnet_hdr", NIC_VNET_HDR, bool),
	KEY("vnet_hdr_size", NIC_VNET_HDR_SIZE, choice, .choices = vnet_hdr_sizes),
	KEY("offload", NIC_OFFLOAD, offload),
	KEY("packet_info", NIC_PACKET_INFO, bool),
	KEY("dad", NIC_DAD, bool),
	KEY("alias", NIC_ALIAS, alias, MEMBER(alias)),
	KEY("count", NIC_COUNT, number, RANGE(1, 65536)),
	KEY("first", NIC_FIRST, number, RANGE(0, 1000000)),
	KEY("bridge", NIC_BRIDGE, name, MEMBER(bridge), .tap_only = true),
	KEY("ovs_bridge", NIC_OVS_BRIDGE, name, MEMBER(ovs_bridge), .tap_only = true),
	KEY("routes", NIC_ROUTES, routes),
	KEY("link_group", NIC_LINK_GROUP, number, RANGE(0, INT32_MAX)),
	KEY("netns", NIC_NETNS, name, MEMBER(netns)),
	KEY("overlap", NIC_OVERLAP, choice, .choices = overlaps),
	KEY("existing", NIC_EXISTING, choice, .choices = existings),
	KEY("on_stop", NIC_ON_STOP, choice, .choices = on_stops),
};

const struct key *key_at(size_t i)
{
	return i < ARRAY_SIZE(keys) ? &keys[i] : NULL;
}

const struct key *key_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!keys[i].internal && strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

const struct key *key_of(enum nic_field field)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].field == field)
			return &keys[i];
	return NULL;
}

/* How many letters must be put in, left out or replaced to get from a to b (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], i, j, length = strlen(b);

	if (strlen(a) >= ARRAY_SIZE(row) || length >= ARRAY_SIZE(row))
		return ARRAY_SIZE(row);
	for (j = 0; j <= length; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (j = 1; j <= length; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[length];
}

const char *key_nearest(const char *name)
{
	const char *nearest = NULL;
	size_t i, best = strlen(name) / 3 + 1;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t d = distance(name, keys[i].name);

		/* a key that merely is short is near to everything that is short */
		if (!keys[i].internal && d <= best && d < strlen(keys[i].name) &&
		    (!nearest || d < best)) {
			best = d;
			nearest = keys[i].name;
		}
	}
	return nearest;
}

int key_parse(const struct key *key, const char *text, struct nic *nic, char why[KEY_WHY])
{
	if (key->type->parse(key, text, nic, why) < 0)
		return -1;
	nic->set |= NIC_BIT(key->field);
	return 0;
}

char *key_format(const struct key *key, const struct nic *nic, char buf[KEY_TEXT])
{
	key->type->format(key, nic, buf);
	return buf;
}

bool key_same(const struct key *key, const struct nic *a, const struct nic *b)
{
	return key->type->same(key, a, b);
}

bool key_is_bool(const struct key *key)
{
	return key->type == &type_bool;
}

bool key_is_text(const struct key *key)
{
	return key->type == &type_alias || key->type == &type_name;
}

const char *key_text(const struct key *key, const struct nic *nic)
{
	const char *s = *text_of(key, nic);

	return s && *s ? s : NULL;
}

bool key_is_number(const struct key *key)
{
	return key->type == &type_number;
}
