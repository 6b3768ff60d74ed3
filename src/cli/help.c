/* SPDX-License-Identifier: MIT */
/* What the program says of itself, all of it from the tables. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "base/word.h"
#include "cli/help.h"
#include "config/conf.h"
#include "nic/key.h"

/* wide enough for the longest option with its argument */
#define NAME_WIDTH 20

static void print_option(const struct option_row *row)
{
	char name[64];

	snprintf(name, sizeof(name), "--%s%s%s", row->name, row->argument ? " " : "",
		 row->argument ? row->argument : "");
	if (row->letter)
		printf("  -%c, %-*s %s\n", row->letter, NAME_WIDTH - 4, name, row->help);
	else
		printf("      %-*s %s\n", NAME_WIDTH - 4, name, row->help);
}

void help_print_usage(void)
{
	const struct command *command;
	const struct option_row *row;
	size_t i;

	puts("Usage: config_tap [OPTION]... COMMAND [NIC]...\n"
	     "Makes the tun, tap, vxlan and bridge NICs listed in " CONFIG_FILE ".\n\n"
	     "Commands (for all NICs, unless some are named):");
	for (i = 0; (command = command_at(i)); i++)
		if (command->summary)
			printf("  %-*s %s\n", NAME_WIDTH, command->name, command->summary);
	puts("\nOptions:");
	for (i = 0; (row = option_at(i)); i++)
		if (!row->hidden)
			print_option(row);
	puts("\nMore: config_tap help COMMAND or KEY, config_tap(8) and config_tap(5).");
}

static const char *operands_of(const struct command *command)
{
	static const char *const nics[] = {
		[NICS_NONE] = "",
		[NICS_WITH_FOR] = " [--for CONSUMER [NIC]...]",
		[NICS_OPTIONAL] = " [NIC]...",
		[NICS_REQUIRED] = " NIC...",
	};

	return nics[command->nics];
}

void help_print_command(const struct command *command)
{
	const struct option_row *row;
	const char *name = command->name;
	size_t i;

	if (command->same_as)
		command = command_find(command->same_as);
	printf("Usage: config_tap [OPTION]... %s%s%s%s\n", name, operands_of(command),
	       command->operands ? " " : "", command->operands ? command->operands : "");
	printf("%s: %s.\n\n%s\n\nOptions:\n", name, command->summary, command->help);
	for (i = 0; (row = option_at(i)); i++)
		if (!row->hidden && (!row->set || (command->options & row->set)))
			print_option(row);
	puts("\nExit status:");
	for (i = 0; command->exits->rows[i].meaning; i++)
		printf("  %d  %s\n", command->exits->rows[i].status,
		       command->exits->rows[i].meaning);
	printf("\nExample:\n  %s\n", command->example);
}

void help_print_keys(void)
{
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (!key->internal)
			puts(key->name);
}

static void print_key(const struct file_key *key)
{
	printf("%s = VALUE: %s.\n\n", key->name, key->help);
	printf("  value    %s\n", key->values);
	printf("  default  %s\n", key->default_text);
	printf("  example  %s = %s\n", key->name, key->example);
	puts("\nMore: config_tap(5).");
}

static bool print_key_of_name(const char *name)
{
	const struct file_key *file_key = file_key_by_name(name);
	const struct key *key = key_by_name(name);
	char values[KEY_VALUES];

	if (file_key)
		print_key(file_key);
	else if (key)
		print_key(&(struct file_key){ key->name, key->help, key_values(key, values),
					      key->default_text, key->example });
	return file_key || key;
}

static int complain_of_word(const char *word)
{
	struct nearest nearest = nearest_begin(word);
	const struct command *command;
	const struct file_key *key;
	char hint[NEAREST_TEXT];
	size_t i;

	for (i = 0; (command = command_at(i)); i++)
		if (!command_is_hidden(command))
			nearest_offer(&nearest, command->name);
	for (i = 0; (key = file_key_at(i)); i++)
		nearest_offer(&nearest, key->name);
	key_offer_all(&nearest);
	option_slip("there is no command or key \"%s\"%s", word, nearest_hint(hint, &nearest));
	return EXIT_BAD_ARGUMENT;
}

static bool print_word(const char *word)
{
	const struct command *command = command_find(word);

	if (!command || command_is_hidden(command))
		return print_key_of_name(word);
	help_print_command(command);
	return true;
}

int command_help(const struct options *options)
{
	int i;

	if (!options->nnics)
		help_print_usage();
	for (i = 0; i < options->nnics; i++) {
		if (i)
			putchar('\n');
		if (!print_word(options->nics[i]))
			return complain_of_word(options->nics[i]);
	}
	return EXIT_OK;
}
