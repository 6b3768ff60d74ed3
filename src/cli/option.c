/* SPDX-License-Identifier: MIT */
/* The options of the command line: one table, and what it fills in. */
#include "config.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "base/word.h"
#include "cli/option.h"

static const char *const colors[] = {
	[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never", NULL
};

#define MEMBER(member) .offset = offsetof(struct options, member)

static const struct option_row rows[] = {
	{ "config", 'c', "FILE", MEMBER(config), .help = "read FILE, and act on its NICs only" },
	{ "dry-run", 'n', NULL, MEMBER(dry_run), .set = OPTION_DRY_RUN,
	  .help = "print the steps without doing them" },
	{ "json", 'j', NULL, MEMBER(json), .set = OPTION_JSON, .strict = true,
	  .help = "print JSON" },
	{ "force", 'f', NULL, MEMBER(force), .set = OPTION_FORCE,
	  .help = "remove what is in use; recreate what cannot be changed" },
	{ "quiet", 'q', NULL, MEMBER(quiet), .help = "print errors only" },
	{ "verbose", 'v', NULL, MEMBER(verbose), .help = "print each step, and more in status" },
	{ "all-files", 0, NULL, MEMBER(all_files), .set = OPTION_ALL_FILES, .strict = true,
	  .help = "act on the NICs of every file" },
	{ "failed", 0, NULL, MEMBER(failed), .set = OPTION_FAILED, .strict = true,
	  .help = "show only what is not as configured" },
	{ "for", 0, "CONSUMER", MEMBER(consumer), .set = OPTION_FOR, .strict = true,
	  .help = "say what CONSUMER would reject (list: all that are known)" },
	{ "color", 0, "WHEN", MEMBER(color), .choices = colors, .set = OPTION_COLOR,
	  .help = "use colours: auto, always or never" },
	{ "run-dir", 0, "DIR", MEMBER(run_dir),
	  .help = "keep the records of what was made in DIR" },
	{ "stay", 0, NULL, MEMBER(stay), .set = OPTION_STAY, .strict = true,
	  .help = "stay as the main process of a service" },
	{ "service", 0, NULL, MEMBER(service), .hidden = true,
	  .help = "obey OPTIONS in the file, and report as an init script" },
	{ "keys", 0, NULL, MEMBER(keys), .set = OPTION_KEYS,
	  .help = "print the names of the configuration keys" },
	{ "help", 'h', NULL, MEMBER(help), .help = "print this, or what COMMAND does" },
	{ "version", 'V', NULL, MEMBER(version), .help = "print the version" },
};

/* What getopt_long() returns for a row: no letter, which optopt would be mistaken for. */
#define ROW_VALUE 256

const struct option_row *option_at(size_t i)
{
	return i < ARRAY_SIZE(rows) ? &rows[i] : NULL;
}

void option_slip(const char *fmt, ...)
{
	char raw[1024], text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	fprintf(stderr, "config_tap: %s%s Try 'config_tap --help'.\n",
		text_escape(text, sizeof(text), raw), raw[strlen(raw) - 1] == '?' ? "" : ".");
}

static void option_slip_unknown(const char *word)
{
	char name[64];
	struct nearest nearest;
	size_t i;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	nearest = nearest_begin(name);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (!rows[i].hidden)
			nearest_offer(&nearest, rows[i].name);
	if (nearest.word)
		option_slip("there is no option \"--%s\"; did you mean \"--%s\"?", name,
			    nearest.word);
	else
		option_slip("there is no option \"--%s\"", name);
}

/* Which row is meant by what getopt_long() gave? NULL: by no one's. */
static const struct option_row *option_row_of(int value)
{
	size_t i;

	if (value >= ROW_VALUE)
		return &rows[value - ROW_VALUE];
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].letter && rows[i].letter == value)
			return &rows[i];
	return NULL;
}

/* What an option takes, for people: "FILE", or "auto, always or never". */
static const char *option_wants(const struct option_row *row, char *buf, size_t size)
{
	size_t i;

	snprintf(buf, size, "%s", row->choices ? "" : row->argument);
	for (i = 0; row->choices && row->choices[i]; i++)
		text_add(buf, size, "%s%s",
			 i == 0                ? ""
			 : row->choices[i + 1] ? ", "
					       : " or ",
			 row->choices[i]);
	return buf;
}

/* c is what getopt_long() returned: ':' for an argument that is missing, else '?'. */
static int option_complain(int c, const char *word)
{
	const struct option_row *row = option_row_of(optopt);
	char wanted[128];

	if (row && c == ':')
		option_slip("--%s needs %s", row->name, option_wants(row, wanted, sizeof(wanted)));
	else if (row)
		option_slip("--%s takes no argument", row->name);
	else if (optopt)
		option_slip("there is no option \"-%c\"", optopt);
	else
		option_slip_unknown(word);
	return -1;
}

static bool option_choose(const struct option_row *row, int *chosen)
{
	char wanted[128];
	int i;

	for (i = 0; row->choices[i]; i++)
		if (strcmp(row->choices[i], optarg) == 0) {
			*chosen = i;
			return true;
		}
	option_slip("--%s needs %s, not \"%s\"", row->name,
		    option_wants(row, wanted, sizeof(wanted)), optarg);
	return false;
}

static bool option_take(const struct option_row *row, struct options *options)
{
	void *member = (char *)options + row->offset;

	if (row->choices)
		return option_choose(row, member);
	if (row->argument)
		*(const char **)member = optarg;
	else
		*(bool *)member = true;
	return true;
}

int options_read(struct options *options, int argc, char **argv)
{
	struct option longs[ARRAY_SIZE(rows) + 1] = { 0 };
	char letters[2 + 2 * ARRAY_SIZE(rows)] = ":";
	size_t i;
	int c;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		longs[i] = (struct option){ rows[i].name,
					    rows[i].argument ? required_argument : no_argument,
					    NULL, ROW_VALUE + (int)i };
		if (rows[i].letter)
			text_add(letters, sizeof(letters), "%c%s", rows[i].letter,
				 rows[i].argument ? ":" : "");
	}
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row *row = c == '?' || c == ':' ? NULL : option_row_of(c);

		if (!row)
			return option_complain(c, argv[optind - 1]);
		if (!option_take(row, options))
			return -1;
	}
	return optind;
}

bool options_suit(const struct options *options, const char *command, unsigned taken)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const void *member = (const char *)options + rows[i].offset;

		if (!rows[i].strict || (taken & rows[i].set))
			continue;
		if (rows[i].argument ? !*(const char *const *)member : !*(const bool *)member)
			continue;
		option_slip("%s takes no --%s", command, rows[i].name);
		return false;
	}
	return true;
}
