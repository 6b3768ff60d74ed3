/* SPDX-License-Identifier: MIT */
/* linux/if_tun.h as it was in 2.6.32. */
#ifndef OLD_IF_TUN_H
#define OLD_IF_TUN_H

#include_next <linux/if_tun.h>

#undef TUNGETVNETHDRSZ
#undef TUNSETVNETHDRSZ
#undef TUNSETQUEUE
#undef TUNSETIFINDEX
#undef TUNGETFILTER
#undef TUNSETVNETLE
#undef TUNGETVNETLE
#undef TUNSETVNETBE
#undef TUNGETVNETBE
#undef TUNSETSTEERINGEBPF
#undef TUNSETFILTEREBPF
#undef TUNSETCARRIER
#undef TUNGETDEVNETNS
#undef IFF_MULTI_QUEUE
#undef IFF_ATTACH_QUEUE
#undef IFF_DETACH_QUEUE
#undef IFF_PERSIST
#undef IFF_NOFILTER
#undef IFF_NO_CARRIER
#undef IFF_NAPI
#undef IFF_NAPI_FRAGS
#undef TUN_F_USO4
#undef TUN_F_USO6

#endif
