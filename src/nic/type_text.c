/* SPDX-License-Identifier: MIT */
/* Text: an alias, or the name of another interface or of a network namespace. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "nic/type.h"
#include "nic/value.h"
#include "base/util.h"

/* IFALIASZ of linux/if.h is 256, with the zero */
#define ALIAS_MAX 255

/* The empty text and none at all are the same. */
static char **text_of(const struct key *key, const struct nic *nic)
{
	return (char **)((char *)nic + key->offset);
}

const char *key_text(const struct key *key, const struct nic *nic)
{
	const char *s = *text_of(key, nic);

	return s && *s ? s : NULL;
}

static void text_format(const struct key *key, const struct nic *nic, char *buf)
{
	const char *s = key_text(key, nic);

	snprintf(buf, KEY_TEXT, "%s", s ? s : "none");
}

static bool text_same(const struct key *key, const struct nic *a, const struct nic *b)
{
	const char *s = *text_of(key, a), *t = *text_of(key, b);

	return strcmp(s ? s : "", t ? t : "") == 0;
}

static int alias_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	if (strlen(text) > ALIAS_MAX) {
		snprintf(why, KEY_WHY, "the text has %zu bytes; at most %d", strlen(text),
			 ALIAS_MAX);
		return -1;
	}
	*text_of(key, nic) = xstrdup(text);
	return 0;
}

static void alias_values(const struct key *key, char *buf)
{
	(void)key;
	snprintf(buf, KEY_VALUES, "a text of at most %d bytes", ALIAS_MAX);
}

int value_nic_name(const char *text)
{
	const char *p;

	if (!*text || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return -EINVAL;
	if (strlen(text) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	for (p = text; *p; p++)
		if (*p == '/' || *p == ':' || *p == '%' || isspace((unsigned char)*p) ||
		    iscntrl((unsigned char)*p))
			return -EINVAL;
	return 0;
}

bool value_name_is_reserved(const char *text)
{
	return strcmp(text, "all") == 0 || strcmp(text, "default") == 0 || strcmp(text, "lo") == 0;
}

static int name_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	int ret = value_nic_name(text);

	if (strcmp(text, "none") == 0) {
		*text_of(key, nic) = NULL;
		return 0;
	}
	if (ret == -ENAMETOOLONG) {
		snprintf(why, KEY_WHY, "\"%.64s\" has %zu characters; the kernel takes at most 15",
			 text, strlen(text));
		return -1;
	}
	if (ret < 0)
		return type_wrong(why, text, "a name (no blank, \"/\", \":\" or \"%\")");
	if (value_name_is_reserved(text)) {
		snprintf(why, KEY_WHY, "\"%s\" is reserved by the kernel", text);
		return -1;
	}
	*text_of(key, nic) = xstrdup(text);
	return 0;
}

/* A namespace is the name of a file in /run/netns: ip-netns(8). */
static int netns_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	const char *p = text;

	if (strcmp(text, "none") == 0) {
		*text_of(key, nic) = NULL;
		return 0;
	}
	while (*p && !iscntrl((unsigned char)*p) && *p != '/')
		p++;
	if (*p || !*text || strlen(text) > NAME_MAX || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0)
		return type_wrong(why, text, "the name of a network namespace, as ip netns has it");
	*text_of(key, nic) = xstrdup(text);
	return 0;
}

static void name_values(const struct key *key, char *buf)
{
	(void)key;
	snprintf(buf, KEY_VALUES, "a name, or none");
}

const struct key_type type_alias = {
	alias_parse, text_format, text_same, alias_values, NULL,
};
const struct key_type type_netns = {
	netns_parse, text_format, text_same, name_values, NULL,
};
const struct key_type type_name = {
	name_parse, text_format, text_same, name_values, NULL,
};
