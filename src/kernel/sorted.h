/* SPDX-License-Identifier: MIT */
/* Links in an order in which the one that a message is of is found at once. */
#ifndef KERNEL_SORTED_H
#define KERNEL_SORTED_H

#include "nic/link.h"

/* By name, but for those with a wanted_index; by that; by ifindex; by place. Never by 0. */
enum sorted_by { SORTED_BY_NAME, SORTED_BY_WANTED, SORTED_BY_INDEX, SORTED_BY_PLACE };

struct sorted {
	enum sorted_by by;
	struct link **list;
	size_t n;
};

/* Room for n of them; and back again. */
void sorted_init(struct sorted *sorted, enum sorted_by by, size_t n);
void sorted_free(struct sorted *sorted);
/* Those of the links that have what the order is by, in that order. */
void sorted_fill(struct sorted *sorted, struct link *const *links, size_t n);
void sorted_sort(struct sorted *sorted);

/*
 * The next link that equals key, after *at, which is 0 at first; NULL where there is none left.
 * Two can be equal: what was asked for by name and by index.
 */
struct link *sorted_next(const struct sorted *sorted, const struct link *key, size_t *at);
bool sorted_has(const struct sorted *sorted, const struct link *key);
/* The place of the first one behind at that differs from the one there. */
size_t sorted_skip(const struct sorted *sorted, size_t at);

#endif
