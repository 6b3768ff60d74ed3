/* SPDX-License-Identifier: MIT */
/* The nearest of many words to one that was misspelt. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/word.h"

#define WORD_MAX 64

/*
 * How many letters must be put in, left out, replaced or swapped with the next one to get from a
 * to b (optimal string alignment).
 */
static size_t word_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX], i, j, length = strlen(b);
	size_t *before = rows[0], *above = rows[1], *row = rows[2], *spare;

	if (strlen(a) >= WORD_MAX || length >= WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= length; j++)
		above[j] = j;
	for (i = 1; a[i - 1]; i++) {
		row[0] = i;
		for (j = 1; j <= length; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[length];
}

struct nearest nearest_begin(const char *misspelt)
{
	/* one slip in three letters */
	return (struct nearest){ .misspelt = misspelt, .distance = (strlen(misspelt) + 1) / 3 };
}

void nearest_offer(struct nearest *nearest, const char *word)
{
	size_t distance = word_distance(nearest->misspelt, word);

	/* a word that merely is short is near to everything that is short */
	if (distance > nearest->distance || distance >= strlen(word) ||
	    (nearest->word && distance == nearest->distance))
		return;
	nearest->word = word;
	nearest->distance = distance;
}

char *nearest_hint(char buf[NEAREST_TEXT], const struct nearest *nearest)
{
	buf[0] = '\0';
	if (nearest->word)
		snprintf(buf, NEAREST_TEXT, "; did you mean \"%s\"?", nearest->word);
	return buf;
}
