/* SPDX-License-Identifier: MIT */
/* What the kernel has: the NICs found. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/ifreq.h"
#include "kernel/links.h"
#include "base/util.h"

/* Up to so many NICs, asking for each beats a dump of all. */
#define ASK_EACH_MAX 48
/* A list that changes while it is sent is asked for again, but not for ever. */
#define DUMP_TRIES 10
/* IP6_RT_PRIO_USER of net/ip6_route.h: what a route without a metric gets */
#define IPV6_METRIC 1024
/* IFALIASZ of linux/if.h, which cannot be had beside net/if.h */
#define ALIAS_BYTES 256

/* The NICs asked for, by name and by index. */
struct wanted {
	struct link **by_name, **by_index, **ports; /* ports: those that have a master */
	size_t n, nfound, nports;
};

static int compare_name(const void *a, const void *b)
{
	return strcmp((*(struct link *const *)a)->nic.name, (*(struct link *const *)b)->nic.name);
}

static int compare_index(const void *a, const void *b)
{
	int x = (*(struct link *const *)a)->ifindex, y = (*(struct link *const *)b)->ifindex;

	return x < y ? -1 : x > y;
}

static int compare_master(const void *a, const void *b)
{
	int x = (*(struct link *const *)a)->master, y = (*(struct link *const *)b)->master;

	return x < y ? -1 : x > y;
}

static struct link *find(struct link **sorted, size_t n, const struct link *key,
			 int (*compare)(const void *, const void *))
{
	struct link **hit = bsearch(&key, sorted, n, sizeof(*sorted), compare);

	return hit ? *hit : NULL;
}

static void set_num(struct link *link, enum nic_field field, uint32_t value)
{
	link->nic.num[field] = value;
	link->nic.set |= NIC_BIT(field);
}

/* IFLA_TUN_* of linux/if_link.h: the driver's own account (4.20 on). */
static void read_tun(struct link *link, const struct nlattr *data)
{
	const struct nlattr *a;

	set_num(link, NIC_OWNER, NIC_NOBODY);
	set_num(link, NIC_GROUP, NIC_NOBODY);
	mnl_attr_for_each_nested(a, data) {
		switch (mnl_attr_get_type(a)) {
		case IFLA_TUN_OWNER:
			set_num(link, NIC_OWNER, netlink_u32(a));
			break;
		case IFLA_TUN_GROUP:
			set_num(link, NIC_GROUP, netlink_u32(a));
			break;
		case IFLA_TUN_TYPE:
			set_num(link, NIC_MODE, netlink_u8(a) == IFF_TUN ? MODE_TUN : MODE_TAP);
			break;
		case IFLA_TUN_PI:
			set_num(link, NIC_PACKET_INFO, netlink_u8(a));
			break;
		case IFLA_TUN_VNET_HDR:
			set_num(link, NIC_VNET_HDR, netlink_u8(a));
			break;
		case IFLA_TUN_PERSIST:
			set_num(link, NIC_PERSIST, netlink_u8(a));
			break;
		case IFLA_TUN_MULTI_QUEUE:
			set_num(link, NIC_MULTI_QUEUE, netlink_u8(a));
			break;
		case IFLA_TUN_NUM_QUEUES:
			link->queues = netlink_u32(a);
			break;
		case IFLA_TUN_NUM_DISABLED_QUEUES:
			link->queues_disabled = netlink_u32(a);
			break;
		}
	}
}

static long read_sysfs(const char *nic, const char *attribute, long otherwise)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", nic, attribute);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return otherwise;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return text[0] ? strtol(text, NULL, 0) : otherwise;
}

/* Older kernels tell the same in sysfs only. */
static void read_tun_sysfs(struct link *link)
{
	long flags = read_sysfs(link->nic.name, "tun_flags", -1);

	/* the driver's own bits in that file: IFF_TUN and so on, and IFF_PERSIST */
	if (flags < 0)
		return;
	set_num(link, NIC_MODE, flags & IFF_TUN ? MODE_TUN : MODE_TAP);
	set_num(link, NIC_PACKET_INFO, !(flags & IFF_NO_PI));
	set_num(link, NIC_VNET_HDR, (flags & IFF_VNET_HDR) != 0);
	set_num(link, NIC_MULTI_QUEUE, (flags & IFF_MULTI_QUEUE) != 0);
	set_num(link, NIC_PERSIST, (flags & IFF_PERSIST) != 0);
	set_num(link, NIC_OWNER, (uint32_t)read_sysfs(link->nic.name, "owner", -1));
	set_num(link, NIC_GROUP, (uint32_t)read_sysfs(link->nic.name, "group", -1));
}

static void read_link_info(struct link *link, const struct nlattr *info)
{
	const struct nlattr *a, *data = NULL;

	mnl_attr_for_each_nested(a, info) {
		switch (mnl_attr_get_type(a)) {
		case IFLA_INFO_KIND:
			netlink_text(link->kind, sizeof(link->kind), a);
			break;
		case IFLA_INFO_SLAVE_KIND:
			netlink_text(link->master_kind, sizeof(link->master_kind), a);
			break;
		case IFLA_INFO_DATA:
			data = a;
			break;
		}
	}
	if (strcmp(link->kind, "tun") != 0)
		return;
	if (data)
		read_tun(link, data);
	else
		read_tun_sysfs(link);
}

static void read_flags(struct link *link, unsigned flags)
{
	link->flags = flags;
	set_num(link, NIC_UP, (flags & IFF_UP) != 0);
	set_num(link, NIC_PROMISC, (flags & IFF_PROMISC) != 0);
	set_num(link, NIC_ALLMULTI, (flags & IFF_ALLMULTI) != 0);
	set_num(link, NIC_MULTICAST, (flags & IFF_MULTICAST) != 0);
	set_num(link, NIC_ARP, !(flags & IFF_NOARP));
}

static void read_attributes(struct link *link, const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *a;
	char text[ALIAS_BYTES];

	link->ifindex = info->ifi_index;
	read_flags(link, info->ifi_flags);
	mnl_attr_for_each(a, message, sizeof(*info)) {
		switch (mnl_attr_get_type(a)) {
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(a) == sizeof(link->nic.mac)) {
				memcpy(link->nic.mac, mnl_attr_get_payload(a),
				       sizeof(link->nic.mac));
				set_num(link, NIC_MAC, MAC_FIXED);
			}
			break;
		case IFLA_MTU:
			set_num(link, NIC_MTU, netlink_u32(a));
			break;
		case IFLA_TXQLEN:
			set_num(link, NIC_TXQUEUELEN, netlink_u32(a));
			break;
		case IFLA_GROUP:
			set_num(link, NIC_LINK_GROUP, netlink_u32(a));
			break;
		case IFLA_MASTER:
			link->master = (int)netlink_u32(a);
			break;
		case IFLA_IFALIAS:
			netlink_text(text, sizeof(text), a);
			free(link->nic.alias);
			link->nic.alias = xstrdup(text);
			link->nic.set |= NIC_BIT(NIC_ALIAS);
			break;
		case IFLA_OPERSTATE:
			link->operstate = netlink_u8(a);
			break;
		case IFLA_CARRIER:
			link->carrier = netlink_u8(a);
			break;
		case IFLA_CARRIER_CHANGES:
			link->carrier_changes = netlink_u32(a);
			break;
		case IFLA_LINKINFO:
			read_link_info(link, a);
			break;
		}
	}
}

static void link_name(char name[IFNAMSIZ], const struct nlmsghdr *message)
{
	const struct nlattr *a;

	name[0] = '\0';
	mnl_attr_for_each(a, message, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(a) == IFLA_IFNAME)
			netlink_text(name, IFNAMSIZ, a);
}

static int read_link(const struct nlmsghdr *message, void *data)
{
	struct wanted *wanted = data;
	struct link key = { 0 }, *link;

	if (message->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	link_name(key.nic.name, message);
	link = find(wanted->by_name, wanted->n, &key, compare_name);
	if (link && !link->ifindex)
		read_attributes(link, message);
	return MNL_CB_OK;
}

static void read_ip(struct ip *ip, uint8_t family, const struct nlattr *a)
{
	if (!a || mnl_attr_get_payload_len(a) > sizeof(ip->bytes))
		return;
	ip->family = family;
	memcpy(ip->bytes, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
}

static void read_address_attributes(struct address *out, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	const struct nlattr *a, *local = NULL, *other = NULL, *broadcast = NULL;
	uint32_t flags = address->ifa_flags;

	mnl_attr_for_each(a, message, sizeof(*address)) {
		switch (mnl_attr_get_type(a)) {
		case IFA_LOCAL:
			local = a;
			break;
		case IFA_ADDRESS:
			other = a;
			break;
		case IFA_BROADCAST:
			broadcast = a;
			break;
		case IFA_FLAGS:
			flags = netlink_u32(a);
			break;
		}
	}
	*out = (struct address){ .prefix = address->ifa_prefixlen };
	/* without a peer, IPv6 tells IFA_ADDRESS only, and IPv4 the same in both */
	read_ip(&out->ip, address->ifa_family, local ? local : other);
	if (local)
		read_ip(&out->peer, address->ifa_family, other);
	if (ip_same(&out->peer, &out->ip))
		out->peer = (struct ip){ 0 };
	read_ip(&out->broadcast, address->ifa_family, broadcast);
	out->nodad = address->ifa_family == AF_INET6 && (flags & IFA_F_NODAD);
	out->tentative = flags & IFA_F_TENTATIVE;
}

/* Gives an address of a bridge to all of its ports that were asked for. */
static void read_master_address(struct wanted *wanted, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	size_t i;

	for (i = 0; i < wanted->nports; i++) {
		struct link *link = wanted->ports[i];

		if (link->master != (int)address->ifa_index)
			continue;
		link->master_addresses =
			array_grow(link->master_addresses, &link->master_addresses_cap,
				   link->nmaster_addresses, sizeof(*link->master_addresses));
		read_address_attributes(&link->master_addresses[link->nmaster_addresses++],
					message);
	}
}

static int read_address(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	struct wanted *wanted = data;
	struct link key = { .ifindex = (int)address->ifa_index }, *link;

	if (message->nlmsg_type != RTM_NEWADDR)
		return MNL_CB_OK;
	read_master_address(wanted, message);
	link = find(wanted->by_index, wanted->nfound, &key, compare_index);
	if (!link)
		return MNL_CB_OK;
	link->nic.addresses = array_grow(link->nic.addresses, &link->nic.addresses_cap,
					 link->nic.naddresses, sizeof(*link->nic.addresses));
	read_address_attributes(&link->nic.addresses[link->nic.naddresses++], message);
	return MNL_CB_OK;
}

static void forget(struct wanted *wanted)
{
	size_t i;

	for (i = 0; i < wanted->n; i++)
		link_clear(wanted->by_name[i]);
}

/* The name of the bridge that the NIC is a port of. */
static int read_bridge(const struct netns *net, struct link *link)
{
	char name[IFNAMSIZ];
	int ret;

	if (strcmp(link->master_kind, "bridge") != 0)
		return 0;
	ret = ifreq_get_name(net->sock, link->master, name);
	if (ret < 0)
		/* the bridge went while we asked */
		return ret == -ENODEV ? -EAGAIN : ret;
	link->nic.bridge = xstrdup(name);
	link->nic.set |= NIC_BIT(NIC_BRIDGE);
	return 0;
}

/* The found ones, in the order of their indices. */
static int index_found(const struct netns *net, struct wanted *wanted)
{
	int ret = 0;
	size_t i;

	for (wanted->nports = wanted->nfound = i = 0; ret == 0 && i < wanted->n; i++) {
		struct link *link = wanted->by_name[i];

		if (!link->ifindex)
			continue;
		wanted->by_index[wanted->nfound++] = link;
		if (!link->master)
			continue;
		wanted->ports[wanted->nports++] = link;
		ret = read_bridge(net, link);
	}
	qsort(wanted->ports, wanted->nports, sizeof(*wanted->ports), compare_master);
	qsort(wanted->by_index, wanted->nfound, sizeof(*wanted->by_index), compare_index);
	return ret;
}

static int ask_addresses(const struct netns *net, struct wanted *wanted, int ifindex)
{
	int ret = netlink_dump_addresses(net->netlink, ifindex, read_address, wanted);

	/* the link went while we asked */
	return ret == -ENODEV ? -EAGAIN : ret;
}

static int ask_each(const struct netns *net, struct wanted *wanted)
{
	const char *names[ASK_EACH_MAX];
	size_t i;
	int ret;

	for (i = 0; i < wanted->n; i++)
		names[i] = wanted->by_name[i]->nic.name;
	ret = netlink_get_links(net->netlink, names, wanted->n, read_link, wanted);
	if (ret == 0)
		ret = index_found(net, wanted);
	for (i = 0; ret == 0 && i < wanted->nfound; i++)
		ret = ask_addresses(net, wanted, wanted->by_index[i]->ifindex);
	for (i = 0; ret == 0 && i < wanted->nports; i++)
		if (i == 0 || wanted->ports[i]->master != wanted->ports[i - 1]->master)
			ret = ask_addresses(net, wanted, wanted->ports[i]->master);
	return ret;
}

static int ask_all(const struct netns *net, struct wanted *wanted)
{
	int ret = netlink_dump_links(net->netlink, read_link, wanted);

	if (ret == 0)
		ret = index_found(net, wanted);
	if (ret == 0 && wanted->nfound)
		ret = netlink_dump_addresses(net->netlink, 0, read_address, wanted);
	return ret;
}

int links_read(const struct netns *net, struct link **links, size_t n)
{
	struct wanted wanted = { .n = n };
	int ret = -EAGAIN, tries;

	wanted.by_name = xcalloc(n, sizeof(*links));
	wanted.by_index = xcalloc(n, sizeof(*links));
	wanted.ports = xcalloc(n, sizeof(*links));
	memcpy(wanted.by_name, links, n * sizeof(*links));
	qsort(wanted.by_name, n, sizeof(*links), compare_name);
	for (tries = 0; ret == -EAGAIN && tries < DUMP_TRIES; tries++) {
		forget(&wanted);
		ret = n <= ASK_EACH_MAX ? ask_each(net, &wanted) : ask_all(net, &wanted);
	}
	free(wanted.by_name);
	free(wanted.by_index);
	free(wanted.ports);
	return ret == -EAGAIN ? 0 : ret;
}

/* A route of the main table that somebody set, and not the kernel for an address. */
static bool is_set_route(const struct rtmsg *route)
{
	return route->rtm_table == RT_TABLE_MAIN && route->rtm_type == RTN_UNICAST &&
	       route->rtm_protocol != RTPROT_KERNEL && route->rtm_protocol != RTPROT_RA &&
	       !(route->rtm_flags & RTM_F_CLONED);
}

static void read_route_attributes(struct route *out, int *ifindex, const struct nlmsghdr *message)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *a;

	*out = (struct route){ .to.family = route->rtm_family, .prefix = route->rtm_dst_len };
	*ifindex = 0;
	mnl_attr_for_each(a, message, sizeof(*route)) {
		switch (mnl_attr_get_type(a)) {
		case RTA_DST:
			read_ip(&out->to, route->rtm_family, a);
			break;
		case RTA_GATEWAY:
			read_ip(&out->via, route->rtm_family, a);
			break;
		case RTA_PRIORITY:
			out->metric = netlink_u32(a);
			break;
		case RTA_OIF:
			*ifindex = (int)netlink_u32(a);
			break;
		}
	}
	if (out->to.family == AF_INET6 && out->metric == IPV6_METRIC)
		out->metric = 0;
}

/* Gives a route of a bridge to all of its ports that were asked for. */
static void read_master_route(struct wanted *wanted, const struct route *route, int ifindex)
{
	size_t i;

	for (i = 0; i < wanted->nports; i++) {
		struct link *link = wanted->ports[i];

		if (link->master != ifindex)
			continue;
		link->master_routes = array_grow(link->master_routes, &link->master_routes_cap,
						 link->nmaster_routes, sizeof(*route));
		link->master_routes[link->nmaster_routes++] = *route;
	}
}

static int read_route(const struct nlmsghdr *message, void *data)
{
	struct wanted *wanted = data;
	struct link key = { 0 }, *link;
	struct route route;

	if (message->nlmsg_type != RTM_NEWROUTE || !is_set_route(mnl_nlmsg_get_payload(message)))
		return MNL_CB_OK;
	read_route_attributes(&route, &key.ifindex, message);
	read_master_route(wanted, &route, key.ifindex);
	link = find(wanted->by_index, wanted->nfound, &key, compare_index);
	if (!link)
		return MNL_CB_OK;
	link->nic.routes = array_grow(link->nic.routes, &link->nic.routes_cap, link->nic.nroutes,
				      sizeof(route));
	link->nic.routes[link->nic.nroutes++] = route;
	return MNL_CB_OK;
}

int links_read_routes(const struct netns *net, struct link **links, size_t n)
{
	struct wanted wanted = { 0 };
	int ret = -EAGAIN, tries;
	size_t i;

	wanted.by_index = xcalloc(n, sizeof(*links));
	wanted.ports = xcalloc(n, sizeof(*links));
	for (i = 0; i < n; i++) {
		if (links[i]->ifindex)
			wanted.by_index[wanted.nfound++] = links[i];
		if (links[i]->master)
			wanted.ports[wanted.nports++] = links[i];
	}
	qsort(wanted.by_index, wanted.nfound, sizeof(*links), compare_index);
	for (tries = 0; ret == -EAGAIN && wanted.nfound && tries < DUMP_TRIES; tries++) {
		for (i = 0; i < wanted.nfound; i++)
			wanted.by_index[i]->nic.nroutes = wanted.by_index[i]->nmaster_routes = 0;
		ret = netlink_dump_routes(net->netlink, read_route, &wanted);
	}
	free(wanted.by_index);
	free(wanted.ports);
	return ret == -EAGAIN ? 0 : ret;
}

int link_read(const struct netns *net, struct link *link)
{
	return links_read(net, &link, 1);
}
