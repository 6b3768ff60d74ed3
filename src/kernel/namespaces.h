/* SPDX-License-Identifier: MIT */
/* All network namespaces that can be found. */
#ifndef KERNEL_NAMESPACES_H
#define KERNEL_NAMESPACES_H

#include "kernel/netns.h"

/* "network namespace blue", "network namespace of process 12 (sh)", ...; escaped. */
#define NAMESPACE_TEXT 400

/* net and where are valid until it returns. 0: go on; anything else ends the walk. */
typedef int (*namespaces_visitor)(struct netns *net, const char *where, void *data);

/*
 * Visits our own namespace, those of ip-netns(8), those of all processes and those that are mounted
 * (in /proc/self/mountinfo), each once. Returns 0, what the visitor returned, or -errno where
 * one cannot be entered: where then says which.
 */
int namespaces_visit(namespaces_visitor visit, void *data, char where[NAMESPACE_TEXT]);

/*
 * The namespace with this id (struct netns's), by its name, or where it has lost that or never had
 * one by all that can be found. It stays open as those of netns_get() do. NULL with errno set;
 * ENOENT: it is gone, and what was in it. where says which could not be entered; "": itself.
 */
struct netns *namespaces_find(const char *name, const char *id, char where[NAMESPACE_TEXT]);

#endif
