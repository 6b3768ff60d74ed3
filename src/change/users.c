/* SPDX-License-Identifier: MIT */
/* Which processes have a tun or tap device open. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "change/users.h"
#include "kernel/compat.h"
#include "base/util.h"

/* Reads a small file of /proc into buf; an unreadable one is an empty one. */
static void read_small(int dir, const char *path, char *buf, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : RETRY(read(fd, buf, size - 1));

	buf[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/*
 * The namespace of the device itself, asked of a copy of the descriptor: a process may have a
 * device of another namespace open. Older kernels know only where the process is.
 */
static uint64_t device_netns(int process_dir, pid_t pid, int number)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	int copy = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, number, 0);
	uint64_t inode = 0;
	int ns;

	if (copy >= 0) {
		ns = ioctl(copy, TUNGETDEVNETNS);
		inode = inode_of(ns);
		if (ns >= 0)
			close(ns);
		close(copy);
	}
	if (process >= 0)
		close(process);
	if (!inode) {
		ns = openat(process_dir, "ns/net", O_RDONLY | O_CLOEXEC);
		inode = inode_of(ns);
		if (ns >= 0)
			close(ns);
	}
	return inode;
}

/* The value of "iff:" in a descriptor's fdinfo, or an empty string. */
static void attached_to(int process_dir, const char *number, char nic[IFNAMSIZ])
{
	char path[64], text[512], *line;

	nic[0] = '\0';
	snprintf(path, sizeof(path), "fdinfo/%s", number);
	read_small(process_dir, path, text, sizeof(text));
	line = strstr(text, "iff:");
	if (line && sscanf(line, "iff: %15s", nic) != 1)
		nic[0] = '\0';
}

static void add_user(struct users *users, int process_dir, pid_t pid, const char *number)
{
	struct user user = { .pid = pid };

	attached_to(process_dir, number, user.nic);
	/* open, but attached to nothing */
	if (!user.nic[0])
		return;
	user.netns = device_netns(process_dir, pid, atoi(number));
	/* not to be told: of who is there it counts for all, of who has ended for none */
	if (!user.netns)
		attached_to(process_dir, number, user.nic);
	if (!user.nic[0])
		return;
	read_small(process_dir, "comm", user.comm, sizeof(user.comm));
	user.comm[strcspn(user.comm, "\n")] = '\0';
	users->list = array_grow(users->list, &users->cap, users->n, sizeof(user));
	users->list[users->n++] = user;
}

static bool is_tun(int fd_dir, const char *number)
{
	static const char suffix[] = "/net/tun";
	char target[256];
	ssize_t n = readlinkat(fd_dir, number, target, sizeof(target) - 1);

	return n >= (ssize_t)sizeof(suffix) - 1 &&
	       memcmp(target + n - (sizeof(suffix) - 1), suffix, sizeof(suffix) - 1) == 0;
}

static void look_at_process(struct users *users, int proc, const char *name)
{
	int process_dir = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd_dir;
	struct dirent *entry;
	DIR *dir = NULL;
	int err;

	if (process_dir < 0)
		return;
	fd_dir = openat(process_dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd_dir >= 0 && !(dir = fdopendir(fd_dir)))
		close(fd_dir);
	while (dir && (entry = dir_next(dir, &err)))
		if (isdigit((unsigned char)entry->d_name[0]) && is_tun(fd_dir, entry->d_name))
			add_user(users, process_dir, (pid_t)atoi(name), entry->d_name);
	if (dir)
		closedir(dir);
	close(process_dir);
}

int users_read(struct users *users, pid_t except)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	int err;

	*users = (struct users){ 0 };
	if (!proc)
		return -errno;
	while ((entry = dir_next(proc, &err)))
		if (isdigit((unsigned char)entry->d_name[0]) && atoi(entry->d_name) != except)
			look_at_process(users, dirfd(proc), entry->d_name);
	closedir(proc);
	return err;
}

/* Where either number cannot be told, it may be his. */
static bool is_there(const struct user *user, struct netns *net)
{
	uint64_t inode = user->netns ? netns_inode(net) : 0;

	return !inode || inode == user->netns;
}

const struct user *users_next(const struct users *users, size_t *at, const char *nic,
			      struct netns *net)
{
	while (*at < users->n) {
		const struct user *user = &users->list[(*at)++];

		if (strcmp(user->nic, nic) == 0 && is_there(user, net))
			return user;
	}
	return NULL;
}
