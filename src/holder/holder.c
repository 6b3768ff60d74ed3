/* SPDX-License-Identifier: MIT */
/*
 * The holder: one process that keeps the descriptors of all held NICs open, so that their links
 * are up. It is started as root by config_tap, gives up everything at once, and from then on
 * can do nothing but read frames and hand descriptors back.
 *
 * usage: config_tap_holder UID GID DIRECTORY, with the sockets of hold.h open
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "holder/protocol.h"
#include "kernel/tun.h"
#include "base/compat.h"
#include "base/util.h"

/* Nobody came to hand anything over: the config_tap that started this died. */
#define FIRST_CLIENT_MS 30000
/* Frames read from one NIC before the next has its turn. */
#define FRAMES_A_TURN 256
/* The largest frame: 64 KiB of a TSO packet, and its headers. */
#define FRAME_BYTES (68 * 1024)
/* More descriptors than any machine has NICs. */
#define WANTED_DESCRIPTORS (1024 * 1024)

#define NOBODY 65534

/* What epoll tells of a descriptor: which it is, and what for. */
enum role { ROLE_LISTEN, ROLE_CLIENT, ROLE_NIC };

struct held {
	enum role role;
	int fd;
	size_t at; /* in the list of NICs */
	struct hold_entry entry;
};

static struct held **nics;
static size_t n_nics, cap_nics, n_clients;
static int poll_fd;
static char frame[FRAME_BYTES];

static void __attribute__((noreturn)) die(const char *what)
{
	dprintf(STDERR_FILENO, "config_tap_holder: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

/* privileges */

static void drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capset, &head, none) < 0)
		die("give up its capabilities");
}

static bool become(uid_t uid, gid_t gid)
{
	return setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0;
}

/* Root until here; nothing of it is left behind, and no way back. */
static void drop_privileges(uid_t uid, gid_t gid, const char *directory)
{
	int cap;

	if (chroot(directory) < 0 || chdir("/") < 0)
		die("enter its directory");
	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			die("empty its bounding set");
	/* a user namespace may not have the number, but mostly has nobody's */
	if (setgroups(0, NULL) < 0 || (!become(uid, gid) && !become(NOBODY, NOBODY)))
		die("change its user");
	drop_capabilities();
	/* before Linux 3.5 there is none: the rest has to do */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 && errno != EINVAL)
		die("renounce new privileges");
	/* nobody, of its own user or another, may trace it or take its descriptors */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		die("become untraceable");
}

static void raise_descriptor_limit(void)
{
	struct rlimit limit = { WANTED_DESCRIPTORS, WANTED_DESCRIPTORS };

	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* The lock, which the kernel takes back when we end, says who we are; the text is for people. */
static void write_pid_file(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[32];
	int n;

	if (fcntl(HOLD_PIDFILE_FD, F_SETLK, &lock) < 0)
		die("lock its pid file (is another one running?)");
	/* nobody else could lock it until now; who may only read it can do no harm any more */
	if (fchmod(HOLD_PIDFILE_FD, 0644) < 0)
		die("let others read its pid file");
	n = snprintf(text, sizeof(text), "%d\n", getpid());
	if (ftruncate(HOLD_PIDFILE_FD, 0) < 0 || pwrite(HOLD_PIDFILE_FD, text, (size_t)n, 0) != n)
		die("write its pid file");
}

static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		die("open /dev/null");
	/* stderr follows when all has gone well */
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

/* the NICs */

static bool is_same(const struct hold_entry *a, const struct hold_entry *b)
{
	return a->ifindex == b->ifindex && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->netid, b->netid) == 0;
}

/* They are let go mostly in the order in which they came: go on where the last one was. */
static struct held *find(const struct hold_entry *entry)
{
	static size_t at;
	size_t i;

	for (i = 0; i < n_nics; i++, at++) {
		if (at >= n_nics)
			at = 0;
		if (is_same(&nics[at]->entry, entry))
			return nics[at];
	}
	return NULL;
}

static void let_go(struct held *held)
{
	/* the filter stays in the device, and would leave the next reader without a frame */
	if (held->entry.tap && held->entry.drop && !held->entry.shared)
		tun_set_drop_all(held->fd, false);
	/* a copy that is lent out keeps it from going at close, and then epoll would tell of it */
	epoll_ctl(poll_fd, EPOLL_CTL_DEL, held->fd, NULL);
	close(held->fd);
	nics[held->at] = nics[--n_nics];
	nics[held->at]->at = held->at;
	free(held);
}

/*
 * A tap that drops, and a detached queue, have nothing to read. Nor is a tun read that drops: its
 * queue fills once, and the kernel drops the rest.
 */
static bool is_read(const struct held *held)
{
	return !held->entry.drop && !held->entry.shared;
}

/*
 * What is not read is listened to as well: that the device was deleted comes as EPOLLIN only
 * (tun_detach_all() in the kernel), and once is enough.
 */
static int set_sink(struct held *held, int how)
{
	struct epoll_event event = { .events = EPOLLIN | (is_read(held) ? 0 : EPOLLET),
				     .data.ptr = held };
	int ret;

	if (held->entry.tap && !held->entry.shared) {
		ret = tun_set_drop_all(held->fd, held->entry.drop);
		if (ret < 0)
			return ret;
	}
	return epoll_ctl(poll_fd, how, held->fd, &event) < 0 ? -errno : 0;
}

static int take(const struct hold_entry *entry, int fd)
{
	struct held *held = find(entry);
	int flags = fcntl(fd, F_GETFL), ret;

	if (held)
		let_go(held);
	/* one that blocks would stop the holder for all others */
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	held = xcalloc(1, sizeof(*held));
	*held = (struct held){ .role = ROLE_NIC, .fd = fd, .at = n_nics, .entry = *entry };
	ret = set_sink(held, EPOLL_CTL_ADD);
	if (ret < 0) {
		free(held);
		return ret;
	}
	nics = array_grow(nics, &cap_nics, n_nics, sizeof(*nics));
	nics[n_nics++] = held;
	return 0;
}

static int change_sink(const struct hold_entry *entry)
{
	struct held *held = find(entry);

	if (!held)
		return -ENOENT;
	held->entry.drop = entry->drop;
	return set_sink(held, EPOLL_CTL_MOD);
}

/* Throws away what was sent to the NIC; reading is what counts it as sent. */
static void read_frames(struct held *held, uint32_t events)
{
	ssize_t n = 1;
	int i;

	for (i = 0; i < FRAMES_A_TURN && n > 0 && is_read(held); i++)
		n = read(held->fd, frame, sizeof(frame));
	/* somebody deleted the device */
	if ((n < 0 && errno == EBADFD) || (events & (EPOLLERR | EPOLLHUP)))
		let_go(held);
}

/* the clients */

/* Takes the descriptors out of what came with a message; returns how many. */
static size_t received_descriptors(struct msghdr *header, int fds[HOLD_MAX])
{
	struct cmsghdr *c;
	size_t n = 0, k, count;

	for (c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (k = 0; k < count; k++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + k * sizeof(int), sizeof(fd));
			if (n < HOLD_MAX)
				fds[n++] = fd;
			else
				close(fd);
		}
	}
	return n;
}

static int take_all(struct hold_message *message, const int *fds, size_t nfds)
{
	uint32_t i;
	int ret = 0;

	/* fewer than were sent: our limit of open files */
	if (nfds < message->n)
		ret = -EMFILE;
	for (i = 0; i < nfds; i++) {
		if (ret == 0 && i < message->n)
			ret = take(&message->entries[i], fds[i]);
		if (ret < 0 || i >= message->n)
			close(fds[i]);
	}
	return ret;
}

static int for_each(struct hold_message *message, int (*act)(const struct hold_entry *))
{
	uint32_t i;
	int ret, first = 0;

	for (i = 0; i < message->n; i++) {
		ret = act(&message->entries[i]);
		if (ret < 0 && first == 0)
			first = ret;
	}
	return first;
}

static int release(const struct hold_entry *entry)
{
	struct held *held = find(entry);

	if (held)
		let_go(held);
	return 0;
}

static void list(struct hold_message *message)
{
	size_t from = message->n, i;

	for (message->n = 0, i = from; i < n_nics && message->n < HOLD_MAX; i++)
		message->entries[message->n++] = nics[i]->entry;
}

/* Whoever does not read his answers must not stop the holder for all others. */
static void answer(int client, struct hold_message *message, int lent)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { message, HOLD_LENGTH(message->op == HOLD_LIST ? message->n : 0) };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (lent >= 0) {
		header.msg_control = control;
		header.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &lent, sizeof(lent));
	}
	if (RETRY(sendmsg(client, &header, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0)
		shutdown(client, SHUT_RDWR);
}

static bool is_sound(const struct hold_message *message, size_t length)
{
	uint32_t i;

	if (length < HOLD_LENGTH(0) || message->version != HOLD_VERSION)
		return false;
	if (message->op == HOLD_LIST)
		return true;
	if (message->n > HOLD_MAX || length != HOLD_LENGTH(message->n))
		return false;
	for (i = 0; i < message->n; i++)
		if (!memchr(message->entries[i].name, '\0', IFNAMSIZ) ||
		    !memchr(message->entries[i].netid, '\0', sizeof(message->entries[i].netid)))
			return false;
	return true;
}

static void serve(int client, struct hold_message *message, size_t length, const int *fds,
		  size_t nfds)
{
	struct held *held = NULL;
	size_t i;

	if (!is_sound(message, length) || (nfds && message->op != HOLD_TAKE)) {
		for (i = 0; i < nfds; i++)
			close(fds[i]);
		message->error = -EPROTO;
		message->version = HOLD_VERSION;
		message->op = 0;
		answer(client, message, -1);
		return;
	}
	message->error = 0;
	switch (message->op) {
	case HOLD_TAKE:
		message->error = take_all(message, fds, nfds);
		break;
	case HOLD_RELEASE:
		message->error = for_each(message, release);
		break;
	case HOLD_SINK:
		message->error = for_each(message, change_sink);
		break;
	case HOLD_LEND:
		held = message->n == 1 ? find(&message->entries[0]) : NULL;
		message->error = held ? 0 : -ENOENT;
		break;
	case HOLD_LIST:
		list(message);
		break;
	default:
		message->error = -EPROTO;
	}
	answer(client, message, held ? held->fd : -1);
}

/* Only root of our own user namespace has the number 0 here, whatever the socket's mode says. */
static bool is_root(int client)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == 0;
}

static void admit(int listener)
{
	int client = (int)RETRY(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	struct held *held;
	struct epoll_event event = { .events = EPOLLIN };

	if (client < 0)
		return;
	if (!is_root(client)) {
		close(client);
		return;
	}
	held = xcalloc(1, sizeof(*held));
	*held = (struct held){ .role = ROLE_CLIENT, .fd = client };
	event.data.ptr = held;
	if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, client, &event) < 0) {
		close(client);
		free(held);
		return;
	}
	n_clients++;
}

static void listen_to(struct held *client)
{
	static struct hold_message message;
	union {
		char bytes[CMSG_SPACE(sizeof(int) * HOLD_MAX)];
		struct cmsghdr align;
	} control;
	struct iovec iov = { &message, sizeof(message) };
	struct msghdr header = { .msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes) };
	int fds[HOLD_MAX];
	ssize_t n = RETRY(recvmsg(client->fd, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT));
	size_t nfds = n < 0 ? 0 : received_descriptors(&header, fds);

	if (n < 0 && errno == EAGAIN)
		return;
	/* an empty message, which can bring descriptors along, looks like the end */
	if (n > 0 || nfds) {
		serve(client->fd, &message, (size_t)n, fds, nfds);
		return;
	}
	close(client->fd);
	free(client);
	n_clients--;
}

static void serve_event(const struct epoll_event *event)
{
	struct held *held = event->data.ptr;

	switch (held->role) {
	case ROLE_LISTEN:
		admit(held->fd);
		break;
	case ROLE_CLIENT:
		listen_to(held);
		break;
	case ROLE_NIC:
		read_frames(held, event->events);
		break;
	}
}

int main(int argc, char **argv)
{
	static struct held listener = { .role = ROLE_LISTEN, .fd = HOLD_LISTEN_FD };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &listener };
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
	bool any = false;
	int n;

	if (argc != 4) {
		fputs("config_tap_holder: is started by config_tap\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	write_pid_file();
	raise_descriptor_limit();
	leave_terminal();
	drop_privileges((uid_t)strtoul(argv[1], NULL, 10), (gid_t)strtoul(argv[2], NULL, 10),
			argv[3]);
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (poll_fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, HOLD_LISTEN_FD, &event) < 0)
		die("listen");
	dup2(STDIN_FILENO, STDERR_FILENO);
	/* one event at a time: serving one may end another */
	while (n_nics || n_clients || !any) {
		n = epoll_wait(poll_fd, &event, 1, any ? -1 : FIRST_CLIENT_MS);
		if (n == 0)
			break;
		if (n < 0) {
			/* the kernel is short of memory: the links are worth waiting for it */
			if (errno == ENOMEM)
				nanosleep(&pause, NULL);
			else if (errno != EINTR)
				return 1;
			continue;
		}
		serve_event(&event);
		any |= n_clients > 0;
	}
	return 0;
}
