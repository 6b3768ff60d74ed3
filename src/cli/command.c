/* SPDX-License-Identifier: MIT */
/* The table of commands. */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"
#include "cli/command.h"

static const struct exit_row change_rows[] = {
	{ 0, "done, or there was nothing to do" },
	{ 1, "at least one NIC could not be made, changed or removed" },
	{ 2, "a bad command, option or NIC" },
	{ 4, "root or CAP_NET_ADMIN is needed" },
	{ 6, "the file is missing or invalid, and nothing has been touched" },
	{ 0, NULL },
};
static const struct exits exits_of_change = { EXIT_ERROR, EXIT_BAD_ARGUMENT, change_rows };

/* the records say what is to be stopped */
static const struct exit_row stop_rows[] = {
	{ 0, "done, or there was nothing to do" },
	{ 1, "at least one NIC is in use, or could not be removed" },
	{ 2, "a bad command, option or NIC" },
	{ 4, "root or CAP_NET_ADMIN is needed" },
	{ 0, NULL },
};
static const struct exits exits_of_stop = { EXIT_ERROR, EXIT_BAD_ARGUMENT, stop_rows };

static const struct exit_row status_rows[] = {
	{ 6, "the file is missing or invalid; the table comes from the records" },
	{ 4, "something could not be asked, or an unknown NIC was named" },
	{ 0, "every NIC is as configured, and nothing is left over" },
	{ 3, "no NIC is up, and nothing that was recorded is left" },
	{ 1, "anything else" },
	{ 2, "a bad command or option" },
	{ 0, NULL },
};
static const struct exits exits_of_status = { STATUS_UNKNOWN, STATUS_UNKNOWN, status_rows };

static const struct exit_row check_rows[] = {
	{ 0, "the file can be used" },
	{ 1, "with --for, a NIC that does not suit the consumer" },
	{ 2, "a bad command, option or consumer" },
	{ 6, "the file is missing, or has a mistake" },
	{ 0, NULL },
};
static const struct exits exits_of_check = { EXIT_ERROR, EXIT_BAD_ARGUMENT, check_rows };

static const struct exit_row import_rows[] = {
	{ 0, "printed" },
	{ 1, "the machine could not be asked" },
	{ 2, "a bad command or option, or an unknown interface" },
	{ 0, NULL },
};
static const struct exits exits_of_import = { EXIT_ERROR, EXIT_BAD_ARGUMENT, import_rows };

static const struct exit_row help_rows[] = {
	{ 0, "printed" },
	{ 1, "standard output could not be written" },
	{ 2, "there is no such command or key" },
	{ 0, NULL },
};
static const struct exits exits_of_help = { EXIT_ERROR, EXIT_BAD_ARGUMENT, help_rows };

#define OPTIONS_OF_CHANGE (OPTION_DRY_RUN | OPTION_JSON)

static const struct command commands[] = {
	{ "start", NULL, NICS_OPTIONAL, NULL, true, OPTIONS_OF_CHANGE | OPTION_FORCE | OPTION_STAY,
	  command_start, "make every NIC match the file",
	  "What is missing is created, what differs is changed in place, and what matches is not\n"
	  "touched: a second start changes nothing. If a NIC fails, only that one is undone.",
	  "config_tap --dry-run start", &exits_of_change },
	{ "stop", NULL, NICS_OPTIONAL, NULL, true,
	  OPTIONS_OF_CHANGE | OPTION_FORCE | OPTION_ALL_FILES, command_stop,
	  "remove what config_tap made",
	  "This includes what has left the file. Everything else stays, and so does a NIC in\n"
	  "use, unless --force is given. The key on_stop can ask for less than removal.",
	  "config_tap stop 'fc*'", &exits_of_stop },
	{ "restart", NULL, NICS_OPTIONAL, NULL, true, OPTIONS_OF_CHANGE | OPTION_FORCE,
	  command_restart, "stop, then start",
	  "A stable MAC address is the same after it, and a NIC that stays keeps its link.",
	  "config_tap restart eth1", &exits_of_change },
	{ "try-restart", NULL, NICS_OPTIONAL, NULL, true, OPTIONS_OF_CHANGE | OPTION_FORCE,
	  command_try_restart, "restart if something is running",
	  "Does nothing if no NIC of ours is up.", "config_tap try-restart", &exits_of_change },
	{ "condrestart", "try-restart", NICS_OPTIONAL, NULL, true, OPTIONS_OF_CHANGE | OPTION_FORCE,
	  command_try_restart, NULL, NULL, NULL, &exits_of_change },
	{ "reload", NULL, NICS_OPTIONAL, NULL, true, OPTIONS_OF_CHANGE | OPTION_FORCE,
	  command_reload, "start, and remove what has left the file",
	  "What is as configured is not touched.", "config_tap --dry-run reload",
	  &exits_of_change },
	{ "force-reload", NULL, NICS_OPTIONAL, NULL, true, OPTIONS_OF_CHANGE | OPTION_FORCE,
	  command_reload, "reload if something is running, else start",
	  "If nothing is running, nothing can have left the file, so it is the same as reload.",
	  "config_tap force-reload", &exits_of_change },
	{ "status", NULL, NICS_OPTIONAL, NULL, false,
	  OPTION_JSON | OPTION_COLOR | OPTION_FAILED | OPTION_FOR, command_status,
	  "show each NIC as it is, against the file",
	  "A NIC that differs has a line for each difference. Needs no root, though an ordinary\n"
	  "user does not see the processes of others.",
	  "config_tap --failed status", &exits_of_status },
	{ "hold", NULL, NICS_REQUIRED, NULL, true, OPTIONS_OF_CHANGE | OPTION_FORCE, command_hold,
	  "keep the link of each named NIC up, by hand",
	  "As carrier = hold in the file does, until release, stop or restart.",
	  "config_tap hold eth1", &exits_of_change },
	{ "release", NULL, NICS_REQUIRED, NULL, true, OPTIONS_OF_CHANGE | OPTION_FORCE,
	  command_release, "let the link go, so that a program can attach",
	  "A NIC that is held is busy (EBUSY) for every other program.", "config_tap release eth1",
	  &exits_of_change },
	{ "check", NULL, NICS_WITH_FOR, NULL, false, OPTION_JSON | OPTION_FOR, command_check,
	  "report every mistake in the file; changes nothing",
	  "Reads the whole file, and needs no root. Of the machine it asks for users, groups,\n"
	  "network namespaces by name, and whether OpenStack is there. With\n"
	  "--for it says of each NIC, or of those named, what the consumer would reject.",
	  "config_tap -c new.ini check", &exits_of_check },
	{ "import", NULL, NICS_OPTIONAL, NULL, false, 0, command_import,
	  "print sections for existing NICs; changes nothing",
	  "For taps, tuns, bridges and VXLANs that nobody recorded, leaving out defaults.\n"
	  "What another program has made is printed as a comment, with the reason.",
	  "config_tap import tap5", &exits_of_import },
	{ "help", NULL, NICS_NONE, "[COMMAND or KEY]", false, 0, command_help,
	  "say what a command does, or what a key takes",
	  "Without an argument, the commands and options.", "config_tap help on_stop",
	  &exits_of_help },
	{ "complete", NULL, NICS_NONE, "-- [WORD]...", false, 0, command_complete, NULL, NULL, NULL,
	  &exits_of_help },
};

const struct command *command_at(size_t i)
{
	return i < ARRAY_SIZE(commands) ? &commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

bool command_is_hidden(const struct command *command)
{
	return !command->summary && !command->same_as;
}

void command_log_setup(const struct options *options)
{
	log_setup(options->quiet, options->verbose, options->command->changes && geteuid() == 0);
}
