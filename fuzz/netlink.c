/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: what the kernel answers over rtnetlink. The input is a row of datagrams, each
 * with two bytes before it, its length; sequence numbers are put right, or nothing would be read.
 */
#include "config.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "fuzz.h"

/* MAX_ERRNO of linux/err.h, and one */
#define ERRORS 4096

static const uint8_t *rest;
static size_t rest_size;

static ssize_t answer(void *buffer, size_t size);
static ssize_t question(const void *data, size_t size);

#define mnl_socket_recvfrom(socket, buffer, size) answer(buffer, size)
#define mnl_socket_sendto(socket, data, size) question(data, size)
#include "kernel/netlink.c"
#undef mnl_socket_recvfrom
#undef mnl_socket_sendto

/* These two have names of their own in each. */
#define find find_nic
#include "kernel/links.c"

static struct netlink *netlink;

static ssize_t question(const void *data, size_t size)
{
	(void)data;
	return (ssize_t)size;
}

static ssize_t answer(void *buffer, size_t size)
{
	struct nlmsghdr *message = buffer;
	size_t length;
	int left;

	if (rest_size < 2 + sizeof(*message)) {
		errno = EAGAIN;
		return -1;
	}
	length = (size_t)(rest[0] | rest[1] << 8);
	if (length > rest_size - 2)
		length = rest_size - 2;
	if (length > size)
		length = size;
	memcpy(buffer, rest + 2, length);
	rest += 2 + length;
	rest_size -= 2 + length;
	left = (int)length;
	/* its own lengths are sound (libmnl loops on one of 2^31); this is about the rest */
	for (; left >= (int)sizeof(*message); message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > (uint32_t)left)
			message->nlmsg_len = (uint32_t)left;
		if (message->nlmsg_type == NLMSG_ERROR &&
		    mnl_nlmsg_get_payload_len(message) >= sizeof(int))
			*(int *)mnl_nlmsg_get_payload(message) %= ERRORS;
		message->nlmsg_seq = netlink->sequence;
		message->nlmsg_pid = netlink->port;
	}
	return (ssize_t)length;
}

static void release(struct nic *nic)
{
	free(nic->addresses);
	free(nic->master_addresses);
	free(nic->routes);
	free(nic->alias);
	free(nic->bridge);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nic t = { .name = "t" }, u = { .name = "u" }, *nics[] = { &t, &u };
	struct netns net = { .fd = -1, .sock = -1, .sysfs = -2 };

	if (!netlink) {
		netlink = xcalloc(1, sizeof(*netlink));
		netlink->port = 1;
	}
	net.netlink = netlink;
	rest = data;
	rest_size = size;
	if (links_read(&net, nics, 2) == 0)
		links_read_routes(&net, nics, 2);
	netlink_del_link(netlink, 2);
	netlink_set_groups(netlink, (int[]){ 2, 3 }, 2, 7);
	release(&t);
	release(&u);
	return 0;
}
