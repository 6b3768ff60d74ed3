/* SPDX-License-Identifier: MIT */
/* linux/if_addr.h as it was in 2.6.32. */
#ifndef OLD_IF_ADDR_H
#define OLD_IF_ADDR_H

#define IFA_FLAGS hidden_IFA_FLAGS
#define IFA_RT_PRIORITY hidden_IFA_RT_PRIORITY
#define IFA_TARGET_NETNSID hidden_IFA_TARGET_NETNSID
#define IFA_PROTO hidden_IFA_PROTO

#include_next <linux/if_addr.h>

#undef IFA_FLAGS
#undef IFA_RT_PRIORITY
#undef IFA_TARGET_NETNSID
#undef IFA_PROTO
#undef IFA_F_NODAD
#undef IFA_F_OPTIMISTIC
#undef IFA_F_DADFAILED
#undef IFA_F_MANAGETEMPADDR
#undef IFA_F_NOPREFIXROUTE
#undef IFA_F_MCAUTOJOIN
#undef IFA_F_STABLE_PRIVACY

#endif
