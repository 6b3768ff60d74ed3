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
#include <sys/stat.h>

#include "config/conf.h"
#include "nic/key.h"
#include "config/rules.h"
#include "config/scan.h"
#include "base/util.h"
#include "nic/value.h"

/* Includes below one another; more is a mistake even where it is no loop. */
#define INCLUDE_DEPTH 8

/* The names that the original shell script had; each is only for a file without sections. */
enum legacy { LEGACY_USER, LEGACY_NETWORK, LEGACY_NUMBER, LEGACY_NETMASK, LEGACY_NAMES };

static const char *const legacy_names[LEGACY_NAMES] = {
	[LEGACY_USER] = "user",
	[LEGACY_NETWORK] = "tap_network",
	[LEGACY_NUMBER] = "tap_dev_num",
	[LEGACY_NETMASK] = "netmask",
};

/* Words of others, and ours. */
static const struct {
	const char *theirs, *ours;
} translations[] = {
	/* the original script's, in a file with sections; netmask is ifcfg's as well */
	{ "user", "owner" },
	{ "tap_network", "address" },
	{ "tap_dev_num", "the NIC's name, as in [tap0]" },
	{ "netmask", "the prefix length, as in address = 192.168.0.1/24" },
	/* /etc/sysconfig/network-scripts/ifcfg-* */
	{ "device", "the NIC's name, as in [eth1]" },
	{ "name", "the NIC's name, as in [eth1]" },
	{ "type", "mode" },
	{ "ipaddr", "address, as in address = 192.168.0.1/24" },
	{ "ipv6addr", "address, as in address = fd00::1/64" },
	{ "prefix", "the prefix length, as in address = 192.168.0.1/24" },
	{ "gateway", "routes, as in routes = default via 192.168.0.254" },
	{ "bootproto", "address, as in address = 192.168.0.1/24; config_tap does not do DHCP" },
	{ "onboot", "up" },
	{ "ipv6init", "ipv6" },
	{ "hwaddr", "mac" },
	{ "macaddr", "mac" },
	{ "master", "bridge" },
	{ "peeraddr", "peer" },
	/* systemd.netdev(5) and systemd.network(5) */
	{ "kind", "mode" },
	{ "macaddress", "mac" },
	{ "mtubytes", "mtu" },
	{ "multiqueue", "multi_queue" },
	{ "packetinfo", "packet_info" },
	{ "vnetheader", "vnet_hdr" },
	{ "keepcarrier", "carrier = hold" },
	{ "id", "vni" },
	{ "remote", "peers" },
	{ "destinationport", "port" },
	{ "dstport", "port" },
	{ "maclearning", "learning" },
	{ "description", "alias" },
	{ "route", "routes" },
	{ "linklocaladdressing", "link_local" },
	{ "dhcp", "address, as in address = 192.168.0.1/24; config_tap does not do DHCP" },
};

/* What one reading of a file and its includes needs to know. */
struct reader {
	struct conf *conf;
	const struct scan_line *legacy[LEGACY_NAMES], *desc, *options;
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

static const struct file_key file_keys[] = {
	{ "include", "more files, to which the defaults above it apply as well",
	  "paths and patterns, with commas or blanks between them", "none",
	  "/etc/config_tap.d/*.conf" },
	{ "desc", "what init says is being started", "text of one line",
	  "persistent TUN/TAP interfaces", "provider interfaces" },
	{ "options", "options for the service", "--verbose, --quiet or --color=WHEN", "none",
	  "--verbose" },
};

const struct file_key *file_key_at(size_t i)
{
	return i < ARRAY_SIZE(file_keys) ? &file_keys[i] : NULL;
}

const struct file_key *file_key_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(file_keys); i++)
		if (strcmp(file_keys[i].name, name) == 0)
			return &file_keys[i];
	return NULL;
}

static int legacy_index(const char *key)
{
	int i;

	for (i = 0; i < LEGACY_NAMES; i++)
		if (strcmp(legacy_names[i], key) == 0)
			return i;
	return -1;
}

static const char *translate(const char *key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(translations); i++)
		if (strcmp(translations[i].theirs, key) == 0)
			return translations[i].ours;
	return NULL;
}

/* The one that it may be meant to be, or NULL. */
static const char *nearest_key(const struct scan_line *line)
{
	struct nearest nearest = nearest_begin(line->key);
	size_t i;

	key_offer_all(&nearest);
	for (i = 0; !line->section && i < ARRAY_SIZE(file_keys); i++)
		nearest_offer(&nearest, file_keys[i].name);
	return nearest.word;
}

static void complain_of_unknown(struct reader *r, const struct scan_line *line)
{
	const char *nearest = nearest_key(line), *ours = translate(line->key);
	char text[KEY_WHY] = "there is no such key";

	if (line->section && file_key_by_name(line->key))
		snprintf(text, sizeof(text), "belongs before the first section, not in one");
	else if (legacy_index(line->key) >= 0)
		snprintf(text, sizeof(text), "is for a file without sections; use %s", ours);
	else if (ours)
		text_add(text, sizeof(text), "; use %s", ours);
	else if (nearest)
		text_add(text, sizeof(text), "; did you mean \"%s\"?", nearest);
	complain(r, line, text);
}

/* Are both in the same section, or before the first one of the same file? */
static bool is_same_place(const struct scan_line *a, const struct scan_line *b)
{
	return a->file == b->file && a->section == b->section;
}

/* What may occur once is repeated here. */
static void complain_of_repetition(struct reader *r, const struct scan_line *first,
				   const struct scan_line *again)
{
	char text[KEY_WHY];

	snprintf(text, sizeof(text), "is already set on line %u", first->line);
	complain(r, again, text);
}

/* For keys that are no NIC's: remembers the line, and complains of a second one. */
static void remember(struct reader *r, const struct scan_line **kept, const struct scan_line *line)
{
	if (*kept && is_same_place(*kept, line))
		complain_of_repetition(r, *kept, line);
	else
		*kept = line;
}

static void read_key(struct reader *r, const struct scan_line *line, struct nic *nic)
{
	const struct key *key = key_by_name(line->key);
	const struct scan_line *before;
	char why[KEY_WHY];

	if (!key) {
		complain_of_unknown(r, line);
		return;
	}
	/* a line that iniparser could not read has been complained of */
	if (!line->value)
		return;
	before = nic_line(nic, key->field);
	if (before && !is_same_place(before, line))
		before = NULL;
	if (before && !key_is_list(key)) {
		complain_of_repetition(r, before, line);
		return;
	}
	/* a section's own list takes the place of the defaults' */
	if (!before && key_is_list(key))
		key_clear(key, nic);
	if (key_parse(key, line->value, nic, why) < 0)
		complain(r, line, why);
	if (!before)
		nic_set_line(nic, key->field, line);
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

/* Of link-local IPv6 addresses each NIC has the same: they are on links of their own. */
static bool is_shifted(const struct address *a)
{
	return a->ip.family != AF_INET6 || !ip_is_link_local(&a->ip);
}

/* A gateway in the network of one of the addresses moves with it. */
static void shift_gateway(const struct nic *pattern, struct ip *via, uint64_t n)
{
	size_t i;

	for (i = 0; i < pattern->naddresses; i++) {
		const struct address *a = &pattern->addresses[i];

		if (via->family == a->ip.family && is_shifted(a) &&
		    ip_is_in(via, &a->ip, a->prefix)) {
			shift_network(via, a->prefix, n);
			return;
		}
	}
}

static void shift_routes(const struct nic *pattern, struct nic *nic, uint64_t n)
{
	struct route *list = xcalloc(nic->nroutes, sizeof(*list));
	size_t i;

	for (i = 0; i < nic->nroutes; i++) {
		list[i] = nic->routes[i];
		/* with a peer the gateway is mostly that */
		if (nic->peer.family && ip_same(&list[i].via, &pattern->peer))
			list[i].via = nic->peer;
		else
			shift_gateway(pattern, &list[i].via, n);
	}
	nic->routes = list;
}

static bool shift_addresses(struct nic *nic, uint64_t n)
{
	struct address *list = xcalloc(nic->naddresses, sizeof(*list));
	uint8_t peer = nic->peer.family, broadcast = nic->broadcast.family;
	bool fits = true;
	size_t i;

	for (i = 0; i < nic->naddresses; i++) {
		list[i] = nic->addresses[i];
		if (!is_shifted(&list[i]))
			continue;
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

const char *conf_shift_nic(const struct nic *pattern, struct nic *nic, uint32_t n)
{
	if (!shift_addresses(nic, n))
		return "there are fewer networks of this size than count asks for";
	shift_routes(pattern, nic, n);
	nic->num[NIC_VNI] += n;
	return NULL;
}

/* [fc%d]: as many NICs as count says. */
static void expand(struct reader *r, const struct nic *pattern)
{
	const struct scan_line *line = pattern->section;
	const char *mark = strstr(line->section, "%d"), *why;
	char *name;
	uint32_t i;

	if (!nic_is_set(pattern, NIC_COUNT)) {
		/* of a count that is none it has been told */
		if (!nic_line(pattern, NIC_COUNT))
			complain(r, line, "a name with %d needs a count, as in count = 10");
		return;
	}
	for (i = 0; i < pattern->num[NIC_COUNT]; i++) {
		struct nic nic = *pattern;

		name = xasprintf("%.*s%u%s", (int)(mark - line->section), line->section,
				 pattern->num[NIC_FIRST] + i, mark + 2);
		if (value_nic_name(name) < 0) {
			mistake_add(&r->conf->mistakes, line->file, line->line, line->section, NULL,
				    "makes \"%s\", which is not a valid NIC name (%s)", name,
				    RULES_NAME);
			free(name);
			return;
		}
		strcpy(nic.name, name);
		free(name);
		why = conf_shift_nic(pattern, &nic, i);
		if (why) {
			complain(r, nic_line(&nic, NIC_ADDRESS), why);
			return;
		}
		add_nic(r, &nic);
	}
}

static void finish_section(struct reader *r, struct nic *nic)
{
	const struct scan_line *line = nic->section, *count = nic_line(nic, NIC_COUNT);

	if (!line)
		return;
	if (strstr(line->section, "%d")) {
		expand(r, nic);
		return;
	}
	if (count && count->section)
		complain(r, count, "is only for a section whose name has %d in it");
	if (value_name_is_reserved(line->section)) {
		mistake_add(&r->conf->mistakes, line->file, line->line, line->section, NULL,
			    "is reserved by the kernel");
		return;
	}
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
			    "is not a valid NIC name (%s)", RULES_NAME);
	}
}

/* What glob(3) could not look at: it need not leave errno alone. */
static int glob_error;

/* glob(3) asks whether this ends it. */
static int is_unreadable(const char *path, int error)
{
	(void)path;
	glob_error = error;
	return error != ENOENT && error != ENOTDIR;
}

/* As glob(3), which takes a name that it cannot look at for no file. */
static int list_matching(const char *path, glob_t *found)
{
	struct stat st;
	int ret = glob(path, 0, is_unreadable, found);

	if (ret == GLOB_NOMATCH && !strpbrk(path, "*?[") && stat(path, &st) < 0 &&
	    is_unreadable(path, errno))
		ret = GLOB_ABORTED;
	return ret;
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

	while ((word = text_cut(&rest, ", \t"))) {
		any = true;
		if (*word == '/' || !slash)
			path = xstrdup(word);
		else
			path = xasprintf("%.*s/%s", (int)(slash - line->file), line->file, word);
		switch (list_matching(path, &found)) {
		case 0:
			for (i = 0; i < found.gl_pathc; i++)
				read_file(r, found.gl_pathv[i], line, *defaults);
			globfree(&found);
			break;
		case GLOB_NOMATCH:
			mistake_warn(&r->conf->mistakes, line->file, line->line, NULL, line->key,
				     "no file matches %s", path);
			break;
		default:
			mistake_add(&r->conf->mistakes, line->file, line->line, NULL, line->key,
				    "cannot look for %s: %s", path, strerror(glob_error));
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
			remember(r, &r->desc, line);
		else if (strcmp(line->key, "options") == 0)
			remember(r, &r->options, line);
		else if (file_key_by_name(line->key))
			continue;
		else if (legacy >= 0 && r->depth == 1)
			remember(r, &r->legacy[legacy], line);
		else
			read_key(r, line, defaults);
	}
}

/* Gives the NIC a list of lines of its own, with what is in that of the NIC it was copied from. */
static void copy_lines(struct nic *nic)
{
	struct nic_line *lines = xcalloc(nic->nlines, sizeof(*lines));

	if (nic->nlines)
		memcpy(lines, nic->lines, nic->nlines * sizeof(*lines));
	nic->lines = lines;
	nic->lines_cap = nic->nlines;
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
	if (nic_line(nic, NIC_ADDRESS)) {
		complain(r, network, "is the same as address; one of them is enough");
		return;
	}
	ret = value_ip(network->value, &address.ip);
	if (ret < 0 && !mask)
		ret = value_address(network->value, &address);
	if (ret < 0 || address.ip.family != AF_INET) {
		complain(r, network,
			 mask && value_address(network->value, &address) == 0
				 ? "has a prefix length, and NETMASK gives one; leave one out"
				 : "is not an IPv4 address such as 192.168.0.1");
		return;
	}
	nic->addresses = xcalloc(1, sizeof(address));
	nic->addresses[0] = address;
	nic->naddresses = 1;
	nic->set |= NIC_BIT(NIC_ADDRESS);
	nic_set_line(nic, NIC_ADDRESS, network);
}

/* A file without any section is one NIC, under the names of the original script. */
static void read_legacy(struct reader *r, struct nic *nic)
{
	const struct scan_line *user = r->legacy[LEGACY_USER], *number = r->legacy[LEGACY_NUMBER];
	char why[KEY_WHY];
	uint32_t n = 0;

	if (number && number->value && value_number(number->value, 0, 999999999, &n) < 0)
		complain(r, number, "is not a number such as 0, for tap0");
	snprintf(nic->name, sizeof(nic->name), "tap%u", n);
	if (user && user->value) {
		if (key_parse(key_of(NIC_OWNER), user->value, nic, why) < 0)
			complain(r, user, why);
		nic_set_line(nic, NIC_OWNER, user);
	}
	legacy_address(r, nic);
	/* as the original did: ifconfig ... netmask 255.255.255.0 promisc */
	if (!nic_is_set(nic, NIC_PROMISC)) {
		nic->num[NIC_PROMISC] = 1;
		nic->set |= NIC_BIT(NIC_PROMISC);
	}
}

static void finish_file_without_sections(struct reader *r, struct nic *defaults)
{
	size_t i;

	for (i = 0; i < LEGACY_NAMES; i++) {
		if (!r->legacy[i])
			continue;
		read_legacy(r, defaults);
		add_nic(r, defaults);
		return;
	}
	/* an include that failed may have had them */
	if (r->conf->mistakes.nerrors)
		return;
	mistake_warn(&r->conf->mistakes, r->conf->path, 0, NULL, NULL,
		     "names no NIC; each is a section, as in [eth1]");
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
			    r->depth == INCLUDE_DEPTH
				    ? "would be the ninth file within another; at most 8"
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
	if (!from && !r->sections)
		finish_file_without_sections(r, &defaults);
	return 0;
}

/* Bridges come before the NICs that are to be their ports; else all stay in their order. */
static void order_nics(struct conf *conf)
{
	struct nic *list;
	size_t i, n = 0;

	for (i = 0; i < conf->n; i++)
		n += conf->nics[i].num[NIC_MODE] == MODE_BRIDGE;
	if (!n)
		return;
	list = xcalloc(conf->n, sizeof(*list));
	for (i = n = 0; i < conf->n; i++)
		if (conf->nics[i].num[NIC_MODE] == MODE_BRIDGE)
			list[n++] = conf->nics[i];
	for (i = 0; i < conf->n; i++)
		if (conf->nics[i].num[NIC_MODE] != MODE_BRIDGE)
			list[n++] = conf->nics[i];
	free(conf->nics);
	conf->nics = list;
	conf->cap = conf->n;
}

/* What the helper takes from the file, and says of it by hand. */
static void read_service_keys(struct reader *r)
{
	static const char *const known[] = { "--verbose", "-v", "--quiet", "-q", "--color" };
	char *copy, *rest, *word;
	size_t i;

	r->conf->desc = r->desc ? r->desc->value : NULL;
	r->conf->options = r->options ? r->options->value : NULL;
	if (!r->conf->options)
		return;
	copy = rest = xstrdup(r->conf->options);
	while ((word = text_cut(&rest, " \t"))) {
		size_t n = strcspn(word, "=");

		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (strlen(known[i]) == n && strncmp(word, known[i], n) == 0)
				break;
		if (i == ARRAY_SIZE(known))
			mistake_warn(&r->conf->mistakes, r->options->file, r->options->line, NULL,
				     r->options->key,
				     "%s is not --verbose, --quiet or --color, and is ignored",
				     word);
	}
	free(copy);
}

int conf_read(struct conf *conf, const char *path, bool to_stop)
{
	struct reader r = { .conf = conf };
	int i, ret;

	*conf = (struct conf){ .path = path };
	ret = read_file(&r, path, NULL, nic_defaults(""));
	read_service_keys(&r);
	for (i = 0; r.sections && i < LEGACY_NAMES; i++)
		if (r.legacy[i])
			complain_of_unknown(&r, r.legacy[i]);
	if (ret == 0)
		order_nics(conf);
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

static bool is_port_of(const struct nic *nic, const char *bridge, const char *netns)
{
	return nic->bridge && strcmp(nic->bridge, bridge) == 0 &&
	       strcmp(nic->netns ? nic->netns : "", netns ? netns : "") == 0;
}

bool conf_names_bridge(const struct conf *conf, const char *bridge, const char *netns)
{
	size_t i;

	for (i = 0; i < conf->n; i++)
		if (is_port_of(&conf->nics[i], bridge, netns))
			return true;
	return false;
}

const struct ip *conf_bridge_local(const struct conf *conf, const char *bridge, const char *netns)
{
	const struct ip *lowest = NULL;
	size_t i;

	for (i = 0; i < conf->n; i++) {
		const struct nic *nic = &conf->nics[i];

		if (nic->num[NIC_MODE] != MODE_VXLAN || !is_port_of(nic, bridge, netns))
			continue;
		if (!lowest || ip_compare(&nic->local, lowest) < 0)
			lowest = &nic->local;
	}
	return lowest;
}

const struct ip *conf_local(const struct conf *conf, const struct nic *nic)
{
	if (nic->num[NIC_MODE] == MODE_VXLAN)
		return &nic->local;
	if (nic->num[NIC_MODE] == MODE_BRIDGE)
		return conf_bridge_local(conf, nic->name, nic->netns);
	return NULL;
}
