/* SPDX-License-Identifier: MIT */
/* The least that the kernel can be asked for a NIC: what every other tool is measured against. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Each NIC has a network of four addresses of its own, and is the first host in it. */
#define PREFIX 30
#define NETWORK_SIZE (1u << (32 - PREFIX))

static void die(const char *nic, const char *call)
{
	fprintf(stderr, "floor: %s: %s: %s\n", nic, call, strerror(errno));
	exit(1);
}

static void make_device(const char *nic)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(nic, "open");
	memcpy(ifr.ifr_name, nic, IFNAMSIZ);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		die(nic, "TUNSETIFF");
	if (ioctl(fd, TUNSETPERSIST, 1) < 0)
		die(nic, "TUNSETPERSIST");
	if (ioctl(fd, TUNSETOWNER, 0) < 0)
		die(nic, "TUNSETOWNER");
	close(fd);
}

static void set_address(int sock, const char *nic, unsigned long request, in_addr_t value)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(value) };
	struct ifreq ifr = { 0 };

	memcpy(ifr.ifr_name, nic, IFNAMSIZ);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	if (ioctl(sock, request, &ifr) < 0)
		die(nic, request == SIOCSIFADDR ? "SIOCSIFADDR" : "SIOCSIFNETMASK");
}

static void bring_up(int sock, const char *nic)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP | IFF_BROADCAST | IFF_MULTICAST };

	memcpy(ifr.ifr_name, nic, IFNAMSIZ);
	if (ioctl(sock, SIOCSIFFLAGS, &ifr) < 0)
		die(nic, "SIOCSIFFLAGS");
}

/* floor PREFIX COUNT NETWORK: makes PREFIX0 and so on, with addresses from NETWORK on. */
int main(int argc, char **argv)
{
	char nic[IFNAMSIZ] = "";
	struct in_addr network;
	unsigned i, count;
	int sock;

	if (argc != 4 || strlen(argv[1]) > 8 || inet_pton(AF_INET, argv[3], &network) != 1) {
		fprintf(stderr, "usage: floor PREFIX COUNT NETWORK\n");
		return 2;
	}
	count = (unsigned)strtoul(argv[2], NULL, 10);
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		die(argv[1], "socket");
	for (i = 0; i < count; i++) {
		snprintf(nic, sizeof(nic), "%.8s%u", argv[1], i % 1000000);
		make_device(nic);
		set_address(sock, nic, SIOCSIFADDR, ntohl(network.s_addr) + i * NETWORK_SIZE + 1);
		set_address(sock, nic, SIOCSIFNETMASK, ~(NETWORK_SIZE - 1));
		bring_up(sock, nic);
	}
	return 0;
}
