/* SPDX-License-Identifier: MIT */
/*
 * What config_tap and the holder say to each other, over a SOCK_SEQPACKET socket in the run
 * directory: one struct hold_message each way, descriptors beside it (SCM_RIGHTS).
 *
 * Frozen, so that a holder of any version can be listed, released, replaced and ended by a
 * config_tap of any other: the layout of both structs, the numbers of HOLD_RELEASE, HOLD_LEND,
 * HOLD_LIST and HOLD_QUIT, and what these four do. A holder takes them with any version in the
 * message (one of version 1 with its own only, and it lacks HOLD_QUIT), and answers with its own
 * version. What needs more is a new operation with a new number.
 */
#ifndef HOLDER_PROTOCOL_H
#define HOLDER_PROTOCOL_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HOLD_VERSION 2
/* Entries a message; the kernel lets at most SCM_MAX_FD, 253, descriptors through at once. */
#define HOLD_MAX 64
/* Entries that a list may have: more than any machine has NICs. */
#define HOLD_LIST_MAX (1024 * 1024)

enum hold_op {
	HOLD_TAKE = 1,    /* hold these; a descriptor for each */
	HOLD_RELEASE = 2, /* let these go; what is not held is no error */
	HOLD_SINK = 3,    /* do with their frames as drop says */
	HOLD_LEND = 4,    /* send a copy of the descriptor of one */
	HOLD_LIST = 5,    /* say what is held, starting after the first n */
	HOLD_QUIT = 6,    /* let all go, and end */
};

/* A NIC is known by its namespace and index; the name is what it was called when it was taken. */
struct hold_entry {
	char name[IFNAMSIZ];
	char netid[40]; /* struct netns's id */
	int32_t ifindex;
	uint8_t drop;   /* the kernel drops what is sent to it, rather than the holder read it */
	uint8_t tap;    /* a tap, which has a filter for this; a tun has none */
	uint8_t shared; /* a queue that is detached: there is nothing to read */
	uint8_t unused;
};

struct hold_message {
	uint32_t version, op, n;
	int32_t error; /* in an answer: 0 or -errno */
	struct hold_entry entries[HOLD_MAX];
};

/* The length of a message with n entries. */
#define HOLD_LENGTH(n) (offsetof(struct hold_message, entries) + (n) * sizeof(struct hold_entry))

/* The descriptors that the holder begins with. */
#define HOLD_LISTEN_FD 3
#define HOLD_PIDFILE_FD 4

/* Is that operation one of the frozen ones? */
bool hold_is_frozen(uint32_t op);

/* Can these be entries: texts that end, and an index? */
bool hold_are_sound(const struct hold_entry *entries, size_t n);

/* Sends the message with its first n entries, and nfds descriptors. Returns 0 or -errno. */
int hold_send(int sock, const struct hold_message *message, size_t n, const int *fds, size_t nfds,
	      int flags);

/*
 * Receives a message, and at most HOLD_MAX descriptors. Returns its length, which is larger than
 * the message where it did not fit, or -errno.
 */
ssize_t hold_receive(int sock, struct hold_message *message, int fds[HOLD_MAX], size_t *nfds,
		     int flags);

void hold_close_all(const int *fds, size_t n);

#endif
