/* SPDX-License-Identifier: MIT */
/*
 * A table for people: columns that fit what is in them, and the screen, aligned as they are
 * seen.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/table.h"

#define COLOUR_OFF "\033[0m"
#define GAP 2

#define SCREEN_LINES 24

static size_t number_of_environment(const char *name)
{
	const char *text = getenv(name);
	long number = text ? strtol(text, NULL, 10) : 0;

	return number > 0 ? (size_t)number : 0;
}

void table_screen(size_t *columns, size_t *lines)
{
	struct winsize size = { 0 };

	*columns = number_of_environment("COLUMNS");
	*lines = number_of_environment("LINES");
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		size = (struct winsize){ 0 };
	if (!*columns)
		*columns = size.ws_col;
	if (!*lines)
		*lines = size.ws_row ? size.ws_row : SCREEN_LINES;
}

struct table_row *table_add(struct table *table)
{
	table->rows = array_grow(table->rows, &table->cap, table->n, sizeof(*table->rows));
	return &table->rows[table->n++];
}

/* How wide a column is; 0 where it is empty throughout. */
static size_t table_measure(const struct table *table, size_t column)
{
	const char *heading = table->columns[column].heading;
	size_t i, width = 0;

	for (i = 0; i < table->n; i++) {
		const char *cell = table->rows[i].cells[column];
		size_t w = cell ? text_width(cell) : 0;

		if (w > width)
			width = w;
	}
	return width && width < strlen(heading) ? strlen(heading) : width;
}

/* "10.1.0.1/24 10.2.0.1/24 10.3.0.1/24" becomes "10.1.0.1/24 +2". */
static void table_shorten(struct table *table, size_t column)
{
	size_t i, more;

	for (i = 0; i < table->n; i++) {
		char **cell = &table->rows[i].cells[column], *p;

		if (!*cell)
			continue;
		for (more = 0, p = *cell; (p = strchr(p, ' ')); p++)
			more++;
		if (!more)
			continue;
		(*cell)[strcspn(*cell, " ")] = '\0';
		*cell = xappend(*cell, " +%zu", more);
	}
}

/* Each way to save room, one after the other, until the lines are no wider than the screen. */
static void table_fit(struct table *table, size_t *width, size_t screen)
{
	static const enum table_fit ways[] = { TABLE_GOES, TABLE_SHORTENS };
	size_t i, k, way, total = 0;

	for (k = 0; k < table->ncolumns; k++) {
		width[k] = table_measure(table, k);
		total += width[k] ? width[k] + GAP : 0;
	}
	for (way = 0; screen && way < ARRAY_SIZE(ways); way++)
		for (i = 0; i < table->ncolumns && total > screen + GAP; i++) {
			if (table->columns[i].fit != ways[way] || !width[i])
				continue;
			total -= width[i] + GAP;
			if (ways[way] == TABLE_SHORTENS)
				table_shorten(table, i);
			width[i] = ways[way] == TABLE_GOES ? 0 : table_measure(table, i);
			total += width[i] ? width[i] + GAP : 0;
		}
}

/* Prints one cell behind the room that those before it have left. Returns the room behind it. */
static size_t table_print_cell(const char *cell, size_t width, size_t pad, const char *colour)
{
	if (!width)
		return pad;
	if (!*cell)
		return pad + width + GAP;
	for (; pad; pad--)
		putchar(' ');
	if (colour)
		fputs(colour, stdout);
	fputs(cell, stdout);
	if (colour)
		fputs(COLOUR_OFF, stdout);
	return width - text_width(cell) + GAP;
}

static void table_print_row(const struct table *table, const struct table_row *row,
			    const size_t *width)
{
	size_t k, pad = 0;

	for (k = 0; k < table->ncolumns; k++)
		pad = table_print_cell(row->cells[k] ? row->cells[k] : "", width[k], pad,
				       k == 1 ? row->colour : NULL);
	putchar('\n');
}

static size_t table_print_below(const char *below)
{
	size_t lines = 0;

	if (!below)
		return 0;
	fputs(below, stdout);
	while ((below = strchr(below, '\n'))) {
		below++;
		lines++;
	}
	return lines;
}

size_t table_print(struct table *table)
{
	size_t width[TABLE_COLUMNS] = { 0 }, columns, lines, i, k, pad = 0;

	table_screen(&columns, &lines);
	table_fit(table, width, columns);
	for (k = 0; k < table->ncolumns; k++)
		pad = table_print_cell(table->columns[k].heading, width[k], pad, NULL);
	putchar('\n');
	lines = 1 + table->n;
	for (i = 0; i < table->n; i++) {
		struct table_row *row = &table->rows[i];

		table_print_row(table, row, width);
		lines += table_print_below(row->below);
		for (k = 0; k < table->ncolumns; k++)
			free(row->cells[k]);
		free(row->below);
	}
	free(table->rows);
	*table = (struct table){ .columns = table->columns, .ncolumns = table->ncolumns };
	return lines;
}
