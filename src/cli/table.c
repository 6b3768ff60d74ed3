/* SPDX-License-Identifier: MIT */
/* A table for people: columns that fit what is in them, aligned as they are seen. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cli/table.h"

#define COLOUR_OFF "\033[0m"
#define GAP 2

struct table_row *table_add(struct table *table)
{
	table->rows = array_grow(table->rows, &table->cap, table->n, sizeof(*table->rows));
	return &table->rows[table->n++];
}

/* Width 0 is a column that is left out. */
static void table_measure(const struct table *table, size_t width[TABLE_COLUMNS])
{
	size_t i, k;

	for (k = 0; k < table->columns; k++) {
		width[k] = 0;
		for (i = 0; i < table->n; i++) {
			const char *cell = table->rows[i].cells[k];
			size_t w = cell ? strlen(cell) : 0;

			if (w > width[k])
				width[k] = w;
		}
		if (width[k] && width[k] < strlen(table->headings[k]))
			width[k] = strlen(table->headings[k]);
	}
}

static void table_print_row(const struct table *table, const char *const *cells,
			    const size_t *width, const char *colour)
{
	size_t i, pad = 0;

	for (i = 0; i < table->columns; i++) {
		const char *cell = cells[i] ? cells[i] : "";
		bool coloured = colour && i == 1;

		if (!width[i])
			continue;
		if (*cell) {
			printf("%*s%s%s%s", (int)pad, "", coloured ? colour : "", cell,
			       coloured ? COLOUR_OFF : "");
			pad = 0;
		}
		pad += width[i] - strlen(cell) + GAP;
	}
	putchar('\n');
}

void table_print(struct table *table)
{
	size_t width[TABLE_COLUMNS], i, k;

	table_measure(table, width);
	table_print_row(table, table->headings, width, NULL);
	for (i = 0; i < table->n; i++) {
		struct table_row *row = &table->rows[i];

		table_print_row(table, (const char *const *)row->cells, width, row->colour);
		if (row->below)
			fputs(row->below, stdout);
		for (k = 0; k < table->columns; k++)
			free(row->cells[k]);
		free(row->below);
	}
	free(table->rows);
	*table = (struct table){ .headings = table->headings, .columns = table->columns };
}
