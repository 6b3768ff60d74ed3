/* SPDX-License-Identifier: MIT */
/* What config_tap and the holder say to each other, for both sides. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/util.h"
#include "holder/protocol.h"

/* Room for the descriptors of one message. */
union control {
	char bytes[CMSG_SPACE(sizeof(int) * HOLD_MAX)];
	struct cmsghdr first;
};

bool hold_is_frozen(uint32_t op)
{
	return op == HOLD_RELEASE || op == HOLD_LEND || op == HOLD_LIST || op == HOLD_QUIT;
}

bool hold_are_sound(const struct hold_entry *entries, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!memchr(entries[i].name, '\0', sizeof(entries[i].name)) ||
		    !memchr(entries[i].netid, '\0', sizeof(entries[i].netid)) ||
		    entries[i].ifindex <= 0)
			return false;
	return true;
}

int hold_send(int sock, const struct hold_message *message, size_t n, const int *fds, size_t nfds,
	      int flags)
{
	union control control = { 0 };
	struct iovec iov = { (void *)(size_t)message, HOLD_LENGTH(n) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (nfds) {
		header.msg_control = control.bytes;
		header.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c = &control.first;
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	return RETRY(sendmsg(sock, &header, MSG_NOSIGNAL | flags)) < 0 ? -errno : 0;
}

/* Takes the descriptors out of what came with a message; returns how many. */
static size_t received_descriptors(struct msghdr *header, int fds[HOLD_MAX])
{
	struct cmsghdr *c;
	size_t n = 0, k, count;

	for (c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (k = 0; k < count; k++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + k * sizeof(int), sizeof(fd));
			if (n < HOLD_MAX)
				fds[n++] = fd;
			else
				close(fd);
		}
	}
	return n;
}

ssize_t hold_receive(int sock, struct hold_message *message, int fds[HOLD_MAX], size_t *nfds,
		     int flags)
{
	union control control;
	struct iovec iov = { message, sizeof(*message) };
	struct msghdr header = { .msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes) };
	ssize_t n = RETRY(recvmsg(sock, &header, MSG_CMSG_CLOEXEC | flags));

	*nfds = 0;
	if (n < 0)
		return -errno;
	*nfds = received_descriptors(&header, fds);
	return header.msg_flags & MSG_TRUNC ? (ssize_t)sizeof(*message) + 1 : n;
}

void hold_close_all(const int *fds, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		close(fds[i]);
}
