/* SPDX-License-Identifier: MIT */
/*
 * Changes a NIC as another program of the machine might, until it is killed, once it has said
 * "ready":
 *
 *	meddle udev NIC MAC	hears of the new device, as udev does, and gives it the MAC a moment
 *				later; then it writes what udev writes when it is through
 *	meddle mtu NIC MTU	gives it that MTU whenever it has another one
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "meddle: %s: %s\n", what, strerror(errno));
	return 1;
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

/* The value behind "KEY=" in an event, which is a list of strings; NULL: it has none. */
static const char *value_of(const char *event, size_t len, const char *key)
{
	const char *end = event + len;
	size_t n = strlen(key);

	for (; event < end; event += strlen(event) + 1)
		if (strncmp(event, key, n) == 0 && event[n] == '=')
			return event + n + 1;
	return NULL;
}

static int set_mac(int sock, const char *nic, const char *text)
{
	struct ifreq ifr = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };
	unsigned char *mac = (unsigned char *)ifr.ifr_hwaddr.sa_data;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", nic);
	sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
	       &mac[5]);
	return ioctl(sock, SIOCSIFHWADDR, &ifr);
}

static int be_through(const char *ifindex)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/udev/data/n%s", ifindex);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? -1 : close(fd);
}

static int be_udev(int sock, const char *nic, const char *mac)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	const struct timespec moment = { .tv_nsec = 50 * 1000 * 1000 };
	int events = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	char event[8192];
	ssize_t n;

	if (events < 0 || bind(events, (struct sockaddr *)&address, sizeof(address)) < 0)
		return fail("cannot hear of devices");
	ready();
	while ((n = recv(events, event, sizeof(event) - 1, 0)) > 0) {
		const char *action, *name, *ifindex;

		event[n] = '\0';
		action = value_of(event, (size_t)n, "ACTION");
		name = value_of(event, (size_t)n, "INTERFACE");
		ifindex = value_of(event, (size_t)n, "IFINDEX");
		if (!action || strcmp(action, "add") != 0 || !name || strcmp(name, nic) != 0)
			continue;
		nanosleep(&moment, NULL);
		if (set_mac(sock, nic, mac) < 0 || !ifindex || be_through(ifindex) < 0)
			return fail(nic);
	}
	return fail("cannot hear of devices");
}

/* Without a pause, so as to come in between whatever start does. */
static void insist_on_mtu(int sock, const char *nic, int mtu)
{
	struct ifreq ifr = { 0 };

	ready();
	for (;;) {
		snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", nic);
		if (ioctl(sock, SIOCGIFMTU, &ifr) == 0 && ifr.ifr_mtu != mtu) {
			ifr.ifr_mtu = mtu;
			ioctl(sock, SIOCSIFMTU, &ifr);
		}
	}
}

int main(int argc, char **argv)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return fail("socket");
	if (argc == 4 && strcmp(argv[1], "udev") == 0)
		return be_udev(sock, argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "mtu") == 0)
		insist_on_mtu(sock, argv[2], atoi(argv[3]));
	errno = EINVAL;
	return fail("usage");
}
