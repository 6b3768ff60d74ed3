/* SPDX-License-Identifier: MIT */
/* The central type: defaults, comparison of its parts, text forms. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "nic/nic.h"
#include "base/util.h"

struct nic nic_defaults(const char *name)
{
	struct nic nic = { 0 };

	strncpy(nic.name, name, IFNAMSIZ - 1);
	nic.num[NIC_GROUP] = NIC_NOBODY;
	nic.num[NIC_MULTICAST] = 1;
	nic.num[NIC_ARP] = 1;
	nic.num[NIC_UP] = 1;
	nic.num[NIC_PERSIST] = 1;
	return nic;
}

bool ip_same(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool address_same_key(const struct address *a, const struct address *b)
{
	return ip_same(&a->ip, &b->ip) && a->prefix == b->prefix && ip_same(&a->peer, &b->peer);
}

bool route_same(const struct route *a, const struct route *b)
{
	return ip_same(&a->to, &b->to) && a->prefix == b->prefix && ip_same(&a->via, &b->via) &&
	       a->metric == b->metric;
}

bool address_overlaps(const struct address *a, const struct address *b)
{
	unsigned shorter = a->prefix < b->prefix ? a->prefix : b->prefix;
	struct ip x = ip_mask(&a->ip, shorter, false), y = ip_mask(&b->ip, shorter, false);

	return ip_same(&x, &y);
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

const struct route *route_find(const struct route *list, size_t n, const struct route *one)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (route_same(&list[i], one))
			return &list[i];
	return NULL;
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

char *ip_format(char buf[IP_TEXT], const struct ip *ip)
{
	if (!ip->family || !inet_ntop(ip->family, ip->bytes, buf, IP_TEXT))
		strcpy(buf, "none");
	return buf;
}

char *address_format(char buf[ADDRESS_TEXT], const struct address *a)
{
	char ip[IP_TEXT];

	snprintf(buf, ADDRESS_TEXT, "%s/%u", ip_format(ip, &a->ip), a->prefix);
	if (a->peer.family)
		text_add(buf, ADDRESS_TEXT, " peer %s", ip_format(ip, &a->peer));
	return buf;
}

char *route_format(char buf[ROUTE_TEXT], const struct route *r)
{
	char ip[IP_TEXT];

	snprintf(buf, ROUTE_TEXT, "%s/%u", ip_format(ip, &r->to), r->prefix);
	if (r->via.family)
		text_add(buf, ROUTE_TEXT, " via %s", ip_format(ip, &r->via));
	if (r->metric)
		text_add(buf, ROUTE_TEXT, " metric %u", r->metric);
	return buf;
}

char *mac_format(char buf[MAC_TEXT], const unsigned char mac[6])
{
	snprintf(buf, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return buf;
}
