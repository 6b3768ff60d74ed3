/* SPDX-License-Identifier: MIT */
/* linux/netlink.h as it was in 2.6.32. */
#ifndef OLD_NETLINK_H
#define OLD_NETLINK_H

#include_next <linux/netlink.h>

#undef NETLINK_GET_STRICT_CHK
#undef NETLINK_EXT_ACK
#undef NETLINK_CAP_ACK
#undef NETLINK_LISTEN_ALL_NSID
#undef NLM_F_DUMP_INTR
#undef NLM_F_DUMP_FILTERED

#endif
