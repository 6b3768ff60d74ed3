/* SPDX-License-Identifier: MIT */
/*
 * Attaches to a tun or tap device as a program that uses it would, says "ready", and reads
 * frames until SIGTERM: attach NIC [--tun] [--multi-queue] [--vnet-hdr] [--packet-info]
 * [--no-carrier] [--uid UID] [--gid GID] [--owner UID] [--index N]
 *
 * With --owner, it gives the device to that user instead, and ends. With --index, it makes
 * a new persistent device with that interface index instead, and ends.
 * Each frame is a line "frame LENGTH"; a read that fails is a line "error ...", and the end.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef IFF_NO_CARRIER
#define IFF_NO_CARRIER 0x0040
#endif

static int fail(const char *what)
{
	printf("error %s: %s\n", what, strerror(errno));
	return 1;
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
		{ NULL, 0, NULL, 0 },
	};
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	uid_t uid = getuid();
	gid_t gid = getgid();
	long owner = -1;
	unsigned index = 0;
	char frame[65536];
	ssize_t n;
	int c, fd;

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
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return fail("TUNSETIFF");
	if (index)
		return ioctl(fd, TUNSETPERSIST, 1) < 0 ? fail("TUNSETPERSIST") : 0;
	if (owner >= 0)
		return ioctl(fd, TUNSETOWNER, owner) < 0 ? fail("TUNSETOWNER") : 0;
	puts("ready");
	while ((n = read(fd, frame, sizeof(frame))) >= 0)
		printf("frame %zd\n", n);
	return fail("read");
}
