/* SPDX-License-Identifier: MIT */
/* The nearest of many words to one that was misspelt. */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include <stddef.h>

struct nearest {
	const char *misspelt;
	const char *word; /* the nearest so far, or NULL */
	size_t distance;
};

/* Begins a search; nearest_offer() then takes each word that could be meant. */
struct nearest nearest_begin(const char *misspelt);
void nearest_offer(struct nearest *nearest, const char *word);

/* "; is "WORD" meant?", or nothing where no word is near. Returns buf. */
#define NEAREST_TEXT 320
char *nearest_hint(char buf[NEAREST_TEXT], const struct nearest *nearest);

#endif
