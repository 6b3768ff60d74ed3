/* SPDX-License-Identifier: MIT */
/* SIOCSIF*, one function an ioctl. */
#include "config.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "kernel/ifreq.h"
#include "base/util.h"

static int set(int sock, unsigned long request, const char *name, struct ifreq *ifr)
{
	strncpy(ifr->ifr_name, name, IFNAMSIZ - 1);
	return RETRY(ioctl(sock, request, ifr)) < 0 ? -errno : 0;
}

int ifreq_set_mac(int sock, const char *name, const unsigned char mac[6])
{
	struct ifreq ifr = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };

	memcpy(ifr.ifr_hwaddr.sa_data, mac, 6);
	return set(sock, SIOCSIFHWADDR, name, &ifr);
}

int ifreq_set_mtu(int sock, const char *name, unsigned bytes)
{
	struct ifreq ifr = { .ifr_mtu = (int)bytes };

	return set(sock, SIOCSIFMTU, name, &ifr);
}

int ifreq_set_txqueuelen(int sock, const char *name, unsigned packets)
{
	struct ifreq ifr = { .ifr_qlen = (int)packets };

	return set(sock, SIOCSIFTXQLEN, name, &ifr);
}

int ifreq_set_flags(int sock, const char *name, unsigned flags)
{
	struct ifreq ifr = { .ifr_flags = (short)flags };

	return set(sock, SIOCSIFFLAGS, name, &ifr);
}

int ifreq_get_name(int sock, int ifindex, char name[16])
{
	struct ifreq ifr = { .ifr_ifindex = ifindex };

	if (RETRY(ioctl(sock, SIOCGIFNAME, &ifr)) < 0)
		return -errno;
	memcpy(name, ifr.ifr_name, IFNAMSIZ);
	return 0;
}

int ifreq_get_index(int sock, const char *name, int *ifindex)
{
	struct ifreq ifr = { 0 };
	int ret = set(sock, SIOCGIFINDEX, name, &ifr);

	if (ret == 0)
		*ifindex = ifr.ifr_ifindex;
	return ret;
}

int ifreq_check_index(int sock, const char *name, int ifindex)
{
	int now = 0, ret = ifreq_get_index(sock, name, &now);

	return ret < 0 ? ret : now == ifindex ? 0 : -ENODEV;
}
