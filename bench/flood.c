/* SPDX-License-Identifier: MIT */
/* How many frames a second a program can send out of a NIC: flood NIC SECONDS prints it. */
#include "config.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Frames a system call, of Ethernet's shortest length. */
#define BATCH 64
#define FRAME_BYTES 60

static int fail(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	return 1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	/* to an address that nobody has, of a type for experiments */
	static unsigned char frame[FRAME_BYTES] = {
		0x02, 0x00, 0x5e, 0x00, 0x53, 0xff, 0x02, 0x00, 0x5e, 0x00, 0x53, 0xfe, 0x88, 0xb5,
	};
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = 0 };
	struct iovec iov = { frame, sizeof(frame) };
	struct mmsghdr messages[BATCH] = { 0 };
	unsigned long long sent = 0;
	double begun, end;
	int sock, i, n;

	if (argc != 3) {
		fprintf(stderr, "usage: flood NIC SECONDS\n");
		return 2;
	}
	sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (sock < 0 || !to.sll_ifindex)
		return fail(argv[1]);
	for (i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_name = &to;
		messages[i].msg_hdr.msg_namelen = sizeof(to);
		messages[i].msg_hdr.msg_iov = &iov;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	begun = now();
	end = begun + strtod(argv[2], NULL);
	while (now() < end) {
		n = sendmmsg(sock, messages, BATCH, 0);
		/* the queue is full: the frame is lost, and so is the time for it */
		if (n < 0 && errno != ENOBUFS)
			return fail("sendmmsg");
		sent += n > 0 ? (unsigned long long)n : 0;
	}
	printf("%.0f\n", (double)sent / (now() - begun));
	return 0;
}
