/* SPDX-License-Identifier: MIT */
/* Text in buffers of a fixed size: appended to, and made safe to show. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Appends formatted text to buf of size bytes, which holds a string already. What does not
 * fit is left off; returns false then.
 */
bool text_add(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * Copies s to buf of size bytes with control characters, those that turn the direction of
 * writing, and bytes that are not UTF-8, as \xNN, so that no name or alias can drive a terminal
 * or forge a log line. Returns buf.
 */
char *text_escape(char *buf, size_t size, const char *s);

/* How many columns of a terminal s takes, which has been escaped. */
size_t text_width(const char *s);

/* Puts one character in place of another, throughout. */
void text_replace(char *s, char from, char to);

/*
 * Cuts the next word off *rest, at one of the separators, without blanks around it; empty ones are
 * passed over. Writes into the text. Returns NULL at the end.
 */
char *text_cut(char **rest, const char *separators);

#endif
