/* SPDX-License-Identifier: MIT */
/* Small helpers that every other file may use: memory that never fails, arrays, files. */
#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Repeats a system call that a signal interrupted; the value is the call's own. */
#define RETRY(call)                                           \
	({                                                    \
		long retry_ret_;                              \
		do {                                          \
			retry_ret_ = (long)(call);            \
		} while (retry_ret_ == -1 && errno == EINTR); \
		retry_ret_;                                   \
	})

/*
 * Memory. Without memory the program says so and ends with status 1. This is safe at every
 * point: a NIC that is not finished dies with its descriptor, and the kernel drops the lock.
 */
void need_memory(const void *p);
void *xcalloc(size_t n, size_t size);
/* Not zeroed: for what is large, and of which little may ever be touched. */
void *xmalloc(size_t size);
/*
 * Has the kernel give so many bytes to the heap at once, for what is allocated next. Page by page
 * each would cost a fault, which in a virtual machine is more than all that is done with the page.
 */
void heap_reserve(size_t bytes);
/* No symbol, since iniparser 3.2, of which an archive may be linked, has one of that name. */
static inline char *xstrdup(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(xmalloc(size), s, size);
}
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Appends to s, which may be NULL for none yet, and may move. Returns the whole. */
char *xappend(char *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Makes room for one more element, which is zeroed, at index n of array, whose capacity is *cap.
 * Returns the array, which may have moved.
 */
void *array_grow(void *array, size_t *cap, size_t n, size_t size);

/* The next entry of a directory; NULL at the end, where *err is 0, and at an error, -errno. */
struct dirent *dir_next(DIR *dir, int *err);

/* Writes len bytes to fd, however many calls it takes. Returns 0 or -errno. */
int fd_write(int fd, const void *data, size_t len);

#endif
