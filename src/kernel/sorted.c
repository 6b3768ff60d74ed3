/* SPDX-License-Identifier: MIT */
/* Links in an order in which the one that a message is of is found at once. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/sorted.h"
#include "base/util.h"

static int compare_ints(int x, int y)
{
	return x < y ? -1 : x > y;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(struct link *const *)a)->nic.name, (*(struct link *const *)b)->nic.name);
}

static int compare_wanted(const void *a, const void *b)
{
	return compare_ints((*(struct link *const *)a)->wanted_index,
			    (*(struct link *const *)b)->wanted_index);
}

static int compare_indices(const void *a, const void *b)
{
	return compare_ints((*(struct link *const *)a)->ifindex,
			    (*(struct link *const *)b)->ifindex);
}

static int compare_places(const void *a, const void *b)
{
	return compare_ints((*(struct link *const *)a)->place, (*(struct link *const *)b)->place);
}

static bool has_name(const struct link *link)
{
	return !link->wanted_index;
}

static bool has_wanted(const struct link *link)
{
	return link->wanted_index;
}

static bool has_index(const struct link *link)
{
	return link->ifindex;
}

static bool has_place(const struct link *link)
{
	return link->place;
}

static const struct {
	int (*compare)(const void *a, const void *b);
	bool (*has)(const struct link *link);
} orders[] = {
	[SORTED_BY_NAME] = { compare_names, has_name },
	[SORTED_BY_WANTED] = { compare_wanted, has_wanted },
	[SORTED_BY_INDEX] = { compare_indices, has_index },
	[SORTED_BY_PLACE] = { compare_places, has_place },
};

void sorted_init(struct sorted *sorted, enum sorted_by by, size_t n)
{
	*sorted = (struct sorted){ .by = by, .list = xcalloc(n, sizeof(*sorted->list)) };
}

void sorted_free(struct sorted *sorted)
{
	free(sorted->list);
}

void sorted_sort(struct sorted *sorted)
{
	if (sorted->n)
		qsort(sorted->list, sorted->n, sizeof(*sorted->list), orders[sorted->by].compare);
}

void sorted_fill(struct sorted *sorted, struct link *const *links, size_t n)
{
	size_t i;

	for (sorted->n = i = 0; i < n; i++)
		if (orders[sorted->by].has(links[i]))
			sorted->list[sorted->n++] = links[i];
	sorted_sort(sorted);
}

/* The place of the first one that is not less than key. */
static size_t sorted_place(const struct sorted *sorted, const struct link *key)
{
	size_t low = 0, high = sorted->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (orders[sorted->by].compare(&sorted->list[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct link *sorted_next(const struct sorted *sorted, const struct link *key, size_t *at)
{
	/* a place is given one higher, so that 0 says: from the start */
	size_t place = *at ? *at : sorted_place(sorted, key);

	if (place >= sorted->n || orders[sorted->by].compare(&sorted->list[place], &key) != 0)
		return NULL;
	*at = place + 1;
	return sorted->list[place];
}

bool sorted_has(const struct sorted *sorted, const struct link *key)
{
	size_t at = 0;

	return sorted_next(sorted, key, &at);
}

size_t sorted_skip(const struct sorted *sorted, size_t at)
{
	size_t first = at;

	while (at < sorted->n &&
	       orders[sorted->by].compare(&sorted->list[at], &sorted->list[first]) == 0)
		at++;
	return at;
}
