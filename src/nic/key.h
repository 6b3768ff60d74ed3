/* SPDX-License-Identifier: MIT */
/*
 * The table of configuration keys: one row a key drives the parser, the output, the comparison
 * with the kernel, and the test that every key is in the manual page.
 */
#ifndef NIC_KEY_H
#define NIC_KEY_H

#include "base/word.h"
#include "nic/kind.h"
#include "nic/nic.h"

#define KEY_WHY 400
#define KEY_TEXT 1100

struct key_type;

struct key {
	const char *name;
	enum nic_field field;
	const struct key_type *type;
	uint32_t min, max;          /* of a number */
	const char *const *choices; /* of a choice, by value, NULL at the end */
	size_t offset, size;        /* of a text or an ip, in struct nic */
	const char *unit;           /* of a number, for people */
	unsigned kinds;             /* KIND_BIT() of each kind that takes it */
	bool internal;              /* is compared and shown, but is in no file */
	const char *default_text;   /* what holds where the file says nothing, for people */
	const char *help;           /* one line that says what it does */
	const char *example;        /* a value */
};

/* The row of a name in lower case, or of a field; NULL where there is none. */
const struct key *key_by_name(const char *name);
const struct key *key_of(enum nic_field field);
/* The fields that a NIC of this kind has, NIC_BIT() of each; and whether it has this one. */
uint64_t key_fields_of(const struct kind *kind);
bool key_is_taken_by(enum nic_field field, const struct kind *kind);
/* The rows in the table's order, NULL after the last. */
const struct key *key_at(size_t i);
/* Offers all names that may be in a section for what has been misspelt. */
void key_offer_all(struct nearest *nearest);

/*
 * Reads text into the key's field of nic, and sets its bit; a list is added to what is there, and
 * "none" empties it. Returns 0, or -1 with a sentence that says what is wrong and what would be
 * right in why.
 */
int key_parse(const struct key *key, const char *text, struct nic *nic, char why[KEY_WHY]);

/* Gives the field what holds where the file says nothing (nic_defaults()), and clears its bit. */
void key_reset(const struct key *key, struct nic *nic);

/* The field's value as the file would have it, a long list shortened. Returns buf. */
char *key_format(const struct key *key, const struct nic *nic, char buf[KEY_TEXT]);

/* Has the field the same value in both? */
bool key_same(const struct key *key, const struct nic *a, const struct nic *b);

/* The values that it takes, such as "yes or no" or "a number from 68 to 65535". Returns buf. */
#define KEY_VALUES 200
char *key_values(const struct key *key, char buf[KEY_VALUES]);

/* Is it a yes or no, or a number? JSON tells them apart from text. */
bool key_is_bool(const struct key *key);
bool key_is_number(const struct key *key);
bool key_is_text(const struct key *key);

/*
 * A list: given again in its section it adds. key_clear() makes it empty, and forgets what it was
 * copied from; key_item() writes one element to buf, which it returns.
 */
#define KEY_ITEM 160
bool key_is_list(const struct key *key);
void key_clear(const struct key *key, struct nic *nic);
size_t key_count(const struct key *key, const struct nic *nic);
char *key_item(const struct key *key, const struct nic *nic, size_t i, char buf[KEY_ITEM]);

/* The text of a key for which key_is_text; NULL where it has none. */
const char *key_text(const struct key *key, const struct nic *nic);

/* The name of a user or group, or its number where it has none. Returns buf. */
#define KEY_ID_TEXT 64
char *key_user_name(char buf[KEY_ID_TEXT], uint32_t uid);
char *key_group_name(char buf[KEY_ID_TEXT], uint32_t gid);

#endif
