/* SPDX-License-Identifier: MIT */
/* The command line: options, the table of commands, the exit status. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nic/key.h"
#include "base/log.h"
#include "base/util.h"
#include "cli/verb.h"

static const struct verb {
	const char *name;
	int (*run)(const struct options *options);
	const char *help; /* NULL: another name of the one above */
} verbs[] = {
	{ "start", verb_start, "make every NIC be as configured" },
	{ "stop", verb_stop, "remove what config_tap made" },
	{ "restart", verb_restart, "stop, then start" },
	{ "try-restart", verb_try_restart, "restart where something runs" },
	{ "condrestart", verb_try_restart, NULL },
	{ "reload", verb_reload, "start, and remove what has left the file" },
	{ "force-reload", verb_reload, "reload where something runs, else start" },
	{ "status", verb_status, "show each NIC as it is, against the file" },
	{ "hold", verb_hold, "keep the link of each NIC named up, by hand" },
	{ "release", verb_release, "let the link go, so that a program can attach" },
	{ "check", verb_check, "report every mistake in the file; changes nothing" },
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "json", no_argument, NULL, 'j' },
	{ "force", no_argument, NULL, 'f' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "run-dir", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "keys", no_argument, NULL, 'k' },
	{ NULL, 0, NULL, 0 },
};

static void print_usage(FILE *to)
{
	size_t i;

	fputs("Usage: config_tap [OPTION]... COMMAND [NIC]...\n"
	      "Makes persistent tun and tap NICs, as " CONFIG_FILE " lists them.\n\n"
	      "Commands (on all NICs, where none is named):\n",
	      to);
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (verbs[i].help)
			fprintf(to, "  %-14s %s\n", verbs[i].name, verbs[i].help);
	fputs("\nOptions:\n"
	      "  -c, --config FILE  read FILE\n"
	      "  -n, --dry-run      print the steps, and do none\n"
	      "  -j, --json         print JSON\n"
	      "  -f, --force        remove what is in use; make anew what cannot be changed\n"
	      "  -q, --quiet        print errors only\n"
	      "  -v, --verbose      print each step, and more in status\n"
	      "      --run-dir DIR  keep the records of what was made in DIR\n"
	      "      --keys         print the names of the configuration keys\n"
	      "  -h, --help         print this\n"
	      "  -V, --version      print the version\n\n"
	      "See config_tap(8) and config_tap(5).\n",
	      to);
}

/* For the completion of command lines, and for tests of the manual page. */
static void print_keys(void)
{
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (!key->internal)
			puts(key->name);
}

static int bad_usage(void)
{
	print_usage(stderr);
	return EXIT_BAD_ARGUMENT;
}

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* Returns 0 to go on, or -1 with the exit status in *status. */
static int read_options(int argc, char **argv, struct options *options, int *status)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:njfqvhV", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 'n':
			options->dry_run = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'f':
			options->force = true;
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'v':
			options->verbose = true;
			break;
		case 'r':
			options->run_dir = optarg;
			break;
		case 'h':
			print_usage(stdout);
			*status = EXIT_OK;
			return -1;
		case 'k':
			print_keys();
			*status = EXIT_OK;
			return -1;
		case 'V':
			puts(PACKAGE_STRING);
			*status = EXIT_OK;
			return -1;
		default:
			*status = bad_usage();
			return -1;
		}
	}
	return 0;
}

/* A descriptor that is opened in the place of stderr would get our words. */
static void open_standard_files(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", O_RDWR);
}

/* What could not be written to stdout has not been said; unsaid is the status for success then. */
static int end(int status, int unsaid)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	log_error("cannot write to standard output: %s", strerror(errno));
	/* 1 of status would mean that something differs */
	return status == EXIT_OK || unsaid == STATUS_UNKNOWN ? unsaid : status;
}

/* Systems of before 2011, as EL6, have no /run but /var/run. */
static const char *default_run_dir(void)
{
	bool moved = strncmp(RUN_DIR, "/run/", 5) == 0 && access("/run", F_OK) < 0;

	return moved ? "/var" RUN_DIR : RUN_DIR;
}

int main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_FILE, .run_dir = default_run_dir() };
	const struct verb *verb;
	int status;

	open_standard_files();
	/* files that this writes are for all to read, whoever starts it */
	umask(022);
	if (read_options(argc, argv, &options, &status) < 0)
		return end(status, EXIT_ERROR);
	if (optind == argc) {
		fputs("config_tap: a command is missing\n\n", stderr);
		return bad_usage();
	}
	verb = find_verb(argv[optind]);
	if (!verb) {
		fprintf(stderr, "config_tap: there is no command \"%s\"\n\n", argv[optind]);
		return bad_usage();
	}
	options.nics = argv + optind + 1;
	options.nnics = argc - optind - 1;
	if (verb->run == verb_check && options.nnics) {
		fputs("config_tap: check reads the whole file, and takes no NIC\n\n", stderr);
		return bad_usage();
	}
	if ((verb->run == verb_hold || verb->run == verb_release) && !options.nnics) {
		fprintf(stderr, "config_tap: %s wants the name of a NIC\n\n", verb->name);
		return bad_usage();
	}
	log_setup(options.quiet, options.verbose, geteuid() == 0);
	return end(verb->run(&options), verb->run == verb_status ? STATUS_UNKNOWN : EXIT_ERROR);
}
