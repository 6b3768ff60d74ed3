/* SPDX-License-Identifier: MIT */
/* Every mistake in the configuration, collected, so that all of them are reported at once. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/mistake.h"
#include "base/util.h"

static void __attribute__((format(printf, 3, 0)))
add(struct mistakes *m, struct mistake one, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	one.text = xstrdup(text);
	m->list = array_grow(m->list, &m->cap, m->n, sizeof(one));
	m->list[m->n++] = one;
	m->nerrors += !one.warning;
}

void mistake_add(struct mistakes *m, const char *file, unsigned line, const char *nic,
		 const char *key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(m, (struct mistake){ file, line, nic, key, NULL, false }, fmt, ap);
	va_end(ap);
}

void mistake_warn(struct mistakes *m, const char *file, unsigned line, const char *nic,
		  const char *key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(m, (struct mistake){ file, line, nic, key, NULL, true }, fmt, ap);
	va_end(ap);
}

void mistake_sort(struct mistakes *m)
{
	size_t i, k;

	/* stable insertion: lists are short, and files must keep their order */
	for (i = 1; i < m->n; i++) {
		struct mistake one = m->list[i];

		for (k = i; k > 0 && strcmp(m->list[k - 1].file, one.file) == 0 &&
			    m->list[k - 1].line > one.line;
		     k--)
			m->list[k] = m->list[k - 1];
		m->list[k] = one;
	}
}

char *mistake_format(char buf[MISTAKE_TEXT], const struct mistake *mistake)
{
	char part[MISTAKE_TEXT];

	text_escape(buf, MISTAKE_TEXT, mistake->file);
	if (mistake->line)
		text_add(buf, MISTAKE_TEXT, ":%u", mistake->line);
	text_add(buf, MISTAKE_TEXT, ": ");
	if (mistake->warning)
		text_add(buf, MISTAKE_TEXT, "warning: ");
	if (mistake->nic)
		text_add(buf, MISTAKE_TEXT, "[%s] ", text_escape(part, sizeof(part), mistake->nic));
	if (mistake->key)
		text_add(buf, MISTAKE_TEXT, "%s: ", text_escape(part, sizeof(part), mistake->key));
	text_add(buf, MISTAKE_TEXT, "%s", text_escape(part, sizeof(part), mistake->text));
	return buf;
}

void mistakes_tell(struct mistakes *m, bool check)
{
	char text[MISTAKE_TEXT];

	for (; m->ntold < m->n; m->ntold++) {
		const struct mistake *one = &m->list[m->ntold];

		if (check || !one->warning || one->nic)
			log_line(one->warning, mistake_format(text, one));
	}
}
