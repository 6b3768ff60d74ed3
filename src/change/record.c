/* SPDX-License-Identifier: MIT */
/* One record as a line of text: the NIC's name, then words of the form key=value. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/record.h"
#include "nic/key.h"
#include "nic/kind.h"
#include "nic/value.h"

/*
 * A word: how its value is read and written, and where in the record it is. write says nothing,
 * the word's name included, where the value is the one that a record begins with.
 */
struct word {
	const char *name;
	bool (*read)(struct record *record, const struct word *word, char *value);
	void (*write)(FILE *f, const struct word *word, const struct record *record);
	size_t offset;
	uint32_t max; /* of a number */
};

static void *field_of(const struct record *record, const struct word *word)
{
	return (char *)record + word->offset;
}

/* Blanks end a word, and a newline a record: these, controls and "%" itself are %XX. */
static bool is_plain(unsigned char c)
{
	return c > ' ' && c != '%' && c != 0x7f;
}

static void write_text(FILE *f, const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (is_plain((unsigned char)*p))
			putc(*p, f);
		else
			fprintf(f, "%%%02X", (unsigned char)*p);
}

/* Without a format: thousands of records have a dozen words each. */
static void write_key(FILE *f, const struct word *word)
{
	putc(' ', f);
	fputs(word->name, f);
	putc('=', f);
}

static bool decode_text(char *text)
{
	char *to = text, digits[3] = "";

	for (; *text; text++) {
		if (*text != '%') {
			*to++ = *text;
			continue;
		}
		if (!isxdigit((unsigned char)text[1]) || !isxdigit((unsigned char)text[2]))
			return false;
		memcpy(digits, text + 1, 2);
		*to = (char)strtol(digits, NULL, 16);
		if (!*to++)
			return false;
		text += 2;
	}
	*to = '\0';
	return true;
}

/* numbers */

static bool read_number(struct record *record, const struct word *word, char *value)
{
	return value_number(value, 0, word->max, field_of(record, word)) == 0;
}

static void write_number(FILE *f, const struct word *word, const struct record *record)
{
	const uint32_t *n = field_of(record, word);

	if (!*n)
		return;
	write_key(f, word);
	fprintf(f, "%" PRIu32, *n);
}

static bool read_flag(struct record *record, const struct word *word, char *value)
{
	uint32_t n;

	if (value_number(value, 0, 1, &n) < 0)
		return false;
	*(bool *)field_of(record, word) = n;
	return true;
}

static void write_flag(FILE *f, const struct word *word, const struct record *record)
{
	if (!*(const bool *)field_of(record, word))
		return;
	write_key(f, word);
	putc('1', f);
}

/* It is never left out: without it a line that lost a word would make a NIC ours. */
static void write_adopted(FILE *f, const struct word *word, const struct record *record)
{
	write_key(f, word);
	putc(record->adopted ? '1' : '0', f);
}

static bool read_serial(struct record *record, const struct word *word, char *value)
{
	char *end;

	(void)word;
	if (!isdigit((unsigned char)*value))
		return false;
	errno = 0;
	record->serial = strtoull(value, &end, 10);
	return !*end && errno == 0;
}

static void write_serial(FILE *f, const struct word *word, const struct record *record)
{
	if (!record->serial)
		return;
	write_key(f, word);
	fprintf(f, "%" PRIu64, record->serial);
}

static bool read_mode(struct record *record, const struct word *word, char *value)
{
	(void)word;
	while (record->mode < NIC_MODES && strcmp(kind_at(record->mode)->name, value) != 0)
		record->mode++;
	return record->mode < NIC_MODES;
}

static void write_mode(FILE *f, const struct word *word, const struct record *record)
{
	write_key(f, word);
	fputs(kind_at(record->mode)->name, f);
}

/* texts */

static bool read_netid(struct record *record, const struct word *word, char *value)
{
	(void)word;
	if (strlen(value) >= sizeof(record->id.netid))
		return false;
	strcpy(record->id.netid, value);
	return true;
}

static void write_netid(FILE *f, const struct word *word, const struct record *record)
{
	write_key(f, word);
	write_text(f, record->id.netid);
}

static bool read_text(struct record *record, const struct word *word, char *value)
{
	*(char **)field_of(record, word) = xstrdup(value);
	return true;
}

static void write_optional_text(FILE *f, const struct word *word, const struct record *record)
{
	const char *text = *(char *const *)field_of(record, word);

	if (!text)
		return;
	write_key(f, word);
	write_text(f, text);
}

static bool read_mac(struct record *record, const struct word *word, char *value)
{
	(void)word;
	return value_mac(value, record->mac) == 0;
}

static void write_mac(FILE *f, const struct word *word, const struct record *record)
{
	char text[MAC_TEXT];

	if (memcmp(record->mac, "\0\0\0\0\0", sizeof(record->mac)) == 0)
		return;
	write_key(f, word);
	fputs(mac_format(text, record->mac), f);
}

/* Version 1 had nothing but this to tell that the record is a bridge's. */
static bool read_made_bridge(struct record *record, const struct word *word, char *value)
{
	record->implicit = true;
	record->mode = MODE_BRIDGE;
	return read_mac(record, word, value);
}

static void write_nothing(FILE *f, const struct word *word, const struct record *record)
{
	(void)f;
	(void)word;
	(void)record;
}

/* lists, with commas between */

/* By name, so that a newer config_tap reads what an older one wrote. */
static bool read_set(struct record *record, const struct word *word, char *value)
{
	char *name;

	(void)word;
	while ((name = strsep(&value, ",")))
		if (key_by_name(name))
			record->set |= NIC_BIT(key_by_name(name)->field);
	return true;
}

static void write_set(FILE *f, const struct word *word, const struct record *record)
{
	const struct key *key;
	bool first = true;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (!key->internal && (record->set & NIC_BIT(key->field))) {
			if (first)
				write_key(f, word);
			else
				putc(',', f);
			fputs(key->name, f);
			first = false;
		}
}

static bool read_addresses(struct record *record, const struct word *word, char *value)
{
	size_t cap = 0;
	char *one;

	(void)word;
	while ((one = strsep(&value, ","))) {
		record->addresses = array_grow(record->addresses, &cap, record->naddresses,
					       sizeof(*record->addresses));
		if (value_address(one, &record->addresses[record->naddresses++]) < 0)
			return false;
	}
	return true;
}

static void write_addresses(FILE *f, const struct word *word, const struct record *record)
{
	char ip[IP_TEXT];
	size_t i;

	if (record->naddresses)
		write_key(f, word);
	for (i = 0; i < record->naddresses; i++)
		fprintf(f, "%s%s/%u", i ? "," : "", ip_format(ip, &record->addresses[i].ip),
			record->addresses[i].prefix);
}

static bool read_routes(struct record *record, const struct word *word, char *value)
{
	size_t cap = 0;
	char *one;

	(void)word;
	while ((one = strsep(&value, ","))) {
		/* a record's words have no blanks */
		text_replace(one, '+', ' ');
		record->routes =
			array_grow(record->routes, &cap, record->nroutes, sizeof(*record->routes));
		if (value_route(one, &record->routes[record->nroutes++]) < 0)
			return false;
	}
	return true;
}

static void write_routes(FILE *f, const struct word *word, const struct record *record)
{
	char text[ROUTE_TEXT];
	size_t i;

	if (record->nroutes)
		write_key(f, word);
	for (i = 0; i < record->nroutes; i++) {
		route_format(text, &record->routes[i]);
		text_replace(text, ' ', '+');
		fprintf(f, "%s%s", i ? "," : "", text);
	}
}

static bool read_peers(struct record *record, const struct word *word, char *value)
{
	size_t cap = 0;
	char *one;

	(void)word;
	while ((one = strsep(&value, ","))) {
		record->peers =
			array_grow(record->peers, &cap, record->npeers, sizeof(*record->peers));
		if (value_ip(one, &record->peers[record->npeers++]) < 0)
			return false;
	}
	return true;
}

static void write_peers(FILE *f, const struct word *word, const struct record *record)
{
	char ip[IP_TEXT];
	size_t i;

	if (record->npeers)
		write_key(f, word);
	for (i = 0; i < record->npeers; i++)
		fprintf(f, "%s%s", i ? "," : "", ip_format(ip, &record->peers[i]));
}

#define AT(member) offsetof(struct record, member)

/* In the order in which they are written; a word that occurs twice makes no sense. */
static const struct word words[] = {
	{ "netid", read_netid, write_netid, 0, 0 },
	{ "ifindex", read_number, write_number, AT(id.ifindex), INT32_MAX },
	{ "adopted", read_flag, write_adopted, AT(adopted), 0 },
	{ "mode", read_mode, write_mode, 0, 0 },
	{ "on_stop", read_number, write_number, AT(on_stop), ON_STOP_KEEP },
	{ "serial", read_serial, write_serial, 0, 0 },
	{ "implicit", read_flag, write_flag, AT(implicit), 0 },
	{ "raised", read_flag, write_flag, AT(raised), 0 },
	{ "mac", read_mac, write_mac, 0, 0 },
	{ "made_bridge", read_made_bridge, write_nothing, 0, 0 },
	{ "set", read_set, write_set, 0, 0 },
	{ "address", read_addresses, write_addresses, 0, 0 },
	{ "route", read_routes, write_routes, 0, 0 },
	{ "peers", read_peers, write_peers, 0, 0 },
	{ "carrier", read_number, write_number, AT(carrier), CARRIER_SHARED },
	{ "sink", read_number, write_number, AT(sink), SINK_DROP },
	{ "by_hand", read_flag, write_flag, AT(by_hand), 0 },
	{ "bridge", read_text, write_optional_text, AT(bridge), 0 },
	{ "ovs_bridge", read_text, write_optional_text, AT(ovs_bridge), 0 },
	{ "netns", read_text, write_optional_text, AT(netns), 0 },
	{ "underlay", read_text, write_optional_text, AT(underlay), 0 },
	{ "section", read_text, write_optional_text, AT(section), 0 },
	{ "file", read_text, write_optional_text, AT(file), 0 },
};

static size_t find_word(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words) && strcmp(words[i].name, name) != 0; i++)
		;
	return i;
}

bool record_read(struct record *record, char *line, unsigned version)
{
	char *text = strsep(&line, " "), *value;
	uint64_t seen = 0;
	size_t i;

	*record = (struct record){ 0 };
	if ((version > 1 && !decode_text(text)) || value_nic_name(text) < 0)
		return false;
	strcpy(record->name, text);
	while ((text = strsep(&line, " "))) {
		value = strchr(text, '=');
		if (!value)
			return false;
		*value++ = '\0';
		i = find_word(text);
		if (i == ARRAY_SIZE(words) || (seen & UINT64_C(1) << i) ||
		    (version > 1 && !decode_text(value)) ||
		    !words[i].read(record, &words[i], value))
			return false;
		seen |= UINT64_C(1) << i;
	}
	/* it brought down what it had adopted, whether that had been up before or not */
	if (version == 1)
		record->raised = record->adopted;
	return (record->id.ifindex || record->implicit) && record->id.netid[0];
}

void record_write(FILE *f, const struct record *record)
{
	size_t i;

	write_text(f, record->name);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i].write(f, &words[i], record);
	fputc('\n', f);
}

void record_clear(struct record *record)
{
	free(record->netns);
	free(record->underlay);
	free(record->file);
	free(record->section);
	free(record->bridge);
	free(record->ovs_bridge);
	free(record->addresses);
	free(record->routes);
	free(record->peers);
	*record = (struct record){ 0 };
}

bool record_is_deleted_at_stop(const struct record *record)
{
	return !record->adopted && record->on_stop == ON_STOP_DELETE;
}

bool record_is_lowered_at_stop(const struct record *record)
{
	return record->on_stop != ON_STOP_KEEP &&
	       (record->adopted ? record->raised : record->on_stop == ON_STOP_DOWN);
}
