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
#include <sys/resource.h>
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

/* Makes a tap, and returns its descriptor. */
static int make_device(const char *nic)
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
	return fd;
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

/* As many descriptors as may be, for those that are kept. */
static void raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		die("floor", "getrlimit");
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		die("floor", "setrlimit");
}

/* In the child that keeps the links up, when the parent has gone home. */
static void keep_links(const char *pid_file)
{
	pid_t pid = fork();
	FILE *f;

	if (pid < 0)
		die("floor", "fork");
	if (pid == 0) {
		/* or whoever reads what we print would wait for this */
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		pause();
		return;
	}
	f = fopen(pid_file, "we");
	if (!f || fprintf(f, "%d\n", (int)pid) < 0 || fclose(f) != 0)
		die("floor", pid_file);
}

/*
 * floor [--keep PID_FILE] PREFIX COUNT NETWORK: makes PREFIX0 and so on, with addresses from
 * NETWORK on; --keep leaves a process that has them all open, so that their links are up.
 */
int main(int argc, char **argv)
{
	char nic[IFNAMSIZ] = "";
	struct in_addr network;
	unsigned i, count;
	const char *keep = argc > 2 && strcmp(argv[1], "--keep") == 0 ? argv[2] : NULL;
	int sock, fd;

	if (keep) {
		argv += 2;
		argc -= 2;
	}
	if (argc != 4 || strlen(argv[1]) > 8 || inet_pton(AF_INET, argv[3], &network) != 1) {
		fprintf(stderr, "usage: floor [--keep PID_FILE] PREFIX COUNT NETWORK\n");
		return 2;
	}
	count = (unsigned)strtoul(argv[2], NULL, 10);
	if (keep)
		raise_limit();
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		die(argv[1], "socket");
	for (i = 0; i < count; i++) {
		snprintf(nic, sizeof(nic), "%.8s%u", argv[1], i % 1000000);
		fd = make_device(nic);
		if (!keep)
			close(fd);
		set_address(sock, nic, SIOCSIFADDR, ntohl(network.s_addr) + i * NETWORK_SIZE + 1);
		set_address(sock, nic, SIOCSIFNETMASK, ~(NETWORK_SIZE - 1));
		bring_up(sock, nic);
	}
	if (keep)
		keep_links(keep);
	return 0;
}
