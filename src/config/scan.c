/* SPDX-License-Identifier: MIT */
/* What iniparser does not tell of a file: lines, spelling, what stands twice. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_INIPARSER_INIPARSER_H
#include <iniparser/iniparser.h>
#else
#include <iniparser.h>
#endif

#include "config/scan.h"
#include "base/compat.h"
#include "base/util.h"

/* iniparser reads lines into 1,024 bytes: 1,022 of text, the line feed, the zero */
#define LINE_MAX_BYTES 1022
/* so much text at once is given to iniparser, and what is left of the section it ends in */
#define PIECE_BYTES 2048
/* no machine has as many NICs as fit into this */
#define FILE_MAX_BYTES (16 << 20)

/* The state of one scan: the text, what of it iniparser is to see, and where we are. */
struct scanner {
	struct scan *scan;
	struct mistakes *mistakes;
	int fd; /* the file, and what it was when it was read */
	struct stat st;
	size_t cap;
	char *text, *clean; /* clean: the same with bad lines emptied */
	size_t length, clean_length;
	const char *section;
};

/* May somebody other than root, or the user who runs this, write the file? */
static bool others_may_write(const struct stat *st)
{
	if (st->st_uid != 0 && (geteuid() == 0 || st->st_uid != geteuid()))
		return true;
	return (st->st_mode & S_IWOTH) || ((st->st_mode & S_IWGRP) && st->st_gid != 0);
}

static void cannot_read(struct scanner *s)
{
	mistake_add(s->mistakes, s->scan->file, 0, NULL, NULL, "cannot be read: %s",
		    strerror(errno));
}

static bool read_all(struct scanner *s)
{
	const size_t size = (size_t)s->st.st_size;
	ssize_t n = 1;

	s->text = xcalloc(size + 1, 1);
	while (s->length < size && n > 0) {
		n = RETRY(read(s->fd, s->text + s->length, size - s->length));
		if (n > 0)
			s->length += (size_t)n;
	}
	return n >= 0;
}

/*
 * Reads the file into s->text, and leaves it open in s->fd. Complains, and returns -1, where it
 * is no file to be trusted.
 */
static int read_text(struct scanner *s, const char *path)
{
	const char *file = s->scan->file;

	/* a FIFO must not hang a boot */
	s->fd = (int)RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	if (s->fd < 0 || fstat(s->fd, &s->st) < 0)
		cannot_read(s);
	else if (!S_ISREG(s->st.st_mode))
		mistake_add(s->mistakes, file, 0, NULL, NULL, "is %s; a file is wanted",
			    S_ISDIR(s->st.st_mode) ? "a directory" : "not a regular file");
	else if (others_may_write(&s->st))
		mistake_add(s->mistakes, file, 0, NULL, NULL,
			    "others than root may write it (owner %u, group %u, mode %04o); "
			    "make it root's, mode 0644",
			    s->st.st_uid, s->st.st_gid, s->st.st_mode & 07777);
	else if (s->st.st_size > FILE_MAX_BYTES)
		mistake_add(s->mistakes, file, 0, NULL, NULL, "is larger than %d bytes",
			    FILE_MAX_BYTES);
	else if (!read_all(s))
		cannot_read(s);
	else
		return 0;
	return -1;
}

static char *lower_copy(const char *from, size_t n)
{
	char *s = xcalloc(n + 1, 1);
	size_t i;

	for (i = 0; i < n; i++)
		s[i] = (char)tolower((unsigned char)from[i]);
	return s;
}

static char *trimmed_copy(const char *from, const char *end, bool lower)
{
	char *s;

	while (from < end && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		end--;
	s = lower_copy(from, (size_t)(end - from));
	if (!lower)
		memcpy(s, from, (size_t)(end - from));
	return s;
}

static void add_line(struct scanner *s, unsigned line, const char *key)
{
	struct scan *scan = s->scan;

	scan->lines = array_grow(scan->lines, &s->cap, scan->n, sizeof(*scan->lines));
	scan->lines[scan->n++] = (struct scan_line){
		.file = scan->file, .line = line, .section = s->section, .key = key
	};
}

/*
 * Says what iniparser would do to the value in silence: cut it at a quote, ";" or "#", or take
 * a backslash for something else in each of its versions. Returns false where it complained.
 */
static bool value_is_plain(struct scanner *s, unsigned line, const char *key, const char *value)
{
	const char *wrong = NULL, *p;

	if (*value == '"' || *value == '\'') {
		p = strchr(value + 1, *value);
		if (!p) {
			wrong = "the closing quote is missing";
		} else {
			p += 1 + strspn(p + 1, " \t");
			if (*p && *p != '#' && *p != ';')
				wrong = "there is text behind the closing quote";
		}
	} else {
		p = strpbrk(value, ";#");
		if (p && p > value && !isspace((unsigned char)p[-1]))
			wrong = "the value would be cut at \";\" or \"#\"; put it in quotes, or "
				"a blank before a comment";
	}
	if (!wrong && strchr(value, '\\'))
		wrong = "a value cannot hold a backslash";
	if (wrong)
		mistake_add(s->mistakes, s->scan->file, line, s->section, key, "%s", wrong);
	return !wrong;
}

static bool scan_section(struct scanner *s, unsigned line, const char *text)
{
	const char *close = strchr(text, ']');
	char *name;

	name = trimmed_copy(text + 1, close ? close : text + strlen(text), false);
	s->section = name;
	add_line(s, line, NULL);
	if (!close || close[1]) {
		mistake_add(s->mistakes, s->scan->file, line, NULL, NULL,
			    "a section is [NIC] alone on its line, not \"%s\"", text);
		/* what follows still belongs to this NIC, and not to the one before */
		s->clean_length += (size_t)sprintf(s->clean + s->clean_length, "[%s]", name);
		return false;
	}
	return true;
}

/* One line of the file, continued lines joined. Returns false where iniparser must not see it. */
static bool scan_line(struct scanner *s, unsigned line, const char *text)
{
	const char *equals = strchr(text, '=');
	char *key;

	if (!*text || *text == '#' || *text == ';')
		return true;
	if (*text == '[')
		return scan_section(s, line, text);
	key = equals ? trimmed_copy(text, equals, true) : NULL;
	if (!key || !*key) {
		free(key);
		mistake_add(s->mistakes, s->scan->file, line, s->section, NULL,
			    "\"%s\" is neither [NIC] nor key = value", text);
		return false;
	}
	add_line(s, line, key);
	return value_is_plain(s, line, key, equals + 1 + strspn(equals + 1, " \t"));
}

/*
 * Goes through the text line by line, and copies to s->clean what iniparser may see, with as
 * many lines as the text has.
 */
static void scan_text(struct scanner *s)
{
	char *at = s->text, *end = s->text + s->length, joined[LINE_MAX_BYTES + 1] = "";
	unsigned line = 0, first = 0;
	size_t used = 0;

	s->clean = xcalloc(s->length * 2 + 64, 1);
	while (at < end) {
		char *eol = memchr(at, '\n', (size_t)(end - at));
		char *next = eol ? eol + 1 : end, *stop = eol ? eol : end;
		size_t length, clean_at = s->clean_length;
		bool more, fits;

		line++;
		while (stop > at && isspace((unsigned char)stop[-1]))
			stop--;
		more = stop > at && stop[-1] == '\\';
		length = (size_t)(stop - at) - more;
		fits = used + length <= LINE_MAX_BYTES;
		if (!used)
			first = line;
		if (fits) {
			memcpy(joined + used, at, length);
			joined[used += length] = '\0';
		} else {
			mistake_add(s->mistakes, s->scan->file, first, s->section, NULL,
				    "the line is longer than %d characters", LINE_MAX_BYTES);
		}
		if (!fits || !more) {
			char *plain = trimmed_copy(joined, joined + used, false);

			if (fits && scan_line(s, first, plain) && s->clean_length == clean_at)
				s->clean_length +=
					(size_t)sprintf(s->clean + clean_at, "%s", plain);
			free(plain);
			used = 0;
			joined[0] = '\0';
		}
		s->clean[s->clean_length++] = '\n';
		at = next;
	}
}

#ifdef HAVE_INIPARSER_SET_ERROR_CALLBACK
/* iniparser tells its mistakes to a function without context; the scan has found them before. */
static int hush(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}
#endif

/* A line by the name that it has in iniparser's table: "section:key" or "section", folded. */
struct named_line {
	char *name;
	struct scan_line *line;
};

static int compare_named(const void *a, const void *b)
{
	const struct named_line *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	return x->line->line < y->line->line ? -1 : x->line->line > y->line->line;
}

static void complain_of_repetition(struct mistakes *m, const struct scan_line *first,
				   const struct scan_line *again)
{
	if (again->key)
		mistake_add(m, again->file, again->line, again->section, again->key,
			    "stands twice; the first is on line %u", first->line);
	else if (strcmp(first->section, again->section) == 0)
		mistake_add(m, again->file, again->line, again->section, NULL,
			    "the NIC stands twice; the first is on line %u", first->line);
	else
		mistake_add(m, again->file, again->line, again->section, NULL,
			    "differs from [%s] on line %u in case only, which iniparser cannot "
			    "tell apart; put one of them into a file of its own, with include",
			    first->section, first->line);
}

/* The lines by name, in the order of their names; what has a name twice is complained of. */
static struct named_line *name_lines(struct scanner *s)
{
	size_t n = s->scan->n, i;
	struct named_line *names = xcalloc(n, sizeof(*names));

	for (i = 0; i < n; i++) {
		struct scan_line *line = &s->scan->lines[i];
		const char *section = line->section ? line->section : "";

		names[i].line = line;
		names[i].name = lower_copy(section, strlen(section));
		if (line->key) {
			char *folded = names[i].name;

			names[i].name = xasprintf("%s:%s", folded, line->key);
			free(folded);
		}
	}
	qsort(names, n, sizeof(*names), compare_named);
	for (i = 1; i < n; i++)
		if (strcmp(names[i - 1].name, names[i].name) == 0)
			complain_of_repetition(s->mistakes, names[i - 1].line, names[i].line);
	return names;
}

/* Walks iniparser's table once, and gives each line its value. */
static void join(struct named_line *names, size_t n, dictionary *d)
{
	struct named_line *found, wanted;
	ssize_t k;

	for (k = 0; k < (ssize_t)d->size; k++) {
		if (!d->key[k] || !d->val[k])
			continue;
		wanted = (struct named_line){ .name = d->key[k], .line = &(struct scan_line){ 0 } };
		/* the first of several with this name: its number is above that of wanted, 0 */
		found = NULL;
		for (size_t low = 0, high = n; low < high;) {
			size_t middle = (low + high) / 2;

			if (compare_named(&names[middle], &wanted) < 0) {
				low = middle + 1;
			} else {
				high = middle;
				found = &names[middle];
			}
		}
		for (; found && found < names + n && strcmp(found->name, d->key[k]) == 0; found++)
			if (!found->line->value)
				found->line->value = xstrdup(d->val[k]);
	}
}

/* Where the piece of text that begins at from ends: before a section, where one is near. */
static size_t piece_end(const struct scanner *s, size_t from)
{
	const char *at;

	if (s->clean_length - from <= PIECE_BYTES)
		return s->clean_length;
	at = strstr(s->clean + from + PIECE_BYTES, "\n[");
	return at ? (size_t)(at + 1 - s->clean) : s->clean_length;
}

/* iniparser wants a path; this one leads to the very file, whatever has its name by now. */
static dictionary *load(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return iniparser_load(path);
}

static bool parse_piece(const char *text, size_t length, struct named_line *names, size_t n)
{
	dictionary *d = NULL;
	int fd = memory_file();

	if (fd >= 0 && fd_write(fd, text, length) == 0)
		d = load(fd);
	if (fd >= 0)
		close(fd);
	if (!d)
		return false;
	join(names, n, d);
	iniparser_freedict(d);
	return true;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_unchanged(const struct scanner *s)
{
	struct stat now;

	return fstat(s->fd, &now) == 0 && now.st_size == s->st.st_size &&
	       same_time(now.st_mtim, s->st.st_mtim) && same_time(now.st_ctim, s->st.st_ctim);
}

/*
 * A short text with nothing wrong in it is what the file has, and iniparser can read it there:
 * that takes 0.05 ms less than a copy in memory. Returns false where it could not be so.
 */
static bool parse_file(struct scanner *s, struct named_line *names)
{
	dictionary *d;
	bool same;

	if (s->clean_length > PIECE_BYTES || s->clean_length != s->length ||
	    memcmp(s->clean, s->text, s->length) != 0)
		return false;
	d = load(s->fd);
	same = d && is_unchanged(s);
	if (same)
		join(names, s->scan->n, d);
	if (d)
		iniparser_freedict(d);
	return same;
}

/*
 * Has iniparser read the clean text, from memory, so that it is the very text that was scanned;
 * and piece by piece, since it compares each key with all that it has read before.
 */
static bool parse(struct scanner *s, struct named_line *names)
{
	size_t from, end;
	bool ok = true;

#ifdef HAVE_INIPARSER_SET_ERROR_CALLBACK
	iniparser_set_error_callback(hush);
#endif
	if (parse_file(s, names))
		return true;
	for (from = 0; ok && from < s->clean_length; from = end) {
		end = piece_end(s, from);
		ok = parse_piece(s->clean + from, end - from, names, s->scan->n);
	}
	return ok;
}

/* iniparser takes an error of reading for the end of the file: has every key its value? */
static bool is_complete(const struct scan *scan)
{
	size_t i;

	for (i = 0; i < scan->n; i++)
		if (scan->lines[i].key && !scan->lines[i].value)
			return false;
	return true;
}

static void free_names(struct named_line *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(names[i].name);
	free(names);
}

int scan_read(struct scan *scan, const char *path, struct mistakes *mistakes)
{
	struct scanner s = { .scan = scan, .mistakes = mistakes };
	size_t errors = mistakes->nerrors;
	struct named_line *names;
	const char *zero;
	int ret = -1;

	*scan = (struct scan){ .file = xstrdup(path) };
	if (read_text(&s, path) < 0) {
		if (s.fd >= 0)
			close(s.fd);
		free(s.text);
		return -1;
	}
	zero = memchr(s.text, '\0', s.length);
	if (zero) {
		unsigned line = 1;
		const char *p;

		for (p = s.text; p < zero; p++)
			line += *p == '\n';
		mistake_add(mistakes, scan->file, line, NULL, NULL,
			    "there is a NUL byte in the line; a text file has none");
	} else if (s.length >= 3 && memcmp(s.text, "\xef\xbb\xbf", 3) == 0) {
		mistake_add(mistakes, scan->file, 1, NULL, NULL,
			    "the file begins with a byte order mark; save it without");
	} else {
		scan_text(&s);
		names = name_lines(&s);
		/* lines that were complained of have no value */
		if ((parse(&s, names) || scan->n == 0) &&
		    (mistakes->nerrors > errors || is_complete(scan)))
			ret = 0;
		else
			mistake_add(mistakes, scan->file, 0, NULL, NULL,
				    "iniparser could not read all of it: is /proc mounted?");
		free_names(names, scan->n);
		free(s.clean);
	}
	close(s.fd);
	free(s.text);
	return ret;
}
