/* SPDX-License-Identifier: MIT */
/* The table of configuration keys. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "nic/key.h"
#include "base/util.h"
#include "base/word.h"
#include "nic/type.h"

int type_wrong(char why[KEY_WHY], const char *text, const char *right)
{
	snprintf(why, KEY_WHY, "\"%s\" is not %s", text, right);
	return -1;
}

static const char *const modes[] = { [MODE_TAP] = "tap",
				     [MODE_TUN] = "tun",
				     [MODE_VXLAN] = "vxlan",
				     [MODE_BRIDGE] = "bridge",
				     NULL };
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
#define MEMBER(member) \
	.offset = offsetof(struct nic, member), .size = sizeof(((struct nic *)NULL)->member)
#define TEXT(otherwise, one_line, value) \
	.default_text = otherwise, .help = one_line, .example = value

#define TAP KIND_BIT(MODE_TAP)
#define VXLAN KIND_BIT(MODE_VXLAN)
#define BRIDGE KIND_BIT(MODE_BRIDGE)
#define DESCRIPTOR (TAP | KIND_BIT(MODE_TUN))
#define ETHERNET (TAP | VXLAN | BRIDGE)
#define PORT (TAP | VXLAN)
#define ALL KIND_ALL

/* The range of an MTU is that of all kinds; a kind's own is checked with its mode. */
static const struct key keys[] = {
	KEY("mode", NIC_MODE, choice, .choices = modes, .kinds = ALL,
	    TEXT("tap", "the kind of NIC", "tun")),
	KEY("owner", NIC_OWNER, user, .kinds = DESCRIPTOR,
	    TEXT("root", "the user who may attach", "libvirt-qemu")),
	KEY("group", NIC_GROUP, group, .kinds = DESCRIPTOR,
	    TEXT("none", "the group whose members may attach", "kvm")),
	KEY("vni", NIC_VNI, number, RANGE(0, 16777215), .kinds = VXLAN,
	    TEXT("required", "the number of the segment, the same on every node", "41")),
	KEY("local", NIC_LOCAL, local, MEMBER(local), .kinds = VXLAN,
	    TEXT("required", "this node's own address, to which the others send", "10.0.0.1")),
	KEY("peers", NIC_PEERS, peers, .kinds = VXLAN,
	    TEXT("required", "the nodes of the segment; this one is left out automatically",
		 "10.0.0.1, 10.0.0.2, 10.0.0.3")),
	KEY("port", NIC_PORT, number, RANGE(1, 65535), .kinds = VXLAN,
	    TEXT("4790", "the UDP port of the segment, the same on every node", "4790")),
	KEY("learning", NIC_LEARNING, bool, .kinds = VXLAN,
	    TEXT("yes, or no with peers = none", "learn from frames which peer a MAC is behind",
		 "no")),
	KEY("stp", NIC_STP, bool, .kinds = BRIDGE,
	    TEXT("no", "run the spanning tree protocol", "yes")),
	KEY("address", NIC_ADDRESS, addresses, .kinds = ALL,
	    TEXT("none", "the NIC's IPv4 and IPv6 addresses", "192.168.0.1/24, fd00::1/64")),
	KEY("broadcast", NIC_BROADCAST, broadcast, MEMBER(broadcast), .kinds = ETHERNET,
	    TEXT("from the prefix", "the broadcast address of the first IPv4 address",
		 "192.168.0.255")),
	KEY("peer", NIC_PEER, ip, MEMBER(peer), .kinds = DESCRIPTOR,
	    TEXT("none", "the other end of a point-to-point link", "192.168.0.2")),
	KEY("mac", NIC_MAC, mac, .kinds = ETHERNET,
	    TEXT("stable", "the MAC address; stable is the same at every boot",
		 "02:00:00:00:00:01")),
	KEY("mtu", NIC_MTU, number, RANGE(68, 65535), .unit = "bytes", .kinds = ALL,
	    TEXT("1500; 1450 for a vxlan, or 1430 over IPv6", "the largest packet", "1400")),
	KEY("txqueuelen", NIC_TXQUEUELEN, number, RANGE(0, 1000000), .unit = "packets",
	    .kinds = ALL,
	    TEXT("the kernel's",
		 "how many packets may wait to be sent; at most 524288 for a tap or tun", "1000")),
	KEY("promisc", NIC_PROMISC, bool, .kinds = ALL,
	    TEXT("no", "accept frames for other MAC addresses too", "yes")),
	KEY("allmulti", NIC_ALLMULTI, bool, .kinds = ALL,
	    TEXT("no", "accept all multicast frames", "yes")),
	KEY("multicast", NIC_MULTICAST, bool, .kinds = ALL,
	    TEXT("yes", "the NIC can do multicast", "no")),
	KEY("arp", NIC_ARP, bool, .kinds = ETHERNET, TEXT("yes", "answer ARP", "no")),
	KEY("up", NIC_UP, bool, .kinds = ALL, TEXT("yes", "bring the NIC up", "no")),
	KEY("ipv6", NIC_IPV6, bool, .kinds = ALL,
	    TEXT("yes", "IPv6 on the NIC; no is cheapest for the taps of VMs", "no")),
	KEY("link_local", NIC_LINK_LOCAL, bool, .kinds = ALL,
	    TEXT("yes", "give the NIC an IPv6 link-local address", "no")),
	KEY("carrier", NIC_CARRIER, choice, .choices = carriers, .kinds = DESCRIPTOR,
	    TEXT("none", "keep the link up while nobody is attached", "hold")),
	KEY("sink", NIC_SINK, choice, .choices = sinks, .kinds = DESCRIPTOR,
	    TEXT("read", "what becomes of frames sent to a held NIC", "drop")),
	KEY("persist", NIC_PERSIST, bool, .internal = true, .kinds = DESCRIPTOR),
	KEY("multi_queue", NIC_MULTI_QUEUE, bool, .kinds = DESCRIPTOR,
	    TEXT("no", "many processes or threads may attach at once", "yes")),
	KEY("vnet_hdr", NIC_VNET_HDR, bool, .kinds = DESCRIPTOR,
	    TEXT("no", "a virtio header before each frame", "yes")),
	KEY("vnet_hdr_size", NIC_VNET_HDR_SIZE, choice, .choices = vnet_hdr_sizes,
	    .kinds = DESCRIPTOR, TEXT("10", "the size of that header", "12")),
	KEY("offload", NIC_OFFLOAD, offload, .kinds = DESCRIPTOR,
	    TEXT("none", "what the reader takes unfinished, as ethtool -k calls it",
		 "tx-checksum-ip-generic")),
	KEY("packet_info", NIC_PACKET_INFO, bool, .kinds = DESCRIPTOR,
	    TEXT("no", "four bytes of flags and protocol before each packet", "yes")),
	KEY("dad", NIC_DAD, bool, .kinds = ALL,
	    TEXT("no", "look for duplicates of the IPv6 addresses first", "yes")),
	KEY("alias", NIC_ALIAS, alias, MEMBER(alias), .kinds = ALL,
	    TEXT("none", "a text about the NIC, as ip link shows it", "second wire")),
	KEY("count", NIC_COUNT, number, RANGE(1, 65536), .kinds = ALL,
	    TEXT("required for a name with %d", "how many NICs [fc%d] stands for", "10")),
	KEY("first", NIC_FIRST, number, RANGE(0, 1000000), .kinds = ALL,
	    TEXT("0", "the first number of [fc%d]", "1")),
	KEY("bridge", NIC_BRIDGE, name, MEMBER(bridge), .kinds = PORT,
	    TEXT("none", "the Linux bridge to join", "br0")),
	KEY("ovs_bridge", NIC_OVS_BRIDGE, name, MEMBER(ovs_bridge), .kinds = PORT,
	    TEXT("none", "the Open vSwitch bridge to join", "br-ex")),
	KEY("routes", NIC_ROUTES, routes, .kinds = ALL,
	    TEXT("none", "what is reached through the NIC",
		 "10.8.0.0/16 via 192.168.0.2 metric 50")),
	KEY("link_group", NIC_LINK_GROUP, number, RANGE(0, INT32_MAX), .kinds = ALL,
	    TEXT("0", "the group of ip link show group", "7")),
	KEY("netns", NIC_NETNS, netns, MEMBER(netns), .kinds = ALL,
	    TEXT("none", "the network namespace in which the NIC is", "lab")),
	KEY("overlap", NIC_OVERLAP, choice, .choices = overlaps, .kinds = ALL,
	    TEXT("refuse", "an address in a network that another interface has", "allow")),
	KEY("existing", NIC_EXISTING, choice, .choices = existings, .kinds = ALL,
	    TEXT("adopt", "what to do with a NIC that others made", "refuse")),
	KEY("on_stop", NIC_ON_STOP, choice, .choices = on_stops, .kinds = ALL,
	    TEXT("delete", "what stop does with the NIC", "keep")),
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

uint64_t key_fields_of(const struct kind *kind)
{
	static uint64_t fields[NIC_MODES];
	enum nic_mode mode = (enum nic_mode)(kind - kind_at(0));
	size_t i;

	/* once is enough: each NIC asks for it */
	if (fields[mode])
		return fields[mode];
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].kinds & KIND_BIT(mode))
			fields[mode] |= NIC_BIT(keys[i].field);
	return fields[mode];
}

bool key_is_taken_by(enum nic_field field, const struct kind *kind)
{
	return key_fields_of(kind) & NIC_BIT(field);
}

void key_offer_all(struct nearest *nearest)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!keys[i].internal)
			nearest_offer(nearest, keys[i].name);
}

int key_parse(const struct key *key, const char *text, struct nic *nic, char why[KEY_WHY])
{
	if (strcmp(text, "None") == 0 && key->type != &type_alias) {
		snprintf(why, KEY_WHY,
			 "\"None\" is what a template writes for a variable without a value; leave "
			 "the line out, or write none");
		return -1;
	}
	if (key->type->parse(key, text, nic, why) < 0)
		return -1;
	nic->set |= NIC_BIT(key->field);
	return 0;
}

void key_reset(const struct key *key, struct nic *nic)
{
	struct nic fresh = nic_defaults(nic->name);

	nic->num[key->field] = fresh.num[key->field];
	memset((char *)nic + key->offset, 0, key->size);
	if (key_is_list(key))
		key_clear(key, nic);
	nic->set &= ~NIC_BIT(key->field);
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

char *key_values(const struct key *key, char buf[KEY_VALUES])
{
	key->type->values(key, buf);
	return buf;
}

bool key_is_bool(const struct key *key)
{
	return key->type == &type_bool;
}

bool key_is_text(const struct key *key)
{
	return key->type == &type_alias || key->type == &type_name || key->type == &type_netns;
}

bool key_is_number(const struct key *key)
{
	return key->type == &type_number;
}

bool key_is_list(const struct key *key)
{
	return key->type->list;
}
