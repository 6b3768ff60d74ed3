/* SPDX-License-Identifier: MIT */
/* A table for people: columns that fit what is in them, aligned as they are seen. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS 16

struct table_row {
	char *cells[TABLE_COLUMNS]; /* NULL is empty */
	const char *colour;         /* of the second cell: an escape sequence, or NULL */
	char *below;                /* lines that stand under it, each with its newline; or NULL */
};

struct table {
	const char *const *headings;
	size_t columns;
	struct table_row *rows;
	size_t n, cap;
};

/* A new row at the end; cells and what stands below are the table's to free. */
struct table_row *table_add(struct table *table);

/* Prints it, without the columns that are empty throughout, and frees its rows. */
void table_print(struct table *table);

#endif
