/* SPDX-License-Identifier: MIT */
/* What the kernel has: the NICs found. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/addresses.h"
#include "kernel/compat.h"
#include "kernel/fdb.h"
#include "kernel/ifreq.h"
#include "kernel/links.h"
#include "kernel/routes.h"
#include "kernel/rtnl.h"
#include "kernel/sorted.h"
#include "base/util.h"

/* Up to so many NICs, asking for each beats a dump of all. */
#define ASK_EACH_MAX 48
/* IFALIASZ of linux/if.h, which cannot be had beside net/if.h */
#define ALIAS_BYTES 256
/* ALTIFNAMSIZ of linux/if.h, likewise */
#define ALTNAME_BYTES 128

/* The NICs asked for, in the orders in which they are looked up. */
struct wanted {
	struct link **links;
	struct sorted by_name, by_wanted, by_index, by_place;
	size_t n;
};

static void set_num(struct link *link, enum nic_field field, uint32_t value)
{
	link->nic.num[field] = value;
	link->nic.set |= NIC_BIT(field);
}

/* a link's attributes */

struct number_row {
	unsigned attribute;
	enum nic_field field;
	bool is_byte;
};

static void read_numbers(struct link *link, const struct netlink_attr *attr,
			 const struct number_row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct netlink_attr *a = &attr[rows[i].attribute];

		if (a->data)
			set_num(link, rows[i].field,
				rows[i].is_byte ? netlink_u8(a) : netlink_u32(a));
	}
}

/* The driver's own account (4.20 on); no owner and no group are not told. */
static void read_tun(struct link *link, const struct netlink_attr *attr)
{
	static const struct number_row rows[] = {
		{ IFLA_TUN_OWNER, NIC_OWNER, false },
		{ IFLA_TUN_GROUP, NIC_GROUP, false },
		{ IFLA_TUN_PI, NIC_PACKET_INFO, true },
		{ IFLA_TUN_VNET_HDR, NIC_VNET_HDR, true },
		{ IFLA_TUN_PERSIST, NIC_PERSIST, true },
		{ IFLA_TUN_MULTI_QUEUE, NIC_MULTI_QUEUE, true },
	};

	/* an older driver tells it in sysfs alone */
	if (!attr[IFLA_TUN_TYPE].data)
		return;
	set_num(link, NIC_OWNER, NIC_NOBODY);
	set_num(link, NIC_GROUP, NIC_NOBODY);
	set_num(link, NIC_MODE, netlink_u8(&attr[IFLA_TUN_TYPE]) == IFF_TUN ? MODE_TUN : MODE_TAP);
	read_numbers(link, attr, rows, ARRAY_SIZE(rows));
	link->queues = netlink_u32(&attr[IFLA_TUN_NUM_QUEUES]);
	link->queues_disabled = netlink_u32(&attr[IFLA_TUN_NUM_DISABLED_QUEUES]);
}

/* What an older driver tells in sysfs alone: its own flags, as in TUNSETIFF, owner and group. */
static void read_tun_files(const struct netns *net, struct link *link)
{
	static const char *const files[] = { "tun_flags", "owner", "group" };
	long values[ARRAY_SIZE(files)];

	if (netns_read_device(net, link->nic.name, link->ifindex, files, values,
			      ARRAY_SIZE(files)) < 0 ||
	    values[0] < 0)
		return;
	set_num(link, NIC_MODE, values[0] & IFF_TUN ? MODE_TUN : MODE_TAP);
	set_num(link, NIC_PACKET_INFO, !(values[0] & IFF_NO_PI));
	set_num(link, NIC_VNET_HDR, (values[0] & IFF_VNET_HDR) != 0);
	set_num(link, NIC_MULTI_QUEUE, (values[0] & IFF_MULTI_QUEUE) != 0);
	set_num(link, NIC_PERSIST, (values[0] & IFF_PERSIST) != 0);
	set_num(link, NIC_OWNER, (uint32_t)values[1]);
	set_num(link, NIC_GROUP, (uint32_t)values[2]);
}

static void read_vxlan(struct link *link, const struct netlink_attr *attr)
{
	static const struct number_row rows[] = {
		{ IFLA_VXLAN_ID, NIC_VNI, false },
		{ IFLA_VXLAN_LEARNING, NIC_LEARNING, true },
	};
	static const unsigned special[] = { IFLA_VXLAN_PROXY,
					    IFLA_VXLAN_RSC,
					    IFLA_VXLAN_L2MISS,
					    IFLA_VXLAN_L3MISS,
					    IFLA_VXLAN_COLLECT_METADATA,
					    IFLA_VXLAN_VNIFILTER };
	uint16_t port = 0;
	size_t i;

	set_num(link, NIC_MODE, MODE_VXLAN);
	read_numbers(link, attr, rows, ARRAY_SIZE(rows));
	ip_read(&link->nic.local, AF_INET, &attr[IFLA_VXLAN_LOCAL]);
	ip_read(&link->nic.local, AF_INET6, &attr[IFLA_VXLAN_LOCAL6]);
	link->nic.set |= NIC_BIT(NIC_LOCAL);
	if (attr[IFLA_VXLAN_PORT].len >= sizeof(port))
		memcpy(&port, attr[IFLA_VXLAN_PORT].data, sizeof(port));
	set_num(link, NIC_PORT, ntohs(port));
	link->vxlan_link = (int)netlink_u32(&attr[IFLA_VXLAN_LINK]);
	/* these are told where they are set */
	link->vxlan_special = attr[IFLA_VXLAN_GROUP].data || attr[IFLA_VXLAN_GROUP6].data ||
			      attr[IFLA_VXLAN_GBP].data || attr[IFLA_VXLAN_GPE].data;
	for (i = 0; i < ARRAY_SIZE(special); i++)
		link->vxlan_special |= netlink_u8(&attr[special[i]]) != 0;
}

static void read_bridge_data(struct link *link, const struct netlink_attr *attr)
{
	set_num(link, NIC_MODE, MODE_BRIDGE);
	set_num(link, NIC_STP, netlink_u32(&attr[IFLA_BR_STP_STATE]) != 0);
}

static const struct {
	const char *kind;
	void (*read)(struct link *link, const struct netlink_attr *attr);
} kinds[] = {
	{ "tun", read_tun },
	{ "vxlan", read_vxlan },
	{ "bridge", read_bridge_data },
};

static void read_link_info(struct link *link, const struct netlink_attr *nest)
{
	struct netlink_attr info[NETLINK_ATTRS], data[NETLINK_ATTRS];
	size_t i;

	netlink_nested(info, nest);
	netlink_text(link->kind, sizeof(link->kind), &info[IFLA_INFO_KIND]);
	netlink_text(link->master_kind, sizeof(link->master_kind), &info[IFLA_INFO_SLAVE_KIND]);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(link->kind, kinds[i].kind) == 0) {
			netlink_nested(data, &info[IFLA_INFO_DATA]);
			kinds[i].read(link, data);
		}
}

static void read_ipv6(struct link *link, const struct netlink_attr *nest)
{
	struct netlink_attr families[NETLINK_ATTRS], inet6[NETLINK_ATTRS];
	const size_t at = DEVCONF_DISABLE_IPV6 * sizeof(int32_t);
	int32_t disabled = 0;

	if (!nest->data)
		return;
	netlink_nested(families, nest);
	set_num(link, NIC_IPV6, families[AF_INET6].data != NULL);
	set_num(link, NIC_LINK_LOCAL, families[AF_INET6].data != NULL);
	if (!families[AF_INET6].data)
		return;
	netlink_nested(inet6, &families[AF_INET6]);
	if (inet6[IFLA_INET6_CONF].len >= at + sizeof(disabled))
		memcpy(&disabled, (const char *)inet6[IFLA_INET6_CONF].data + at, sizeof(disabled));
	set_num(link, NIC_IPV6, !disabled);
	set_num(link, NIC_LINK_LOCAL,
		netlink_u8(&inet6[IFLA_INET6_ADDR_GEN_MODE]) != IN6_ADDR_GEN_MODE_NONE);
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

static void read_altnames(struct link *link, const struct netlink_attr *nest)
{
	struct netlink_attr at = { 0 };
	char name[ALTNAME_BYTES];
	unsigned type;

	while (netlink_next(nest, &type, &at)) {
		if (type != IFLA_ALT_IFNAME)
			continue;
		netlink_text(name, sizeof(name), &at);
		link->altnames = array_grow(link->altnames, &link->altnames_cap, link->naltnames,
					    sizeof(*link->altnames));
		link->altnames[link->naltnames++] = xstrdup(name);
	}
}

static void read_texts(struct link *link, const struct netlink_attr *attr)
{
	char alias[ALIAS_BYTES];

	if (link->wanted_index)
		netlink_text(link->nic.name, sizeof(link->nic.name), &attr[IFLA_IFNAME]);
	if (attr[IFLA_IFALIAS].data) {
		netlink_text(alias, sizeof(alias), &attr[IFLA_IFALIAS]);
		link->nic.alias = xstrdup(alias);
		link->nic.set |= NIC_BIT(NIC_ALIAS);
	}
	read_altnames(link, &attr[IFLA_PROP_LIST]);
}

static void read_link(struct link *link, const struct netlink_answer *answer)
{
	static const struct number_row rows[] = {
		{ IFLA_MTU, NIC_MTU, false },
		{ IFLA_TXQLEN, NIC_TXQUEUELEN, false },
		{ IFLA_GROUP, NIC_LINK_GROUP, false },
	};
	const struct ifinfomsg *head = answer->head;
	const struct netlink_attr *attr = answer->attr;

	/* in a list that changed it can come twice */
	if (link->ifindex)
		return;
	link->ifindex = head->ifi_index;
	read_flags(link, head->ifi_flags);
	read_texts(link, attr);
	read_numbers(link, attr, rows, ARRAY_SIZE(rows));
	if (attr[IFLA_ADDRESS].len == sizeof(link->nic.mac)) {
		memcpy(link->nic.mac, attr[IFLA_ADDRESS].data, sizeof(link->nic.mac));
		set_num(link, NIC_MAC, MAC_FIXED);
	}
	link->master = link->place = (int)netlink_u32(&attr[IFLA_MASTER]);
	link->lower = (int)netlink_u32(&attr[IFLA_LINK]);
	link->lower_nsid = attr[IFLA_LINK_NETNSID].data ? (int)netlink_u32(&attr[IFLA_LINK_NETNSID])
							: -1;
	link->operstate = netlink_u8(&attr[IFLA_OPERSTATE]);
	link->carrier = netlink_u8(&attr[IFLA_CARRIER]);
	link->carrier_changes = netlink_u32(&attr[IFLA_CARRIER_CHANGES]);
	read_link_info(link, &attr[IFLA_LINKINFO]);
	read_ipv6(link, &attr[IFLA_AF_SPEC]);
}

/* which of those that are wanted an answer is of */

/* An answer of the dump of all. */
static int take_any(const struct netlink_answer *answer, void *data)
{
	const struct ifinfomsg *head = answer->head;
	struct wanted *wanted = data;
	struct link key = { 0 }, *link;
	size_t at = 0;

	if (answer->error || answer->type != RTM_NEWLINK)
		return answer->error;
	key.wanted_index = head->ifi_index;
	while ((link = sorted_next(&wanted->by_wanted, &key, &at)))
		read_link(link, answer);
	netlink_text(key.nic.name, sizeof(key.nic.name), &answer->attr[IFLA_IFNAME]);
	for (at = 0; (link = sorted_next(&wanted->by_name, &key, &at));)
		read_link(link, answer);
	return 0;
}

/* The answer to one of the questions. The kernel knows links by their other names as well. */
static int take_one(const struct netlink_answer *answer, void *data)
{
	struct wanted *wanted = data;
	struct link *link;
	char name[IFNAMSIZ];

	if (answer->error)
		return answer->error == -ENODEV ? 0 : answer->error;
	if (answer->type != RTM_NEWLINK)
		return 0;
	link = wanted->links[answer->question];
	netlink_text(name, sizeof(name), &answer->attr[IFLA_IFNAME]);
	if (link->wanted_index || strcmp(link->nic.name, name) == 0)
		read_link(link, answer);
	return 0;
}

/* addresses, of the NICs and of the places that software may have moved them to */

static int take_address(const struct netlink_answer *answer, void *data)
{
	const struct ifaddrmsg *head = answer->head;
	struct link key = { .ifindex = (int)head->ifa_index }, *link;
	struct wanted *wanted = data;
	struct address address;
	size_t at = 0;

	key.place = key.ifindex;
	address_read(&address, answer);
	while ((link = sorted_next(&wanted->by_index, &key, &at))) {
		link->nic.addresses = array_grow(link->nic.addresses, &link->nic.addresses_cap,
						 link->nic.naddresses, sizeof(address));
		link->nic.addresses[link->nic.naddresses++] = address;
	}
	for (at = 0; (link = sorted_next(&wanted->by_place, &key, &at));) {
		link->master_addresses = array_grow(link->master_addresses,
						    &link->master_addresses_cap,
						    link->nmaster_addresses, sizeof(address));
		link->master_addresses[link->nmaster_addresses++] = address;
	}
	return 0;
}

static int check_address(const struct netlink_answer *answer, void *data)
{
	/* the link went while we asked */
	if (answer->error)
		return answer->error == -ENODEV ? -EAGAIN : answer->error;
	return answer->type == RTM_NEWADDR ? take_address(answer, data) : 0;
}

static int ask_addresses(const struct netns *net, struct wanted *wanted, int ifindex)
{
	return rtnl_dump_addresses(net->netlink, ifindex, check_address, wanted);
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

/* What no message tells of those that were found. */
static int complete_found(const struct netns *net, struct wanted *wanted)
{
	int ret = 0;
	size_t i;

	sorted_fill(&wanted->by_index, wanted->links, wanted->n);
	sorted_fill(&wanted->by_place, wanted->links, wanted->n);
	for (i = 0; ret == 0 && i < wanted->by_index.n; i++) {
		struct link *link = wanted->by_index.list[i];

		if (link_is_tuntap(link) && !nic_is_set(&link->nic, NIC_MODE))
			read_tun_files(net, link);
		ret = read_bridge(net, link);
	}
	return ret;
}

static int ask_each(const struct netns *net, struct wanted *wanted)
{
	struct rtnl_key keys[ASK_EACH_MAX];
	size_t i, at;
	int ret;

	for (i = 0; i < wanted->n; i++)
		keys[i] = (struct rtnl_key){ wanted->links[i]->wanted_index,
					     wanted->links[i]->nic.name };
	ret = rtnl_get_links(net->netlink, keys, wanted->n, take_one, wanted);
	if (ret == 0)
		ret = complete_found(net, wanted);
	for (at = 0; ret == 0 && at < wanted->by_index.n; at = sorted_skip(&wanted->by_index, at))
		ret = ask_addresses(net, wanted, wanted->by_index.list[at]->ifindex);
	for (at = 0; ret == 0 && at < wanted->by_place.n; at = sorted_skip(&wanted->by_place, at))
		if (!sorted_has(&wanted->by_index,
				&(struct link){ .ifindex = wanted->by_place.list[at]->place }))
			ret = ask_addresses(net, wanted, wanted->by_place.list[at]->place);
	return ret;
}

static int ask_all(const struct netns *net, struct wanted *wanted)
{
	int ret = rtnl_dump_links(net->netlink, 0, -1, take_any, wanted);

	if (ret == 0)
		ret = complete_found(net, wanted);
	if (ret == 0 && wanted->by_index.n)
		ret = ask_addresses(net, wanted, 0);
	return ret;
}

int links_read(const struct netns *net, struct link **links, size_t n)
{
	struct wanted wanted = { .links = links, .n = n };
	unsigned tries = 0;
	size_t i;
	int ret;

	sorted_init(&wanted.by_name, SORTED_BY_NAME, n);
	sorted_init(&wanted.by_wanted, SORTED_BY_WANTED, n);
	sorted_init(&wanted.by_index, SORTED_BY_INDEX, n);
	sorted_init(&wanted.by_place, SORTED_BY_PLACE, n);
	sorted_fill(&wanted.by_name, links, n);
	sorted_fill(&wanted.by_wanted, links, n);
	do {
		for (i = 0; i < n; i++)
			link_clear(links[i]);
		ret = n <= ASK_EACH_MAX ? ask_each(net, &wanted) : ask_all(net, &wanted);
	} while (netlink_again(ret, &tries));
	sorted_free(&wanted.by_name);
	sorted_free(&wanted.by_wanted);
	sorted_free(&wanted.by_index);
	sorted_free(&wanted.by_place);
	return ret;
}

struct link_list {
	struct link *list;
	size_t n, cap;
};

static int take_index(const struct netlink_answer *answer, void *data)
{
	const struct ifinfomsg *head = answer->head;
	struct link_list *all = data;

	if (answer->error || answer->type != RTM_NEWLINK)
		return answer->error;
	all->list = array_grow(all->list, &all->cap, all->n, sizeof(*all->list));
	all->list[all->n++] = (struct link){ .wanted_index = head->ifi_index };
	return 0;
}

int links_read_all(const struct netns *net, struct link **list, size_t *n)
{
	struct link_list all = { 0 };
	struct link **links;
	unsigned tries = 0;
	size_t i;
	int ret;

	do {
		all.n = 0;
		ret = rtnl_dump_links(net->netlink, 0, -1, take_index, &all);
	} while (netlink_again(ret, &tries));
	links = xcalloc(all.n, sizeof(*links));
	for (i = 0; i < all.n; i++)
		links[i] = &all.list[i];
	if (ret == 0)
		ret = links_read(net, links, all.n);
	if (ret == 0)
		ret = routes_read(net, links, all.n);
	if (ret == 0)
		ret = fdb_read(net, links, all.n);
	free(links);
	*list = all.list;
	*n = all.n;
	return ret;
}

int link_read(const struct netns *net, struct link *link)
{
	return links_read(net, &link, 1);
}

int links_read_places(const struct netns *net, struct link **links, size_t n)
{
	struct wanted wanted = { .links = links, .n = n };
	unsigned tries = 0;
	size_t i, at;
	int ret, place;

	sorted_init(&wanted.by_index, SORTED_BY_INDEX, 0);
	sorted_init(&wanted.by_place, SORTED_BY_PLACE, n);
	for (i = 0; i < n; i++)
		/* without its switch's process the bridge has no interface */
		if (links[i]->ifindex && links[i]->nic.ovs_bridge &&
		    ifreq_get_index(net->sock, links[i]->nic.ovs_bridge, &place) == 0) {
			links[i]->place = place;
			wanted.by_place.list[wanted.by_place.n++] = links[i];
		}
	sorted_sort(&wanted.by_place);
	do {
		for (ret = 0, i = 0; i < wanted.by_place.n; i++)
			wanted.by_place.list[i]->nmaster_addresses = 0;
		for (at = 0; ret == 0 && at < wanted.by_place.n;
		     at = sorted_skip(&wanted.by_place, at))
			ret = ask_addresses(net, &wanted, wanted.by_place.list[at]->place);
	} while (netlink_again(ret, &tries));
	sorted_free(&wanted.by_index);
	sorted_free(&wanted.by_place);
	return ret;
}

struct port_list {
	int master;
	struct link_port *list;
	size_t n, cap;
};

static int read_port(const struct netlink_answer *answer, void *data)
{
	struct port_list *ports = data;
	const struct ifinfomsg *info = answer->head;

	/* a kernel that knows no filter tells all links */
	if (answer->error || answer->type != RTM_NEWLINK ||
	    (int)netlink_u32(&answer->attr[IFLA_MASTER]) != ports->master)
		return answer->error;
	ports->list = array_grow(ports->list, &ports->cap, ports->n, sizeof(*ports->list));
	ports->list[ports->n].ifindex = info->ifi_index;
	netlink_text(ports->list[ports->n].name, sizeof(ports->list[ports->n].name),
		     &answer->attr[IFLA_IFNAME]);
	ports->n++;
	return 0;
}

int links_read_ports(const struct netns *net, int ifindex, struct link_port **ports, size_t *n)
{
	struct port_list list = { .master = ifindex };
	unsigned tries = 0;
	int ret;

	do {
		list.n = 0;
		ret = rtnl_dump_links(net->netlink, ifindex, -1, read_port, &list);
	} while (netlink_again(ret, &tries));
	if (ret < 0) {
		free(list.list);
		return ret;
	}
	*ports = list.list;
	*n = list.n;
	return 0;
}
