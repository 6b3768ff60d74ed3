/* SPDX-License-Identifier: MIT */
/* All network namespaces that can be found. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kernel/namespaces.h"
#include "base/text.h"
#include "base/util.h"

/* linux/magic.h: files of namespaces, since 3.19; before that they are of proc */
#define NSFS_MAGIC 0x6e736673
#define PROC_MAGIC 0x9fa0

struct walk {
	namespaces_visitor visit;
	void *data;
	char *where;
	uint64_t *seen; /* inodes; sorted they need not be: there are few */
	size_t nseen, seen_cap;
	struct closed *closed;
	size_t nclosed, closed_cap;
};

/* A process whose namespace is shut to us, though not what sockets there are in it. */
struct closed {
	uint64_t mark;
	char where[NAMESPACE_TEXT];
};

static bool is_seen(const struct walk *walk, uint64_t inode)
{
	size_t i;

	for (i = 0; i < walk->nseen; i++)
		if (walk->seen[i] == inode)
			return true;
	return false;
}

static void keep_seen(struct walk *walk, uint64_t inode)
{
	walk->seen = array_grow(walk->seen, &walk->seen_cap, walk->nseen, sizeof(*walk->seen));
	walk->seen[walk->nseen++] = inode;
}

/* walk->where says which it is, and stays so where it cannot be entered. */
static int visit_fd(struct walk *walk, int fd)
{
	struct netns net;
	struct stat st;
	int ret;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (is_seen(walk, st.st_ino))
		return 0;
	ret = netns_enter(&net, fd);
	if (ret < 0)
		return ret;
	keep_seen(walk, st.st_ino);
	ret = walk->visit(&net, walk->where, walk->data);
	netns_leave(&net);
	return ret;
}

/* 0, -ENOENT where it is none, or -errno. */
static int check_namespace(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return -errno;
	return fs.f_type == NSFS_MAGIC || fs.f_type == PROC_MAGIC ? 0 : -ENOENT;
}

/* Opens what may go meanwhile, or may no longer be a namespace: -ENOENT in either case. */
static int open_namespace(int dir, const char *path)
{
	int fd = (int)RETRY(openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)), ret;

	if (fd < 0)
		return errno == ESRCH ? -ENOENT : -errno;
	ret = check_namespace(fd);
	if (ret == 0)
		return fd;
	close(fd);
	return ret;
}

static int visit_path(struct walk *walk, int dir, const char *path)
{
	int fd = open_namespace(dir, path), ret;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	ret = visit_fd(walk, fd);
	close(fd);
	return ret;
}

static int visit_named(struct walk *walk, const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char name[256 * 4];
	int ret = 0, err = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (ret == 0 && (entry = dir_next(dir, &err))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(walk->where, NAMESPACE_TEXT, "network namespace %s",
			 text_escape(name, sizeof(name), entry->d_name));
		ret = visit_path(walk, dirfd(dir), entry->d_name);
	}
	closedir(dir);
	return ret ? ret : err;
}

/* "net:[4026531840]" */
static uint64_t inode_of_link(const char *target)
{
	uint64_t inode;

	return sscanf(target, "net:[%" SCNu64 "]", &inode) == 1 ? inode : 0;
}

static void name_process(char where[NAMESPACE_TEXT], int process, const char *pid)
{
	char comm[64] = "", escaped[64 * 4];
	int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : RETRY(read(fd, comm, sizeof(comm) - 1));

	if (fd >= 0)
		close(fd);
	comm[n > 0 ? n : 0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
	snprintf(where, NAMESPACE_TEXT, "network namespace of process %s (%s)", pid,
		 text_escape(escaped, sizeof(escaped), comm));
}

/*
 * The inode of the kernel's own routing socket, of which each namespace has one. It shows which
 * namespace a process is in even where the namespace itself may not be opened (ptrace(2)). 0: it
 * is not told.
 */
static uint64_t read_mark(int proc, const char *process)
{
	char path[256 + sizeof("/net/netlink")];
	unsigned protocol, port;
	uint64_t mark = 0, inode;
	char *line = NULL;
	size_t size = 0;
	FILE *sockets;
	int fd;

	snprintf(path, sizeof(path), "%s/net/netlink", process);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	sockets = fd < 0 ? NULL : fdopen(fd, "r");
	if (!sockets) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	/* sk, Eth, Pid, Groups, Rmem, Wmem, Dump, Locks, Drops, Inode */
	while (!mark && getline(&line, &size, sockets) > 0)
		if (sscanf(line, "%*s %u %u %*s %*s %*s %*s %*s %*s %" SCNu64, &protocol, &port,
			   &inode) == 3 &&
		    protocol == 0 && port == 0)
			mark = inode;
	free(line);
	fclose(sockets);
	return mark;
}

/* Whether its namespace was visited is seen when all are through. */
static int keep_closed(struct walk *walk, int proc, const char *pid, int err)
{
	struct closed closed = { .mark = read_mark(proc, pid) };
	size_t i;

	snprintf(closed.where, sizeof(closed.where), "%s", walk->where);
	if (!closed.mark)
		return -err;
	for (i = 0; i < walk->nclosed; i++)
		if (walk->closed[i].mark == closed.mark)
			return 0;
	walk->closed = array_grow(walk->closed, &walk->closed_cap, walk->nclosed, sizeof(closed));
	walk->closed[walk->nclosed++] = closed;
	return 0;
}

/* Most processes are in a namespace that was visited, which one call shows. */
static int visit_process(struct walk *walk, int proc, const char *pid)
{
	char path[256 + sizeof("/ns/net")], target[64];
	ssize_t n;
	int process, ret = 0;

	snprintf(path, sizeof(path), "%s/ns/net", pid);
	n = readlinkat(proc, path, target, sizeof(target) - 1);
	if (n < 0 && (errno == ENOENT || errno == ESRCH))
		return 0;
	target[n > 0 ? n : 0] = '\0';
	if (n > 0 && is_seen(walk, inode_of_link(target)))
		return 0;
	process = openat(proc, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return errno == ENOENT || errno == ESRCH ? 0 : -errno;
	name_process(walk->where, process, pid);
	ret = visit_path(walk, process, "ns/net");
	if (ret == -EACCES || ret == -EPERM)
		ret = keep_closed(walk, proc, pid, -ret);
	close(process);
	return ret;
}

static int visit_processes(struct walk *walk)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	int ret = 0, err = 0;

	snprintf(walk->where, NAMESPACE_TEXT, "network namespaces of processes (/proc)");
	if (!proc)
		return -errno;
	while (ret == 0 && (entry = dir_next(proc, &err)))
		if (isdigit((unsigned char)entry->d_name[0]))
			ret = visit_process(walk, dirfd(proc), entry->d_name);
	closedir(proc);
	return ret ? ret : err;
}

/* \040 and the like, as in /proc/self/mountinfo. */
static void unescape_octal(char *s)
{
	char *to = s;

	while (*s)
		if (s[0] == '\\' && isdigit((unsigned char)s[1]) && isdigit((unsigned char)s[2]) &&
		    isdigit((unsigned char)s[3])) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	*to = '\0';
}

/* A line of proc(5)'s mountinfo: id, parent, device, root, mount point, ... */
static int visit_mount(struct walk *walk, char *line)
{
	char *field = line, *root = NULL, escaped[256];
	int i;

	for (i = 0; field && i < 5; i++) {
		char *end = strchr(field, ' ');

		if (!end)
			return 0;
		*end = '\0';
		if (i == 3)
			root = field;
		if (i < 4)
			field = end + 1;
	}
	if (!inode_of_link(root) || is_seen(walk, inode_of_link(root)))
		return 0;
	unescape_octal(field);
	snprintf(walk->where, NAMESPACE_TEXT, "network namespace mounted at %s",
		 text_escape(escaped, sizeof(escaped), field));
	return visit_path(walk, AT_FDCWD, field);
}

static int visit_mounts(struct walk *walk)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	snprintf(walk->where, NAMESPACE_TEXT, "network namespaces that are mounted (/proc)");
	if (!mounts)
		return -errno;
	while (ret == 0 && getline(&line, &size, mounts) > 0)
		ret = visit_mount(walk, line);
	if (ret == 0 && ferror(mounts))
		ret = -EIO;
	free(line);
	fclose(mounts);
	return ret;
}

static int visit_own(struct walk *walk)
{
	struct netns *own = netns_get(NULL);

	snprintf(walk->where, NAMESPACE_TEXT, "network namespace of config_tap itself");
	if (!own)
		return -errno;
	keep_seen(walk, netns_inode(own));
	return walk->visit(own, walk->where, walk->data);
}

static int visit_all(struct walk *walk)
{
	int ret = visit_own(walk);

	if (ret == 0)
		ret = visit_named(walk, "/run/netns");
	if (ret == 0)
		ret = visit_named(walk, "/var/run/netns");
	if (ret == 0)
		ret = visit_processes(walk);
	if (ret == 0)
		ret = visit_mounts(walk);
	return ret;
}

static int read_own_mark(void *mark)
{
	*(uint64_t *)mark = read_mark(AT_FDCWD, "/proc/self");
	return 0;
}

static int cross_off(struct netns *net, const char *where, void *data)
{
	struct walk *walk = data;
	uint64_t mark = 0;
	size_t i;

	(void)where;
	/* one that opens by now has not been visited for that */
	if (!is_seen(walk, netns_inode(net)))
		return 0;
	netns_run(net, read_own_mark, &mark);
	for (i = 0; i < walk->nclosed; i++)
		if (walk->closed[i].mark == mark)
			walk->closed[i] = walk->closed[--walk->nclosed];
	return 0;
}

/* Is there a namespace among those that are shut that was not visited by another way? */
static int check_closed(struct walk *walk)
{
	char unused[NAMESPACE_TEXT];
	struct walk again = { .visit = cross_off, .data = walk, .where = unused };
	int ret = walk->nclosed ? visit_all(&again) : 0;

	free(again.closed);
	free(again.seen);
	if (ret == 0 && walk->nclosed) {
		snprintf(walk->where, NAMESPACE_TEXT, "%s", walk->closed[0].where);
		ret = -EACCES;
	}
	return ret;
}

int namespaces_visit(namespaces_visitor visit, void *data, char where[NAMESPACE_TEXT])
{
	struct walk walk = { .visit = visit, .data = data, .where = where };
	int ret = visit_all(&walk);

	if (ret == 0)
		ret = check_closed(&walk);
	free(walk.closed);
	free(walk.seen);
	return ret;
}

struct search {
	const char *id;
	struct netns *found;
};

static int compare_id(struct netns *net, const char *where, void *data)
{
	struct search *search = data;

	if (strcmp(net->id, search->id) != 0)
		return 0;
	search->found = netns_keep(net, where);
	return search->found ? 1 : -errno;
}

struct netns *namespaces_find(const char *name, const char *id, char where[NAMESPACE_TEXT])
{
	/* many NICs may have gone with one namespace */
	static char gone[NET_ID_TEXT];
	struct netns *net = netns_get(name);
	struct search search = { .id = id };
	int ret;

	where[0] = '\0';
	if (net && strcmp(net->id, id) == 0)
		return net;
	if (!net && !netns_is_gone(errno))
		return NULL;
	net = netns_kept(id);
	if (net)
		return net;
	ret = strcmp(id, gone) == 0 ? 0 : namespaces_visit(compare_id, &search, where);
	if (ret == 0)
		snprintf(gone, sizeof(gone), "%s", id);
	/* a walk that finds nothing where it looks has not seen that it is gone */
	if (ret <= 0)
		errno = ret == 0 ? ENOENT : ret == -ENOENT ? ESRCH : -ret;
	return search.found;
}
