/* SPDX-License-Identifier: MIT */
/*
 * complete: what a shell can offer for the last word of a command line, from the tables, the file
 * and the records. One word a line, with a tab and what it is; or, as the only line, ":files" or
 * ":directories", which the shell knows better.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "change/records.h"
#include "cli/command.h"
#include "cli/consumers.h"
#include "config/conf.h"
#include "nic/key.h"

/* The line so far. */
struct line {
	const struct command *command;       /* NULL: none yet */
	const struct option_row *unfinished; /* the last word is its argument */
	const char *config, *run_dir, *word;
	bool consumer; /* --for is given */
};

static void offer(const struct line *line, const char *word, const char *what)
{
	if (strncmp(word, line->word, strlen(line->word)) == 0)
		printf("%s\t%s\n", word, what ? what : "");
}

static const struct option_row *row_of(const char *word, size_t length)
{
	const struct option_row *row;
	size_t i;

	for (i = 0; (row = option_at(i)); i++) {
		if (length == 2 && word[0] == '-' && row->letter && word[1] == row->letter)
			return row;
		if (length > 2 && strncmp(word, "--", 2) == 0 && strlen(row->name) == length - 2 &&
		    strncmp(row->name, word + 2, length - 2) == 0)
			return row;
	}
	return NULL;
}

static void take_argument(struct line *line, const struct option_row *row, const char *argument)
{
	if (strcmp(row->name, "config") == 0)
		line->config = argument;
	else if (strcmp(row->name, "run-dir") == 0)
		line->run_dir = argument;
	else if (row->set == OPTION_FOR)
		line->consumer = true;
}

/* One word before the last. bash breaks --config=FILE into three. */
static void take_word(struct line *line, const char *word)
{
	const struct option_row *row;
	size_t length = strcspn(word, "=");

	if (line->unfinished && strcmp(word, "=") == 0)
		return;
	if (line->unfinished) {
		take_argument(line, line->unfinished, word);
		line->unfinished = NULL;
		return;
	}
	row = row_of(word, length);
	if (row && row->argument && word[length] == '=')
		take_argument(line, row, word + length + 1);
	else if (row && row->argument)
		line->unfinished = row;
	else if (word[0] != '-' && !line->command)
		line->command = command_find(word);
}

static void offer_consumers(const struct line *line)
{
	const struct consumer *consumer;
	size_t i;

	for (i = 0; (consumer = consumer_at(i)); i++)
		offer(line, consumer->names[0], consumer->what);
}

static void offer_argument(const struct line *line)
{
	const struct option_row *row = line->unfinished;
	size_t i;

	if (row->set == OPTION_FOR)
		offer_consumers(line);
	else if (!row->choices)
		puts(strcmp(row->argument, "DIR") == 0 ? ":directories" : ":files");
	for (i = 0; row->choices && row->choices[i]; i++)
		offer(line, row->choices[i], NULL);
}

static void offer_options(const struct line *line)
{
	const struct option_row *row;
	char word[64];
	size_t i;

	for (i = 0; (row = option_at(i)); i++) {
		if (row->hidden ||
		    (row->set && line->command && !(line->command->options & row->set)))
			continue;
		if (row->letter) {
			snprintf(word, sizeof(word), "-%c", row->letter);
			offer(line, word, row->help);
		}
		snprintf(word, sizeof(word), "--%s", row->name);
		offer(line, word, row->help);
	}
}

static void offer_commands(const struct line *line)
{
	const struct command *command;
	size_t i;

	for (i = 0; (command = command_at(i)); i++)
		if (!command_is_hidden(command))
			offer(line, command->name,
			      command->summary ? command->summary : command->same_as);
}

static void offer_keys(const struct line *line)
{
	const struct file_key *file_key;
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (!key->internal)
			offer(line, key->name, key->help);
	for (i = 0; (file_key = file_key_at(i)); i++)
		offer(line, file_key->name, file_key->help);
}

/* Those of the file, as far as it can be read, and what has left it. */
static void offer_nics(const struct line *line)
{
	struct records *records;
	struct conf conf;
	size_t i;

	conf_read(&conf, line->config, true);
	for (i = 0; i < conf.n; i++)
		offer(line, conf.nics[i].name, conf.nics[i].alias);
	records = records_open(line->run_dir, RECORDS_LOOK);
	for (i = 0; records && i < records_count(records); i++)
		if (!conf_find(&conf, records_at(records, i)->name))
			offer(line, records_at(records, i)->name, "not in the file");
}

int command_complete(const struct options *options)
{
	struct line line = { .config = options->config, .run_dir = options->run_dir, .word = "" };
	int i;

	for (i = 0; i + 1 < options->nnics; i++)
		take_word(&line, options->nics[i]);
	if (options->nnics)
		line.word = options->nics[options->nnics - 1];
	if (line.unfinished && strcmp(line.word, "=") == 0)
		line.word = "";
	if (line.unfinished)
		offer_argument(&line);
	else if (line.word[0] == '-')
		offer_options(&line);
	else if (!line.command)
		offer_commands(&line);
	else if (line.command->nics >= NICS_OPTIONAL || (line.consumer && line.command->nics))
		offer_nics(&line);
	else if (line.command->operands) {
		offer_commands(&line);
		offer_keys(&line);
	}
	return EXIT_OK;
}
