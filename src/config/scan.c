/* SPDX-License-Identifier: MIT */
/* The lines of a file, and what iniparser says their values are. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifdef HAVE_INIPARSER_INIPARSER_H
#include <iniparser/iniparser.h>
#else
#include <iniparser.h>
#endif

#include "config/scan.h"
#include "base/util.h"

/* iniparser reads lines into 1,024 bytes; a longer value is given to it in parts */
#define PART_BYTES 900
/* It compares each key with all that it has read before: little at a time is read faster. */
#define PIECE_BYTES 2048
#define VALUE_MAX_BYTES (64 << 10)
/* no machine has as many NICs as fit into this */
#define FILE_MAX_BYTES (16 << 20)
/* What is allocated for each byte of a file while it is read. */
#define HEAP_A_BYTE 20

/* A value as it is in the file. */
struct raw {
	size_t line; /* the index of its line */
	const char *text;
	size_t continued; /* so much of it is on lines that end in a backslash */
};

/* What iniparser reads at once. */
struct part {
	size_t raw;
	const char *text;
	size_t length;
	char *value; /* iniparser's */
};

/* The state of one scan. */
struct scanner {
	struct scan *scan;
	struct mistakes *mistakes;
	int fd; /* the file, and what it was when it was read */
	struct stat st;
	char *text;
	size_t length;
	size_t cap;
	const char *section;
	struct raw *raws;
	size_t nraws, raws_cap;
	struct part *parts;
	size_t nparts, parts_cap;
};

/* With an ACL the group bits of the mode are its mask, and say nothing of the group: acl(5). */
static bool has_acl(int fd)
{
	ssize_t n = fgetxattr(fd, "system.posix_acl_access", NULL, 0);

	return n > 0 || (n < 0 && errno != ENODATA && errno != EOPNOTSUPP && errno != ENOSYS);
}

/* Why others than root, or the user who runs this, may write the file; NULL where none may. */
static const char *others_may_write(int fd, const struct stat *st)
{
	if (st->st_uid != 0 && (geteuid() == 0 || st->st_uid != geteuid()))
		return "make it root's, mode 0644";
	if ((st->st_mode & S_IWGRP) && has_acl(fd))
		return "its access control list lets them; setfacl -b removes it";
	if ((st->st_mode & S_IWOTH) || ((st->st_mode & S_IWGRP) && st->st_gid != 0))
		return "make it root's, mode 0644";
	return NULL;
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

	heap_reserve(size * HEAP_A_BYTE);
	s->text = xcalloc(size + 1, 1);
	while (s->length < size && n > 0) {
		n = RETRY(read(s->fd, s->text + s->length, size - s->length));
		if (n > 0)
			s->length += (size_t)n;
	}
	return n >= 0;
}

/* Half of what an editor writes in place would be another file. */
static bool is_unchanged(const struct scanner *s)
{
	struct stat now;

	return s->length == (size_t)s->st.st_size && fstat(s->fd, &now) == 0 &&
	       now.st_size == s->st.st_size && now.st_mtim.tv_sec == s->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == s->st.st_mtim.tv_nsec;
}

/*
 * Reads the file into s->text, and leaves it open in s->fd. Complains, and returns -1, where it
 * is no file to be trusted.
 */
static int read_text(struct scanner *s, const char *path)
{
	const char *file = s->scan->file, *writers;

	/* a FIFO must not hang a boot */
	s->fd = (int)RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	if (s->fd < 0 || fstat(s->fd, &s->st) < 0)
		cannot_read(s);
	else if (!S_ISREG(s->st.st_mode))
		mistake_add(s->mistakes, file, 0, NULL, NULL, "is %s",
			    S_ISDIR(s->st.st_mode) ? "a directory" : "not a regular file");
	else if ((writers = others_may_write(s->fd, &s->st)))
		mistake_add(
			s->mistakes, file, 0, NULL, NULL,
			"users other than root may write it (owner %u, group %u, mode %04o); %s",
			s->st.st_uid, s->st.st_gid, s->st.st_mode & 07777, writers);
	else if (s->st.st_size > FILE_MAX_BYTES)
		mistake_add(s->mistakes, file, 0, NULL, NULL, "is larger than %d bytes",
			    FILE_MAX_BYTES);
	else if (!read_all(s))
		cannot_read(s);
	else if (!is_unchanged(s))
		mistake_add(s->mistakes, file, 0, NULL, NULL,
			    "was changed while it was read; try again");
	else
		return 0;
	return -1;
}

static char *trimmed_copy(const char *from, const char *end)
{
	char *s;

	while (from < end && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		end--;
	s = xcalloc((size_t)(end - from) + 1, 1);
	memcpy(s, from, (size_t)(end - from));
	return s;
}

static char *lower_case(char *s)
{
	char *p;

	for (p = s; *p; p++)
		*p = (char)tolower((unsigned char)*p);
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

/* The value of the line that has just been added; it ends with the line. */
static void add_raw(struct scanner *s, const char *text, const char *last)
{
	text += strspn(text, " \t");
	s->raws = array_grow(s->raws, &s->raws_cap, s->nraws, sizeof(*s->raws));
	s->raws[s->nraws++] =
		(struct raw){ s->scan->n - 1, text, last > text ? (size_t)(last - text) : 0 };
}

static void scan_section(struct scanner *s, unsigned line, const char *text)
{
	const char *close = strchr(text, ']');

	/* what follows still belongs to this NIC, and not to the one before */
	s->section = trimmed_copy(text + 1, close ? close : text + strlen(text));
	add_line(s, line, NULL);
	if (!close || close[1])
		mistake_add(s->mistakes, s->scan->file, line, NULL, NULL,
			    "a section is [NIC] alone on its line, not \"%.200s\"", text);
}

/* A line without blanks around it, continued ones joined; last is where the last of them begins. */
static void scan_line(struct scanner *s, unsigned line, const char *text, const char *last)
{
	const char *equals = strchr(text, '=');
	char *key;

	if (*text == '[') {
		scan_section(s, line, text);
		return;
	}
	key = equals ? lower_case(trimmed_copy(text, equals)) : NULL;
	if (!key || !*key) {
		free(key);
		mistake_add(s->mistakes, s->scan->file, line, s->section, NULL,
			    "\"%.200s\" is neither [NIC] nor key = value", text);
		return;
	}
	add_line(s, line, key);
	if (strlen(equals + 1) > VALUE_MAX_BYTES)
		mistake_add(s->mistakes, s->scan->file, line, s->section, key,
			    "the value is longer than %d bytes", VALUE_MAX_BYTES);
	else
		add_raw(s, equals + 1, last);
}

/* Ends the line at stop, without the blanks before it. Does it end in a backslash? */
static bool cut_line(char *from, char *stop)
{
	while (stop > from && isspace((unsigned char)stop[-1]))
		stop--;
	*stop = '\0';
	return stop > from && stop[-1] == '\\';
}

/*
 * Goes through the text line by line. A backslash at the end of a line joins it with the next, by
 * moving the next one up to it; a comment is a comment, whatever it ends in.
 */
static void scan_text(struct scanner *s)
{
	char *at = s->text, *end = s->text + s->length;
	unsigned line = 0;

	while (at < end) {
		char *eol = memchr(at, '\n', (size_t)(end - at)), *stop = eol ? eol : end, *from,
		     *last;
		unsigned first = ++line;
		bool more;

		from = last = at + strspn(at, " \t\r\v\f");
		at = stop + 1;
		more = cut_line(from, stop);
		if (!*from || *from == '#' || *from == ';')
			continue;
		while (more) {
			last = from + strlen(from) - 1;
			*last = '\0';
			if (at >= end)
				break;
			eol = memchr(at, '\n', (size_t)(end - at));
			stop = eol ? eol : end;
			line++;
			more = cut_line(at, stop);
			memmove(last, at, strlen(at) + 1);
			at = stop + 1;
		}
		scan_line(s, first, from, last);
	}
}

/* How much of a long text can be a part of its own: up to a place between two letters or digits. */
static size_t part_length(const char *text)
{
	size_t n = strlen(text);

	if (n <= PART_BYTES)
		return n;
	for (n = PART_BYTES; n > 1; n--)
		if (isalnum((unsigned char)text[n - 1]) && isalnum((unsigned char)text[n]))
			return n;
	return 0;
}

static void cut_into_parts(struct scanner *s, size_t raw)
{
	const struct scan_line *line = &s->scan->lines[s->raws[raw].line];
	const char *text = s->raws[raw].text;
	size_t n, first = s->nparts;

	do {
		n = part_length(text);
		if (!n && *text) {
			mistake_add(s->mistakes, line->file, line->line, line->section, line->key,
				    "there are %d characters with no two letters or digits side by "
				    "side, which iniparser cannot be given",
				    PART_BYTES);
			s->nparts = first;
			return;
		}
		s->parts = array_grow(s->parts, &s->parts_cap, s->nparts, sizeof(*s->parts));
		s->parts[s->nparts++] = (struct part){ raw, text, n, NULL };
		text += n;
	} while (*text);
}

/* iniparser tells its mistakes to a function without context; here it finds none. */
static int hush(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

/* iniparser needs a path: this one leads to the text, in a pipe that holds all of it. */
static dictionary *load_text(const char *text, size_t length)
{
	dictionary *d = NULL;
	char path[64];
	int fds[2];

	if (pipe(fds) < 0)
		return NULL;
	if (fd_write(fds[1], text, length) == 0) {
		close(fds[1]);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
		d = iniparser_load(path);
	} else {
		close(fds[1]);
	}
	close(fds[0]);
	return d;
}

/*
 * Appends "NUMBER=TEXT" to the piece. What goes on in quotes gets quotes of its own. Returns false
 * where there is no room for it.
 */
static bool add_part(char piece[PIECE_BYTES], size_t *length, const struct scanner *s, size_t i)
{
	const struct part *part = &s->parts[i];
	const char *start = s->raws[part->raw].text;
	char quote[2] = "";
	int n;

	if ((*start == '"' || *start == '\'') && strlen(start) > part->length)
		quote[0] = *start;
	n = snprintf(piece + *length, PIECE_BYTES - *length, "%zu=%s%.*s%s\n", i,
		     part->text > start ? quote : "", (int)part->length, part->text, quote);
	if ((size_t)n >= PIECE_BYTES - *length)
		return false;
	*length += (size_t)n;
	return true;
}

/*
 * Gives the parts from first on to iniparser, as many as a piece holds. Returns how many, 0:
 * none.
 */
static size_t read_parts(struct scanner *s, size_t first)
{
	char piece[PIECE_BYTES], name[32];
	size_t length = 0, n = 0, i;
	const char *value;
	dictionary *d;

	while (first + n < s->nparts && add_part(piece, &length, s, first + n))
		n++;
	d = load_text(piece, length);
	if (!d)
		return 0;
	for (i = first; i < first + n; i++) {
		snprintf(name, sizeof(name), ":%zu", i);
		value = iniparser_getstring(d, name, NULL);
		if (value)
			s->parts[i].value = xstrdup(value);
	}
	iniparser_freedict(d);
	return n;
}

/*
 * What iniparser has left out of a value: a comment, or what was not meant to be one. NULL where it
 * is all right.
 */
static const char *what_is_wrong(const struct raw *raw, const char *value)
{
	const char *at = raw->text, *rest;
	const bool quoted = *at == '"' || *at == '\'';
	size_t blanks;

	/* an empty text in quotes with something after it is no quoted text to iniparser */
	if (quoted && *value == *at)
		return strchr(at + 1, *at) ? "there is text after the closing quote"
					   : "the closing quote is missing";
	at += quoted;
	if (quoted)
		at += strspn(at, " \t");
	/* each version does something else with it */
	if (strchr(value, '\\') || strncmp(at, value, strlen(value)) != 0)
		return "a value cannot hold a backslash";
	rest = at + strlen(value);
	if (quoted) {
		rest += strspn(rest, " \t");
		if (*rest != *raw->text)
			return "the closing quote is missing";
		rest++;
	}
	blanks = strspn(rest, " \t");
	rest += blanks;
	if (!*rest)
		return NULL;
	if (*rest != '#' && *rest != ';')
		return "there is text after the closing quote";
	if (!quoted && !blanks && *value)
		return "the value would be cut at \";\" or \"#\"; quote it, or put a blank before "
		       "a comment";
	if ((size_t)(rest - raw->text) < raw->continued)
		return "the comment ends in a backslash, which makes the next line a part of it";
	return NULL;
}

static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s + strspn(s, " \t");
}

/* Joins the parts of a value, up to one of which iniparser did not take all, and looks at it. */
static bool join_parts(struct scanner *s, size_t first, size_t n)
{
	const struct raw *raw = &s->raws[s->parts[first].raw];
	struct scan_line *line = &s->scan->lines[raw->line];
	const bool quoted = *raw->text == '"' || *raw->text == '\'';
	char *value = xcalloc(strlen(raw->text) + 1, 1);
	const char *wrong;
	size_t i, length = 0;

	for (i = first; i < first + n; i++) {
		const struct part *part = &s->parts[i];
		size_t taken;

		if (!part->value)
			return false;
		taken = strlen(part->value);
		memcpy(value + length, part->value, taken + 1);
		length += taken;
		if (taken + (quoted && i == first) < part->length)
			break;
	}
	value = trim(value);
	wrong = what_is_wrong(raw, value);
	if (wrong)
		mistake_add(s->mistakes, line->file, line->line, line->section, line->key, "%s",
			    wrong);
	else
		line->value = value;
	return true;
}

/* Has iniparser read all values. Returns false where it could not. */
static bool read_values(struct scanner *s)
{
	size_t i, n;

#ifdef HAVE_INIPARSER_SET_ERROR_CALLBACK
	iniparser_set_error_callback(hush);
#else
	(void)hush;
#endif
	for (i = 0; i < s->nraws; i++)
		cut_into_parts(s, i);
	for (i = 0; i < s->nparts; i += n) {
		n = read_parts(s, i);
		if (!n)
			return false;
	}
	for (i = 0; i < s->nparts; i += n) {
		for (n = 1; i + n < s->nparts && s->parts[i + n].raw == s->parts[i].raw; n++)
			;
		if (!join_parts(s, i, n))
			return false;
	}
	return true;
}

/* Is it text at all? */
static bool is_text(struct scanner *s)
{
	const char *zero = memchr(s->text, '\0', s->length), *p;
	unsigned line = 1;

	for (p = s->text; zero && p < zero; p++)
		line += *p == '\n';
	if (zero)
		mistake_add(s->mistakes, s->scan->file, line, NULL, NULL,
			    "there is a NUL byte in the line; a text file has none");
	else if (s->length >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
		mistake_add(s->mistakes, s->scan->file, 1, NULL, NULL,
			    "the file begins with a byte order mark; save it without one");
	else
		return true;
	return false;
}

int scan_read(struct scan *scan, const char *path, struct mistakes *mistakes)
{
	struct scanner s = { .scan = scan, .mistakes = mistakes };
	int ret = -1;
	size_t i;

	*scan = (struct scan){ .file = xstrdup(path) };
	if (read_text(&s, path) == 0 && is_text(&s)) {
		scan_text(&s);
		if (read_values(&s))
			ret = 0;
		else
			mistake_add(mistakes, scan->file, 0, NULL, NULL,
				    "iniparser could not read all of it: is /proc mounted?");
	}
	if (s.fd >= 0)
		close(s.fd);
	for (i = 0; i < s.nparts; i++)
		free(s.parts[i].value);
	free(s.parts);
	free(s.raws);
	free(s.text);
	return ret;
}
