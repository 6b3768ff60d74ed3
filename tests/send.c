/* SPDX-License-Identifier: MIT */
/*
 * Sends frames out of a NIC: send NIC COUNT [--wait]
 *
 * With --wait, it goes on only when the kernel has counted those before as sent, so that they
 * have room in the NIC's queue; a tap takes frames from a packet socket without ever making it
 * wait. It gives up where nothing happens for some seconds, or the NIC is gone.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

/* Half of the queue of a tap, as the kernel makes it. */
#define BURST 500
/* How long it waits before it looks again, and how often at most when nothing happens. */
#define PAUSE_NS 50000
#define PATIENCE 100000

/* Ethernet's shortest frame, to an address that nobody has, of a type for experiments. */
static const unsigned char frame[60] = {
	0x02, 0x00, 0x5e, 0x00, 0x53, 0xff, 0x02, 0x00, 0x5e, 0x00, 0x53, 0xfe, 0x88, 0xb5,
};

static int fail(const char *what)
{
	fprintf(stderr, "send: %s: %s\n", what, strerror(errno));
	return 1;
}

static long long count_of(int counter)
{
	char text[32];
	ssize_t n = pread(counter, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? atoll(text) : -1;
}

static bool wait_for(int counter, long long count)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	long long last = -1, now;
	int idle = 0;

	while ((now = count_of(counter)) < count) {
		idle = now == last ? idle + 1 : 0;
		if (now < 0 || idle > PATIENCE) {
			errno = ETIMEDOUT;
			return false;
		}
		last = now;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Hands n frames over; the kernel may take fewer at a time. */
static bool send_burst(int sock, long n)
{
	static struct mmsghdr messages[BURST];
	struct iovec iov = { (void *)(size_t)frame, sizeof(frame) };
	int sent;
	long i;

	for (i = 0; i < n; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1 };
	for (i = 0; i < n; i += sent) {
		sent = (int)RETRY(sendmmsg(sock, messages, (unsigned)(n - i), 0));
		if (sent < 0 && errno != ENOBUFS)
			return false;
		if (sent < 0)
			sent = 0;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	long count = argc > 2 ? atol(argv[2]) : 0, done, n;
	bool wait = argc == 4 && strcmp(argv[3], "--wait") == 0;
	int sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), counter = -1;
	long long start = 0;
	char path[128];

	if (count <= 0 || (argc == 4 && !wait) || argc > 4)
		return 2;
	address.sll_ifindex = (int)if_nametoindex(argv[1]);
	if (sock < 0 || !address.sll_ifindex ||
	    bind(sock, (struct sockaddr *)&address, sizeof(address)) < 0)
		return fail(argv[1]);
	if (wait) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/tx_packets", argv[1]);
		counter = open(path, O_RDONLY | O_CLOEXEC);
		if (counter < 0)
			return fail(path);
		start = count_of(counter);
	}
	for (done = 0; done < count; done += n) {
		n = count - done < BURST ? count - done : BURST;
		if (!send_burst(sock, n))
			return fail("send");
		if (wait && !wait_for(counter, start + done + n))
			return fail("not all of it was counted as sent");
	}
	return 0;
}
