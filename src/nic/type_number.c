/* SPDX-License-Identifier: MIT */
/* A whole number in a range. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "nic/type.h"
#include "nic/value.h"

int value_number(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t n = 0;
	const char *p;

	if (!*text)
		return -EINVAL;
	for (p = text; *p; p++)
		if (!isdigit((unsigned char)*p))
			return -EINVAL;
	for (p = text; *p; p++) {
		n = n * 10 + (uint64_t)(*p - '0');
		if (n > max)
			return -ERANGE;
	}
	if (n < min)
		return -ERANGE;
	*out = (uint32_t)n;
	return 0;
}

static int number_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	int ret = value_number(text, key->min, key->max, &nic->num[key->field]);

	if (ret == -ERANGE)
		snprintf(why, KEY_WHY, "%s is out of range: %u to %u%s%s", text, key->min, key->max,
			 key->unit ? " " : "", key->unit ? key->unit : "");
	else if (ret < 0)
		snprintf(why, KEY_WHY, "\"%s\" is not a number from %u to %u", text, key->min,
			 key->max);
	return ret < 0 ? -1 : 0;
}

static void number_format(const struct key *key, const struct nic *nic, char *buf)
{
	snprintf(buf, KEY_TEXT, "%u", nic->num[key->field]);
}

bool num_same(const struct key *key, const struct nic *a, const struct nic *b)
{
	return a->num[key->field] == b->num[key->field];
}

static void number_values(const struct key *key, char *buf)
{
	snprintf(buf, KEY_VALUES, "a number from %u to %u%s%s", key->min, key->max,
		 key->unit ? ", in " : "", key->unit ? key->unit : "");
}

const struct key_type type_number = {
	number_parse, number_format, num_same, number_values, NULL,
};
