/* SPDX-License-Identifier: MIT */
/* What the machine knows of the network that a VXLAN goes over. */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/underlay.h"
#include "base/util.h"

/* ipv6(7); in linux/in6.h, which cannot be had beside netinet/in.h everywhere */
#ifndef IPV6_MTU
#define IPV6_MTU 24
#endif

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t address_of(union socket_address *address, const struct ip *ip, unsigned port)
{
	memset(address, 0, sizeof(*address));
	if (ip->family == AF_INET6) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons((uint16_t)port);
		memcpy(&address->v6.sin6_addr, ip->bytes, 16);
		return sizeof(address->v6);
	}
	address->v4.sin_family = AF_INET;
	address->v4.sin_port = htons((uint16_t)port);
	memcpy(&address->v4.sin_addr, ip->bytes, 4);
	return sizeof(address->v4);
}

static int open_udp(uint8_t family)
{
	return socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

int underlay_has_address(const struct ip *ip)
{
	union socket_address address;
	socklen_t length = address_of(&address, ip, 0);
	int fd = open_udp(ip->family), ret;

	/* without IPv6 the machine has none of its addresses */
	if (fd < 0)
		return errno == EAFNOSUPPORT ? 0 : -errno;
	ret = bind(fd, &address.any, length) == 0 ? 1 : -errno;
	close(fd);
	return ret == -EADDRNOTAVAIL ? 0 : ret;
}

uint32_t underlay_mtu(const struct ip *to)
{
	const bool v6 = to->family == AF_INET6;
	union socket_address address;
	/* connecting sends nothing; the port is the one of the discard service */
	socklen_t length = address_of(&address, to, 9), size = sizeof(int);
	int fd = open_udp(to->family), mtu = 0;

	if (fd < 0)
		return 0;
	if (RETRY(connect(fd, &address.any, length)) < 0 ||
	    getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &size) < 0)
		mtu = 0;
	close(fd);
	return mtu > 0 ? (uint32_t)mtu : 0;
}
