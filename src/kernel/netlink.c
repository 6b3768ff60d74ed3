/* SPDX-License-Identifier: MIT */
/* A netlink(7) socket of the routing family: messages go out, answers come in. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/compat.h"
#include "kernel/netlink.h"
#include "base/util.h"

/* The kernel fills at most 32 KiB into one answer of a dump (netlink_dump()). */
#define ANSWER_BYTES (32 * 1024)
/*
 * What goes out in one datagram. The answers to all of its questions must fit the socket's buffer
 * (200 KiB, and a link takes 2); a change is acknowledged once a datagram.
 */
#define DATAGRAM_BYTES (16 * 1024)
#define MESSAGE_BYTES 4096
#define QUESTIONS_A_DATAGRAM 64
#define CHANGES_A_DATAGRAM 128
/* The kernel answers at once; this is for an answer that it had no memory for. */
#define ANSWER_SECONDS 10
/* How often a call is repeated for which the kernel was short of memory. */
#define MEMORY_TRIES 4
/* A list that changes while it is sent is asked for again, but not for ever. */
#define ASK_TRIES 10

struct netlink {
	struct mnl_socket *socket;
	unsigned port, sequence;
	struct nlmsghdr *message; /* the one that is being put together */
	size_t used, count;       /* bytes and messages of the datagram */
	bool too_long;
	char in[ANSWER_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	char out[DATAGRAM_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
};

struct netlink *netlink_open(void)
{
	struct netlink *netlink = xmalloc(sizeof(*netlink));
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int on = 1, saved;

	netlink->used = netlink->count = 0;
	netlink->too_long = false;
	netlink->socket = mnl_socket_open(NETLINK_ROUTE);
	if (!netlink->socket || fcntl(netlink_fd(netlink), F_SETFD, FD_CLOEXEC) < 0 ||
	    mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		saved = errno;
		netlink_close(netlink);
		errno = saved;
		return NULL;
	}
	/* filters in dumps; without it the kernel sends more, and we skip it */
	mnl_socket_setsockopt(netlink->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(netlink_fd(netlink), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
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

/* messages */

void netlink_begin(struct netlink *netlink, unsigned type, unsigned flags, const void *head,
		   size_t len)
{
	size_t room = sizeof(netlink->out) - netlink->used;

	if (room < MESSAGE_BYTES) {
		netlink->too_long = true;
		netlink->used = 0;
	}
	netlink->message = mnl_nlmsg_put_header(netlink->out + netlink->used);
	netlink->message->nlmsg_type = (uint16_t)type;
	netlink->message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	netlink->message->nlmsg_seq = ++netlink->sequence;
	memcpy(mnl_nlmsg_put_extra_header(netlink->message, len), head, len);
	netlink->used += MNL_ALIGN(netlink->message->nlmsg_len);
	netlink->count++;
}

void netlink_put(struct netlink *netlink, unsigned attribute, const void *data, size_t len)
{
	size_t before = MNL_ALIGN(netlink->message->nlmsg_len);

	if (!mnl_attr_put_check(netlink->message, MESSAGE_BYTES, (uint16_t)attribute, len, data))
		netlink->too_long = true;
	netlink->used += MNL_ALIGN(netlink->message->nlmsg_len) - before;
}

void netlink_put_u8(struct netlink *netlink, unsigned attribute, uint8_t value)
{
	netlink_put(netlink, attribute, &value, sizeof(value));
}

void netlink_put_u32(struct netlink *netlink, unsigned attribute, uint32_t value)
{
	netlink_put(netlink, attribute, &value, sizeof(value));
}

void netlink_put_text(struct netlink *netlink, unsigned attribute, const char *text)
{
	netlink_put(netlink, attribute, text, strlen(text) + 1);
}

size_t netlink_nest(struct netlink *netlink, unsigned attribute)
{
	size_t nest = netlink->message->nlmsg_len;

	netlink_put(netlink, attribute | NLA_F_NESTED, "", 0);
	return nest;
}

void netlink_nest_end(struct netlink *netlink, size_t nest)
{
	if (!netlink->too_long)
		mnl_attr_nest_end(netlink->message,
				  (struct nlattr *)(void *)((char *)netlink->message + nest));
}

static bool netlink_is_question(const struct nlmsghdr *message)
{
	/* linux/rtnetlink.h: NEW, DEL, GET and SET of each thing follow one another */
	return (message->nlmsg_type & 3) == (RTM_GETLINK & 3);
}

bool netlink_is_full(const struct netlink *netlink)
{
	size_t most;

	if (!netlink->count)
		return false;
	most = netlink_is_question(netlink->message) ? QUESTIONS_A_DATAGRAM : CHANGES_A_DATAGRAM;
	return netlink->count >= most || sizeof(netlink->out) - netlink->used < MESSAGE_BYTES;
}

/* attributes */

static bool attr_is_within(const struct nlattr *a, const struct netlink_attr *nest)
{
	return a && mnl_attr_ok(a, (int)((const char *)nest->data + nest->len - (const char *)a));
}

bool netlink_next(const struct netlink_attr *nest, unsigned *type, struct netlink_attr *at)
{
	/* the header of an attribute comes right before what it holds */
	const struct nlattr *a = nest->data;

	if (at->data)
		a = mnl_attr_next((const struct nlattr *)(const void *)((const char *)at->data -
									MNL_ATTR_HDRLEN));
	if (!attr_is_within(a, nest))
		return false;
	*type = mnl_attr_get_type(a);
	*at = (struct netlink_attr){ mnl_attr_get_payload(a), mnl_attr_get_payload_len(a) };
	return true;
}

void netlink_nested(struct netlink_attr attr[NETLINK_ATTRS], const struct netlink_attr *nest)
{
	struct netlink_attr at = { 0 };
	unsigned type;

	memset(attr, 0, NETLINK_ATTRS * sizeof(*attr));
	while (netlink_next(nest, &type, &at))
		if (type < NETLINK_ATTRS)
			attr[type] = at;
}

uint32_t netlink_u32(const struct netlink_attr *attr)
{
	uint32_t value = 0;

	if (attr->len >= sizeof(value))
		memcpy(&value, attr->data, sizeof(value));
	return value;
}

uint8_t netlink_u8(const struct netlink_attr *attr)
{
	return attr->len ? *(const uint8_t *)attr->data : 0;
}

void netlink_text(char *buf, size_t size, const struct netlink_attr *attr)
{
	size_t n = attr->len < size ? attr->len : size - 1;

	n = attr->data ? strnlen(attr->data, n) : 0;
	if (n)
		memcpy(buf, attr->data, n);
	buf[n] = '\0';
}

/* the one way in which anything is asked or changed */

struct exchange {
	unsigned first;   /* the sequence number of the first message */
	size_t n, base;   /* messages, and what is added to the place of each */
	size_t answered;  /* messages that were answered */
	bool change;      /* nothing but errors comes, and an acknowledgement of the last */
	bool interrupted; /* the list changed while it was sent */
	bool over;
	int ret; /* of the first thing that failed */
	netlink_reader read;
	void *data;
};

static bool is_short_of_memory(int err)
{
	return err == ENOBUFS || err == ENOMEM;
}

/* Where the kernel has no memory for it, nothing was done. */
static int netlink_send(struct netlink *netlink, const void *data, size_t len)
{
	ssize_t n;
	int tries = 0;

	do
		n = RETRY(mnl_socket_sendto(netlink->socket, data, len));
	while (n < 0 && is_short_of_memory(errno) && ++tries < MEMORY_TRIES);
	return n < 0 ? -errno : 0;
}

/*
 * The kernel has answered before the question's send comes back. Where it was short of memory the
 * answer is there all the same, or the next part of it: what was done must not be taken for not
 * done. The socket's time limit is for an answer that is lost.
 */
static ssize_t netlink_receive(struct netlink *netlink)
{
	ssize_t n;
	int tries = 0;

	do
		n = RETRY(mnl_socket_recvfrom(netlink->socket, netlink->in, sizeof(netlink->in)));
	while (n < 0 && is_short_of_memory(errno) && ++tries < MEMORY_TRIES);
	/* EAGAIN is kept for a list that changed while it was sent */
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return n;
}

/* The structure that a message of this type begins with; 0: of a type that nobody asked for. */
static size_t head_size(unsigned type)
{
	switch (type) {
	case RTM_NEWLINK:
		return sizeof(struct ifinfomsg);
	case RTM_NEWADDR:
		return sizeof(struct ifaddrmsg);
	case RTM_NEWROUTE:
		return sizeof(struct rtmsg);
	case RTM_NEWNEIGH:
		return sizeof(struct ndmsg);
	case RTM_NEWNSID:
		return NLMSG_ALIGN(sizeof(struct rtgenmsg));
	default:
		return 0;
	}
}

static void exchange_keep(struct exchange *exchange, int ret)
{
	if (exchange->ret == 0)
		exchange->ret = ret;
}

static void exchange_take_error(struct exchange *exchange, size_t question, int error)
{
	struct netlink_answer answer;

	if (error < 0 && exchange->read) {
		memset(&answer, 0, sizeof(answer));
		answer.question = question;
		answer.error = error;
		error = exchange->read(&answer, exchange->data);
	}
	exchange_keep(exchange, error < 0 ? error : 0);
}

static void exchange_take_data(struct exchange *exchange, size_t question,
			       const struct nlmsghdr *message)
{
	size_t head = head_size(message->nlmsg_type);
	struct netlink_answer answer;

	if (!head || mnl_nlmsg_get_payload_len(message) < head || !exchange->read)
		return;
	answer.question = question;
	answer.error = 0;
	answer.type = message->nlmsg_type;
	answer.head = mnl_nlmsg_get_payload(message);
	answer.all.data = mnl_nlmsg_get_payload_offset(message, head);
	answer.all.len =
		message->nlmsg_len - ((const char *)answer.all.data - (const char *)message);
	netlink_nested(answer.attr, &answer.all);
	exchange_keep(exchange, exchange->read(&answer, exchange->data));
}

/* The error that an NLMSG_ERROR has, or at the end of a dump an NLMSG_DONE. */
static int error_of(const struct nlmsghdr *message)
{
	int error = 0;

	if (mnl_nlmsg_get_payload_len(message) >= sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
	return error;
}

static void exchange_take(struct exchange *exchange, const struct nlmsghdr *message)
{
	size_t place = message->nlmsg_seq - exchange->first;
	bool last = place == exchange->n - 1;

	/* to an earlier question, whose answer was given up */
	if (place >= exchange->n)
		return;
	exchange->interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
	if (message->nlmsg_type == NLMSG_NOOP)
		return;
	if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE) {
		exchange_take_error(exchange, place + exchange->base, error_of(message));
		exchange->answered++;
		exchange->over = last;
		return;
	}
	exchange_take_data(exchange, place + exchange->base, message);
	/* what is sent in parts ends with NLMSG_DONE */
	if (exchange->change || (message->nlmsg_flags & NLM_F_MULTI))
		return;
	exchange->answered++;
	exchange->over = last;
}

/* Sends what was put together, and reads until the last message of it is answered. */
static int netlink_exchange(struct netlink *netlink, struct exchange *exchange)
{
	size_t len = netlink->used;
	bool too_long = netlink->too_long;
	int ret;

	exchange->n = netlink->count;
	exchange->first = netlink->sequence - (unsigned)netlink->count + 1;
	netlink->used = netlink->count = 0;
	netlink->too_long = false;
	if (!exchange->n)
		return 0;
	ret = too_long ? -EMSGSIZE : netlink_send(netlink, netlink->out, len);
	while (ret == 0 && !exchange->over) {
		const struct nlmsghdr *message = (const void *)netlink->in;
		ssize_t n = netlink_receive(netlink);
		int left = (int)n;

		ret = n < 0 ? (int)n : 0;
		for (; n > 0 && mnl_nlmsg_ok(message, left) && !exchange->over;
		     message = mnl_nlmsg_next(message, &left))
			if (message->nlmsg_pid == netlink->port)
				exchange_take(exchange, message);
	}
	if (ret == 0)
		ret = exchange->ret;
	if (ret == 0 &&
	    (exchange->interrupted || (!exchange->change && exchange->answered < exchange->n)))
		ret = -EAGAIN;
	return ret;
}

int netlink_ask(struct netlink *netlink, size_t base, netlink_reader read, void *data)
{
	struct exchange exchange = { .base = base, .read = read, .data = data };

	return netlink_exchange(netlink, &exchange);
}

int netlink_change(struct netlink *netlink, size_t base, netlink_reader read, void *data)
{
	struct exchange exchange = { .base = base, .change = true, .read = read, .data = data };

	/* errors come all the same; the answer to the last says that all is done */
	if (netlink->count)
		netlink->message->nlmsg_flags |= NLM_F_ACK;
	return netlink_exchange(netlink, &exchange);
}

bool netlink_again(int ret, unsigned *tries)
{
	struct timespec pause = { 0 };

	if (ret != -EAGAIN || ++*tries >= ASK_TRIES)
		return false;
	/* at once, then 1, 2, 4, ... 256 ms */
	if (*tries > 1) {
		pause.tv_nsec = 1000000L << (*tries - 2);
		nanosleep(&pause, NULL);
	}
	return true;
}

const char *netlink_cause(int err)
{
	err = err < 0 ? -err : err;
	if (err == EAGAIN)
		return "the list kept changing while it was read";
	if (err == ETIMEDOUT)
		return "the kernel does not answer";
	return strerror(err);
}
