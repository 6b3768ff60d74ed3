/* SPDX-License-Identifier: MIT */
/*
 * Attaches to a tun or tap device as a program that uses it would, says "ready", and reads
 * frames until SIGTERM: attach NIC [--tun] [--multi-queue] [--vnet-hdr] [--packet-info]
 * [--no-carrier] [--uid UID] [--gid GID] [--owner UID] [--group GID] [--index N] [--header-size]
 * [--end] [--insist] [--take] [--mark]
 *
 * With --owner or --group, it gives the device to that user or group instead, and ends. With
 * --index, it makes a new persistent device with that interface index instead, and ends. With
 * --header-size, it prints the size of the virtio header instead, and ends; with --end it ends
 * once it has attached. With --insist it tries without pause until it is let in, and with --take
 * it makes the device persistent and its own as soon as it is.
 * With --mark it changes what anybody who has the device open can, and says "marked".
 * Each frame is a line "frame LENGTH"; a read that fails is a line "error ...", and the end.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel/compat.h"

static int fail(const char *what)
{
	printf("error %s: %s\n", what, strerror(errno));
	return 1;
}

/* A filter that lets nothing through, a longer header, a small buffer, another type of link. */
static void leave_marks(int fd)
{
	union {
		struct tun_filter head;
		unsigned char bytes[sizeof(struct tun_filter) + 6];
	} filter = { .bytes = { 0 } };
	int header = 12, buffer = 4096;

	filter.head.count = 1;
	/* where the kernel lets him not do one of them, so much the better */
	ioctl(fd, TUNSETSNDBUF, &buffer);
	ioctl(fd, TUNSETLINK, ARPHRD_PPP);
	ioctl(fd, TUNSETTXFILTER, &filter);
	if (ioctl(fd, TUNSETVNETHDRSZ, &header) == 0)
		puts("marked");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tun", no_argument, NULL, 't' },
		{ "multi-queue", no_argument, NULL, 'q' },
		{ "vnet-hdr", no_argument, NULL, 'v' },
		{ "packet-info", no_argument, NULL, 'p' },
		{ "no-carrier", no_argument, NULL, 'n' },
		{ "uid", required_argument, NULL, 'u' },
		{ "gid", required_argument, NULL, 'g' },
		{ "owner", required_argument, NULL, 'o' },
		{ "index", required_argument, NULL, 'i' },
		{ "group", required_argument, NULL, 'G' },
		{ "header-size", no_argument, NULL, 's' },
		{ "end", no_argument, NULL, 'e' },
		{ "insist", no_argument, NULL, 'I' },
		{ "mark", no_argument, NULL, 'M' },
		{ "take", no_argument, NULL, 'T' },
		{ NULL, 0, NULL, 0 },
	};
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	uid_t uid = getuid();
	gid_t gid = getgid();
	unsigned index = 0;
	long owner = -1, group = -1;
	char frame[65536];
	ssize_t n;
	bool ask_size = false, end = false, insist = false, take = false, mark = false;
	int c, fd, size;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 't':
			ifr.ifr_flags = (short)((ifr.ifr_flags & ~IFF_TAP) | IFF_TUN);
			break;
		case 'q':
			ifr.ifr_flags |= IFF_MULTI_QUEUE;
			break;
		case 'v':
			ifr.ifr_flags |= IFF_VNET_HDR;
			break;
		case 'p':
			ifr.ifr_flags = (short)(ifr.ifr_flags & ~IFF_NO_PI);
			break;
		case 'n':
			ifr.ifr_flags |= IFF_NO_CARRIER;
			break;
		case 'u':
			uid = (uid_t)atoi(optarg);
			break;
		case 'g':
			gid = (gid_t)atoi(optarg);
			break;
		case 'i':
			index = (unsigned)atoi(optarg);
			break;
		case 'o':
			owner = atol(optarg);
			break;
		case 'G':
			group = atol(optarg);
			break;
		case 'e':
			end = true;
			break;
		case 'I':
			insist = true;
			break;
		case 'M':
			mark = true;
			break;
		case 'T':
			take = true;
			break;
		case 's':
			ask_size = true;
			break;
		default:
			return 2;
		}
	}
	if (optind + 1 != argc || strlen(argv[optind]) >= IFNAMSIZ)
		return 2;
	strcpy(ifr.ifr_name, argv[optind]);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail("/dev/net/tun");
	if (gid != getgid() && (setgroups(0, NULL) < 0 || setgid(gid) < 0))
		return fail("setgid");
	if (uid != getuid() && setuid(uid) < 0)
		return fail("setuid");
	if (index && ioctl(fd, TUNSETIFINDEX, &index) < 0)
		return fail("TUNSETIFINDEX");
	if (insist)
		puts("insists");
	while (ioctl(fd, TUNSETIFF, &ifr) < 0)
		if (!insist)
			return fail("TUNSETIFF");
	if (take && (ioctl(fd, TUNSETPERSIST, 1) < 0 || ioctl(fd, TUNSETOWNER, getuid()) < 0))
		return fail("TUNSETPERSIST, TUNSETOWNER");
	if (mark)
		leave_marks(fd);
	if (index)
		return ioctl(fd, TUNSETPERSIST, 1) < 0 ? fail("TUNSETPERSIST") : 0;
	if (owner >= 0)
		return ioctl(fd, TUNSETOWNER, owner) < 0 ? fail("TUNSETOWNER") : 0;
	if (group >= 0)
		return ioctl(fd, TUNSETGROUP, group) < 0 ? fail("TUNSETGROUP") : 0;
	if (end)
		return 0;
	if (ask_size) {
		if (ioctl(fd, TUNGETVNETHDRSZ, &size) < 0)
			return fail("TUNGETVNETHDRSZ");
		printf("%d\n", size);
		return 0;
	}
	puts("ready");
	while ((n = read(fd, frame, sizeof(frame))) >= 0)
		printf("frame %zd\n", n);
	return fail("read");
}
