/* SPDX-License-Identifier: MIT */
/* linux/neighbour.h as it was in 2.6.32. */
#ifndef OLD_NEIGHBOUR_H
#define OLD_NEIGHBOUR_H

#define NDA_VLAN hidden_NDA_VLAN
#define NDA_PORT hidden_NDA_PORT
#define NDA_VNI hidden_NDA_VNI
#define NDA_IFINDEX hidden_NDA_IFINDEX
#define NDA_MASTER hidden_NDA_MASTER
#define NDA_LINK_NETNSID hidden_NDA_LINK_NETNSID
#define NDA_SRC_VNI hidden_NDA_SRC_VNI
#define NDA_PROTOCOL hidden_NDA_PROTOCOL
#define NDA_NH_ID hidden_NDA_NH_ID
#define NDA_FDB_EXT_ATTRS hidden_NDA_FDB_EXT_ATTRS
#define NDA_FLAGS_EXT hidden_NDA_FLAGS_EXT
#define NDA_NDM_STATE_MASK hidden_NDA_NDM_STATE_MASK
#define NDA_NDM_FLAGS_MASK hidden_NDA_NDM_FLAGS_MASK

#include_next <linux/neighbour.h>

#undef NDA_VLAN
#undef NDA_PORT
#undef NDA_VNI
#undef NDA_IFINDEX
#undef NDA_MASTER
#undef NDA_LINK_NETNSID
#undef NDA_SRC_VNI
#undef NDA_PROTOCOL
#undef NDA_NH_ID
#undef NDA_FDB_EXT_ATTRS
#undef NDA_FLAGS_EXT
#undef NDA_NDM_STATE_MASK
#undef NDA_NDM_FLAGS_MASK
#undef NTF_USE
#undef NTF_SELF
#undef NTF_MASTER
#undef NTF_EXT_LEARNED
#undef NTF_OFFLOADED
#undef NTF_STICKY

#endif
