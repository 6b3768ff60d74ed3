/* SPDX-License-Identifier: MIT */
/* Text in buffers of a fixed size. */
#include "config.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

bool text_add(char *buf, size_t size, const char *fmt, ...)
{
	size_t used = strlen(buf);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf + used, size - used, fmt, ap);
	va_end(ap);
	return n >= 0 && (size_t)n < size - used;
}

/* Length of the UTF-8 sequence at s (RFC 3629), 0 where there is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const struct {
		unsigned char low, high, second_low, second_high;
		size_t length;
	} forms[] = {
		{ 0x20, 0x7e, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, k;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].low || s[0] > forms[i].high)
			continue;
		if (forms[i].length == 1)
			return 1;
		if (s[1] < forms[i].second_low || s[1] > forms[i].second_high)
			return 0;
		/* U+0080 to U+009F are control characters as well */
		if (s[0] == 0xc2 && s[1] < 0xa0)
			return 0;
		for (k = 2; k < forms[i].length; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

/* The character of a sequence of that length. */
static uint32_t utf8_decode(const unsigned char *s, size_t length)
{
	uint32_t c = length == 1 ? s[0] : s[0] & (0xffu >> (length + 1));
	size_t i;

	for (i = 1; i < length; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

/*
 * Characters that show nothing themselves but change how the rest of the line is shown, which is
 * as good as another name: UAX 9, 2.4 (writing direction), and separators of lines.
 */
static bool steers_text(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x061c, 0x061c }, { 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* The length of the character at s that may be shown as it is; 0: not this one. */
static size_t shown_length(const unsigned char *s)
{
	size_t length = utf8_length(s);

	return length && steers_text(utf8_decode(s, length)) ? 0 : length;
}

char *text_escape(char *buf, size_t size, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t used = 0, n;

	while (*p) {
		n = shown_length(p);
		if (used + (n ? n : 4) >= size)
			break;
		if (n) {
			memcpy(buf + used, p, n);
			used += n;
			p += n;
		} else {
			used += (size_t)sprintf(buf + used, "\\x%02x", *p++);
		}
	}
	buf[used] = '\0';
	return buf;
}

/*
 * A locale in whose character set wcwidth() knows more than ASCII: that of the environment, or one
 * of those that most systems have. Of one without it every character is one column wide.
 */
static void text_choose_locale(void)
{
	static const char *const names[] = { "", "C.UTF-8", "en_US.UTF-8" };
	static bool chosen;
	size_t i;

	for (i = 0; !chosen && i < sizeof(names) / sizeof(names[0]); i++)
		chosen = setlocale(LC_CTYPE, names[i]) &&
			 strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	chosen = true;
}

size_t text_width(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t width = 0, length;
	int columns;

	for (; *p; p += length) {
		length = utf8_length(p);
		columns = 1;
		if (length > 1) {
			text_choose_locale();
			columns = wcwidth((wchar_t)utf8_decode(p, length));
		}
		length = length ? length : 1;
		width += columns < 0 ? 1 : (size_t)columns;
	}
	return width;
}

void text_replace(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

char *text_cut(char **rest, const char *separators)
{
	char *word, *end;

	while ((word = strsep(rest, separators))) {
		word += strspn(word, " \t");
		end = word + strlen(word);
		while (end > word && (end[-1] == ' ' || end[-1] == '\t'))
			*--end = '\0';
		if (*word)
			return word;
	}
	return NULL;
}
