/* SPDX-License-Identifier: MIT */
/*
 * What config_tap and the holder say to each other, over a SOCK_SEQPACKET socket in the run
 * directory: one struct hold_message each way, descriptors beside it (SCM_RIGHTS).
 */
#ifndef HOLDER_PROTOCOL_H
#define HOLDER_PROTOCOL_H

#include <net/if.h>
#include <stdint.h>

/* A holder that another version left running is told by this number. */
#define HOLD_VERSION 1
/* Entries a message; the kernel lets at most SCM_MAX_FD, 253, descriptors through at once. */
#define HOLD_MAX 64

enum hold_op {
	HOLD_TAKE = 1, /* hold these; a descriptor for each */
	HOLD_RELEASE,  /* let these go */
	HOLD_SINK,     /* do with their frames as drop says */
	HOLD_LEND,     /* send a copy of the descriptor of one */
	HOLD_LIST,     /* say what is held, beginning behind the first n */
};

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

#endif
