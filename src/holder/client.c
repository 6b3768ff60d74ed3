/* SPDX-License-Identifier: MIT */
/* The holder, seen from config_tap. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "holder/client.h"
#include "holder/scope.h"
#include "kernel/tun.h"

/*
 * The holder's user and group: a number that no user has (the last of those that systemd's
 * UIDS-GIDS calls unused), so that no name service need be asked, which at boot may hang. Not
 * nobody: whatever else runs as nobody could kill it.
 */
#define HOLDER_ID 61183
/* The holder answers at once, or hangs. */
#define ANSWER_SECONDS 10
#define END_WAIT_MS 2000
/* Descriptors that are open beside those of NICs. */
#define OTHER_FILES 64
/* include/linux/err.h in the kernel */
#define MAX_ERRNO 4095

static const char *run_dir;
static int connection = -1;
/* that of the holder at the other end; 0: it has not answered yet */
static uint32_t version;

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
	 * Anybody who may read the file can lock it too, but not for writing. A holder in a pid
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

/*
 * Only the holder's own descriptors stay: first of all the lock under which commands change
 * anything goes, so that nothing that happens here can keep it.
 */
static void keep_descriptors(int listener, int pid_file)
{
	int fd, last = (int)sysconf(_SC_OPEN_MAX);

	/* out of the way first, or one would overwrite the other */
	listener = fcntl(listener, F_DUPFD, HOLD_PIDFILE_FD + 1);
	pid_file = fcntl(pid_file, F_DUPFD, HOLD_PIDFILE_FD + 1);
	dup2(listener, HOLD_LISTEN_FD);
	dup2(pid_file, HOLD_PIDFILE_FD);
	/* those behind have close-on-exec, as all that this program opens */
	for (fd = HOLD_PIDFILE_FD + 1; fd < last && fd < 4096; fd++)
		close(fd);
}

static void __attribute__((noreturn))
become_holder(int listener, int pid_file, const char *directory)
{
	char id[16], name[] = "config_tap_holder", *environment[] = { NULL };

	keep_descriptors(listener, pid_file);
	snprintf(id, sizeof(id), "%d", HOLDER_ID);
	setsid();
	execve(holder_program(), (char *[]){ name, id, id, (char *)(size_t)directory, NULL },
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
	if (ret == 0)
		scope_make(pid);
	return ret;
}

static void hang_up(void)
{
	if (connection >= 0)
		close(connection);
	connection = -1;
}

/*
 * Does the answer fit the question? What does not is not accepted, no matter who sent it: a list
 * has as many entries as it says, any other answer has none, and a descriptor comes with what was
 * lent and with nothing else.
 */
static bool is_sound(const struct hold_message *answer, size_t length, uint32_t op, size_t nfds)
{
	size_t n = op == HOLD_LIST ? answer->n : 0;

	return length >= HOLD_LENGTH(0) && answer->op == op &&
	       (!version || answer->version == version) && answer->error <= 0 &&
	       answer->error > -MAX_ERRNO && n <= HOLD_MAX && length == HOLD_LENGTH(n) &&
	       hold_are_sound(answer->entries, n) &&
	       nfds == (op == HOLD_LEND && answer->error == 0);
}

/* One of version 1 does not understand the question, but says which version it is of. */
static bool is_of_other_version(const struct hold_message *answer, size_t length)
{
	return length == HOLD_LENGTH(0) && answer->op == 0 && answer->error == -EPROTO &&
	       answer->version != (version ? version : HOLD_VERSION);
}

/*
 * Asks, with k entries in the message and a descriptor for each where there are fds. The answer
 * takes the message's place, and *lent is the descriptor that came with it, or -1.
 */
static int ask_once(struct hold_message *message, size_t k, const int *fds, int *lent)
{
	uint32_t op = message->op;
	int received[HOLD_MAX], ret;
	size_t nfds;
	ssize_t n;

	*lent = -1;
	message->version = version ? version : HOLD_VERSION;
	message->error = 0;
	ret = hold_send(connection, message, k, fds, fds ? k : 0, 0);
	if (ret < 0)
		return ret;
	n = hold_receive(connection, message, received, &nfds, 0);
	/* it ended instead: it had no room, or could not give up its privileges */
	if (n == 0 && nfds == 0)
		return -ECONNRESET;
	if (n > 0 && is_sound(message, (size_t)n, op, nfds)) {
		*lent = nfds ? received[0] : -1;
		return 0;
	}
	hold_close_all(received, nfds);
	if (n < 0)
		return n == -EAGAIN ? -ETIMEDOUT : (int)n;
	return is_of_other_version(message, (size_t)n) ? -EPROTONOSUPPORT : -EPROTO;
}

static int converse(struct hold_message *message, size_t k, const int *fds, int *lent)
{
	int ret = ask_once(message, k, fds, lent);

	/* an answer that comes late must not be taken for that to another question */
	if (ret < 0 && ret != -EPROTONOSUPPORT)
		hang_up();
	return ret < 0 ? ret : message->error;
}

/* Connects, where a holder runs or was started just now, and learns its version. */
static int call_holder(void)
{
	struct hold_message message = { .op = HOLD_LIST, .n = UINT32_MAX };
	int ret = with_directory(connect_to), lent;

	/* one that runs is there, though its socket is not */
	if (ret < 0)
		return ret == -ENOENT ? -ECONNREFUSED : ret;
	connection = ret;
	version = 0;
	/* one that is about to end takes the call, and never answers */
	ret = converse(&message, 0, NULL, &lent);
	if (ret == 0 || ret == -EPROTONOSUPPORT)
		version = message.version;
	if (ret != -EPROTONOSUPPORT)
		return ret;
	message = (struct hold_message){ .op = HOLD_LIST, .n = UINT32_MAX };
	return converse(&message, 0, NULL, &lent);
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
		memcpy(message.entries, entries + i, k * sizeof(*entries));
		ret = converse(&message, k, fds ? fds + i : NULL, &lent);
	}
	return ret;
}

/*
 * What the frozen operations cannot say needs a holder of our own version. Where the program that
 * is installed is not of it either, no other one can be had.
 */
static int reach_own_version(bool start)
{
	int ret = reach(start);

	if (ret == 0 && version != HOLD_VERSION) {
		ret = holder_renew();
		ret = ret < 0 ? ret : reach(start);
	}
	return ret == 0 && version != HOLD_VERSION ? -EPROTO : ret;
}

int holder_hold(const struct hold_entry *entries, const int *fds, size_t n)
{
	int ret = n ? reach_own_version(true) : 0;

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
	int ret = reach_own_version(false);

	return ret < 0 ? ret : send_all(HOLD_SINK, entry, NULL, 1);
}

/* The descriptor of a held NIC, from the holder that is connected. */
static int borrow_one(const struct hold_entry *entry)
{
	struct hold_message message = { .op = HOLD_LEND, .n = 1, .entries = { *entry } };
	int lent, ret = converse(&message, 1, NULL, &lent);

	return ret < 0 ? ret : lent;
}

int holder_borrow(const struct hold_entry *entry)
{
	int ret = reach(false), fd;

	fd = ret < 0 ? ret : borrow_one(entry);
	if (fd >= 0 && !tun_is_attached_to(fd, entry->name)) {
		close(fd);
		return -EPROTO;
	}
	return fd;
}

int holder_list(struct hold_entry **entries, size_t *n)
{
	long long end = now_ms() + ANSWER_SECONDS * 1000;
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
			ret = converse(&message, 0, NULL, &lent);
		for (i = 0; ret == 0 && i < message.n; i++) {
			*entries = array_grow(*entries, &cap, *n, sizeof(**entries));
			(*entries)[(*n)++] = message.entries[i];
		}
		/* it goes on for ever */
		if (ret == 0 && (*n > HOLD_LIST_MAX || now_ms() > end))
			ret = -EPROTO;
	} while (ret == 0 && message.n == HOLD_MAX);
	if (ret < 0) {
		free(*entries);
		*entries = NULL;
		*n = 0;
	}
	return ret;
}

/* Has the holder that is connected end, whatever it holds, and waits until it has. */
static int end_holder(const struct hold_entry *held, size_t n)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	long long end = now_ms() + END_WAIT_MS;
	struct hold_message message = { .op = HOLD_QUIT };
	pid_t pid = 0;
	int lent, ret = converse(&message, 0, NULL, &lent);

	/* one of version 1 ends when it holds nothing, and nobody is connected */
	if (ret == -EPROTO)
		ret = send_all(HOLD_RELEASE, held, NULL, n);
	hang_up();
	/* it has said that it ends: not to be able to look just now is no reason to let go */
	while (ret == 0 && (holder_find(&pid) < 0 || pid)) {
		if (now_ms() > end)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return ret;
}

/* So many descriptors at once are open here while a holder takes the place of another. */
static void make_room_for(size_t n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= n + OTHER_FILES)
		return;
	limit.rlim_cur = n + OTHER_FILES;
	if (limit.rlim_max < limit.rlim_cur)
		limit.rlim_max = limit.rlim_cur;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Borrows all that is held; what has gone in the meantime leaves the list. */
static int borrow_all(struct hold_entry *held, int *fds, size_t *n)
{
	size_t i, k = 0;
	int fd = 0;

	for (i = 0; i < *n && (fd >= 0 || fd == -ENOENT); i++) {
		fd = borrow_one(&held[i]);
		if (fd < 0)
			continue;
		held[k] = held[i];
		fds[k++] = fd;
	}
	*n = k;
	return fd < 0 && fd != -ENOENT ? fd : 0;
}

/*
 * From the old holder to us, and from us to the new one: the links stay up, since somebody has
 * their descriptors open all the time; and at no time are there two holders.
 */
int holder_renew(void)
{
	struct hold_entry *held;
	size_t n;
	int ret, *fds;

	ret = holder_list(&held, &n);
	if (ret < 0 || connection < 0)
		return ret;
	fds = xcalloc(n, sizeof(*fds));
	make_room_for(n);
	ret = borrow_all(held, fds, &n);
	if (ret == 0)
		ret = end_holder(held, n);
	if (ret == 0 && n)
		ret = reach(true);
	if (ret == 0 && n)
		ret = version == HOLD_VERSION ? send_all(HOLD_TAKE, held, fds, n) : -EPROTO;
	hold_close_all(fds, n);
	free(fds);
	free(held);
	return ret;
}

/* Does the holder that is connected hold anything? Where it cannot be told it does. */
static bool holds_nothing(void)
{
	struct hold_entry *entries;
	size_t n;
	int ret = holder_list(&entries, &n);

	free(entries);
	return ret == 0 && n == 0;
}

void holder_finish(void)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };
	long long end = now_ms() + END_WAIT_MS;
	char path[512], pid_file[512];
	bool ends = connection >= 0 && holds_nothing();
	pid_t pid = 0;

	hang_up();
	while (ends && holder_find(&pid) == 0 && pid && now_ms() < end)
		nanosleep(&pause, NULL);
	/* only where it is certain that none runs: nobody would reach it any more */
	path_of(pid_file, "holder.pid");
	if (access(pid_file, F_OK) < 0 || holder_find(&pid) < 0 || pid)
		return;
	/* the file that a holder made first goes last: without it there is nothing to clear away */
	path_of(path, "holder.sock");
	unlink(path);
	path_of(path, "holder");
	rmdir(path);
	unlink(pid_file);
}
