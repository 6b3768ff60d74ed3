/* SPDX-License-Identifier: MIT */
/* What lists have in common, whatever they are lists of. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/type.h"
#include "base/util.h"

/* Where a NIC has the list. */
struct list {
	void **items;
	size_t *n, *cap;
};

static struct list list_of(const struct list_type *type, const struct nic *nic)
{
	char *base = (char *)nic;

	return (struct list){ (void **)(base + type->items), (size_t *)(base + type->n),
			      (size_t *)(base + type->cap) };
}

static void *list_at(const struct list_type *type, const struct nic *nic, size_t i)
{
	return (char *)*list_of(type, nic).items + i * type->size;
}

static bool list_has(const struct list_type *type, const struct nic *nic, const void *item)
{
	size_t n = *list_of(type, nic).n, i;

	for (i = 0; i < n; i++)
		if (type->same(list_at(type, nic, i), item))
			return true;
	return false;
}

void key_clear(const struct key *key, struct nic *nic)
{
	struct list list = list_of(key->type->list, nic);

	/* what defaults have is shared by all NICs below them */
	*list.items = NULL;
	*list.n = *list.cap = 0;
}

static int list_add(const struct list_type *type, const char *word, struct nic *nic, char *why)
{
	struct list list = list_of(type, nic);
	void *item;

	*list.items = array_grow(*list.items, list.cap, *list.n, type->size);
	item = list_at(type, nic, *list.n);
	if (type->parse(word, item, why) < 0)
		return -1;
	if (!type->repeats && list_has(type, nic, item)) {
		snprintf(why, KEY_WHY, "%s is in the list already", word);
		return -1;
	}
	++*list.n;
	return 0;
}

int list_parse(const struct key *key, const char *text, struct nic *nic, char why[KEY_WHY])
{
	const struct list_type *type = key->type->list;
	char *copy, *rest, *word;
	size_t n = 0;
	int ret = 0;

	if (strcmp(text, "none") == 0) {
		key_clear(key, nic);
		return 0;
	}
	copy = rest = xstrdup(text);
	for (; ret == 0 && (word = text_cut(&rest, type->separators)); n++)
		ret = list_add(type, word, nic, why);
	free(copy);
	if (ret == 0 && n == 0 && *text)
		ret = type_wrong(why, text, type->what);
	return ret;
}

size_t key_count(const struct key *key, const struct nic *nic)
{
	return *list_of(key->type->list, nic).n;
}

char *key_item(const struct key *key, const struct nic *nic, size_t i, char buf[KEY_ITEM])
{
	return key->type->list->format(buf, list_at(key->type->list, nic, i));
}

void list_format(const struct key *key, const struct nic *nic, char buf[KEY_TEXT])
{
	size_t n = key_count(key, nic), i, length = 0;
	char item[KEY_ITEM];

	strcpy(buf, "none");
	for (i = 0; i < n; i++) {
		key_item(key, nic, i, item);
		/* a list that is too long for a line says how much more there is */
		if (length + strlen(item) + sizeof(", and 18446744073709551615 more") > KEY_TEXT) {
			snprintf(buf + length, KEY_TEXT - length, " and %zu more", n - i);
			return;
		}
		length += (size_t)sprintf(buf + length, "%s%s", i ? ", " : "", item);
	}
}

bool list_same(const struct key *key, const struct nic *a, const struct nic *b)
{
	const struct list_type *type = key->type->list;
	size_t n = key_count(key, a), i;

	for (i = 0; i < n; i++)
		if (!list_has(type, b, list_at(type, a, i)))
			return false;
	return n == key_count(key, b);
}

void list_values(const struct key *key, char buf[KEY_VALUES])
{
	snprintf(buf, KEY_VALUES, "%s, or none", key->type->list->what);
}
