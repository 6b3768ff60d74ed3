/* SPDX-License-Identifier: MIT */
/*
 * Open vSwitch, through ovs-vsctl(8): its database has no other stable interface for C. All of it
 * is read at once, and changed at once, since each call is a process; each is bounded in time.
 */
#ifndef CHANGE_OVS_H
#define CHANGE_OVS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/netns.h"
#include "nic/link.h"

#define OVS_ERROR 300

/*
 * Fills in where the database has each of the n NICs of net, no matter who put it there:
 * nic.ovs_bridge and ovs_ours, or ovs_unknown, for NICs that are missing as well. Asks once a
 * process, and only where Open vSwitch runs or one of them is named as its port; of other
 * namespaces than our own it knows nothing. Returns whether any is a port.
 */
bool ovs_look(const struct netns *net, struct link **links, size_t n, bool named);

/* The database is there, and gave no answer: nobody can tell which NICs are its ports. */
bool ovs_is_silent(void);

/* A NIC to take out of one bridge, and to put into another; NULL is none. */
struct ovs_change {
	const char *nic, *from, *to;
	int result;            /* 0 at first; then 0 or -errno */
	char error[OVS_ERROR]; /* what ovs-vsctl said of a failure */
};

/*
 * Does all n at once, and one by one only where that fails. What is put in is marked as ours, and
 * nothing else is taken out: a port that was there before keeps its record. No answer is no
 * failure: a warning is given once, and the next start puts in what is missing.
 */
void ovs_change(struct ovs_change *changes, size_t n);

#endif
