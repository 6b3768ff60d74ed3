/* SPDX-License-Identifier: MIT */
/* The configuration file: the NICs that are wanted. */
#include "config.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/conf.h"
#include "nic/key.h"
#include "config/rules.h"
#include "config/scan.h"
#include "base/util.h"
#include "nic/value.h"

/* Includes below one another; more is a mistake even where it is no loop. */
#define INCLUDE_DEPTH 8

/* The names that the original shell script had; each stands only in a file without sections. */
enum legacy { LEGACY_USER, LEGACY_NETWORK, LEGACY_NUMBER, LEGACY_NETMASK, LEGACY_NAMES };

static const struct {
	const char *name, *now;
} legacy_names[LEGACY_NAMES] = {
	[LEGACY_USER] = { "user", "owner" },
	[LEGACY_NETWORK] = { "tap_network", "address" },
	[LEGACY_NUMBER] = { "tap_dev_num", "the NIC's name, as in [tap0]" },
	[LEGACY_NETMASK] = { "netmask", "the prefix length, as in address = 192.168.0.1/24" },
};

/* What one reading of a file and its includes needs to know. */
struct reader {
	struct conf *conf;
	const struct scan_line *legacy[LEGACY_NAMES];
	size_t sections;
	/* the files that are being read, from the first to the innermost */
	const char *open_files[INCLUDE_DEPTH];
	unsigned depth;
};

static int read_file(struct reader *r, const char *path, const struct scan_line *from,
		     struct nic defaults);

static void complain(struct reader *r, const struct scan_line *line, const char *text)
{
	mistake_add(&r->conf->mistakes, line->file, line->line, line->section, line->key, "%s",
		    text);
}

/* Keys that say something about the file, and not about a NIC. */
static bool is_file_key(const char *key)
{
	return strcmp(key, "include") == 0 || strcmp(key, "desc") == 0 ||
	       strcmp(key, "options") == 0;
}

static int legacy_index(const char *key)
{
	int i;

	for (i = 0; i < LEGACY_NAMES; i++)
		if (strcmp(legacy_names[i].name, key) == 0)
			return i;
	return -1;
}

static void complain_of_unknown(struct reader *r, const struct scan_line *line)
{
	const char *nearest = key_nearest(line->key);
	char text[KEY_WHY] = "there is no such key";

	if (line->section && is_file_key(line->key))
		snprintf(text, sizeof(text), "stands before the first section, not in one");
	else if (legacy_index(line->key) >= 0)
		snprintf(text, sizeof(text), "is for a file without sections; here it is %s",
			 legacy_names[legacy_index(line->key)].now);
	else if (nearest)
		text_add(text, sizeof(text), "; is \"%s\" meant?", nearest);
	complain(r, line, text);
}

static void read_key(struct reader *r, const struct scan_line *line, struct nic *nic)
{
	const struct key *key = key_by_name(line->key);
	char why[KEY_WHY];

	if (!key) {
		complain_of_unknown(r, line);
		return;
	}
	/* a line that iniparser could not read has been complained of */
	if (!line->value)
		return;
	if (key_parse(key, line->value, nic, why) < 0)
		complain(r, line, why);
	nic->from[key->field] = line;
}

static void add_nic(struct reader *r, const struct nic *nic)
{
	struct conf *conf = r->conf;

	conf->nics = array_grow(conf->nics, &conf->cap, conf->n, sizeof(*conf->nics));
	conf->nics[conf->n++] = *nic;
}

/* Adds n to the address, counting in networks of its own size. Returns false past the end. */
static bool shift_network(struct ip *ip, unsigned prefix, uint64_t n)
{
	unsigned bit = prefix;

	/* binary addition of n, whose lowest bit stands at the prefix's last */
	while (n && bit) {
		uint8_t mask = (uint8_t)(0x80 >> --bit % 8);

		if (n & 1) {
			/* carry */
			n = (n >> 1) + ((ip->bytes[bit / 8] & mask) != 0);
			ip->bytes[bit / 8] ^= mask;
		} else {
			n >>= 1;
		}
	}
	return n == 0;
}

static bool shift_addresses(struct nic *nic, uint64_t n)
{
	struct address *list = xcalloc(nic->naddresses, sizeof(*list));
	uint8_t peer = nic->peer.family, broadcast = nic->broadcast.family;
	bool fits = true;
	size_t i;

	for (i = 0; i < nic->naddresses; i++) {
		list[i] = nic->addresses[i];
		fits &= shift_network(&list[i].ip, list[i].prefix, n);
		/* these belong to the first address of their family */
		if (peer == list[i].ip.family) {
			shift_network(&nic->peer, list[i].prefix, n);
			peer = 0;
		}
		if (broadcast == list[i].ip.family) {
			shift_network(&nic->broadcast, list[i].prefix, n);
			broadcast = 0;
		}
	}
	nic->addresses = list;
	return fits;
}

/* [fc%d]: as many NICs as count says. */
static void expand(struct reader *r, const struct nic *pattern)
{
	const struct scan_line *line = pattern->section;
	const char *mark = strstr(line->section, "%d");
	char *name;
	uint32_t i;

	if (!nic_is_set(pattern, NIC_COUNT)) {
		/* of a count that is none it has been told */
		if (!pattern->from[NIC_COUNT])
			complain(r, line, "a name with %d wants a count, as in count = 10");
		return;
	}
	for (i = 0; i < pattern->num[NIC_COUNT]; i++) {
		struct nic nic = *pattern;

		name = xasprintf("%.*s%u%s", (int)(mark - line->section), line->section,
				 pattern->num[NIC_FIRST] + i, mark + 2);
		if (value_nic_name(name) < 0) {
			mistake_add(&r->conf->mistakes, line->file, line->line, line->section, NULL,
				    "makes \"%s\", which is no NIC's name (%s)", name, RULES_NAME);
			free(name);
			return;
		}
		strcpy(nic.name, name);
		free(name);
		if (!shift_addresses(&nic, i)) {
			complain(r, nic.from[NIC_ADDRESS],
				 "there are not as many networks of this size as count says");
			return;
		}
		add_nic(r, &nic);
	}
}

static void finish_section(struct reader *r, struct nic *nic)
{
	const struct scan_line *line = nic->section;

	if (!line)
		return;
	if (strstr(line->section, "%d")) {
		expand(r, nic);
		return;
	}
	if (nic->from[NIC_COUNT] && nic->from[NIC_COUNT]->section)
		complain(r, nic->from[NIC_COUNT], "is for a section whose name has %d in it");
	switch (value_nic_name(line->section)) {
	case 0:
		strcpy(nic->name, line->section);
		add_nic(r, nic);
		break;
	case -ENAMETOOLONG:
		mistake_add(&r->conf->mistakes, line->file, line->line, line->section, NULL,
			    "the name has %zu characters; the kernel takes at most 15",
			    strlen(line->section));
		break;
	default:
		mistake_add(&r->conf->mistakes, line->file, line->line, line->section, NULL,
			    "is no name for a NIC (%s)", RULES_NAME);
	}
}

/* include = PATTERN...; relative to the including file's directory. */
static void read_includes(struct reader *r, const struct scan_line *line,
			  const struct nic *defaults)
{
	char *copy = xstrdup(line->value ? line->value : ""), *rest = copy, *word, *path;
	const char *slash = strrchr(line->file, '/');
	size_t i;
	glob_t found;
	bool any = false;

	while ((word = strsep(&rest, ", \t"))) {
		if (!*word)
			continue;
		any = true;
		if (*word == '/' || !slash)
			path = xstrdup(word);
		else
			path = xasprintf("%.*s/%s", (int)(slash - line->file), line->file, word);
		if (glob(path, 0, NULL, &found) == 0) {
			for (i = 0; i < found.gl_pathc; i++)
				read_file(r, found.gl_pathv[i], line, *defaults);
			globfree(&found);
		} else {
			mistake_add(&r->conf->mistakes, line->file, line->line, NULL, line->key,
				    "no file matches %s", path);
		}
		free(path);
	}
	if (!any && line->value)
		complain(r, line, "names no file");
	free(copy);
}

/* Is the file being read already? Compared by what it is, not by how it is called. */
static bool is_open(const struct reader *r, const char *path)
{
	char here[PATH_MAX], there[PATH_MAX];
	unsigned i;

	if (!realpath(path, here))
		return false;
	for (i = 0; i < r->depth; i++)
		if (realpath(r->open_files[i], there) && strcmp(here, there) == 0)
			return true;
	return false;
}

/* The lines before the first section: defaults for all NICs below, and the file's own keys. */
static void read_defaults(struct reader *r, const struct scan *scan, struct nic *defaults)
{
	size_t i;

	for (i = 0; i < scan->n && !scan->lines[i].section; i++) {
		const struct scan_line *line = &scan->lines[i];
		int legacy = legacy_index(line->key);

		if (strcmp(line->key, "desc") == 0)
			r->conf->desc = line->value;
		else if (is_file_key(line->key))
			continue;
		else if (legacy >= 0 && r->depth == 1)
			r->legacy[legacy] = line;
		else
			read_key(r, line, defaults);
	}
}

/* Gives the NIC a list of lines of its own, with what is in that of the NIC it was copied from. */
static void copy_lines(struct nic *nic)
{
	const struct scan_line **lines = xcalloc(NIC_FIELDS, sizeof(*lines));

	if (nic->from)
		memcpy(lines, nic->from, NIC_FIELDS * sizeof(*lines));
	nic->from = lines;
}

static int read_file(struct reader *r, const char *path, const struct scan_line *from,
		     struct nic defaults)
{
	struct scan *scan;
	struct nic nic = { 0 };
	size_t i;

	if (from && (is_open(r, path) || r->depth == INCLUDE_DEPTH)) {
		mistake_add(&r->conf->mistakes, from->file, from->line, NULL, from->key, "%s %s",
			    path,
			    r->depth == INCLUDE_DEPTH ? "is included too deep (8 levels)"
						      : "includes itself");
		return -1;
	}
	scan = xcalloc(1, sizeof(*scan));
	if (scan_read(scan, path, &r->conf->mistakes) < 0)
		return -1;
	r->open_files[r->depth++] = scan->file;
	copy_lines(&defaults);
	read_defaults(r, scan, &defaults);
	for (i = 0; i < scan->n && !scan->lines[i].section; i++)
		if (strcmp(scan->lines[i].key, "include") == 0)
			read_includes(r, &scan->lines[i], &defaults);
	for (; i < scan->n; i++) {
		const struct scan_line *line = &scan->lines[i];

		if (!line->key) {
			finish_section(r, &nic);
			nic = defaults;
			copy_lines(&nic);
			nic.section = line;
			r->sections++;
		} else {
			read_key(r, line, &nic);
		}
	}
	finish_section(r, &nic);
	r->depth--;
	/* what the caller goes on with, when this was the outermost file without a section */
	if (!from && !r->sections)
		add_nic(r, &defaults);
	return 0;
}

/* TAP_NETWORK, with the prefix of NETMASK, or with one of its own. */
static void legacy_address(struct reader *r, struct nic *nic)
{
	const struct scan_line *network = r->legacy[LEGACY_NETWORK];
	const struct scan_line *mask = r->legacy[LEGACY_NETMASK];
	struct address address = { .prefix = 24 };
	int ret;

	if (mask && mask->value && value_netmask(mask->value, &address.prefix) < 0) {
		complain(r, mask, "is not an IPv4 mask such as 255.255.255.0");
		return;
	}
	if (mask && !network) {
		complain(r, mask, "there is no TAP_NETWORK for it to belong to");
		return;
	}
	if (!network || !network->value)
		return;
	if (nic->from[NIC_ADDRESS]) {
		complain(r, network, "is the same as address; one of them is enough");
		return;
	}
	ret = value_ip(network->value, &address.ip);
	if (ret < 0 && !mask)
		ret = value_address(network->value, &address);
	if (ret < 0 || address.ip.family != AF_INET) {
		complain(r, network, "is not an IPv4 address such as 192.168.0.1");
		return;
	}
	nic->addresses = xcalloc(1, sizeof(address));
	nic->addresses[0] = address;
	nic->naddresses = 1;
	nic->set |= NIC_BIT(NIC_ADDRESS);
	nic->from[NIC_ADDRESS] = network;
}

/* A file without any section is one NIC, under the names of the original script. */
static void read_legacy(struct reader *r)
{
	const struct scan_line *user = r->legacy[LEGACY_USER], *number = r->legacy[LEGACY_NUMBER];
	struct nic *nic = &r->conf->nics[0];
	char why[KEY_WHY];
	uint32_t n = 0;

	if (!user && !number && !r->legacy[LEGACY_NETWORK]) {
		/* an include that failed may have had them */
		if (!r->legacy[LEGACY_NETMASK] && !r->conf->mistakes.nerrors)
			mistake_add(&r->conf->mistakes, r->conf->path, 0, NULL, NULL,
				    "names no NIC; each is a section, as in [eth1]");
		else if (r->legacy[LEGACY_NETMASK])
			legacy_address(r, nic);
		return;
	}
	if (number && number->value && value_number(number->value, 0, 999999999, &n) < 0)
		complain(r, number, "is not a number such as 0, for tap0");
	snprintf(nic->name, sizeof(nic->name), "tap%u", n);
	if (user && user->value) {
		if (key_parse(key_of(NIC_OWNER), user->value, nic, why) < 0)
			complain(r, user, why);
		nic->from[NIC_OWNER] = user;
	}
	legacy_address(r, nic);
	/* as the original did: ifconfig ... netmask 255.255.255.0 promisc */
	if (!nic_is_set(nic, NIC_PROMISC)) {
		nic->num[NIC_PROMISC] = 1;
		nic->set |= NIC_BIT(NIC_PROMISC);
	}
}

int conf_read(struct conf *conf, const char *path, bool to_stop)
{
	struct reader r = { .conf = conf };
	int i, ret;

	*conf = (struct conf){ .path = path };
	ret = read_file(&r, path, NULL, nic_defaults(""));
	if (ret == 0 && !r.sections)
		read_legacy(&r);
	for (i = 0; r.sections && i < LEGACY_NAMES; i++)
		if (r.legacy[i])
			complain_of_unknown(&r, r.legacy[i]);
	if (ret == 0)
		rules_check(conf, to_stop);
	mistake_sort(&conf->mistakes);
	return conf->mistakes.nerrors ? -1 : 0;
}

static int compare_name(const void *name, const void *nic)
{
	return strcmp(name, (*(const struct nic *const *)nic)->name);
}

const struct nic *conf_find(const struct conf *conf, const char *name)
{
	const struct nic **hit = bsearch(name, conf->by_name, conf->n, sizeof(*hit), compare_name);

	return hit ? *hit : NULL;
}
