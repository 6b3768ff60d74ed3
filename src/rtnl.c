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

#include "rtnl.h"
#include "util.h"

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

struct rtnl {
	struct mnl_socket *socket;
	unsigned port, sequence;
	char buffer[BUFFER_BYTES];
};

struct rtnl *rtnl_open(void)
{
	struct rtnl *rtnl = xmalloc(sizeof(*rtnl));
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int on = 1, saved;

	rtnl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!rtnl->socket || mnl_socket_bind(rtnl->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		saved = errno;
		rtnl_close(rtnl);
		errno = saved;
		return NULL;
	}
	/* filters in dumps (4.20 on); without it the kernel sends more, and we skip it */
	mnl_socket_setsockopt(rtnl->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(mnl_socket_get_fd(rtnl->socket), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	rtnl->port = mnl_socket_get_portid(rtnl->socket);
	rtnl->sequence = (unsigned)now_ms();
	return rtnl;
}

void rtnl_close(struct rtnl *rtnl)
{
	if (!rtnl)
		return;
	if (rtnl->socket)
		mnl_socket_close(rtnl->socket);
	free(rtnl);
}

int rtnl_fd(const struct rtnl *rtnl)
{
	return mnl_socket_get_fd(rtnl->socket);
}

static int send_bytes(struct rtnl *rtnl, const void *data, size_t len)
{
	return RETRY(mnl_socket_sendto(rtnl->socket, data, len)) < 0 ? -errno : 0;
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
static ssize_t receive_bytes(struct rtnl *rtnl)
{
	ssize_t n;
	int tries = 0;

	do
		n = RETRY(mnl_socket_recvfrom(rtnl->socket, rtnl->buffer, sizeof(rtnl->buffer)));
	while (n < 0 && (errno == ENOBUFS || errno == ENOMEM) && ++tries < RECEIVE_TRIES);
	/* EAGAIN is kept for a list that changed while it was sent */
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return n;
}

/* Reads answers until the kernel says it is done, or acknowledges. */
static int receive(struct rtnl *rtnl, unsigned sequence, rtnl_reader read, void *data)
{
	bool interrupted = false;
	int ret = MNL_CB_OK;

	while (ret > MNL_CB_STOP) {
		ssize_t n = receive_bytes(rtnl);

		if (n < 0)
			return (int)n;
		/* to an earlier question, whose answer was given up */
		if (((struct nlmsghdr *)(void *)rtnl->buffer)->nlmsg_seq != sequence)
			continue;
		interrupted |= clear_interrupted(rtnl->buffer, n);
		ret = mnl_cb_run(rtnl->buffer, (size_t)n, sequence, rtnl->port, read, data);
	}
	if (ret < 0)
		return -errno;
	return interrupted ? -EAGAIN : 0;
}

static struct nlmsghdr *begin(struct rtnl *rtnl, char *buffer, unsigned type, unsigned flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	message->nlmsg_type = (uint16_t)type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = ++rtnl->sequence;
	return message;
}

/* Sends one message that changes something, and waits for its acknowledgement. */
static int change(struct rtnl *rtnl, const struct nlmsghdr *message)
{
	int ret = send_bytes(rtnl, message, message->nlmsg_len);

	return ret < 0 ? ret : receive(rtnl, message->nlmsg_seq, NULL, NULL);
}

static int ask(struct rtnl *rtnl, const struct nlmsghdr *message, rtnl_reader read, void *data)
{
	int ret = send_bytes(rtnl, message, message->nlmsg_len);

	return ret < 0 ? ret : receive(rtnl, message->nlmsg_seq, read, data);
}

/* Answers to a datagram of questions: each is a message or an error, in order. */
static int receive_each(struct rtnl *rtnl, size_t n, rtnl_reader read, void *data)
{
	const size_t questions = n;

	while (n) {
		ssize_t got = receive_bytes(rtnl);
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)rtnl->buffer;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; n && mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			const struct nlmsgerr *err = mnl_nlmsg_get_payload(message);

			/* left over from a dump that ended early */
			if (rtnl->sequence - message->nlmsg_seq >= questions)
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
static int receive_last(struct rtnl *rtnl, unsigned last)
{
	int ret = 0;

	for (;;) {
		ssize_t got = receive_bytes(rtnl);
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)rtnl->buffer;
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

uint32_t rtnl_u32(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) < sizeof(uint32_t) ? 0 : mnl_attr_get_u32(a);
}

uint8_t rtnl_u8(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) < sizeof(uint8_t) ? 0 : mnl_attr_get_u8(a);
}

void rtnl_text(char *buf, size_t size, const struct nlattr *a)
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

int rtnl_get_links(struct rtnl *rtnl, const char *const *names, size_t n, rtnl_reader read,
		   void *data)
{
	char out[QUESTIONS_A_DATAGRAM * 64] = { 0 };
	size_t i, k, used;
	int ret;

	for (i = 0; i < n; i += k) {
		for (k = used = 0; k < QUESTIONS_A_DATAGRAM && i + k < n; k++) {
			struct nlmsghdr *message = begin(rtnl, out + used, RTM_GETLINK, 0);

			link_question(message, 0, names[i + k]);
			used += MNL_ALIGN(message->nlmsg_len);
		}
		ret = send_bytes(rtnl, out, used);
		if (ret == 0)
			ret = receive_each(rtnl, k, read, data);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int rtnl_dump_links(struct rtnl *rtnl, rtnl_reader read, void *data)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin(rtnl, out, RTM_GETLINK, NLM_F_DUMP);

	link_question(message, 0, NULL);
	return ask(rtnl, message, read, data);
}

int rtnl_dump_addresses(struct rtnl *rtnl, int ifindex, rtnl_reader read, void *data)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin(rtnl, out, RTM_GETADDR, NLM_F_DUMP);
	struct ifaddrmsg *address = mnl_nlmsg_put_extra_header(message, sizeof(*address));

	address->ifa_family = AF_UNSPEC;
	address->ifa_index = (unsigned)ifindex;
	return ask(rtnl, message, read, data);
}

static int change_address(struct rtnl *rtnl, unsigned type, unsigned flags, int ifindex,
			  const struct address *a)
{
	char out[256] = { 0 };
	struct nlmsghdr *message = begin(rtnl, out, type, NLM_F_ACK | flags);
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
	return change(rtnl, message);
}

int rtnl_add_address(struct rtnl *rtnl, int ifindex, const struct address *a, bool replace)
{
	return change_address(rtnl, RTM_NEWADDR,
			      NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), ifindex, a);
}

int rtnl_del_address(struct rtnl *rtnl, int ifindex, const struct address *a)
{
	return change_address(rtnl, RTM_DELADDR, 0, ifindex, a);
}

static struct nlmsghdr *begin_link(struct rtnl *rtnl, char *out, unsigned type, int ifindex)
{
	struct nlmsghdr *message = begin(rtnl, out, type, NLM_F_ACK);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof(*link));

	link->ifi_family = AF_UNSPEC;
	link->ifi_index = ifindex;
	return message;
}

int rtnl_set_alias(struct rtnl *rtnl, int ifindex, const char *text)
{
	char out[512] = { 0 };
	struct nlmsghdr *message = begin_link(rtnl, out, RTM_SETLINK, ifindex);

	mnl_attr_put(message, IFLA_IFALIAS, strlen(text), text);
	return change(rtnl, message);
}

int rtnl_set_group(struct rtnl *rtnl, int ifindex, unsigned group)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin_link(rtnl, out, RTM_SETLINK, ifindex);

	mnl_attr_put_u32(message, IFLA_GROUP, group);
	return change(rtnl, message);
}

int rtnl_set_groups(struct rtnl *rtnl, const int *ifindexes, size_t n, unsigned group)
{
	char out[CHANGES_A_DATAGRAM * 64] = { 0 };
	size_t i, k, used;
	int ret = 0;

	for (i = 0; ret == 0 && i < n; i += k) {
		struct nlmsghdr *message;

		k = used = 0;
		do {
			message = begin_link(rtnl, out + used, RTM_SETLINK, ifindexes[i + k]);
			mnl_attr_put_u32(message, IFLA_GROUP, group);
			/* errors come all the same; the last one's answer says that all is done */
			message->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
			used += MNL_ALIGN(message->nlmsg_len);
		} while (++k < CHANGES_A_DATAGRAM && i + k < n);
		message->nlmsg_flags |= NLM_F_ACK;
		ret = send_bytes(rtnl, out, used);
		if (ret == 0)
			ret = receive_last(rtnl, message->nlmsg_seq);
	}
	return ret;
}

int rtnl_del_group(struct rtnl *rtnl, unsigned group)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin_link(rtnl, out, RTM_DELLINK, 0);

	mnl_attr_put_u32(message, IFLA_GROUP, group);
	return change(rtnl, message);
}

int rtnl_set_master(struct rtnl *rtnl, int ifindex, int master)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin_link(rtnl, out, RTM_SETLINK, ifindex);

	mnl_attr_put_u32(message, IFLA_MASTER, (uint32_t)master);
	return change(rtnl, message);
}

int rtnl_add_bridge(struct rtnl *rtnl, const char *name, const unsigned char mac[6])
{
	char out[256] = { 0 };
	struct nlmsghdr *message = begin_link(rtnl, out, RTM_NEWLINK, 0);
	struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	struct nlattr *info;

	message->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	link->ifi_flags = link->ifi_change = IFF_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	mnl_attr_put(message, IFLA_ADDRESS, 6, mac);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_str(message, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(message, info);
	return change(rtnl, message);
}

int rtnl_dump_ports(struct rtnl *rtnl, int master, rtnl_reader read, void *data)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin(rtnl, out, RTM_GETLINK, NLM_F_DUMP);

	link_question(message, 0, NULL);
	mnl_attr_put_u32(message, IFLA_MASTER, (uint32_t)master);
	return ask(rtnl, message, read, data);
}

int rtnl_dump_routes(struct rtnl *rtnl, rtnl_reader read, void *data)
{
	char out[128] = { 0 };
	struct nlmsghdr *message = begin(rtnl, out, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));

	route->rtm_family = AF_UNSPEC;
	return ask(rtnl, message, read, data);
}

/* Hands the answers to n questions, the first of which has the number first, to read. */
static int receive_routes(struct rtnl *rtnl, unsigned first, size_t n, size_t offset,
			  void (*read)(size_t i, const struct nlmsghdr *message, void *data),
			  void *data)
{
	size_t answers = 0;

	while (answers < n) {
		ssize_t got = RETRY(
			mnl_socket_recvfrom(rtnl->socket, rtnl->buffer, sizeof(rtnl->buffer)));
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)rtnl->buffer;
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

int rtnl_get_routes(struct rtnl *rtnl, const struct ip *const *to, size_t n,
		    void (*read)(size_t i, const struct nlmsghdr *message, void *data), void *data)
{
	char out[QUESTIONS_A_DATAGRAM * 64] = { 0 };
	size_t i, k, used;
	unsigned first;
	int ret = 0;

	for (i = 0; ret == 0 && i < n; i += k) {
		first = rtnl->sequence + 1;
		for (k = used = 0; k < QUESTIONS_A_DATAGRAM && i + k < n; k++) {
			struct nlmsghdr *message = begin(rtnl, out + used, RTM_GETROUTE, 0);
			struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));

			route->rtm_family = to[i + k]->family;
			route->rtm_dst_len = (unsigned char)ip_bits(to[i + k]);
			route->rtm_flags = RTM_F_FIB_MATCH;
			mnl_attr_put(message, RTA_DST, ip_bits(to[i + k]) / 8, to[i + k]->bytes);
			used += MNL_ALIGN(message->nlmsg_len);
		}
		ret = send_bytes(rtnl, out, used);
		if (ret == 0)
			ret = receive_routes(rtnl, first, k, i, read, data);
	}
	return ret;
}

static int change_route(struct rtnl *rtnl, unsigned type, unsigned flags, int ifindex,
			const struct route *r)
{
	char out[256] = { 0 };
	struct nlmsghdr *message = begin(rtnl, out, type, NLM_F_ACK | flags);
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
	return change(rtnl, message);
}

int rtnl_add_route(struct rtnl *rtnl, int ifindex, const struct route *route, bool replace)
{
	return change_route(rtnl, RTM_NEWROUTE,
			    NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), ifindex, route);
}

int rtnl_del_route(struct rtnl *rtnl, int ifindex, const struct route *route)
{
	return change_route(rtnl, RTM_DELROUTE, 0, ifindex, route);
}

int rtnl_del_link(struct rtnl *rtnl, int ifindex)
{
	char out[128] = { 0 };

	return change(rtnl, begin_link(rtnl, out, RTM_DELLINK, ifindex));
}
