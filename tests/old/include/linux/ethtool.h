/* SPDX-License-Identifier: MIT */
/* linux/ethtool.h as it was in 2.6.32. */
#ifndef OLD_ETHTOOL_H
#define OLD_ETHTOOL_H

#include_next <linux/ethtool.h>

#undef ETHTOOL_GSSET_INFO
#undef ETHTOOL_GFEATURES
#define ethtool_sset_info not_in_2_6_32
#define ethtool_gfeatures not_in_2_6_32

#endif
