/* SPDX-License-Identifier: MIT */
/* Who uses a NIC. */
#ifndef CHANGE_IN_USE_H
#define CHANGE_IN_USE_H

#include "change/job.h"
#include "change/users.h"
#include "kernel/uppers.h"

#define IN_USE_TEXT (UPPER_TEXT + 200)

/* What is on top of the NICs of one namespace; error: it cannot be told. */
struct in_use_net {
	const struct netns *net;
	struct uppers uppers;
	char where[NAMESPACE_TEXT];
	int error;
};

/* A look at who uses NICs, for all of them together. */
struct in_use {
	struct users users;
	struct in_use_net *nets;
	size_t n, cap;
};

/*
 * Looks through all processes, for those NICs that would be brought down through their namespace,
 * and for those that would be deleted through all of them. in_use_end() gives back what it found.
 */
void in_use_look(struct in_use *look, const struct jobs *jobs);
void in_use_end(struct in_use *look);

/*
 * Who uses the NIC found, as "qemu-system-x86 (pid 4242)", "the bridge br0" or "the interface
 * tap0.5 (vlan), which is on top of it"; returns NULL where nobody does. The bridge that the record
 * says we put it into does not count.
 */
const char *in_use_by(char buf[IN_USE_TEXT], const struct in_use *look, const struct job *job);

/*
 * Who uses a bridge of ours that none of our NICs is in any more: port is another one that is,
 * or "". An address that we did not give it is somebody's.
 */
const char *in_use_bridge_by(char buf[IN_USE_TEXT], struct job *job, const char *port);

/* Adds to the text in buf which processes have the NIC open. */
void in_use_add_processes(char *buf, size_t size, struct netns *net, const char *name);

#endif
