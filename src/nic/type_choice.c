/* SPDX-License-Identifier: MIT */
/* One of a few words. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "nic/type.h"
#include "base/util.h"
#include "base/word.h"

static void choice_values(const struct key *key, char *buf)
{
	uint32_t i;

	buf[0] = '\0';
	for (i = 0; key->choices[i]; i++)
		text_add(buf, KEY_VALUES, "%s%s",
			 i == 0                ? ""
			 : key->choices[i + 1] ? ", "
					       : " or ",
			 key->choices[i]);
}

static int choice_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	struct nearest nearest = nearest_begin(text);
	char right[KEY_VALUES], hint[NEAREST_TEXT];
	uint32_t i;

	for (i = 0; key->choices[i]; i++) {
		if (strcmp(key->choices[i], text) == 0) {
			nic->num[key->field] = i;
			return 0;
		}
		/* one number is no misspelling of another */
		if (isalpha((unsigned char)*text))
			nearest_offer(&nearest, key->choices[i]);
	}
	choice_values(key, right);
	type_wrong(why, text, right);
	text_add(why, KEY_WHY, "%s", nearest_hint(hint, &nearest));
	return -1;
}

static void choice_format(const struct key *key, const struct nic *nic, char *buf)
{
	snprintf(buf, KEY_TEXT, "%s", key->choices[nic->num[key->field]]);
}

const struct key_type type_choice = {
	choice_parse, choice_format, num_same, choice_values, NULL,
};
