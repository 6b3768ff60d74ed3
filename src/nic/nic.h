/* SPDX-License-Identifier: MIT */
/*
 * The central type: one network interface in the terms of the file, with a bit for each field
 * that is set. config fills it in from the file, kernel/links.c (as a part of struct link) from
 * the kernel; plan and report compare the two.
 */
#ifndef NIC_NIC_H
#define NIC_NIC_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One field a configuration key; key.c holds the table. */
enum nic_field {
	/* fixed when the device is made */
	NIC_MODE,
	NIC_MULTI_QUEUE,
	NIC_VNET_HDR,
	NIC_PACKET_INFO,
	NIC_VNET_HDR_SIZE,
	NIC_OFFLOAD,
	NIC_VNI,
	NIC_PORT,
	/* set one by one */
	NIC_OWNER,
	NIC_GROUP,
	NIC_MAC,
	NIC_MTU,
	NIC_TXQUEUELEN,
	NIC_ALIAS,
	NIC_LINK_GROUP,
	NIC_LOCAL,
	NIC_LEARNING,
	NIC_PEERS,
	NIC_STP,
	NIC_IPV6,
	NIC_LINK_LOCAL,
	NIC_BRIDGE,
	NIC_OVS_BRIDGE,
	/* addresses and what belongs to them */
	NIC_ADDRESS,
	NIC_BROADCAST,
	NIC_PEER,
	NIC_DAD,
	NIC_ROUTES,
	/* interface flags, set together */
	NIC_PROMISC,
	NIC_ALLMULTI,
	NIC_MULTICAST,
	NIC_ARP,
	NIC_UP,
	NIC_CARRIER,
	NIC_SINK,
	NIC_PERSIST, /* no key: every NIC of ours stays when nobody has it open */
	/* what config_tap does, not what the NIC is */
	NIC_NETNS,
	NIC_EXISTING,
	NIC_OVERLAP,
	NIC_ON_STOP,
	NIC_COUNT,
	NIC_FIRST,
	NIC_FIELDS
};

#define NIC_BIT(field) (UINT64_C(1) << (field))

enum nic_mode { MODE_TAP, MODE_TUN, MODE_VXLAN, MODE_BRIDGE, NIC_MODES };
enum nic_carrier { CARRIER_NONE, CARRIER_HOLD, CARRIER_SHARED };
enum nic_sink { SINK_READ, SINK_DROP };
enum nic_existing { EXISTING_ADOPT, EXISTING_REFUSE };
enum nic_overlap { OVERLAP_REFUSE, OVERLAP_ALLOW };
enum nic_on_stop { ON_STOP_DELETE, ON_STOP_DOWN, ON_STOP_KEEP };
enum nic_mac_source { MAC_STABLE, MAC_FIXED, MAC_RANDOM };

/*
 * IANA's number for VXLAN-GPE. Neutron and Open vSwitch have 4789, Neutron's linuxbridge agent and
 * the kernel's own default are 8472.
 */
#define NIC_PORT_DEFAULT 4790

/* No user and no group: (uid_t)-1 of chown(2). */
#define NIC_NOBODY UINT32_MAX
/* IP6_RT_PRIO_USER of net/ip6_route.h: what a route without a metric gets. */
#define IPV6_METRIC 1024
/* RFC 8200, section 5; the kernel takes IPv6 off an interface below it. */
#define IPV6_MTU_MIN 1280

/* An IPv4 or IPv6 address; family 0 means none. bytes are in network order. */
struct ip {
	uint8_t family;
	uint8_t bytes[16];
};

struct address {
	struct ip ip;
	uint8_t prefix;      /* bits */
	bool nodad;          /* IFA_F_NODAD: not checked for duplicates (IPv6) */
	bool tentative;      /* found: the check is not over, and nobody can use it yet */
	struct ip peer;      /* the other end of a point-to-point link, or none */
	struct ip broadcast; /* IPv4 only, or none */
	/* what only the kernel knows, all of it 0 in the file's */
	uint32_t flags;            /* IFA_F_* of linux/if_addr.h */
	uint32_t valid, preferred; /* seconds left; both 0: for ever */
	uint32_t metric;           /* of the route to its network; 0: the kernel's own */
	uint8_t scope;             /* RT_SCOPE_* of linux/rtnetlink.h */
	char label[IFNAMSIZ];      /* IPv4 only */
};

struct route {
	struct ip to; /* the network */
	uint8_t prefix;
	struct ip via;   /* the gateway, or none */
	uint32_t metric; /* 0: the kernel's own */
};

struct scan_line;

struct nic_line {
	enum nic_field field;
	const struct scan_line *line;
};

struct nic {
	char name[IFNAMSIZ];
	uint64_t set; /* bit NIC_BIT(field): the file sets it, or the kernel told it */
	/* yes/no, numbers, choices, users: all that fits into 32 bits */
	uint32_t num[NIC_FIELDS];
	uint8_t mac[6];
	struct ip broadcast, peer;
	struct ip local; /* a vxlan's: the address of this node that it sends from */
	struct address *addresses;
	struct route *routes;
	struct ip *peers; /* a vxlan's: the nodes that it sends to what goes to all */
	size_t naddresses, nroutes, npeers, addresses_cap, routes_cap, peers_cap;
	char *alias, *bridge, *ovs_bridge, *netns;

	/* wanted: the section's line, and those of the fields, which few of them have */
	const struct scan_line *section;
	struct nic_line *lines;
	size_t nlines, lines_cap;
};

/* A NIC with every default that DESIGN gives, and no bit set. */
struct nic nic_defaults(const char *name);

static inline bool nic_is_set(const struct nic *nic, enum nic_field field)
{
	return nic->set & NIC_BIT(field);
}

/* The line that says something of a field, right or wrong; NULL where none does. */
const struct scan_line *nic_line(const struct nic *nic, enum nic_field field);
void nic_set_line(struct nic *nic, enum nic_field field, const struct scan_line *line);

/* Equality of addresses, and of whole entries as far as a user can set them. */
bool ip_same(const struct ip *a, const struct ip *b);
/* Same family, address and peer: the kernel's own notion of "the same address". */
bool address_same_key(const struct address *a, const struct address *b);
bool route_same(const struct route *a, const struct route *b);
/* Do the two networks share an address? */
bool address_overlaps(const struct address *a, const struct address *b);

/* The entry of a list that equals one, or NULL. */
const struct address *address_find(const struct address *list, size_t n, const struct address *one);
/* The entry that has the same host and prefix, whatever its peer or broadcast address. */
const struct address *address_find_host(const struct address *list, size_t n,
					const struct address *one);
const struct route *route_find(const struct route *list, size_t n, const struct route *one);

/* The address with all bits after prefix cleared (set: false) or set (set: true). */
struct ip ip_mask(const struct ip *ip, unsigned prefix, bool set);
unsigned ip_bits(const struct ip *ip);
/* Is the address in the network that has prefix bits in common with network? */
bool ip_is_in(const struct ip *ip, const struct ip *network, unsigned prefix);
/* fe80::/10 and 169.254.0.0/16: unique on one link only (RFC 4291, RFC 3927) */
bool ip_is_link_local(const struct ip *ip);
/* NULL where another machine may have this address, else why none has: "is ...". */
const char *ip_not_a_host(const struct ip *ip);
/* Likewise, and one that is reached over whatever interface leads there. */
const char *ip_not_a_node(const struct ip *ip);
/* For qsort(3) and bsearch(3): by family, then by bytes. */
int ip_compare(const void *a, const void *b);

/* Peers are kept sorted, each once; a peer is found in a sorted list. */
void peers_sort(struct ip *peers, size_t *n);
bool peers_have(const struct ip *peers, size_t n, const struct ip *one);

/* Text forms, as ip(8) writes them. Each returns buf. */
#define IP_TEXT 64
char *ip_format(char buf[IP_TEXT], const struct ip *ip);
#define ADDRESS_TEXT 160
char *address_format(char buf[ADDRESS_TEXT], const struct address *a);
#define ROUTE_TEXT 160
char *route_format(char buf[ROUTE_TEXT], const struct route *r);
#define MAC_TEXT 18
char *mac_format(char buf[MAC_TEXT], const unsigned char mac[6]);

#endif
