/* SPDX-License-Identifier: MIT */
/* Every mistake in the configuration, collected, so that all of them are reported at once. */
#ifndef CONFIG_MISTAKE_H
#define CONFIG_MISTAKE_H

#include <stdbool.h>
#include <stddef.h>

struct mistake {
	const char *file;
	unsigned line;   /* 0: the file as a whole */
	const char *nic; /* NULL: none in particular */
	const char *key; /* NULL: none in particular */
	char *text;
	bool warning; /* worth saying, but the file can be used */
};

struct mistakes {
	struct mistake *list;
	size_t n, cap;
	size_t nerrors;
	size_t ntold; /* so many of them have been reported */
};

void mistake_add(struct mistakes *m, const char *file, unsigned line, const char *nic,
		 const char *key, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
void mistake_warn(struct mistakes *m, const char *file, unsigned line, const char *nic,
		  const char *key, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* In the order of the lines; files keep the order in which they were first complained of. */
void mistake_sort(struct mistakes *m);
/* "FILE:LINE: [NIC] key: what is wrong", with control characters escaped. Returns buf. */
#define MISTAKE_TEXT 2048
char *mistake_format(char buf[MISTAKE_TEXT], const struct mistake *mistake);

/*
 * One line each, as a message of this program; what has been reported is not reported again. A
 * warning that is about no NIC, such as an include that matches no file, is for check only.
 */
void mistakes_tell(struct mistakes *m, bool check);

#endif
