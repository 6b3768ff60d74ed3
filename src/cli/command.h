/* SPDX-License-Identifier: MIT */
/* The commands: one table, a row each, and the exit status that LSB gives them. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/option.h"

/*
 * Linux Standard Base 5.0, Core, 22.2 "Init Script Actions": the first table is for actions, the
 * second for status.
 */
enum exit_status {
	EXIT_OK = 0,
	EXIT_ERROR = 1,
	EXIT_BAD_ARGUMENT = 2,
	EXIT_NO_PRIVILEGE = 4,
	EXIT_NOT_CONFIGURED = 6,
};

enum exit_of_status {
	STATUS_UP = 0,
	STATUS_PARTLY = 1,
	STATUS_NOT_RUNNING = 3,
	STATUS_UNKNOWN = 4,
};

struct exit_row {
	int status;
	const char *meaning; /* NULL after the last row */
};

/* What the exit status of a command says, and what it is where there was nothing to say. */
struct exits {
	int failed;      /* the machine cannot be asked, or what it says not be printed */
	int unknown_nic; /* a NIC is named that nobody knows */
	const struct exit_row *rows;
};

enum nics_taken { NICS_NONE, NICS_WITH_FOR, NICS_OPTIONAL, NICS_REQUIRED };

struct command {
	const char *name;
	const char *same_as; /* it is another name of this one, and has no help of its own */
	enum nics_taken nics;
	const char *operands; /* what it takes instead of NICs, for people */
	bool changes;         /* it changes the machine, and not only looks at it */
	unsigned options;     /* OPTION_*: those that mean something to it */
	int (*run)(const struct options *options); /* returns the exit status */
	const char *summary; /* NULL without same_as: it is for programs, and not listed */
	const char *help, *example;
	const struct exits *exits;
};

/* The rows in the table's order, NULL after the last. */
const struct command *command_at(size_t i);
const struct command *command_find(const char *name);
bool command_is_hidden(const struct command *command);
/* What is said, and where: of a command that changes nothing not in syslog. */
void command_log_setup(const struct options *options);

/* Each returns the exit status. */
int command_start(const struct options *options);
int command_stop(const struct options *options);
int command_restart(const struct options *options);
int command_try_restart(const struct options *options);
int command_reload(const struct options *options);
int command_hold(const struct options *options);
int command_release(const struct options *options);
int command_status(const struct options *options);
int command_check(const struct options *options);
int command_import(const struct options *options);
int command_complete(const struct options *options);
int command_help(const struct options *options);

#endif
