/* SPDX-License-Identifier: MIT */
/* rtnetlink(7), through libmnl: what ioctls cannot do. */
#include "config.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/netlink.h"
#include "base/util.h"

/* The kernel fills at most 32 KiB into one answer of a dump (netlink_dump()). */
#define BUFFER_BYTES (32 * 1024)
/* How many questions go out in one datagram; each answer must fit the socket's buffer. */
#define QUESTIONS_A_DATAGRAM 16
/* Changes are acknowledged once a datagram, so many fit. */
#define CHANGES_A_DATAGRAM 128
/* The kernel answers at once; this is for an answer that it had no memory for. */
#define ANSWER_SECONDS 10
#define RECEIVE_TRIES 4

/* linux/rtnetlink.h of 4.13 on */
#ifndef RTM_F_FIB_MATCH
#define RTM_F_FIB_MATCH 0x2000
#endif

struct netlink {
	struct mnl_socket *socket;
	unsigned port, sequence;
	char buffer[BUFFER_BYTES];
};

struct netlink *netlink_open(void)
{
	struct netlink *netlink = xmalloc(sizeof(*netlink));
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int on = 1, saved;

	netlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!netlink->socket || mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		saved = errno;
		netlink_close(netlink);
		errno = saved;
		return NULL;
	}
	/* filters in dumps (4.20 on); without it the kernel sends more, and we skip it */
	mnl_socket_setsockopt(netlink->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(mnl_socket_get_fd(netlink->socket), SOL_SOCKET, SO_RCVTIMEO, &limit,
		   sizeof(limit));
	netlink->port = mnl_socket_get_portid(netlink->socket);
	netlink->sequence = (unsigned)now_ms();
	return netlink;
}

void netlink_close(struct netlink *netlink)
{
	if (!netlink)
		return;
	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	free(netlink);
}

int netlink_fd(const struct netlink *netlink)
{
	return mnl_socket_get_fd(netlink->socket);
}

static int send_bytes(struct netlink *netlink, const void *data, size_t len)
{
	return RETRY(mnl_socket_sendto(netlink->socket, data, len)) < 0 ? -errno : 0;
}

/*
 * Takes the mark "the list changed while it was sent" off the messages, or libmnl would leave
 * out the rest of them. Returns whether there was one.
 */
static bool clear_interrupted(void *data, ssize_t len)
{
	struct nlmsghdr *message = data;
	bool interrupted = false;
	int left = (int)len;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		message->nlmsg_flags &= (uint16_t)~NLM_F_DUMP_INTR;
	}
	return interrupted;
}

/*
 * The kernel has answered before the question's send comes back. Where it was short of memory
 * (ENOBUFS, ENOMEM) the answer is there all the same, or the next part of it: what was done
 * must not be taken for not done. The socket's time limit is for an answer that is lost.
 */
static ssize_t receive_bytes(struct netlink *netlink)
{
	ssize_t n;
	int tries = 0;

	do
		n = RETRY(mnl_socket_recvfrom(netlink->socket, netlink->buffer,
					      sizeof(netlink->buffer)));
	while (n < 0 && (errno == ENOBUFS || errno == ENOMEM) && ++tries < RECEIVE_TRIES);
	/* EAGAIN is kept for a list that changed while it was sent */
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return n;
}

/* Reads answers until the kernel says it is done, or acknowledges. */
static int receive(struct netlink *netlink, unsigned sequence, netlink_reader read, void *data)
{
	bool interrupted = false;
	int ret = MNL_CB_OK;

	while (ret > MNL_CB_STOP) {
		ssize_t n = receive_bytes(netlink);

		if (n < 0)
			return (int)n;
		/* to an earlier question, whose answer was given up */
		if (((struct nlmsghdr *)(void *)netlink->buffer)->nlmsg_seq != sequence)
			continue;
		interrupted |= clear_interrupted(netlink->buffer, n);
		ret = mnl_cb_run(netlink->buffer, (size_t)n, sequence, netlink->port, read, data);
	}
	if (ret < 0)
		return -errno;
	return interrupted ? -EAGAIN : 0;
}

static struct nlmsghdr *begin(struct netlink *netlink, char *buffer, unsigned type, unsigned flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = (uint16_t)type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = ++netlink->sequence;
	return message;
}

/* Sends one message that changes something, and waits for its acknowledgement. */
static int change(struct netlink *netlink, const struct nlmsghdr *message)
{
	int ret = send_bytes(netlink, message, message->nlmsg_len);

	return ret < 0 ? ret : receive(netlink, message->nlmsg_seq, NULL, NULL);
}

static int ask(struct netlink *netlink, const struct nlmsghdr *message, netlink_reader read,
	       void *data)
{
	int ret = send_bytes(netlink, message, message->nlmsg_len);

	return ret < 0 ? ret : receive(netlink, message->nlmsg_seq, read, data);
}

/* Answers to a datagram of questions: each is a message or an error, in order. */
static int receive_each(struct netlink *netlink, size_t n, netlink_reader read, void *data)
{
	const size_t questions = n;

	while (n) {
		ssize_t got = receive_bytes(netlink);
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)netlink->buffer;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; n && mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			const struct nlmsgerr *err = mnl_nlmsg_get_payload(message);

			/* left over from a dump that ended early */
			if (netlink->sequence - message->nlmsg_seq >= questions)
				continue;
			n--;
			if (message->nlmsg_type != NLMSG_ERROR)
				read(message, data);
			else if (err->error != -ENODEV && err->error != 0)
				return err->error;
		}
	}
	return 0;
}

/* Answers up to that of the last message; the first error counts, but for links that are gone. */
static int receive_last(struct netlink *netlink, unsigned last)
{
	int ret = 0;

	for (;;) {
		ssize_t got = receive_bytes(netlink);
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)netlink->buffer;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			const struct nlmsgerr *err = mnl_nlmsg_get_payload(message);

			if (message->nlmsg_type != NLMSG_ERROR)
				continue;
			if (ret == 0 && err->error != -ENODEV)
				ret = err->error;
			if (message->nlmsg_seq == last)
				return ret;
		}
	}
}

uint32_t netlink_u32(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) < sizeof(uint32_t) ? 0 : mnl_attr_get_u32(a);
}

uint8_t netlink_u8(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) < sizeof(uint8_t) ? 0 : mnl_attr_get_u8(a);
}

void netlink_text(char *buf, size_t size, const struct nlattr *a)
{
	size_t n = strnlen(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));

	if (n >= size)
		n = size - 1;
	memcpy(buf, mnl_attr_get_payload(a), n);
	buf[n] = '\0';
}

static void link_question(struct nlmsghdr *message, int ifindex, const char *name)
{
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof(*link));

	link->ifi_family = AF_UNSPEC;
	link->ifi_index = ifindex;
	if (name)
		mnl_attr_put_strz(message, IFLA_IFNAME, name);
#ifdef RTEXT_FILTER_SKIP_STATS
	mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
#endif
}

int netlink_get_links(struct netlink *netlink, const char *const *names, size_t n,
		      netlink_reader read, void *data)
{
	char out[QUESTIONS_A_DATAGRAM * 64] = { 0 };
	size_t i, k, used;
	int ret;

	for (i = 0; i < n; i += k) {
		for (k = used = 0; k < QUESTIONS_A_DATAGRAM && i + k < n; k++) {
			struct nlmsghdr *message = begin(netlink, out + used, RTM_GETLINK, 0);

			link_question(message, 0, names[i + k]);
			used += MNL_ALIGN(message->nlmsg_len);
		}
		ret = send_bytes(netlink, out, used);
		if (ret == 0)
			ret = receive_each(netlink, k, read, data);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int netlink_dump_links(struct netlink *netlink, netlink_reader read, void *data)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin(netlink, out, RTM_GETLINK, NLM_F_DUMP);

	link_question(message, 0, NULL);
	return ask(netlink, message, read, data);
}

int netlink_dump_addresses(struct netlink *netlink, int ifindex, netlink_reader read, void *data)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin(netlink, out, RTM_GETADDR, NLM_F_DUMP);
	struct ifaddrmsg *address = mnl_nlmsg_put_extra_header(message, sizeof(*address));

	address->ifa_family = AF_UNSPEC;
	address->ifa_index = (unsigned)ifindex;
	return ask(netlink, message, read, data);
}

static int change_address(struct netlink *netlink, unsigned type, unsigned flags, int ifindex,
			  const struct address *a)
{
	char out[256] = { 0 };
	struct nlmsghdr *message = begin(netlink, out, type, NLM_F_ACK | flags);
	struct ifaddrmsg *address = mnl_nlmsg_put_extra_header(message, sizeof(*address));
	size_t bytes = ip_bits(&a->ip) / 8;

	address->ifa_family = a->ip.family;
	address->ifa_prefixlen = a->prefix;
	address->ifa_index = (unsigned)ifindex;
	address->ifa_flags = a->nodad ? IFA_F_NODAD : 0;
	mnl_attr_put(message, IFA_LOCAL, bytes, a->ip.bytes);
	mnl_attr_put(message, IFA_ADDRESS, bytes, a->peer.family ? a->peer.bytes : a->ip.bytes);
	if (a->broadcast.family)
		mnl_attr_put(message, IFA_BROADCAST, 4, a->broadcast.bytes);
	return change(netlink, message);
}

int netlink_add_address(struct netlink *netlink, int ifindex, const struct address *a, bool replace)
{
	return change_address(netlink, RTM_NEWADDR,
			      NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), ifindex, a);
}

int netlink_del_address(struct netlink *netlink, int ifindex, const struct address *a)
{
	return change_address(netlink, RTM_DELADDR, 0, ifindex, a);
}

static struct nlmsghdr *begin_link(struct netlink *netlink, char *out, unsigned type, int ifindex)
{
	struct nlmsghdr *message = begin(netlink, out, type, NLM_F_ACK);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof(*link));

	link->ifi_family = AF_UNSPEC;
	link->ifi_index = ifindex;
	return message;
}

int netlink_set_alias(struct netlink *netlink, int ifindex, const char *text)
{
	char out[512] = { 0 };
	struct nlmsghdr *message = begin_link(netlink, out, RTM_SETLINK, ifindex);

	mnl_attr_put(message, IFLA_IFALIAS, strlen(text), text);
	return change(netlink, message);
}

int netlink_set_group(struct netlink *netlink, int ifindex, unsigned group)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin_link(netlink, out, RTM_SETLINK, ifindex);

	mnl_attr_put_u32(message, IFLA_GROUP, group);
	return change(netlink, message);
}

int netlink_set_groups(struct netlink *netlink, const int *ifindexes, size_t n, unsigned group)
{
	char out[CHANGES_A_DATAGRAM * 64] = { 0 };
	size_t i, k, used;
	int ret = 0;

	for (i = 0; ret == 0 && i < n; i += k) {
		struct nlmsghdr *message;

		k = used = 0;
		do {
			message = begin_link(netlink, out + used, RTM_SETLINK, ifindexes[i + k]);
			mnl_attr_put_u32(message, IFLA_GROUP, group);
			/* errors come all the same; the last one's answer says that all is done */
			message->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
			used += MNL_ALIGN(message->nlmsg_len);
		} while (++k < CHANGES_A_DATAGRAM && i + k < n);
		message->nlmsg_flags |= NLM_F_ACK;
		ret = send_bytes(netlink, out, used);
		if (ret == 0)
			ret = receive_last(netlink, message->nlmsg_seq);
	}
	return ret;
}

int netlink_del_group(struct netlink *netlink, unsigned group)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin_link(netlink, out, RTM_DELLINK, 0);

	mnl_attr_put_u32(message, IFLA_GROUP, group);
	return change(netlink, message);
}

int netlink_set_master(struct netlink *netlink, int ifindex, int master)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin_link(netlink, out, RTM_SETLINK, ifindex);

	mnl_attr_put_u32(message, IFLA_MASTER, (uint32_t)master);
	return change(netlink, message);
}

int netlink_add_bridge(struct netlink *netlink, const char *name, const unsigned char mac[6])
{
	char out[256] = { 0 };
	struct nlmsghdr *message = begin_link(netlink, out, RTM_NEWLINK, 0);
	struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	struct nlattr *info;

	message->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	link->ifi_flags = link->ifi_change = IFF_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put(message, IFLA_ADDRESS, 6, mac);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_str(message, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(message, info);
	return change(netlink, message);
}

int netlink_dump_ports(struct netlink *netlink, int master, netlink_reader read, void *data)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin(netlink, out, RTM_GETLINK, NLM_F_DUMP);

	link_question(message, 0, NULL);
	mnl_attr_put_u32(message, IFLA_MASTER, (uint32_t)master);
	return ask(netlink, message, read, data);
}

int netlink_dump_routes(struct netlink *netlink, netlink_reader read, void *data)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin(netlink, out, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));

	route->rtm_family = AF_UNSPEC;
	return ask(netlink, message, read, data);
}

/* Hands the answers to n questions, the first of which has the number first, to read. */
static int receive_routes(struct netlink *netlink, unsigned first, size_t n, size_t offset,
			  void (*read)(size_t i, const struct nlmsghdr *message, void *data),
			  void *data)
{
	size_t answers = 0;

	while (answers < n) {
		ssize_t got = RETRY(mnl_socket_recvfrom(netlink->socket, netlink->buffer,
							sizeof(netlink->buffer)));
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)netlink->buffer;
		int left = (int)got;

		if (got < 0)
			return -errno;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			if (message->nlmsg_seq - first >= n)
				continue;
			answers++;
			if (message->nlmsg_type == RTM_NEWROUTE)
				read(offset + (message->nlmsg_seq - first), message, data);
		}
	}
	return 0;
}

int netlink_get_routes(struct netlink *netlink, const struct ip *const *to, size_t n,
		       void (*read)(size_t i, const struct nlmsghdr *message, void *data),
		       void *data)
{
	char out[QUESTIONS_A_DATAGRAM * 64] = { 0 };
	size_t i, k, used;
	unsigned first;
	int ret = 0;

	for (i = 0; ret == 0 && i < n; i += k) {
		first = netlink->sequence + 1;
		for (k = used = 0; k < QUESTIONS_A_DATAGRAM && i + k < n; k++) {
			struct nlmsghdr *message = begin(netlink, out + used, RTM_GETROUTE, 0);
			struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));

			route->rtm_family = to[i + k]->family;
			route->rtm_dst_len = (unsigned char)ip_bits(to[i + k]);
			route->rtm_flags = RTM_F_FIB_MATCH;
			mnl_attr_put(message, RTA_DST, ip_bits(to[i + k]) / 8, to[i + k]->bytes);
			used += MNL_ALIGN(message->nlmsg_len);
		}
		ret = send_bytes(netlink, out, used);
		if (ret == 0)
			ret = receive_routes(netlink, first, k, i, read, data);
	}
	return ret;
}

static int change_route(struct netlink *netlink, unsigned type, unsigned flags, int ifindex,
			const struct route *r)
{
	char out[256] = { 0 };
	struct nlmsghdr *message = begin(netlink, out, type, NLM_F_ACK | flags);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
	size_t bytes = ip_bits(&r->to) / 8;

	route->rtm_family = r->to.family;
	route->rtm_dst_len = r->prefix;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_type = RTN_UNICAST;
	/* what has no gateway is on the link itself; IPv6 knows one scope only */
	route->rtm_scope = r->to.family == AF_INET && !r->via.family ? RT_SCOPE_LINK
								     : RT_SCOPE_UNIVERSE;
	if (r->prefix)
		mnl_attr_put(message, RTA_DST, bytes, r->to.bytes);
	if (r->via.family)
		mnl_attr_put(message, RTA_GATEWAY, bytes, r->via.bytes);
	if (r->metric)
		mnl_attr_put_u32(message, RTA_PRIORITY, r->metric);
	mnl_attr_put_u32(message, RTA_OIF, (uint32_t)ifindex);
	return change(netlink, message);
}

int netlink_add_route(struct netlink *netlink, int ifindex, const struct route *route, bool replace)
{
	return change_route(netlink, RTM_NEWROUTE,
			    NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), ifindex, route);
}

int netlink_del_route(struct netlink *netlink, int ifindex, const struct route *route)
{
	return change_route(netlink, RTM_DELROUTE, 0, ifindex, route);
}

int netlink_del_link(struct netlink *netlink, int ifindex)
{
	char out[128] = { 0 };

	return change(netlink, begin_link(netlink, out, RTM_DELLINK, ifindex));
}
