/* SPDX-License-Identifier: MIT */
/* The configuration file: the NICs that are wanted. The format is config_tap(5). */
#ifndef CONFIG_CONF_H
#define CONFIG_CONF_H

#include "config/mistake.h"
#include "nic/nic.h"

struct conf {
	const char *path;
	/*
	 * of the whole file, for --service; NULL where it has none. Known whatever mistakes
	 * there are
	 */
	const char *desc, *options;
	struct nic *nics;           /* bridges first */
	const struct nic **by_name; /* sorted, once all have been read */
	size_t n, cap;
	struct mistakes mistakes;
	/* what the rules have complained of */
	struct said *said;
	size_t nsaid, said_cap;
};

struct said {
	const char *fmt;
	const struct scan_line *line, *section;
};

/* A key that says something about the file, and not about a NIC. */
struct file_key {
	const char *name;
	const char *help;         /* one line that says what it does */
	const char *values;       /* what it takes */
	const char *default_text; /* what holds where the file does not have it */
	const char *example;      /* a value */
};

/* The rows in the table's order, NULL after the last; that of a name in lower case, or NULL. */
const struct file_key *file_key_at(size_t i);
const struct file_key *file_key_by_name(const char *name);

/*
 * Reads path, and what it includes. Finds every mistake, and tells none: they are in
 * conf->mistakes, sorted. Returns 0, or -1 where there is an error among them; the NICs are
 * then not to be used. Lives as long as the program. to_stop: what only start needs is not asked
 * for.
 */
int conf_read(struct conf *conf, const char *path, bool to_stop);

/*
 * Makes of nic, which is a copy of pattern, the NIC of a series with that number in it, counted
 * from 0; its name stays. Returns why there is none, or NULL.
 */
const char *conf_shift_nic(const struct nic *pattern, struct nic *nic, uint32_t n);

/* The NIC of that name, or NULL, in a file without a mistake. */
const struct nic *conf_find(const struct conf *conf, const char *name);

/*
 * The address of this node that goes into the stable MAC of a NIC: of a vxlan its own, of a bridge
 * that of the vxlan in it (of several the lowest), of all others NULL. conf_bridge_local() is for
 * a bridge that no section describes.
 */
/* Is there a NIC that wants to be a port of the bridge of that name, in that namespace? */
bool conf_names_bridge(const struct conf *conf, const char *bridge, const char *netns);
const struct ip *conf_local(const struct conf *conf, const struct nic *nic);
const struct ip *conf_bridge_local(const struct conf *conf, const char *bridge, const char *netns);

#endif
