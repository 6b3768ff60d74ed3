/* SPDX-License-Identifier: MIT */
/* What the program says of itself, all of it from the tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"

/* To stdout: the commands and options, or one command with all that belongs to it. */
void help_print_usage(void);
void help_print_command(const struct command *command);

/* The names of the keys, one a line, for programs. */
void help_print_keys(void);

#endif
