/* SPDX-License-Identifier: MIT */
/* How addresses appear in the kernel's messages. */
#include "config.h"

#include <string.h>

#include "kernel/addresses.h"
#include "kernel/compat.h"

void ip_read(struct ip *ip, uint8_t family, const struct netlink_attr *attr)
{
	const struct ip read = { .family = family };

	if (!attr->data || attr->len != ip_bits(&read) / 8)
		return;
	*ip = read;
	memcpy(ip->bytes, attr->data, attr->len);
}

/* INFINITY_LIFE_TIME of net/addrconf.h: all bits */
static void read_lifetime(struct address *address, const struct netlink_attr *attr)
{
	struct ifa_cacheinfo info;

	if (attr->len < sizeof(info))
		return;
	memcpy(&info, attr->data, sizeof(info));
	if (info.ifa_valid == UINT32_MAX && info.ifa_prefered == UINT32_MAX)
		return;
	address->valid = info.ifa_valid;
	address->preferred = info.ifa_prefered;
}

void address_read(struct address *address, const struct netlink_answer *answer)
{
	const struct ifaddrmsg *head = answer->head;
	const struct netlink_attr *attr = answer->attr, *local = &attr[IFA_LOCAL];

	*address = (struct address){ .prefix = head->ifa_prefixlen, .scope = head->ifa_scope };
	/* without a peer, IPv6 tells IFA_ADDRESS only, and IPv4 the same in both */
	ip_read(&address->ip, head->ifa_family, local->data ? local : &attr[IFA_ADDRESS]);
	if (local->data)
		ip_read(&address->peer, head->ifa_family, &attr[IFA_ADDRESS]);
	if (ip_same(&address->peer, &address->ip))
		address->peer = (struct ip){ 0 };
	ip_read(&address->broadcast, head->ifa_family, &attr[IFA_BROADCAST]);
	address->flags = attr[IFA_FLAGS].data ? netlink_u32(&attr[IFA_FLAGS]) : head->ifa_flags;
	address->metric = netlink_u32(&attr[IFA_RT_PRIORITY]);
	netlink_text(address->label, sizeof(address->label), &attr[IFA_LABEL]);
	read_lifetime(address, &attr[IFA_CACHEINFO]);
	address->nodad = head->ifa_family == AF_INET6 && (address->flags & IFA_F_NODAD);
	address->tentative = address->flags & IFA_F_TENTATIVE;
}
