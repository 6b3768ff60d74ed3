/* SPDX-License-Identifier: MIT */
/* Small helpers that every other file may use: memory that never fails, arrays, text. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"

#ifdef CT_SANITIZED
const char *__asan_default_options(void);

/* What lives as long as the program is not given back, and is no leak. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

void need_memory(const void *p)
{
	if (p)
		return;
	log_error("out of memory; what was begun is undone, what was finished stays");
	exit(1);
}

static void *need(void *p)
{
	need_memory(p);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return need(calloc(n ? n : 1, size));
}

void *xmalloc(size_t size)
{
	void *p = malloc(size);

	if (!p)
		need_memory(NULL);
	return p;
}

char *xstrdup(const char *s)
{
	return need(strdup(s));
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *s;
	int n = vasprintf(&s, fmt, ap);

	return need(n < 0 ? NULL : s);
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

void *array_grow(void *array, size_t *cap, size_t n, size_t size)
{
	size_t more;

	if (n < *cap)
		return array;
	more = *cap ? *cap * 2 : 1;
	array = need(reallocarray(array, more, size));
	memset((char *)array + *cap * size, 0, (more - *cap) * size);
	*cap = more;
	return array;
}

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

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
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

char *text_escape(char *buf, size_t size, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t used = 0, n;

	while (*p) {
		n = utf8_length(p);
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

void text_replace(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

int fd_write(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len) {
		n = RETRY(write(fd, p, len));
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}
