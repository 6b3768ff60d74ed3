/* SPDX-License-Identifier: MIT */
/* What is ours: the run directory, its records, and the lock. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "base/util.h"
#include "change/records.h"
#include "nic/value.h"

/* The first word of the file, followed by the version; the boot id is the second. */
#define MAGIC "config_tap-state-"

#define WHOSE "so there is no telling what is ours"
#define WAY_ON "move it away if its NICs may count as somebody else's"
/* What is allocated for each byte of the file while it is read. */
#define HEAP_A_BYTE 4

struct records {
	const char *dir;
	char *path;
	int dirfd; /* -1: there is no directory */
	int lockfd;
	char boot[64];
	char *file; /* records_set_file() */
	struct record **by_name;
	size_t n, cap;
};

/* the list */

static int compare_names(const struct record *record, const char *name, const char *netid)
{
	int order = strcmp(record->name, name);

	return order ? order : strcmp(record->id.netid, netid);
}

/* Where the record is, or would be. */
static size_t find_place(const struct records *records, const char *name, const char *netid)
{
	size_t low = 0, high = records->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(records->by_name[middle], name, netid) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct records *records, size_t i, const char *name, const char *netid)
{
	return i < records->n && compare_names(records->by_name[i], name, netid) == 0;
}

static struct record *insert_record(struct records *records, struct record *record)
{
	size_t i = find_place(records, record->name, record->id.netid);

	/* a later line, or the NIC recreated: it takes the earlier one's place */
	if (is_at(records, i, record->name, record->id.netid)) {
		*records->by_name[i] = *record;
		free(record);
		return records->by_name[i];
	}
	records->by_name =
		array_grow(records->by_name, &records->cap, records->n, sizeof(*records->by_name));
	memmove(&records->by_name[i + 1], &records->by_name[i],
		(records->n++ - i) * sizeof(*records->by_name));
	records->by_name[i] = record;
	return record;
}

static void take_out(struct records *records, const struct record *record)
{
	size_t i = find_place(records, record->name, record->id.netid);

	memmove(&records->by_name[i], &records->by_name[i + 1],
		(--records->n - i) * sizeof(*records->by_name));
}

size_t records_count(const struct records *records)
{
	return records->n;
}

struct record *records_at(const struct records *records, size_t i)
{
	return records->by_name[i];
}

struct record *records_find(const struct records *records, const struct netns *net,
			    const char *name)
{
	size_t i = find_place(records, name, net->id);

	return is_at(records, i, name, net->id) ? records->by_name[i] : NULL;
}

struct record *records_find_id(const struct records *records, const struct nic_id *id)
{
	size_t i;

	for (i = 0; id->ifindex && i < records->n; i++)
		if (nic_id_compare(&records->by_name[i]->id, id) == 0)
			return records->by_name[i];
	return NULL;
}

struct record *records_add(struct records *records, const struct netns *net, const char *name,
			   int ifindex)
{
	struct record *record = xcalloc(1, sizeof(*record));

	snprintf(record->name, sizeof(record->name), "%s", name);
	record->id = nic_id(net->id, ifindex);
	record->netns = net->name ? xstrdup(net->name) : NULL;
	return insert_record(records, record);
}

struct record *records_rename(struct records *records, struct record *record, const char *name)
{
	take_out(records, record);
	snprintf(record->name, sizeof(record->name), "%s", name);
	return insert_record(records, record);
}

void records_remove(struct records *records, struct record *record)
{
	take_out(records, record);
	free(record);
}

/* reading */

/*
 * A container may have an id of its own, over the kernel's, but a service in it that systemd gave a
 * new /proc does not see that one: for all of them the id is what the first process sees.
 */
static int open_boot_id(void)
{
	int fd = (int)RETRY(
		open("/proc/1/root/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));

	/* any other failure passes, and the id of the other path may be another one */
	if (fd >= 0 || (errno != ENOENT && errno != EACCES && errno != EPERM))
		return fd;
	return (int)RETRY(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
}

/* Without it nobody could say whether a record is of this boot. */
static int read_boot_id(char boot[64])
{
	int fd = open_boot_id(), ret;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = RETRY(read(fd, boot, 63));
	ret = n < 0 ? -errno : n == 0 ? -EIO : 0;
	close(fd);
	boot[n > 0 ? n : 0] = '\0';
	boot[strcspn(boot, "\n")] = '\0';
	return ret;
}

/*
 * The first line. Returns the version, 0 where what follows is of an earlier boot and so of no NIC
 * that is there now, or -EBADMSG having said why.
 */
static int read_header(const struct records *records, char *line)
{
	char *word = strsep(&line, " ");
	uint32_t version;

	if (strncmp(word, MAGIC, strlen(MAGIC)) != 0 || !line) {
		log_error("%s: is not a file of records, " WHOSE "; " WAY_ON, records->path);
		return -EBADMSG;
	}
	word += strlen(MAGIC);
	if (value_number(word, RECORD_VERSION_FIRST, RECORD_VERSION, &version) < 0) {
		char escaped[64];

		log_error("%s: has version %s, and this program knows those up to %d, " WHOSE
			  "; use the config_tap that wrote it",
			  records->path, text_escape(escaped, sizeof(escaped), word),
			  RECORD_VERSION);
		return -EBADMSG;
	}
	/* left from before a reboot, in a directory that nobody cleared */
	return strcmp(line, records->boot) == 0 ? (int)version : 0;
}

static int read_line(struct records *records, char *line, unsigned number, int version)
{
	struct record *record = xcalloc(1, sizeof(*record));

	if (record_read(record, line, (unsigned)version)) {
		insert_record(records, record);
		return 0;
	}
	log_error("%s: line %u makes no sense, " WHOSE "; " WAY_ON, records->path, number);
	record_clear(record);
	free(record);
	return -EBADMSG;
}

/*
 * text has size bytes, and is written to. A line without its end was cut short, and one with a
 * NUL byte would seem to be: neither can be trusted.
 */
static int read_records(struct records *records, char *text, size_t size)
{
	char *line, *end, *behind = text + size;
	unsigned number = 1;
	int version = -1, ret;

	if (!size) {
		log_error("%s: is empty, " WHOSE "; " WAY_ON, records->path);
		return -EBADMSG;
	}
	for (line = text; line < behind; line = end + 1, number++) {
		end = memchr(line, '\n', (size_t)(behind - line));
		if (!end || memchr(line, '\0', (size_t)(end - line))) {
			log_error("%s: line %u is cut short, " WHOSE "; " WAY_ON, records->path,
				  number);
			return -EBADMSG;
		}
		*end = '\0';
		if (number == 1)
			ret = version = read_header(records, line);
		else
			ret = read_line(records, line, number, version);
		if (ret < 0 || version == 0)
			return ret;
	}
	return 0;
}

/* All that is in the file, to be freed, and its size; or NULL, with errno set. */
static char *read_whole(int fd, size_t expected, size_t *size)
{
	size_t cap = expected + 1;
	ssize_t n;
	char *buf;

	heap_reserve(cap * HEAP_A_BYTE);
	buf = xmalloc(cap);
	*size = 0;
	while ((n = RETRY(read(fd, buf + *size, cap - *size))) > 0) {
		*size += (size_t)n;
		buf = array_grow(buf, &cap, *size, 1);
	}
	if (n < 0) {
		const int error = errno;

		free(buf);
		errno = error;
		return NULL;
	}
	return buf;
}

/* Opens the directory, and says whether only root can have written what is in it. */
static int open_dir(struct records *records)
{
	struct stat st;

	records->dirfd =
		(int)RETRY(open(records->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	if (records->dirfd < 0)
		return -errno;
	if (fstat(records->dirfd, &st) < 0)
		return -errno;
	if (st.st_uid != 0 || (st.st_mode & 022)) {
		log_error("%s: users other than root may write to this directory (owner %u, mode "
			  "%04o), so nothing in it can be trusted; remove it, or make it root's, "
			  "mode 0755",
			  records->dir, st.st_uid, st.st_mode & 07777);
		return -EBADMSG;
	}
	return 0;
}

/* Returns the descriptor, with the size; -ENOENT where there are no records, or another -errno. */
static int open_file(const struct records *records, size_t *size)
{
	int fd = openat(records->dirfd, "nics", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	/* ELOOP: a link, which is not followed */
	if (fd < 0 && errno != ELOOP)
		return -errno;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
	    !(st.st_mode & 022)) {
		*size = (size_t)st.st_size;
		return fd;
	}
	if (fd >= 0)
		close(fd);
	log_error("%s: is not a file that only root may write, " WHOSE "; " WAY_ON, records->path);
	return -EBADMSG;
}

static int read_file(struct records *records)
{
	size_t expected = 0, size;
	char *text;
	int fd = open_file(records, &expected), ret;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	text = read_whole(fd, expected, &size);
	ret = text ? read_records(records, text, size) : -errno;
	close(fd);
	free(text);
	return ret;
}

/* opening */

static int open_lock(struct records *records)
{
	records->lockfd =
		openat(records->dirfd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return records->lockfd < 0 ? -errno : 0;
}

/* A signal ends the wait. */
static int take_lock(struct records *records)
{
	int ret = open_lock(records);

	if (ret < 0)
		return ret;
	if (flock(records->lockfd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -errno;
	log_step("waiting for another config_tap to finish");
	do
		ret = flock(records->lockfd, LOCK_EX);
	while (ret < 0 && errno == EINTR && !signals_caught());
	return ret < 0 ? -errno : 0;
}

bool records_try_lock(struct records *records)
{
	if (records->lockfd >= 0)
		return true;
	if (open_lock(records) < 0)
		return false;
	if (flock(records->lockfd, LOCK_EX | LOCK_NB) == 0)
		return true;
	close(records->lockfd);
	records->lockfd = -1;
	return false;
}

/* Returns 0, or -errno with what could not be done in *what. */
static int open_all(struct records *records, enum records_access access, const char **what)
{
	int ret;

	*what = "make the run directory";
	if (access == RECORDS_CHANGE && mkdir(records->dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	*what = "open";
	ret = open_dir(records);
	if (ret < 0)
		return ret == -ENOENT && access != RECORDS_CHANGE ? 0 : ret;
	*what = "take the lock";
	if (access != RECORDS_LOOK)
		ret = take_lock(records);
	if (ret < 0)
		return ret;
	*what = "tell which boot its records are from (/proc/sys/kernel/random/boot_id)";
	ret = read_boot_id(records->boot);
	if (ret < 0)
		return ret;
	*what = "read the records in it";
	return read_file(records);
}

struct records *records_open(const char *dir, enum records_access access)
{
	struct records *records = xcalloc(1, sizeof(*records));
	const char *what;
	int ret;

	records->dir = dir;
	records->path = xasprintf("%s/nics", dir);
	records->dirfd = records->lockfd = -1;
	ret = open_all(records, access, &what);
	if (ret == 0)
		return records;
	/* -EBADMSG has been reported */
	if (ret == -ELOOP || ret == -ENOTDIR)
		log_error("%s: cannot %s: is a link or a file, not a directory", dir, what);
	else if (ret != -EBADMSG)
		log_error("%s: cannot %s: %s", dir, what, strerror(-ret));
	free(records->path);
	free(records);
	return NULL;
}

/* writing */

static int write_records(const struct records *records, FILE *f)
{
	size_t i;
	int ret = 0;

	fprintf(f, MAGIC "%d %s\n", RECORD_VERSION, records->boot);
	for (i = 0; i < records->n; i++)
		record_write(f, records->by_name[i]);
	if (fflush(f) != 0 || ferror(f))
		ret = errno ? -errno : -EIO;
	if (fclose(f) != 0 && ret == 0)
		ret = -errno;
	return ret;
}

int records_save(struct records *records)
{
	int fd, ret;
	FILE *f;

	/* there was nothing to stop */
	if (records->dirfd < 0)
		return 0;
	/* whatever is there under this name, somebody's link included, is not to be followed */
	fd = openat(records->dirfd, "nics.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST && unlinkat(records->dirfd, "nics.new", 0) == 0)
		fd = openat(records->dirfd, "nics.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			    0644);
	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		ret = -errno;
		close(fd);
		return ret;
	}
	ret = write_records(records, f);
	if (ret == 0 && renameat(records->dirfd, "nics.new", records->dirfd, "nics") < 0)
		ret = -errno;
	if (ret < 0)
		unlinkat(records->dirfd, "nics.new", 0);
	return ret;
}

void records_set_file(struct records *records, char *file)
{
	records->file = file;
}

char *records_file(const struct records *records)
{
	return records->file;
}

bool records_file_has(const struct records *records, const struct record *record)
{
	return !record->file || strcmp(record->file, records->file) == 0;
}

const char *records_path(const struct records *records)
{
	return records->path;
}
