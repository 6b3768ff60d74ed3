/* SPDX-License-Identifier: MIT */
/* Yes or no. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "nic/type.h"
#include "nic/value.h"
#include "base/util.h"

int value_bool(const char *text, uint32_t *out)
{
	static const char *const words[] = { "no", "yes", "off", "on", "false", "true", "0", "1" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*out = i % 2;
			return 0;
		}
	}
	return -EINVAL;
}

static int bool_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	if (value_bool(text, &nic->num[key->field]) < 0)
		return type_wrong(why, text, "yes or no");
	return 0;
}

static void bool_format(const struct key *key, const struct nic *nic, char *buf)
{
	snprintf(buf, KEY_TEXT, "%s", nic->num[key->field] ? "yes" : "no");
}

static void bool_values(const struct key *key, char *buf)
{
	(void)key;
	snprintf(buf, KEY_VALUES, "yes or no");
}

const struct key_type type_bool = {
	bool_parse, bool_format, num_same, bool_values, NULL,
};
