/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: what the kernel answers over rtnetlink. The input is a row of datagrams, each
 * with two bytes before it, its length; sequence numbers are put right, or nothing would be read.
 */
#include "config.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"

/* MAX_ERRNO of linux/err.h, and one */
#define ERRORS 4096

static const uint8_t *rest;
static size_t rest_size;

static ssize_t answer(void *buffer, size_t size);
static ssize_t question(const void *data, size_t size);

#define mnl_socket_recvfrom(socket, buffer, size) answer(buffer, size)
#define mnl_socket_sendto(socket, data, size) question(data, size)
/* a list that changed is asked for again, but there is no need to wait */
#define nanosleep(pause, left) ((void)(pause))
#include "kernel/netlink.c"
#undef mnl_socket_recvfrom
#undef mnl_socket_sendto
#undef nanosleep

#include "kernel/fdb.h"
#include "kernel/links.h"
#include "kernel/routes.h"
#include "kernel/rtnl.h"

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
	/*
	 * the kernel's own lengths are sound (libmnl loops on one of 2^31); this is about the
	 * rest
	 */
	for (; left >= (int)sizeof(*message); message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > (uint32_t)left)
			message->nlmsg_len = (uint32_t)left;
		if (message->nlmsg_type == NLMSG_ERROR &&
		    mnl_nlmsg_get_payload_len(message) >= sizeof(int))
			*(int *)mnl_nlmsg_get_payload(message) %= ERRORS;
		/* the last question but a few; most of the time there is one */
		message->nlmsg_seq = netlink->sequence - message->nlmsg_seq % 4;
		message->nlmsg_pid = netlink->port;
	}
	return (ssize_t)length;
}

static void put_back(struct link *link)
{
	size_t i;

	for (i = 0; i < link->nkept; i++)
		rtnl_put_back_route(netlink, &link->kept[i]);
	for (i = 0; i < link->nic.naddresses; i++)
		rtnl_add_address(netlink, link->ifindex, &link->nic.addresses[i], true);
	link_clear(link);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct link t = { .nic.name = "t" }, u = { .nic.name = "u" }, seven = { .wanted_index = 7 };
	struct link *links[] = { &t, &u, &seven };
	const struct ip to = { .family = AF_INET, .bytes = { 10, 0, 0, 1 } };
	const struct ip *const ips[] = { &to, &to };
	struct netns net = { .fd = -1, .sock = -1, .sysfs = -2 };
	struct lead leads[2];
	struct link_port *ports;
	size_t nports;
	int nsid;

	if (!netlink) {
		netlink = xcalloc(1, sizeof(*netlink));
		netlink->port = 1;
	}
	net.netlink = netlink;
	rest = data;
	rest_size = size;
	if (links_read(&net, links, 3) == 0) {
		routes_read(&net, links, 3);
		fdb_read(&net, links, 3);
	}
	routes_find(&net, ips, 2, leads);
	if (links_read_ports(&net, 2, &ports, &nports) == 0)
		free(ports);
	rtnl_get_nsid(netlink, 3, &nsid);
	rtnl_del_link(netlink, 2);
	rtnl_set_groups(netlink, (int[]){ 2, 3 }, 2, 7);
	put_back(&t);
	put_back(&u);
	put_back(&seven);
	return 0;
}
