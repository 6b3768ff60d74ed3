/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's headers of some distribution lack. The numbers are the kernel's interface and
 * never change, so that a program built with old headers speaks to a new kernel all the same.
 *
 * Most of them are enumerators, whose absence the preprocessor cannot see: once the headers are
 * read, a macro with the same value is in front of each. Beside it is the version of Linux
 * that brought it, where it is younger than 2.6.32.
 */
#ifndef KERNEL_COMPAT_H
#define KERNEL_COMPAT_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* linux/if_link.h */
#define IFLA_AF_SPEC 26         /* 2.6.38 */
#define IFLA_GROUP 27           /* 2.6.39 */
#define IFLA_NET_NS_FD 28       /* 3.0 */
#define IFLA_EXT_MASK 29        /* 3.5 */
#define IFLA_NUM_TX_QUEUES 31   /* 3.6 */
#define IFLA_CARRIER 33         /* 3.9 */
#define IFLA_CARRIER_CHANGES 35 /* 3.15 */
#define IFLA_LINK_NETNSID 37    /* 4.0 */
#define IFLA_TARGET_NETNSID 46  /* 4.15, as IFLA_IF_NETNSID */
#define IFLA_PROP_LIST 52       /* 5.5 */
#define IFLA_ALT_IFNAME 53      /* 5.5 */

#define IFLA_INFO_SLAVE_KIND 4 /* 3.14 */

#define IFLA_INET6_CONF 2
#define IFLA_INET6_ADDR_GEN_MODE 8 /* 3.17 */
#define IN6_ADDR_GEN_MODE_EUI64 0
#define IN6_ADDR_GEN_MODE_NONE 1

#define IFLA_BR_STP_STATE 5 /* 3.18 */

#define IFLA_TUN_OWNER 1 /* all of these: 4.20 */
#define IFLA_TUN_GROUP 2
#define IFLA_TUN_TYPE 3
#define IFLA_TUN_PI 4
#define IFLA_TUN_VNET_HDR 5
#define IFLA_TUN_PERSIST 6
#define IFLA_TUN_MULTI_QUEUE 7
#define IFLA_TUN_NUM_QUEUES 8
#define IFLA_TUN_NUM_DISABLED_QUEUES 9

#define IFLA_VXLAN_ID 1 /* up to 14: 3.7 */
#define IFLA_VXLAN_GROUP 2
#define IFLA_VXLAN_LINK 3
#define IFLA_VXLAN_LOCAL 4
#define IFLA_VXLAN_LEARNING 7
#define IFLA_VXLAN_PROXY 11
#define IFLA_VXLAN_RSC 12
#define IFLA_VXLAN_L2MISS 13
#define IFLA_VXLAN_L3MISS 14
#define IFLA_VXLAN_PORT 15             /* 3.10 */
#define IFLA_VXLAN_GROUP6 16           /* 3.10 */
#define IFLA_VXLAN_LOCAL6 17           /* 3.10 */
#define IFLA_VXLAN_GBP 23              /* 4.0 */
#define IFLA_VXLAN_COLLECT_METADATA 25 /* 4.3 */
#define IFLA_VXLAN_GPE 27              /* 4.7 */
#define IFLA_VXLAN_VNIFILTER 30        /* 5.18 */

/* linux/ipv6.h, which cannot be had beside netinet/in.h everywhere */
#define DEVCONF_DISABLE_IPV6 26

/* linux/if_addr.h */
#define IFA_FLAGS 8       /* 3.14 */
#define IFA_RT_PRIORITY 9 /* 4.18 */
#ifndef IFA_F_NODAD
#define IFA_F_NODAD 0x02
#endif
#ifndef IFA_F_NOPREFIXROUTE /* 3.14 */
#define IFA_F_NOPREFIXROUTE 0x200
#endif

/* linux/rtnetlink.h */
#define RTA_VIA 18              /* 4.1 */
#define RTA_NH_ID 30            /* 5.3 */
#ifndef RTEXT_FILTER_SKIP_STATS /* 4.5 */
#define RTEXT_FILTER_SKIP_STATS (1 << 3)
#endif
#ifndef RTM_F_FIB_MATCH /* 4.13 */
#define RTM_F_FIB_MATCH 0x2000
#endif
#ifndef RTM_NEWNSID /* 4.0 */
#define RTM_NEWNSID 88
#define RTM_GETNSID 90
#endif

/* linux/ethtool.h; the structures are known by names of our own, since headers may have them */
#define ETH_SS_FEATURES 4  /* 2.6.39 */
#ifndef ETHTOOL_GSSET_INFO /* 2.6.34 */
#define ETHTOOL_GSSET_INFO 0x37
#endif
#ifndef ETHTOOL_GFEATURES /* 2.6.39 */
#define ETHTOOL_GFEATURES 0x3a
#endif

struct compat_sset_info {
	uint32_t cmd, reserved;
	uint64_t sset_mask;
	uint32_t data[1];
};

struct compat_gfeatures {
	uint32_t cmd, size;
	struct {
		uint32_t available, requested, active, never_changed;
	} features[];
};

/* linux/net_namespace.h of 4.0 on */
#define NETNSA_NSID 1
#define NETNSA_FD 3

/* linux/netlink.h */
#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif
#ifndef NLM_F_DUMP_INTR /* 2.6.35 */
#define NLM_F_DUMP_INTR 0x10
#endif
#ifndef NETLINK_GET_STRICT_CHK /* 4.20 */
#define NETLINK_GET_STRICT_CHK 12
#endif

/* linux/neighbour.h */
#define NDA_IFINDEX 8 /* 3.6 */
#ifndef NTF_SELF      /* 3.5 */
#define NTF_SELF 0x02
#endif

/* linux/if_tun.h */
#ifndef IFF_MULTI_QUEUE /* 3.8 */
#define IFF_MULTI_QUEUE 0x0100
#define IFF_ATTACH_QUEUE 0x0200
#define IFF_DETACH_QUEUE 0x0400
#endif
#ifndef IFF_PERSIST /* 3.8 */
#define IFF_PERSIST 0x0800
#endif
#ifndef IFF_NO_CARRIER /* 6.1 */
#define IFF_NO_CARRIER 0x0040
#endif
#ifndef TUNSETVNETLE /* 3.20 */
#define TUNSETVNETLE _IOW('T', 220, int)
#endif
#ifndef TUNSETVNETBE /* 4.2 */
#define TUNSETVNETBE _IOW('T', 222, int)
#endif
#ifndef TUNSETSTEERINGEBPF /* 4.16 */
#define TUNSETSTEERINGEBPF _IOR('T', 224, int)
#define TUNSETFILTEREBPF _IOR('T', 225, int)
#endif
#ifndef ARPHRD_NONE
#define ARPHRD_NONE 0xfffe
#endif
#ifndef TUNGETVNETHDRSZ /* 2.6.34 */
#define TUNGETVNETHDRSZ _IOR('T', 215, int)
#define TUNSETVNETHDRSZ _IOW('T', 216, int)
#endif
#ifndef TUNSETQUEUE /* 3.8 */
#define TUNSETQUEUE _IOW('T', 217, int)
#endif
#ifndef TUNSETIFINDEX /* 3.11 */
#define TUNSETIFINDEX _IOW('T', 218, unsigned int)
#endif
#ifndef TUNSETCARRIER /* 5.0 */
#define TUNSETCARRIER _IOW('T', 226, int)
#endif
#ifndef TUNGETDEVNETNS /* 5.2 */
#define TUNGETDEVNETNS _IO('T', 227)
#endif

/* asm-generic/socket.h */
#ifndef SO_NETNS_COOKIE /* 5.14 */
#define SO_NETNS_COOKIE 71
#endif

/*
 * sys/syscall.h: a call that Linux has had since 5.1 has one number everywhere, and on alpha the
 * one that is 110 higher. The C library names only those that were there before itself.
 */
#ifdef __alpha__
#define COMPAT_CALL(number) ((number) + 110)
#else
#define COMPAT_CALL(number) (number)
#endif
#ifndef SYS_fsopen /* 5.2 */
#define SYS_fsopen COMPAT_CALL(430)
#define SYS_fsconfig COMPAT_CALL(431)
#define SYS_fsmount COMPAT_CALL(432)
#endif
#ifndef SYS_pidfd_open /* 5.3 */
#define SYS_pidfd_open COMPAT_CALL(434)
#endif
#ifndef SYS_pidfd_getfd /* 5.6 */
#define SYS_pidfd_getfd COMPAT_CALL(438)
#endif

#endif
