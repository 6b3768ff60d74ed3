/* SPDX-License-Identifier: MIT */
/*
 * A netlink(7) socket of the routing family: messages go out, answers come in. This is the
 * transport; what is asked and changed is in rtnl.h. libmnl is used here and nowhere else.
 *
 * Messages are put together one after the other, and sent as one datagram; the kernel does them in
 * their order. Every function that can fail returns 0 or -errno, and prints nothing.
 */
#ifndef KERNEL_NETLINK_H
#define KERNEL_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink;

/* A socket in the network namespace of the caller; NULL with errno set. */
struct netlink *netlink_open(void);
void netlink_close(struct netlink *netlink);
/* Its descriptor, for what is asked of a socket of its namespace. */
int netlink_fd(const struct netlink *netlink);

/*
 * Begins a message: type is RTM_* of linux/rtnetlink.h, flags are NLM_F_* beside NLM_F_REQUEST,
 * head is the structure that this type wants (struct ifinfomsg, ...). Attributes follow.
 */
void netlink_begin(struct netlink *netlink, unsigned type, unsigned flags, const void *head,
		   size_t len);
void netlink_put(struct netlink *netlink, unsigned attribute, const void *data, size_t len);
void netlink_put_u8(struct netlink *netlink, unsigned attribute, uint8_t value);
void netlink_put_u32(struct netlink *netlink, unsigned attribute, uint32_t value);
/* With the zero at its end. */
void netlink_put_text(struct netlink *netlink, unsigned attribute, const char *text);
/* Attributes within an attribute; the end takes what the start returned. */
size_t netlink_nest(struct netlink *netlink, unsigned attribute);
void netlink_nest_end(struct netlink *netlink, size_t nest);
/* Is the datagram as long as it should become? Up to 64 questions, or 128 changes. */
bool netlink_is_full(const struct netlink *netlink);

/* One attribute: data is NULL where it was not told. It is valid until the reader returns. */
struct netlink_attr {
	const void *data;
	size_t len;
};

/* More than the types that anything here asks for; what is above is passed over. */
#define NETLINK_ATTRS 64

/* What the kernel says to one message. */
struct netlink_answer {
	size_t question; /* the place of the message in the datagram, and the base that was given */
	int error;       /* -errno, and nothing else is set; or 0 */
	unsigned type;   /* RTM_NEW* */
	const void *head;                        /* the structure of that type, whole */
	struct netlink_attr all;                 /* all attributes, for netlink_next() */
	struct netlink_attr attr[NETLINK_ATTRS]; /* by type */
};

/*
 * Takes an answer, or an error. What it returns, 0 or -errno, is the result of the whole where
 * nothing failed before; the other answers still come.
 */
typedef int (*netlink_reader)(const struct netlink_answer *answer, void *data);

/*
 * Sends the messages begun, which ask for something, and reads all of the answers; base is added
 * to the place of each. -EAGAIN: all was read, but the list changed while it was sent, or an
 * answer was lost, so something may be missing or twice; see netlink_again(). -ETIMEDOUT: no
 * answer within ten seconds. Without a reader each error counts.
 */
int netlink_ask(struct netlink *netlink, size_t base, netlink_reader read, void *data);

/*
 * Sends the messages begun, which change something, and waits until the last is done. The reader
 * gets the errors. -ETIMEDOUT: the answer is lost, and they may have been done.
 */
int netlink_change(struct netlink *netlink, size_t base, netlink_reader read, void *data);

/*
 * Is a question with this result to be asked once more? *tries, 0 at first, counts them; the pauses
 * in between add up to half a second. After that -EAGAIN is the answer: it cannot be told.
 */
bool netlink_again(int ret, unsigned *tries);

/* What an error of a question or a change means, in words. */
const char *netlink_cause(int err);

/* The value of an attribute; 0, or an empty text, where there is less of it than that takes. */
uint32_t netlink_u32(const struct netlink_attr *attr);
uint8_t netlink_u8(const struct netlink_attr *attr);
/* Copies at most size - 1 bytes, and a zero. */
void netlink_text(char *buf, size_t size, const struct netlink_attr *attr);
/* The attributes within an attribute, by their type. */
void netlink_nested(struct netlink_attr attr[NETLINK_ATTRS], const struct netlink_attr *nest);
/*
 * The next one within an attribute, after *at, whose data is NULL at first, and its type. Returns
 * false where there is none left.
 */
bool netlink_next(const struct netlink_attr *nest, unsigned *type, struct netlink_attr *at);

#endif
