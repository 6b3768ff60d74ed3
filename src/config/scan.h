/* SPDX-License-Identifier: MIT */
/*
 * What iniparser does not tell of a file: on which line a section or key stands, how a section
 * is spelled, and what stands twice. iniparser folds case, merges repetitions and gives no
 * lines, so this small scan reads the same text beside it; the values are iniparser's.
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
	const char *value;   /* from iniparser */
};

struct scan {
	char *file;
	struct scan_line *lines;
	size_t n;
};

/*
 * Reads the file at path: scans it, has iniparser parse it, and brings the two together. What
 * is wrong goes to mistakes. Returns 0 where the lines can be used (there may be mistakes all
 * the same), -1 where there is nothing to use. What it fills in lives as long as the program.
 */
int scan_read(struct scan *scan, const char *path, struct mistakes *mistakes);

#endif
