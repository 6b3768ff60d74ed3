/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: what comes to the holder over its socket. The input is a row of messages, each
 * with two bytes before it: how many descriptors come with it, and how many entries long it is.
 */
#include "config.h"

#include <sys/eventfd.h>

#define main holder_main
#include "holder/holder.c"
#undef main

#include "fuzz.h"

/* The devices are no tun devices here. */
int tun_set_drop_all(int fd, bool drop)
{
	(void)drop;
	return fd < 0 ? -EBADF : 0;
}

/* Nor does it give anything up. */
const char *confine_privileges(uid_t uid, gid_t gid, const char *directory)
{
	(void)uid;
	(void)gid;
	return directory;
}

void confine_from_oom(void)
{
}

int confine_system_calls(void)
{
	return 0;
}

static size_t send_one(int to, const uint8_t *data, size_t size)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * (HOLD_MAX + 8))];
		struct cmsghdr align;
	} control = { 0 };
	size_t nfds = data[0] % (HOLD_MAX + 8), length = HOLD_LENGTH(data[1] % (HOLD_MAX + 2)), i;
	struct iovec iov = { .iov_base = (void *)(size_t)(data + 2) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[HOLD_MAX + 8];
	struct cmsghdr *c;

	if (length > size - 2)
		length = size - 2;
	iov.iov_len = length;
	if (!length)
		return size;
	for (i = 0; i < nfds; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (nfds) {
		header.msg_control = control.bytes;
		header.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nfds * sizeof(int));
	}
	if (sendmsg(to, &header, 0) < 0)
		abort();
	for (i = 0; i < nfds; i++)
		close(fds[i]);
	return length + 2;
}

/* Each message has one answer, and that has a sound length. */
static void receive_one(int from)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct hold_message answered;
	struct iovec iov = { &answered, sizeof(answered) };
	struct msghdr header = { .msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(from, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&header);
	int lent;

	if (n < (ssize_t)HOLD_LENGTH(0) ||
	    (n != (ssize_t)HOLD_LENGTH(0) && n != (ssize_t)HOLD_LENGTH(answered.n)))
		abort();
	if (c) {
		memcpy(&lent, CMSG_DATA(c), sizeof(lent));
		close(lent);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct held *client = xcalloc(1, sizeof(*client));
	struct epoll_event event;
	int pair[2];

	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (poll_fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	client->role = ROLE_CLIENT;
	client->fd = pair[1];
	n_clients = 1;
	while (size > 2) {
		size_t used = send_one(pair[0], data, size);

		if (used < size || size > 2) {
			if (used > size)
				used = size;
			listen_to(client);
			receive_one(pair[0]);
		}
		data += used;
		size -= used;
		while (epoll_wait(poll_fd, &event, 1, 0) > 0)
			serve_event(&event);
	}
	close(pair[0]);
	listen_to(client);
	if (n_clients)
		abort();
	while (n_nics)
		let_go(nics[0]);
	close(poll_fd);
	return 0;
}
