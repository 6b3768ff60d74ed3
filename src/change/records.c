/* SPDX-License-Identifier: MIT */
/* What is ours: the run directory, its records, and the lock. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nic/key.h"
#include "base/log.h"
#include "change/records.h"
#include "base/util.h"
#include "nic/value.h"

/* The first word of the file; another version would be another word. */
#define HEADER "config_tap-state-1"

struct records {
	const char *dir;
	char *path;
	int dirfd; /* -1: there is no directory */
	int lockfd;
	char boot[64];
	void *tree; /* of struct record, for tsearch(3) */
};

static int compare_records(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->netid, y->netid);
}

/* Without it nobody could say whether a record is of this boot. */
static int read_boot_id(char boot[64])
{
	int fd = (int)RETRY(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)), ret;
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

static struct record *insert(struct records *state, const struct record *from)
{
	struct record *record = xcalloc(1, sizeof(*record)), **slot;

	*record = *from;
	slot = tsearch(record, &state->tree, compare_records);
	need_memory(slot);
	if (*slot != record) {
		/* a later line, or the NIC made anew: it takes the earlier one's place */
		**slot = *record;
		free(record);
		return *slot;
	}
	return record;
}

struct record *records_find(struct records *state, const struct netns *net, const char *name)
{
	struct record key = { 0 }, **slot;

	snprintf(key.name, sizeof(key.name), "%s", name);
	snprintf(key.netid, sizeof(key.netid), "%s", net->id);
	slot = tfind(&key, &state->tree, compare_records);
	return slot ? *slot : NULL;
}

struct record *records_add(struct records *state, const struct netns *net, const char *name,
			   int ifindex)
{
	struct record record = { .ifindex = ifindex };

	snprintf(record.name, sizeof(record.name), "%s", name);
	snprintf(record.netid, sizeof(record.netid), "%s", net->id);
	record.netns = net->name ? xstrdup(net->name) : NULL;
	return insert(state, &record);
}

void records_remove(struct records *state, struct record *record)
{
	tdelete(record, &state->tree, compare_records);
	free(record);
}

void record_list_add(struct record_list *records, struct record *record)
{
	records->list =
		array_grow(records->list, &records->cap, records->n, sizeof(*records->list));
	records->list[records->n++] = record;
}

struct visitor {
	void (*visit)(struct record *, void *);
	void *data;
};

/* twalk(3) has no argument for its caller; this program has one thread. */
static struct visitor walking;

static void walk(const void *node, VISIT order, int depth)
{
	(void)depth;
	if (order == postorder || order == leaf)
		walking.visit(*(struct record *const *)node, walking.data);
}

void records_each(struct records *state, void (*visit)(struct record *record, void *data),
		  void *data)
{
	struct visitor outer = walking;

	walking = (struct visitor){ visit, data };
	twalk(state->tree, walk);
	walking = outer;
}

static bool read_serial(const char *text, uint64_t *serial)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*serial = strtoull(text, &end, 10);
	return !*end && errno == 0;
}

/* One record a line: words of the form key=value, as write_record() writes them. */
static bool read_word(struct record *record, const char *key, char *value)
{
	char *rest = value, *word;
	uint32_t n;

	if (strcmp(key, "netid") == 0 && strlen(value) < sizeof(record->netid)) {
		strcpy(record->netid, value);
	} else if (strcmp(key, "netns") == 0) {
		record->netns = xstrdup(value);
	} else if (strcmp(key, "ifindex") == 0) {
		if (value_number(value, 0, INT32_MAX, &n) < 0)
			return false;
		record->ifindex = (int)n;
	} else if (strcmp(key, "serial") == 0) {
		return read_serial(value, &record->serial);
	} else if (strcmp(key, "adopted") == 0) {
		if (value_number(value, 0, 1, &n) < 0)
			return false;
		record->adopted = n;
	} else if (strcmp(key, "on_stop") == 0) {
		if (value_number(value, 0, ON_STOP_KEEP, &n) < 0)
			return false;
		record->on_stop = (enum nic_on_stop)n;
	} else if (strcmp(key, "set") == 0) {
		/* by name, so that a newer config_tap reads what an older one wrote */
		while ((word = strsep(&rest, ",")))
			if (key_by_name(word))
				record->set |= NIC_BIT(key_by_name(word)->field);
	} else if (strcmp(key, "address") == 0 && !record->addresses) {
		size_t cap = 0;

		while ((word = strsep(&rest, ","))) {
			record->addresses = array_grow(record->addresses, &cap, record->naddresses,
						       sizeof(*record->addresses));
			if (value_address(word, &record->addresses[record->naddresses++]) < 0)
				return false;
		}
	} else if (strcmp(key, "route") == 0 && !record->routes) {
		size_t cap = 0;

		while ((word = strsep(&rest, ","))) {
			text_replace(word, '+', ' ');
			record->routes = array_grow(record->routes, &cap, record->nroutes,
						    sizeof(*record->routes));
			if (value_route(word, &record->routes[record->nroutes++]) < 0)
				return false;
		}
	} else if (strcmp(key, "carrier") == 0) {
		if (value_number(value, 0, CARRIER_SHARED, &n) < 0)
			return false;
		record->carrier = (enum nic_carrier)n;
	} else if (strcmp(key, "by_hand") == 0) {
		if (value_number(value, 0, 1, &n) < 0)
			return false;
		record->by_hand = n;
	} else if (strcmp(key, "bridge") == 0 && !record->bridge) {
		record->bridge = xstrdup(value);
	} else if (strcmp(key, "ovs_bridge") == 0 && !record->ovs_bridge) {
		record->ovs_bridge = xstrdup(value);
	} else if (strcmp(key, "made_bridge") == 0) {
		record->is_bridge = true;
		return value_mac(value, record->mac) == 0;
	} else {
		return false;
	}
	return true;
}

static bool read_record(struct record *record, char *line)
{
	char *word = strsep(&line, " "), *equals;

	if (value_nic_name(word) < 0)
		return false;
	strcpy(record->name, word);
	while ((word = strsep(&line, " "))) {
		equals = strchr(word, '=');
		if (!equals)
			return false;
		*equals = '\0';
		if (!read_word(record, word, equals + 1))
			return false;
	}
	return (record->ifindex || record->is_bridge) && record->netid[0];
}

static void write_record(struct record *record, void *data)
{
	FILE *f = data;
	char ip[IP_TEXT], text[ROUTE_TEXT];
	const struct key *key;
	bool first = true;
	size_t i;

	fprintf(f, "%s netid=%s ifindex=%d adopted=%d on_stop=%d", record->name, record->netid,
		record->ifindex, record->adopted, (int)record->on_stop);
	if (record->serial)
		fprintf(f, " serial=%" PRIu64, record->serial);
	for (i = 0; (key = key_at(i)); i++)
		if (!key->internal && (record->set & NIC_BIT(key->field))) {
			fprintf(f, "%s%s", first ? " set=" : ",", key->name);
			first = false;
		}
	for (i = 0; i < record->naddresses; i++)
		fprintf(f, "%s%s/%u",
			i ? "," : " address=", ip_format(ip, &record->addresses[i].ip),
			record->addresses[i].prefix);
	for (i = 0; i < record->nroutes; i++) {
		route_format(text, &record->routes[i]);
		/* a record's words have no blanks */
		text_replace(text, ' ', '+');
		fprintf(f, "%s%s", i ? "," : " route=", text);
	}
	if (record->carrier || record->by_hand)
		fprintf(f, " carrier=%d by_hand=%d", (int)record->carrier, record->by_hand);
	if (record->bridge)
		fprintf(f, " bridge=%s", record->bridge);
	if (record->ovs_bridge)
		fprintf(f, " ovs_bridge=%s", record->ovs_bridge);
	if (record->is_bridge)
		fprintf(f, " made_bridge=%s", mac_format(text, record->mac));
	if (record->netns)
		fprintf(f, " netns=%s", record->netns);
	fputc('\n', f);
}

static void free_lists(struct record *record)
{
	free(record->netns);
	free(record->bridge);
	free(record->ovs_bridge);
	free(record->addresses);
	free(record->routes);
}

/*
 * Reads a line and takes its end off; one that has none was cut short, and one with a NUL byte
 * would seem to be: neither can be trusted.
 */
static bool read_line(FILE *f, char **line, size_t *size, bool *whole)
{
	ssize_t n = getline(line, size, f);

	if (n < 0)
		return false;
	*whole = (*line)[n - 1] == '\n';
	(*line)[n - *whole] = '\0';
	*whole &= strlen(*line) == (size_t)n - 1;
	return true;
}

/* Returns -errno where the file could not be read to its end. */
static int read_records(struct records *state, FILE *f)
{
	struct record record;
	char *line = NULL;
	size_t size = 0;
	unsigned number = 1;
	bool whole;

	if (!read_line(f, &line, &size, &whole)) {
		if (!ferror(f))
			log_warning("%s: is empty; no NIC is taken for ours by it", state->path);
		goto out;
	}
	if (strncmp(line, HEADER " ", sizeof(HEADER)) != 0) {
		log_warning("%s: line 1 is not \"" HEADER "\"; no NIC is taken for ours by it",
			    state->path);
		goto out;
	}
	/* left from before a reboot, in a directory that nobody cleared */
	if (strcmp(line + sizeof(HEADER), state->boot) != 0)
		goto out;
	while (read_line(f, &line, &size, &whole)) {
		number++;
		record = (struct record){ 0 };
		if (read_record(&record, line) && whole) {
			insert(state, &record);
			continue;
		}
		log_warning("%s: line %u makes no sense; no NIC is taken for ours by it",
			    state->path, number);
		free_lists(&record);
	}
out:
	free(line);
	return ferror(f) ? -EIO : 0;
}

/* Opens the directory, and says whether only root can have written what is in it. */
static int open_dir(struct records *state)
{
	struct stat st;

	state->dirfd =
		(int)RETRY(open(state->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	if (state->dirfd < 0)
		return -errno;
	if (fstat(state->dirfd, &st) < 0)
		return -errno;
	if (st.st_uid != 0 || (st.st_mode & 022)) {
		log_error("%s: others than root may write this directory (owner %u, mode %04o), so "
			  "nothing in it can be believed; remove it, or make it root's, mode 0755",
			  state->dir, st.st_uid, st.st_mode & 07777);
		return -EPERM;
	}
	return 0;
}

/*
 * Returns -errno where the records are there and cannot be read: without them nothing is ours,
 * and to write them anew would make that so for ever.
 */
static int read_file(struct records *state)
{
	int fd = openat(state->dirfd, "nics", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	FILE *f;
	int ret;

	if (fd < 0 && errno == ELOOP) {
		log_warning("%s: cannot be read: %s; no NIC is taken for ours by it", state->path,
			    strerror(errno));
		return 0;
	}
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022)) {
		log_warning("%s: is not a file that only root may write; no NIC is taken for ours "
			    "by it",
			    state->path);
		close(fd);
		return 0;
	}
	f = fdopen(fd, "r");
	if (!f) {
		ret = -errno;
		close(fd);
		return ret;
	}
	ret = read_records(state, f);
	fclose(f);
	return ret;
}

static struct records *new_state(const char *dir)
{
	struct records *state = xcalloc(1, sizeof(*state));

	state->dir = dir;
	state->path = xasprintf("%s/nics", dir);
	state->dirfd = state->lockfd = -1;
	return state;
}

/* What is known of this boot, and what the directory says is ours. */
static int read_all(struct records *state)
{
	int ret = read_boot_id(state->boot);

	return ret < 0 ? ret : read_file(state);
}

static struct records *fail(struct records *state, const char *what, int ret)
{
	if (ret != -EPERM || strcmp(what, "open") != 0)
		log_error("%s: cannot %s: %s", state->dir, what,
			  ret == -ELOOP || ret == -ENOTDIR ? "is a link or a file; a directory is "
							     "wanted"
							   : strerror(-ret));
	free(state->path);
	free(state);
	return NULL;
}

struct records *records_read(const char *dir)
{
	struct records *state = new_state(dir);
	int ret = open_dir(state);

	if (ret == -ENOENT)
		return state;
	if (ret < 0)
		return fail(state, "open", ret);
	ret = read_all(state);
	return ret < 0 ? fail(state, "read the records in it", ret) : state;
}

static int take_lock(struct records *state)
{
	state->lockfd =
		openat(state->dirfd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (state->lockfd < 0)
		return -errno;
	if (flock(state->lockfd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -errno;
	log_step("waiting for another config_tap to finish");
	return RETRY(flock(state->lockfd, LOCK_EX)) < 0 ? -errno : 0;
}

struct records *records_lock(const char *dir)
{
	struct records *state = new_state(dir);
	int ret;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return fail(state, "make the run directory", -errno);
	ret = open_dir(state);
	if (ret < 0)
		return fail(state, "open", ret);
	ret = take_lock(state);
	if (ret < 0)
		return fail(state, "take the lock", ret);
	ret = read_all(state);
	return ret < 0 ? fail(state, "read the records in it", ret) : state;
}

int records_save(struct records *state)
{
	int fd, ret = 0;
	FILE *f;

	/* whatever is there under this name, somebody's link included, is not to be followed */
	fd = openat(state->dirfd, "nics.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST && unlinkat(state->dirfd, "nics.new", 0) == 0)
		fd = openat(state->dirfd, "nics.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			    0644);
	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		ret = -errno;
		close(fd);
		return ret;
	}
	fprintf(f, HEADER " %s\n", state->boot);
	records_each(state, write_record, f);
	if (fflush(f) != 0 || ferror(f))
		ret = errno ? -errno : -EIO;
	if (fclose(f) != 0 && ret == 0)
		ret = -errno;
	if (ret == 0 && renameat(state->dirfd, "nics.new", state->dirfd, "nics") < 0)
		ret = -errno;
	if (ret < 0)
		unlinkat(state->dirfd, "nics.new", 0);
	return ret;
}

const char *records_path(const struct records *state)
{
	return state->path;
}
