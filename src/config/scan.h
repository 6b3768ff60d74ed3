/* SPDX-License-Identifier: MIT */
/*
 * The lines of a file: on which line a section or key is, how a section is spelled, and in
 * what order, from a small scan of our own; and the value of each key, from iniparser. iniparser
 * folds case, merges repetitions, gives no lines and takes none of more than 1,000 characters. So
 * it is not given the file but a text in which each value has a key of its own, a number.
 */
#ifndef CONFIG_SCAN_H
#define CONFIG_SCAN_H

#include <stddef.h>

#include "config/mistake.h"

struct scan_line {
	const char *file;
	unsigned line;
	const char *section; /* as spelled; NULL before the first */
	const char *key;     /* in lower case; NULL for the section's own line */
	const char *value;   /* NULL where there is something wrong with it */
};

struct scan {
	char *file;
	struct scan_line *lines;
	size_t n;
};

/*
 * Reads the file at path. What is wrong goes to mistakes. Returns 0 where the lines can be used
 * (there may be mistakes all the same), -1 where there is nothing to use. What it fills in lives
 * as long as the program.
 */
int scan_read(struct scan *scan, const char *path, struct mistakes *mistakes);

#endif
