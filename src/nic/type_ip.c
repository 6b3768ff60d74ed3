/* SPDX-License-Identifier: MIT */
/* One IPv4 or IPv6 address. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nic/type.h"
#include "nic/value.h"
#include "base/util.h"

bool ip_same(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

unsigned ip_bits(const struct ip *ip)
{
	return ip->family == AF_INET6 ? 128 : 32;
}

struct ip ip_mask(const struct ip *ip, unsigned prefix, bool set)
{
	struct ip out = *ip;
	unsigned bit;

	for (bit = prefix; bit < ip_bits(ip); bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		out.bytes[bit / 8] =
			(uint8_t)(set ? out.bytes[bit / 8] | mask : out.bytes[bit / 8] & ~mask);
	}
	return out;
}

bool ip_is_in(const struct ip *ip, const struct ip *network, unsigned prefix)
{
	struct ip a = ip_mask(ip, prefix, false), b = ip_mask(network, prefix, false);

	return ip_same(&a, &b);
}

bool ip_is_link_local(const struct ip *ip)
{
	static const struct ip v4 = { AF_INET, { 169, 254 } }, v6 = { AF_INET6, { 0xfe, 0x80 } };

	return ip->family == AF_INET6 ? ip_is_in(ip, &v6, 10) : ip_is_in(ip, &v4, 16);
}

const char *ip_not_a_node(const struct ip *ip)
{
	const char *why = ip_not_a_host(ip);

	if (!why && ip->family == AF_INET6 && ip_is_link_local(ip))
		why = "is a link-local address, which means nothing without an interface";
	return why;
}

const char *ip_not_a_host(const struct ip *ip)
{
	static const struct ip none4 = { AF_INET, { 0 } }, none6 = { AF_INET6, { 0 } };
	static const struct ip this_net = { AF_INET, { 0 } }, loopback4 = { AF_INET, { 127 } };
	static const struct ip loopback6 = { AF_INET6, { [15] = 1 } };
	static const struct ip multicast4 = { AF_INET, { 224 } },
			       multicast6 = { AF_INET6, { 255 } };
	static const struct ip future = { AF_INET, { 240 } },
			       v4mapped = { AF_INET6, { [10] = 255, 255 } };

	if (ip_same(ip, &none4) || ip_same(ip, &none6))
		return "is not a host address";
	if (ip->family == AF_INET && ip->bytes[0] == 255 && ip->bytes[1] == 255 &&
	    ip->bytes[2] == 255 && ip->bytes[3] == 255)
		return "is the broadcast address";
	if (ip_is_in(ip, &loopback4, 8) || ip_same(ip, &loopback6))
		return "is a loopback address";
	if (ip_is_in(ip, &multicast4, 4) || ip_is_in(ip, &multicast6, 8))
		return "is a multicast address, not a host's";
	if (ip_is_in(ip, &this_net, 8) || ip_is_in(ip, &future, 4))
		return "is in a reserved network";
	if (ip_is_in(ip, &v4mapped, 96))
		return "is an IPv4-mapped IPv6 address; write it as IPv4";
	return NULL;
}

char *ip_format(char buf[IP_TEXT], const struct ip *ip)
{
	if (!ip->family || !inet_ntop(ip->family, ip->bytes, buf, IP_TEXT))
		strcpy(buf, "none");
	return buf;
}

int value_ip(const char *text, struct ip *out)
{
	struct ip ip = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(ip.family, text, ip.bytes) != 1)
		return -EINVAL;
	*out = ip;
	return 0;
}

int value_prefixed(const char *text, struct ip *ip, uint8_t *prefix)
{
	const char *slash = strchr(text, '/');
	char host[INET6_ADDRSTRLEN];
	struct ip parsed;
	uint32_t bits;
	int ret;

	if (!slash)
		return value_ip(text, &parsed) == 0 ? -EDOM : -EINVAL;
	if ((size_t)(slash - text) >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, (size_t)(slash - text));
	host[slash - text] = '\0';
	if (value_ip(host, &parsed) < 0)
		return -EINVAL;
	ret = value_number(slash + 1, 0, ip_bits(&parsed), &bits);
	if (ret < 0)
		return ret;
	*ip = parsed;
	*prefix = (uint8_t)bits;
	return 0;
}

int value_netmask(const char *text, uint8_t *out)
{
	struct in_addr in;
	uint32_t mask;

	if (inet_pton(AF_INET, text, &in) != 1)
		return -EINVAL;
	mask = ntohl(in.s_addr);
	/* ones, then zeros: the inverse plus one is a power of two */
	if (~mask & (~mask + 1))
		return -EINVAL;
	*out = (uint8_t)__builtin_popcount(mask);
	return 0;
}

static struct ip *ip_of(const struct key *key, const struct nic *nic)
{
	return (struct ip *)((char *)nic + key->offset);
}

static int ip_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	if (strcmp(text, "none") == 0) {
		*ip_of(key, nic) = (struct ip){ 0 };
		return 0;
	}
	if (value_ip(text, ip_of(key, nic)) < 0)
		return type_wrong(why, text, "an address such as 10.0.0.2");
	return 0;
}

static int broadcast_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	struct ip ip;

	if (value_ip(text, &ip) < 0)
		return type_wrong(why, text, "an address such as 10.0.0.255");
	if (ip.family != AF_INET)
		return type_wrong(why, text, "an IPv4 address; IPv6 has no broadcast");
	if (!memcmp(ip.bytes, "\0\0\0", 4)) {
		snprintf(why, KEY_WHY, "%s is not a usable address", text);
		return -1;
	}
	*ip_of(key, nic) = ip;
	return 0;
}

static int local_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	uint8_t prefix;
	struct ip ip;

	if (value_prefixed(text, &ip, &prefix) == 0)
		return type_wrong(why, text, "an address alone; leave the prefix length out");
	if (value_ip(text, &ip) < 0)
		return type_wrong(why, text, "this node's own address, such as 10.0.0.1");
	if (ip_not_a_node(&ip)) {
		snprintf(why, KEY_WHY, "%s %s", text, ip_not_a_node(&ip));
		return -1;
	}
	*ip_of(key, nic) = ip;
	return 0;
}

static void ip_key_format(const struct key *key, const struct nic *nic, char *buf)
{
	ip_format(buf, ip_of(key, nic));
}

static bool ip_key_same(const struct key *key, const struct nic *a, const struct nic *b)
{
	return ip_same(ip_of(key, a), ip_of(key, b));
}

static void ip_values(const struct key *key, char *buf)
{
	snprintf(buf, KEY_VALUES, "%s",
		 key->type == &type_ip ? "an address, or none" : "an address");
}

const struct key_type type_ip = {
	ip_parse, ip_key_format, ip_key_same, ip_values, NULL,
};
const struct key_type type_broadcast = {
	broadcast_parse, ip_key_format, ip_key_same, ip_values, NULL,
};
const struct key_type type_local = {
	local_parse, ip_key_format, ip_key_same, ip_values, NULL,
};
