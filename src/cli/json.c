/* SPDX-License-Identifier: MIT */
/* What the JSON documents have in common. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cli/json.h"
#include "cli/value.h"
#include "nic/key.h"

void json_print(json_t *document)
{
	json_dumpf(document, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(document);
}

json_t *json_text(const char *s)
{
	json_t *text;
	size_t size;
	char *escaped;

	if (!s)
		return json_null();
	size = strlen(s) * 4 + 1;
	escaped = xmalloc(size);
	text = json_string(text_escape(escaped, size, s));
	free(escaped);
	return text;
}

static json_t *json_list(const struct key *key, const struct nic *nic)
{
	json_t *list = json_array();
	char text[KEY_ITEM];
	size_t i;

	for (i = 0; i < key_count(key, nic); i++)
		json_array_append_new(list, json_string(key_item(key, nic, i, text)));
	return list;
}

json_t *json_value(const struct key *key, const struct nic *nic)
{
	json_t *value;
	char *text;

	if (key_is_list(key))
		return json_list(key, nic);
	if (key_is_bool(key))
		return json_boolean(nic->num[key->field]);
	if (key_is_number(key))
		return json_integer(nic->num[key->field]);
	/* a text may be "none" itself */
	if (key_is_text(key))
		return json_text(key_text(key, nic));
	text = value_text(key, nic);
	/* one of the words that carrier takes, but nothing at all elsewhere */
	value = strcmp(text, "none") == 0 && !key->choices ? json_null() : json_text(text);
	free(text);
	return value;
}

json_t *json_fields(const struct nic *nic, uint64_t fields)
{
	json_t *object = json_object();
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (fields & NIC_BIT(key->field))
			json_object_set_new(object, key->name, json_value(key, nic));
	return object;
}

static json_t *json_mistake(const struct mistake *m)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}", "file", json_text(m->file), "line",
			 m->line ? json_integer(m->line) : json_null(), "nic", json_text(m->nic),
			 "key", json_text(m->key), "severity", m->warning ? "warning" : "error",
			 "text", json_text(m->text));
}

json_t *json_mistakes(const struct mistakes *mistakes)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < mistakes->n; i++)
		json_array_append_new(list, json_mistake(&mistakes->list[i]));
	return list;
}
