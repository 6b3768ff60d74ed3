/* SPDX-License-Identifier: MIT */
/*
 * A table for people: columns that fit what is in them, and the screen, aligned as they are
 * seen.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS 16

/* What a column does where the lines are wider than the screen. */
enum table_fit {
	TABLE_STAYS,
	TABLE_GOES,    /* it is left out; the first of all */
	TABLE_SHORTENS /* of its words the first is left, and how many there are besides */
};

struct table_column {
	const char *heading;
	enum table_fit fit;
};

struct table_row {
	char *cells[TABLE_COLUMNS]; /* NULL is empty */
	const char *colour;         /* of the second cell: an escape sequence, or NULL */
	char *below;                /* lines that stand under it, each with its newline; or NULL */
};

struct table {
	const struct table_column *columns;
	size_t ncolumns;
	struct table_row *rows;
	size_t n, cap;
};

/* A new row at the end; cells and what stands below are the table's to free. */
struct table_row *table_add(struct table *table);

/*
 * Prints it, without the columns that are empty throughout, and frees its rows. Returns the number
 * of lines.
 */
size_t table_print(struct table *table);

/*
 * The screen: its width, 0 where lines may be as long as they are, and its height. COLUMNS and
 * LINES
 * of the environment tell, else the terminal; without one there are 24 lines of any length.
 */
void table_screen(size_t *columns, size_t *lines);

#endif
