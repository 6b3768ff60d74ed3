/* SPDX-License-Identifier: MIT */
/* The other nodes of a vxlan: addresses without a prefix. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/type.h"
#include "nic/value.h"

int ip_compare(const void *a, const void *b)
{
	const struct ip *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return memcmp(x->bytes, y->bytes, sizeof(x->bytes));
}

void peers_sort(struct ip *peers, size_t *n)
{
	size_t i, kept = 0;

	if (*n)
		qsort(peers, *n, sizeof(*peers), ip_compare);
	for (i = 0; i < *n; i++)
		if (!kept || !ip_same(&peers[i], &peers[kept - 1]))
			peers[kept++] = peers[i];
	*n = kept;
}

bool peers_have(const struct ip *peers, size_t n, const struct ip *one)
{
	return n && bsearch(one, peers, n, sizeof(*peers), ip_compare);
}

static int peer_parse(const char *text, void *item, char *why)
{
	uint8_t prefix;
	struct ip ip;

	if (value_prefixed(text, &ip, &prefix) == 0)
		return type_wrong(why, text, "an address alone; leave the prefix length out");
	if (value_ip(text, &ip) < 0)
		return type_wrong(why, text,
				  "the address of a node such as 10.0.0.2 (no name, no port)");
	if (ip_not_a_node(&ip)) {
		snprintf(why, KEY_WHY, "%s %s", text, ip_not_a_node(&ip));
		return -1;
	}
	memcpy(item, &ip, sizeof(ip));
	return 0;
}

static char *peer_format(char *buf, const void *item)
{
	return ip_format(buf, item);
}

static bool peer_same(const void *a, const void *b)
{
	return ip_same(a, b);
}

/* Both lists are sorted: peers_sort(). */
static bool peers_same(const struct key *key, const struct nic *a, const struct nic *b)
{
	size_t i;

	(void)key;
	for (i = 0; a->npeers == b->npeers && i < a->npeers; i++)
		if (!ip_same(&a->peers[i], &b->peers[i]))
			return false;
	return a->npeers == b->npeers;
}

static const struct list_type list = {
	.items = offsetof(struct nic, peers),
	.n = offsetof(struct nic, npeers),
	.cap = offsetof(struct nic, peers_cap),
	.size = sizeof(struct ip),
	.separators = ", \t",
	.what = "a list of addresses such as 10.0.0.1, 10.0.0.2",
	.parse = peer_parse,
	.format = peer_format,
	.same = peer_same,
	/* the list is the same on every node, and comes out of templates */
	.repeats = true,
};

const struct key_type type_peers = {
	list_parse, list_format, peers_same, list_values, &list,
};
