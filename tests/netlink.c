/* SPDX-License-Identifier: MIT */
/*
 * Tests of the one loop that receives what the kernel says, with answers that no kernel gives
 * when asked to: the transport is included here, and its socket is a list. Writes TAP.
 */
#include "config.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What is received one after the other: a datagram, or an error of recvmsg(2). */
struct reply {
	int error; /* errno, or 0 */
	struct piece {
		unsigned type, flags;
		int question; /* 0: the first of the datagram; -1: an earlier one */
		int value;    /* of NLMSG_ERROR and NLMSG_DONE: -errno; else ifi_index */
	} pieces[4];
};

static const struct reply *replies;
static size_t nreplies, sends, pauses;

static ssize_t fake_receive(void *buffer, size_t size);
static ssize_t fake_send(size_t size);

#define mnl_socket_recvfrom(socket, buffer, size) ((void)(socket), fake_receive(buffer, size))
#define mnl_socket_sendto(socket, data, size) ((void)(socket), (void)(data), fake_send(size))
#define nanosleep(pause, left) ((void)(pause), (void)pauses++)
#include "kernel/netlink.c"
#undef mnl_socket_recvfrom
#undef mnl_socket_sendto
#undef nanosleep

static struct netlink netlink;
static unsigned first;
static int number, failures;

static ssize_t fake_send(size_t size)
{
	sends++;
	return (ssize_t)size;
}

static ssize_t fake_receive(void *buffer, size_t size)
{
	const struct reply *reply = replies;
	const struct piece *piece;
	size_t used = 0;

	(void)size;
	if (!nreplies) {
		errno = EAGAIN;
		return -1;
	}
	nreplies--;
	replies++;
	if (reply->error) {
		errno = reply->error;
		return -1;
	}
	for (piece = reply->pieces; piece < reply->pieces + 4 && piece->type; piece++) {
		struct nlmsghdr *message = mnl_nlmsg_put_header((char *)buffer + used);
		struct ifinfomsg *head = mnl_nlmsg_put_extra_header(message, sizeof(*head));

		message->nlmsg_type = (uint16_t)piece->type;
		message->nlmsg_flags = (uint16_t)piece->flags;
		message->nlmsg_seq = first + (unsigned)piece->question;
		message->nlmsg_pid = netlink.port;
		if (piece->type == NLMSG_ERROR || piece->type == NLMSG_DONE)
			memcpy(head, &piece->value, sizeof(piece->value));
		else
			head->ifi_index = piece->value;
		used += message->nlmsg_len;
	}
	return (ssize_t)used;
}

static void ok(bool good, const char *name)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++number, name);
	failures += !good;
}

/* What came, as "question:index" and "question!errno". */
static char came[256];

static int note_answer(const struct netlink_answer *answer, void *forgiven)
{
	const struct ifinfomsg *head = answer->head;
	size_t used = strlen(came);

	snprintf(came + used, sizeof(came) - used, answer->error ? "%zu!%d " : "%zu:%d ",
		 answer->question, answer->error ? -answer->error : head->ifi_index);
	return forgiven && answer->error == *(const int *)forgiven ? 0 : answer->error;
}

struct example {
	const char *name;
	unsigned type, flags; /* of what is sent */
	size_t questions;
	struct reply replies[6];
	int result;
	const char *came;
};

#define LINK(question, index)                   \
	{                                       \
		RTM_NEWLINK, 0, question, index \
	}
#define PART(question, index)                             \
	{                                                 \
		RTM_NEWLINK, NLM_F_MULTI, question, index \
	}
#define CHANGED(question, index)                                            \
	{                                                                   \
		RTM_NEWLINK, NLM_F_MULTI | NLM_F_DUMP_INTR, question, index \
	}
#define DONE(question, value)                            \
	{                                                \
		NLMSG_DONE, NLM_F_MULTI, question, value \
	}
#define ERROR(question, value)                  \
	{                                       \
		NLMSG_ERROR, 0, question, value \
	}

static const struct example examples[] = {
	{ "a dump ends with its end, in whatever datagram",
	  RTM_GETLINK,
	  NLM_F_DUMP,
	  1,
	  { { 0, { PART(0, 1), PART(0, 2) } }, { 0, { PART(0, 3), DONE(0, 0) } } },
	  0,
	  "0:1 0:2 0:3 " },
	{ "a dump that failed in the middle says so at its end",
	  RTM_GETLINK,
	  NLM_F_DUMP,
	  1,
	  { { 0, { PART(0, 1), DONE(0, -ENOMEM) } } },
	  -ENOMEM,
	  "0:1 0!12 " },
	{ "a list that changed is read to its end, and is not whole",
	  RTM_GETLINK,
	  NLM_F_DUMP,
	  1,
	  { { 0, { PART(0, 1), CHANGED(0, 2) } }, { 0, { PART(0, 3), DONE(0, 0) } } },
	  -EAGAIN,
	  "0:1 0:2 0:3 " },
	{ "without memory for a datagram the next one is read",
	  RTM_GETLINK,
	  NLM_F_DUMP,
	  1,
	  { { ENOBUFS, { { 0 } } },
	    { 0, { PART(0, 1) } },
	    { ENOMEM, { { 0 } } },
	    { 0, { DONE(0, 0) } } },
	  0,
	  "0:1 " },
	{ "another error of the socket is the result",
	  RTM_GETLINK,
	  0,
	  1,
	  { { ECONNREFUSED, { { 0 } } } },
	  -ECONNREFUSED,
	  "" },
	{ "no answer is a time-out, and not a list that changed",
	  RTM_GETLINK,
	  0,
	  1,
	  { { EAGAIN, { { 0 } } } },
	  -ETIMEDOUT,
	  "" },
	{ "what answers an earlier question is passed over",
	  RTM_GETLINK,
	  0,
	  1,
	  { { 0, { LINK(-1, 9), ERROR(-2, -EPERM), LINK(0, 1) } } },
	  0,
	  "0:1 " },
	{ "many questions in a datagram are answered in their order",
	  RTM_GETLINK,
	  0,
	  3,
	  { { 0, { LINK(0, 1), ERROR(1, -ENODEV) } }, { 0, { LINK(2, 3) } } },
	  -ENODEV,
	  "0:1 1!19 2:3 " },
	{ "an answer that was lost among them is noticed",
	  RTM_GETLINK,
	  0,
	  3,
	  { { 0, { LINK(0, 1) } }, { ENOBUFS, { { 0 } } }, { 0, { LINK(2, 3) } } },
	  -EAGAIN,
	  "0:1 2:3 " },
	{ "many changes in a datagram end with the word on the last",
	  RTM_SETLINK,
	  0,
	  3,
	  { { 0, { ERROR(2, 0) } } },
	  0,
	  "" },
	{ "the first error of many changes counts, and the others still come",
	  RTM_SETLINK,
	  0,
	  3,
	  { { 0, { ERROR(0, -EPERM), ERROR(1, -ENODEV) } }, { 0, { ERROR(2, 0) } } },
	  -EPERM,
	  "0!1 1!19 " },
	{ "an acknowledgement for which there was no memory is still there",
	  RTM_SETLINK,
	  0,
	  1,
	  { { ENOBUFS, { { 0 } } }, { 0, { ERROR(0, 0) } } },
	  0,
	  "" },
};

static void begin(unsigned type, unsigned flags)
{
	const struct ifinfomsg head = { 0 };

	netlink_begin(&netlink, type, flags, &head, sizeof(head));
}

static void test_example(const struct example *example)
{
	size_t i;
	int ret;

	came[0] = '\0';
	first = netlink.sequence + 1;
	for (i = 0; i < example->questions; i++)
		begin(example->type, example->flags);
	replies = example->replies;
	for (nreplies = 0; nreplies < 6; nreplies++)
		if (!example->replies[nreplies].error && !example->replies[nreplies].pieces[0].type)
			break;
	ret = example->type == RTM_GETLINK ? netlink_ask(&netlink, 0, note_answer, NULL)
					   : netlink_change(&netlink, 0, note_answer, NULL);
	ok(ret == example->result && strcmp(came, example->came) == 0, example->name);
	if (ret != example->result || strcmp(came, example->came) != 0)
		printf("# expected %d, \"%s\"; found %d, \"%s\"\n", example->result, example->came,
		       ret, came);
}

static void test_forgiven(void)
{
	static const struct reply gone[] = { { 0, { ERROR(0, -ENODEV), ERROR(1, 0) } } };
	int forgiven = -ENODEV;

	first = netlink.sequence + 1;
	begin(RTM_SETLINK, 0);
	begin(RTM_SETLINK, 0);
	replies = gone;
	nreplies = 1;
	ok(netlink_change(&netlink, 0, note_answer, &forgiven) == 0,
	   "what a reader forgives is no error");
}

static void test_again(void)
{
	unsigned tries = 0;
	size_t n = 0;

	pauses = 0;
	while (netlink_again(-EAGAIN, &tries))
		n++;
	ok(n == ASK_TRIES - 1 && pauses == ASK_TRIES - 2,
	   "a list that changes each time is asked for again, but not for ever");
	tries = 0;
	ok(!netlink_again(0, &tries) && !netlink_again(-EPERM, &tries),
	   "what was answered is not asked for again");
}

static void test_too_long(void)
{
	char much[DATAGRAM_BYTES] = { 0 };

	begin(RTM_SETLINK, 0);
	netlink_put(&netlink, IFLA_IFALIAS, much, sizeof(much));
	sends = 0;
	ok(netlink_change(&netlink, 0, NULL, NULL) == -EMSGSIZE && sends == 0,
	   "what does not fit into a message is not sent");
	ok(!netlink.too_long && !netlink.used && !netlink.count, "and is forgotten");
}

static void test_full(void)
{
	size_t changes = 0, questions = 0;

	for (begin(RTM_SETLINK, 0), changes = 1; !netlink_is_full(&netlink); changes++)
		begin(RTM_SETLINK, 0);
	netlink.used = netlink.count = 0;
	for (begin(RTM_GETLINK, 0), questions = 1; !netlink_is_full(&netlink); questions++)
		begin(RTM_GETLINK, 0);
	netlink.used = netlink.count = 0;
	ok(changes == CHANGES_A_DATAGRAM && questions == QUESTIONS_A_DATAGRAM,
	   "a datagram holds so many changes, or questions");
}

static void test_attributes(void)
{
	const uint8_t raw[] = { 8, 0, 4, 0, 1, 2, 3, 4, 6, 0, 3,  0, 't', 0,
				0, 0, 5, 0, 6, 0, 9, 0, 0, 0, 99, 0, 1,   0 };
	const struct netlink_attr nest = { raw, sizeof(raw) };
	struct netlink_attr attr[NETLINK_ATTRS];
	char text[2];

	netlink_nested(attr, &nest);
	netlink_text(text, sizeof(text), &attr[3]);
	ok(netlink_u32(&attr[4]) == 0x04030201 && netlink_u8(&attr[6]) == 9 &&
		   strcmp(text, "t") == 0,
	   "attributes by their type");
	ok(!attr[1].data && !netlink_u32(&attr[2]) && !netlink_u32(&attr[6]),
	   "what is longer than the message, is missing, or is too short is 0");
}

int main(void)
{
	size_t i;

	netlink.port = 7;
	netlink.sequence = 100;
	for (i = 0; i < ARRAY_SIZE(examples); i++)
		test_example(&examples[i]);
	test_forgiven();
	test_again();
	test_too_long();
	test_full();
	test_attributes();
	printf("1..%d\n", number);
	return failures != 0;
}
