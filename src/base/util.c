/* SPDX-License-Identifier: MIT */
/* Small helpers that every other file may use: memory that never fails, arrays, files. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"

/* What glibc takes for M_MMAP_THRESHOLD at most (of 64 bits); from there on memory is no heap. */
#define HEAP_RESERVE_MAX (32 << 20)
/* Less is not worth the call. */
#define HEAP_RESERVE_MIN (8 << 10)
/* since Linux 5.14 */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

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

#if defined(__GLIBC__) && !defined(CT_SANITIZED)
/* Only a hint, which kernels before 5.14 do not take. */
void heap_reserve(size_t bytes)
{
	const size_t page = (size_t)getpagesize();
	char *room, *first;

	if (bytes < HEAP_RESERVE_MIN)
		return;
	if (bytes > HEAP_RESERVE_MAX - 2 * page)
		bytes = HEAP_RESERVE_MAX - 2 * page;
	/* so that it is the heap's, and stays it when it is given back; too much on 32 bits */
	if (!mallopt(M_MMAP_THRESHOLD, HEAP_RESERVE_MAX) || !mallopt(M_TRIM_THRESHOLD, INT_MAX))
		return;
	room = malloc(bytes + page);
	if (!room)
		return;
	first = room + page - (uintptr_t)room % page;
	madvise(first, bytes / page * page, MADV_POPULATE_WRITE);
	free(room);
}
#else
void heap_reserve(size_t bytes)
{
	(void)bytes;
}
#endif

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

char *xappend(char *s, const char *fmt, ...)
{
	size_t used = s ? strlen(s) : 0, length;
	va_list ap;
	char *more;

	va_start(ap, fmt);
	more = xvasprintf(fmt, ap);
	va_end(ap);
	if (!s)
		return more;
	length = strlen(more);
	s = need(realloc(s, used + length + 1));
	memcpy(s + used, more, length + 1);
	free(more);
	return s;
}

void *array_grow(void *array, size_t *cap, size_t n, size_t size)
{
	size_t more = *cap ? *cap * 2 : 1;

	if (n >= *cap) {
		if (more > SIZE_MAX / size)
			need_memory(NULL);
		array = need(realloc(array, more * size));
		*cap = more;
	}
	/* not the whole of the new room, which may never be used: a page not touched is none */
	memset((char *)array + n * size, 0, size);
	return array;
}

struct dirent *dir_next(DIR *dir, int *err)
{
	struct dirent *entry;

	/* readdir(3) leaves it alone at the end */
	errno = 0;
	entry = readdir(dir);
	*err = -errno;
	return entry;
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
