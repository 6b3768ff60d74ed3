/* SPDX-License-Identifier: MIT */
/* What is on top of our links, in any namespace: the kernel deletes it with them. */
#ifndef KERNEL_UPPERS_H
#define KERNEL_UPPERS_H

#include <net/if.h>
#include <stdbool.h>

#include "kernel/namespaces.h"
#include "kernel/netlink.h"

/* An interface on top of one of ours: a VLAN, a macvlan, a VXLAN that leaves through it. */
struct upper {
	int lower; /* ours: its index */
	int ifindex;
	char name[IFNAMSIZ], kind[16];
	char *where; /* NAMESPACE_TEXT; NULL: in the same namespace as ours */
	int nsid;    /* while looking: the id of ours, as it was told */
};

struct uppers {
	struct upper *list; /* by lower */
	size_t n, cap;
	int *lowers; /* the links asked for, sorted */
	size_t nlowers;
	bool home; /* all links of their own namespace were offered */
};

/* Asks for what is on top of these n links of one namespace, by index; 0 counts for none. */
void uppers_begin(struct uppers *uppers, const int *ifindexes, size_t n);

/* A netlink_reader: offers a link of that namespace, from a dump that is made anyway. */
int uppers_take(const struct netlink_answer *answer, void *uppers);

/*
 * Finds all of it. In net itself, the namespace of the links, a few are looked up in sysfs, where
 * there is one, so that it costs nothing what else is on the machine, and many by one dump, unless
 * all links were offered. anywhere: then come all other namespaces (namespaces_visit()), and those
 * which have an id in net and were not found by then: they are asked from outside. Returns 0 or
 * -errno: it cannot be told, and where says what was not to be entered.
 *
 * A macvlan that was made in another namespace leaves no id in ours: only a look from there
 * shows it.
 */
int uppers_find(struct netns *net, struct uppers *uppers, bool anywhere,
		char where[NAMESPACE_TEXT]);
void uppers_free(struct uppers *uppers);

/* The next one on that link, after *at, which is 0 at first; NULL: there is none left. */
const struct upper *uppers_next(const struct uppers *uppers, int ifindex, size_t *at);

/* "mv0 (macvlan) in network namespace box"; escaped. Returns buf. */
#define UPPER_TEXT (NAMESPACE_TEXT + 200)
char *upper_format(char buf[UPPER_TEXT], const struct upper *upper);

#endif
