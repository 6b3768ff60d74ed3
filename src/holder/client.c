/* SPDX-License-Identifier: MIT */
/* The holder, seen from config_tap. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "holder/client.h"
#include "base/util.h"

/*
 * The holder's user: one of its own where the system has it, else a number that no user has (the
 * last of those that systemd's UIDS-GIDS calls unused). Not nobody: whatever else runs as nobody
 * could kill it.
 */
#define HOLDER_USER "config_tap"
#define HOLDER_ID 61183
/* The holder answers at once, or hangs. */
#define ANSWER_SECONDS 10
#define END_WAIT_MS 2000

static const char *run_dir;
static int connection = -1;

void holder_setup(const char *dir)
{
	run_dir = dir;
}

static void path_of(char path[512], const char *name)
{
	snprintf(path, 512, "%s/%s", run_dir, name);
}

int holder_find(pid_t *pid)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[512];
	int fd, ret;

	path_of(path, "holder.pid");
	fd = (int)RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
	if (fd < 0 && errno != ENOENT)
		return -errno;
	*pid = 0;
	if (fd < 0)
		return 0;
	ret = RETRY(fcntl(fd, F_GETLK, &lock)) < 0 ? -errno : 0;
	close(fd);
	/*
	 * Whoever may read the file can lock it as well, but not for writing. A holder in a pid
	 * namespace that we cannot see into has the number 0 or -1 for us.
	 */
	if (ret == 0 && lock.l_type == F_WRLCK)
		*pid = lock.l_pid > 0 ? lock.l_pid : -1;
	return ret;
}

pid_t holder_pid(void)
{
	pid_t pid = 0;

	return holder_find(&pid) < 0 ? 0 : pid;
}

/* A socket's path has room for 107 bytes; a longer one goes through the directory's descriptor. */
static int fill_address(struct sockaddr_un *address, int dir)
{
	int n;

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(address->sun_path, sizeof(address->sun_path), "%s/holder.sock", run_dir);
	if (n >= (int)sizeof(address->sun_path))
		n = snprintf(address->sun_path, sizeof(address->sun_path),
			     "/proc/self/fd/%d/holder.sock", dir);
	return n < (int)sizeof(address->sun_path) ? 0 : -ENAMETOOLONG;
}

static int with_directory(int (*act)(const struct sockaddr_un *address))
{
	int dir = open(run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;
	struct sockaddr_un address;

	if (dir < 0)
		return -errno;
	ret = fill_address(&address, dir);
	if (ret == 0)
		ret = act(&address);
	close(dir);
	return ret;
}

static int connect_to(const struct sockaddr_un *address)
{
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), saved;

	if (fd < 0)
		return -errno;
	if (RETRY(connect(fd, (const struct sockaddr *)address, sizeof(*address))) < 0) {
		saved = errno;
		close(fd);
		return -saved;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd;
}

static int listen_at(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), saved;
	mode_t mask;

	if (fd < 0)
		return -errno;
	/* left by a holder that was killed; a running one has been asked for before */
	unlink(address->sun_path);
	mask = umask(0177);
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ||
	    listen(fd, 16) < 0) {
		saved = errno;
		umask(mask);
		close(fd);
		return -saved;
	}
	umask(mask);
	return fd;
}

/* Beside this program, where it is run from the tree that it was built in; else installed. */
static const char *holder_program(void)
{
	static char path[512];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		if (slash) {
			strcpy(slash, "/config_tap_holder");
			if (access(path, X_OK) == 0)
				return path;
		}
	}
	return HOLDER_PROGRAM;
}

static void __attribute__((noreturn))
become_holder(int listener, int pid_file, const char *directory)
{
	char uid[16], gid[16], name[] = "config_tap_holder", *environment[] = { NULL };
	struct passwd *pw = getpwnam(HOLDER_USER);
	int fd, last = (int)sysconf(_SC_OPEN_MAX);

	snprintf(uid, sizeof(uid), "%u", pw && pw->pw_uid ? pw->pw_uid : HOLDER_ID);
	snprintf(gid, sizeof(gid), "%u", pw && pw->pw_gid ? pw->pw_gid : HOLDER_ID);
	setsid();
	/* out of the way first, or one would overwrite the other */
	listener = fcntl(listener, F_DUPFD, HOLD_PIDFILE_FD + 1);
	pid_file = fcntl(pid_file, F_DUPFD, HOLD_PIDFILE_FD + 1);
	dup2(listener, HOLD_LISTEN_FD);
	dup2(pid_file, HOLD_PIDFILE_FD);
	for (fd = HOLD_PIDFILE_FD + 1; fd < last && fd < 4096; fd++)
		close(fd);
	execve(holder_program(), (char *[]){ name, uid, gid, (char *)(size_t)directory, NULL },
	       environment);
	dprintf(STDERR_FILENO, "config_tap: cannot run %s: %s\n", holder_program(),
		strerror(errno));
	_exit(127);
}

static int start_holder(void)
{
	char directory[512], path[512];
	int listener, pid_file, ret = 0;
	pid_t pid;

	path_of(path, "holder.pid");
	/* a new one: somebody may have the last one open, and locked, since its holder ended */
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	pid_file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (pid_file < 0)
		return -errno;
	path_of(directory, "holder");
	if (mkdir(directory, 0555) < 0 && errno != EEXIST) {
		ret = -errno;
		close(pid_file);
		return ret;
	}
	listener = with_directory(listen_at);
	if (listener < 0) {
		close(pid_file);
		return listener;
	}
	pid = fork();
	if (pid == 0)
		become_holder(listener, pid_file, directory);
	if (pid < 0)
		ret = -errno;
	close(listener);
	close(pid_file);
	return ret;
}

static int send_message(struct hold_message *message, const int *fds)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * HOLD_MAX)];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { message, HOLD_LENGTH(message->op == HOLD_LIST ? 0 : message->n) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t bytes = message->n * sizeof(int);
	struct cmsghdr *c;

	message->version = HOLD_VERSION;
	if (fds) {
		header.msg_control = control.bytes;
		header.msg_controllen = CMSG_SPACE(bytes);
		c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(bytes);
		memcpy(CMSG_DATA(c), fds, bytes);
	}
	return RETRY(sendmsg(connection, &header, MSG_NOSIGNAL)) < 0 ? -errno : 0;
}

/* The answer; *lent is the descriptor that came with it, or -1. */
static int receive_answer(struct hold_message *message, int *lent)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { message, sizeof(*message) };
	struct msghdr header = { .msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes) };
	ssize_t n = RETRY(recvmsg(connection, &header, MSG_CMSG_CLOEXEC));
	struct cmsghdr *c;

	*lent = -1;
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	/* it ended instead: it had no room, or could not give up its privileges */
	if (n < (ssize_t)HOLD_LENGTH(0))
		return -ECONNRESET;
	c = CMSG_FIRSTHDR(&header);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(lent, CMSG_DATA(c), sizeof(*lent));
	return 0;
}

static void hang_up(void)
{
	if (connection >= 0)
		close(connection);
	connection = -1;
}

static int converse(struct hold_message *message, const int *fds, int *lent)
{
	int ret = send_message(message, fds);

	if (ret == 0)
		ret = receive_answer(message, lent);
	/* an answer that comes late must not be taken for that to another question */
	if (ret < 0)
		hang_up();
	return ret < 0 ? ret : message->error;
}

/* Connects, where a holder runs or was started just now. */
static int call_holder(void)
{
	struct hold_message message = { .op = HOLD_LIST, .n = UINT32_MAX };
	int ret = with_directory(connect_to), lent;

	if (ret < 0)
		return ret;
	connection = ret;
	/* one that is about to end takes the call, and never answers */
	return converse(&message, NULL, &lent);
}

/* The connection, made where there is none; -ENOENT where no holder runs and none is to. */
static int reach(bool start)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	long long end = now_ms() + END_WAIT_MS;
	bool started = false;
	pid_t pid = 0;
	int ret;

	if (connection >= 0)
		return 0;
	for (;;) {
		ret = holder_find(&pid);
		if (ret == 0 && !pid && !started) {
			if (!start)
				return -ENOENT;
			ret = start_holder();
			started = true;
		}
		if (ret == 0)
			ret = call_holder();
		if (ret == 0 || started || now_ms() > end ||
		    (ret != -ECONNREFUSED && ret != -ECONNRESET && ret != -EPIPE))
			return ret;
		/* it ended when its last NIC was let go: another one takes its place */
		nanosleep(&pause, NULL);
	}
}

/* Sends entries, as many a message as fit. */
static int send_all(enum hold_op op, const struct hold_entry *entries, const int *fds, size_t n)
{
	struct hold_message message;
	size_t i, k;
	int ret = 0, lent;

	for (i = 0; ret == 0 && i < n; i += k) {
		k = n - i < HOLD_MAX ? n - i : HOLD_MAX;
		message.op = op;
		message.n = (uint32_t)k;
		message.error = 0;
		memcpy(message.entries, entries + i, k * sizeof(*entries));
		ret = converse(&message, fds ? fds + i : NULL, &lent);
	}
	return ret;
}

int holder_hold(const struct hold_entry *entries, const int *fds, size_t n)
{
	int ret = n ? reach(true) : 0;

	return ret < 0 ? ret : send_all(HOLD_TAKE, entries, fds, n);
}

int holder_release(const struct hold_entry *entries, size_t n)
{
	int ret = n ? reach(false) : 0;

	if (ret == -ENOENT)
		return 0;
	return ret < 0 ? ret : send_all(HOLD_RELEASE, entries, NULL, n);
}

int holder_sink(const struct hold_entry *entry)
{
	int ret = reach(false);

	return ret < 0 ? ret : send_all(HOLD_SINK, entry, NULL, 1);
}

int holder_borrow(const struct hold_entry *entry)
{
	struct hold_message message = { .op = HOLD_LEND, .n = 1, .entries = { *entry } };
	int ret = reach(false), lent = -1;

	if (ret == 0)
		ret = converse(&message, NULL, &lent);
	return ret < 0 ? ret : lent;
}

int holder_list(struct hold_entry **entries, size_t *n)
{
	struct hold_message message;
	size_t cap = 0, i;
	int ret = reach(false), lent;

	*entries = NULL;
	*n = 0;
	if (ret == -ENOENT)
		return 0;
	do {
		message = (struct hold_message){ .op = HOLD_LIST, .n = (uint32_t)*n };
		if (ret == 0)
			ret = converse(&message, NULL, &lent);
		for (i = 0; ret == 0 && i < message.n && i < HOLD_MAX; i++) {
			*entries = array_grow(*entries, &cap, *n, sizeof(**entries));
			(*entries)[(*n)++] = message.entries[i];
		}
	} while (ret == 0 && message.n == HOLD_MAX);
	return ret;
}

void holder_finish(void)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	long long end = now_ms() + END_WAIT_MS;
	struct hold_entry *entries;
	char path[512], pid_file[512];
	size_t n = 0;

	if (connection >= 0) {
		if (holder_list(&entries, &n) < 0)
			n = 0;
		free(entries);
		hang_up();
		while (!n && holder_pid() && now_ms() < end)
			nanosleep(&pause, NULL);
	}
	/* the file that a holder made first goes last: without it there is nothing to clear away */
	path_of(pid_file, "holder.pid");
	if (n || access(pid_file, F_OK) < 0 || holder_pid())
		return;
	path_of(path, "holder.sock");
	unlink(path);
	path_of(path, "holder");
	rmdir(path);
	unlink(pid_file);
}
