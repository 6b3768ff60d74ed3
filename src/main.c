/* SPDX-License-Identifier: MIT */
/* From the command line to a row of the table of commands, and from there to the exit status. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "base/util.h"
#include "base/word.h"
#include "cli/command.h"
#include "cli/help.h"

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
	bool moved = strncmp(RUN_DIR, "/run/", 5) == 0 && access("/run", F_OK) < 0 &&
		     errno == ENOENT;

	return moved ? "/var" RUN_DIR : RUN_DIR;
}

/* The command of that name. Returns NULL having said why. */
static const struct command *find_command(const char *name)
{
	const struct command *command = command_find(name);
	struct nearest nearest = nearest_begin(name);
	char hint[NEAREST_TEXT];
	size_t i;

	if (command)
		return command;
	for (i = 0; (command = command_at(i)); i++)
		if (!command_is_hidden(command))
			nearest_offer(&nearest, command->name);
	option_slip("there is no command \"%s\"%s", name, nearest_hint(hint, &nearest));
	return NULL;
}

/* Fits the rest of the line to the command? Tells what does not. */
static bool suits(const struct options *options)
{
	const struct command *command = options->command;
	bool takes_nics = command->nics >= NICS_OPTIONAL || command->operands ||
			  (command->nics == NICS_WITH_FOR && options->consumer);

	if (options->nnics && !takes_nics)
		option_slip("%s takes %s", command->name,
			    command->nics == NICS_WITH_FOR ? "a NIC only with --for" : "no NIC");
	else if (command->nics == NICS_REQUIRED && !options->nnics)
		option_slip("%s needs the name of a NIC", command->name);
	else
		return options_suit(options, command->name, command->options);
	return false;
}

/* The options that take the place of a command. Returns false where there is none. */
static bool print_instead(const struct options *options)
{
	if (options->help && options->command && !command_is_hidden(options->command))
		help_print_command(options->command);
	else if (options->help)
		help_print_usage();
	else if (options->version)
		puts(PACKAGE_STRING);
	else if (options->keys)
		help_print_keys();
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_FILE, .run_dir = default_run_dir() };
	int first, status;

	open_standard_files();
	/* the files that this writes are readable by all, no matter who starts it */
	umask(022);
	first = options_read(&options, argc, argv);
	if (first < 0)
		return EXIT_BAD_ARGUMENT;
	if (first < argc) {
		options.command = find_command(argv[first]);
		if (!options.command)
			return EXIT_BAD_ARGUMENT;
		options.nics = argv + first + 1;
		options.nnics = argc - first - 1;
	}
	if (print_instead(&options))
		return end(EXIT_OK, EXIT_ERROR);
	if (!options.command) {
		option_slip("no command is given");
		return EXIT_BAD_ARGUMENT;
	}
	if (!suits(&options))
		return EXIT_BAD_ARGUMENT;
	command_log_setup(&options);
	if (options.command->changes && !options.dry_run)
		signals_catch();
	status = end(options.command->run(&options), options.command->exits->failed);
	signals_end();
	return status;
}
