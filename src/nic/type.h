/* SPDX-License-Identifier: MIT */
/*
 * The types of value that a key can have. Each has a file of its own, type_*.c, with all that
 * can be done with such a value: read it, write it, compare it.
 */
#ifndef NIC_TYPE_H
#define NIC_TYPE_H

#include "nic/key.h"

struct key_type {
	/* Reads text into the key's field. Returns 0, or -1 with a sentence in why. */
	int (*parse)(const struct key *key, const char *text, struct nic *nic, char why[KEY_WHY]);
	void (*format)(const struct key *key, const struct nic *nic, char buf[KEY_TEXT]);
	bool (*same)(const struct key *key, const struct nic *a, const struct nic *b);
	/* The values there are, for people, to buf. */
	void (*values)(const struct key *key, char buf[KEY_VALUES]);
	const struct list_type *list; /* NULL: a single value */
};

extern const struct key_type type_addresses, type_alias, type_bool, type_broadcast, type_choice,
	type_group, type_ip, type_local, type_mac, type_name, type_netns, type_number, type_offload,
	type_peers, type_routes, type_user;

/* What the lists have in common is in type_list.c; a row says what an element is. */
struct list_type {
	size_t items, n, cap; /* offsets in struct nic: the array, its length, its room */
	size_t size;          /* of an element */
	const char *separators;
	const char *what; /* "a list of addresses such as 192.168.0.1/24" */
	/* Returns 0, or -1 with a sentence in why. */
	int (*parse)(const char *text, void *item, char why[KEY_WHY]);
	char *(*format)(char *buf, const void *item);
	bool (*same)(const void *a, const void *b);
	bool repeats; /* one element twice is no mistake */
};

int list_parse(const struct key *key, const char *text, struct nic *nic, char why[KEY_WHY]);
void list_format(const struct key *key, const struct nic *nic, char buf[KEY_TEXT]);
bool list_same(const struct key *key, const struct nic *a, const struct nic *b);
void list_values(const struct key *key, char buf[KEY_VALUES]);

/* Equal numbers, for all that fits into 32 bits. */
bool num_same(const struct key *key, const struct nic *a, const struct nic *b);

/* Says in why that text is not right. Returns -1. */
int type_wrong(char why[KEY_WHY], const char *text, const char *right);

#endif
