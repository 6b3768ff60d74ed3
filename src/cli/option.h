/* SPDX-License-Identifier: MIT */
/* The options of the command line: one table, and what it fills in. */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>

struct command;

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	const char *config, *run_dir, *consumer;
	bool dry_run, json, force, quiet, verbose, failed, all_files;
	int color;                /* enum color_when */
	bool service, stay;       /* for init: cli/service.h */
	bool help, version, keys; /* instead of a command */
	const struct command *command;
	char **nics; /* the NICs named on the command line */
	int nnics;   /* 0: all */
};

/* What a command takes besides the options that all take, as bits. */
enum option_set {
	OPTION_DRY_RUN = 1 << 0,
	OPTION_JSON = 1 << 1,
	OPTION_FORCE = 1 << 2,
	OPTION_COLOR = 1 << 3,
	OPTION_FAILED = 1 << 4,
	OPTION_ALL_FILES = 1 << 5,
	OPTION_FOR = 1 << 6,
	OPTION_STAY = 1 << 7,
	OPTION_KEYS = 1 << 8, /* of no command */
};

struct option_row {
	const char *name;
	char letter;                /* 0: none */
	const char *argument;       /* what people call it; NULL: takes none */
	size_t offset;              /* of a bool, or a string, in struct options */
	const char *const *choices; /* then an int: which of these words, NULL after the last */
	unsigned set;               /* the bit of the commands that it concerns; 0: all */
	bool strict;                /* no other command takes it, even to no avail */
	bool hidden;                /* for programs */
	const char *help;
};

/* The rows in the table's order, NULL after the last. */
const struct option_row *option_at(size_t i);

/*
 * Reads argv. Returns the index of the first word that is no option (words are moved behind the
 * options), or -1 having said why.
 */
int options_read(struct options *options, int argc, char **argv);

/* Is one of them given that the command does not take? Tells which, and returns false. */
bool options_suit(const struct options *options, const char *command, unsigned taken);

/* How every slip of the command line ends. */
void option_slip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
