/* SPDX-License-Identifier: MIT */
/*
 * The holder: one process that keeps the descriptors of all held NICs open, so that their links
 * are up. It is started as root by config_tap, gives up everything at once, and from then on
 * can do nothing but read frames and hand descriptors back.
 *
 * usage: config_tap_holder UID GID DIRECTORY, with the descriptors of protocol.h open
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "holder/confine.h"
#include "holder/protocol.h"
#include "kernel/tun.h"

/* Nobody came to hand anything over: the config_tap that started this died. */
#define FIRST_CLIENT_MS 30000
/* Frames read from one NIC before the next has its turn. */
#define FRAMES_A_TURN 256
/* The largest frame: 64 KiB of a TSO packet, and its headers. */
#define FRAME_BYTES (68 * 1024)
/* More descriptors than any machine has NICs. */
#define WANTED_DESCRIPTORS HOLD_LIST_MAX

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
static bool quit;
static char frame[FRAME_BYTES];

static void __attribute__((noreturn)) die(const char *what)
{
	dprintf(STDERR_FILENO, "config_tap_holder: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

/* the beginning */

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
	/* stderr follows when nothing is left to be said */
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

/* Where the kernel is short of something, so that asking again at once is of no use. */
static void rest(void)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

	nanosleep(&pause, NULL);
}

/* the NICs */

static bool is_same(const struct hold_entry *a, const struct hold_entry *b)
{
	return a->ifindex == b->ifindex && strcmp(a->netid, b->netid) == 0;
}

/* They are let go mostly in the order in which they came: go on where the last one was. */
static struct held *find_held(const struct hold_entry *entry)
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

static bool make_room(void)
{
	size_t more = cap_nics ? cap_nics * 2 : 1;
	struct held **moved;

	if (n_nics < cap_nics)
		return true;
	moved = realloc(nics, more * sizeof(*moved));
	if (!moved)
		return false;
	nics = moved;
	cap_nics = more;
	return true;
}

/* Running out of memory costs this NIC, and no other. */
static int take(const struct hold_entry *entry, int fd)
{
	struct held *before = find_held(entry), *held;
	int flags = fcntl(fd, F_GETFL), ret;

	/* one that blocks would stop the holder for all others */
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	held = calloc(1, sizeof(*held));
	if (!held || !make_room()) {
		free(held);
		return -ENOMEM;
	}
	if (before)
		let_go(before);
	*held = (struct held){ .role = ROLE_NIC, .fd = fd, .at = n_nics, .entry = *entry };
	ret = set_sink(held, EPOLL_CTL_ADD);
	if (ret < 0) {
		free(held);
		return ret;
	}
	nics[n_nics++] = held;
	return 0;
}

static int change_sink(const struct hold_entry *entry)
{
	struct held *held = find_held(entry);

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

/* One that cannot be taken is closed, and the others are taken. */
static int take_all(struct hold_message *message, const int *fds, size_t nfds)
{
	/* fewer than were sent: our limit of open files */
	int ret, first = nfds < message->n ? -EMFILE : 0;
	size_t i;

	for (i = 0; i < nfds; i++) {
		ret = i < message->n ? take(&message->entries[i], fds[i]) : -EPROTO;
		if (ret < 0)
			close(fds[i]);
		if (ret < 0 && first == 0)
			first = ret;
	}
	return first;
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
	struct held *held = find_held(entry);

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

static int release_all(void)
{
	while (n_nics)
		let_go(nics[n_nics - 1]);
	quit = true;
	return 0;
}

/* A client that does not read its answers must not stop the holder for all others. */
static void answer(int client, struct hold_message *message, int lent)
{
	size_t n = message->op == HOLD_LIST ? message->n : 0;

	message->version = HOLD_VERSION;
	if (hold_send(client, message, n, &lent, lent >= 0, MSG_DONTWAIT) < 0)
		shutdown(client, SHUT_RDWR);
}

static bool is_sound(const struct hold_message *message, size_t length)
{
	if (length < HOLD_LENGTH(0) ||
	    (message->version != HOLD_VERSION && !hold_is_frozen(message->op)))
		return false;
	if (message->op == HOLD_LIST)
		return true;
	return message->n <= HOLD_MAX && length == HOLD_LENGTH(message->n) &&
	       hold_are_sound(message->entries, message->n);
}

static void serve(int client, struct hold_message *message, size_t length, const int *fds,
		  size_t nfds)
{
	struct held *held = NULL;

	if (!is_sound(message, length) || (nfds && message->op != HOLD_TAKE)) {
		hold_close_all(fds, nfds);
		message->error = -EPROTO;
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
		held = message->n == 1 ? find_held(&message->entries[0]) : NULL;
		message->error = held ? 0 : -ENOENT;
		break;
	case HOLD_LIST:
		list(message);
		break;
	case HOLD_QUIT:
		message->error = release_all();
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

	if (client < 0) {
		/* no descriptor or no memory is left: he waits, and so do we */
		if (errno != EAGAIN && errno != ECONNABORTED)
			rest();
		return;
	}
	held = is_root(client) ? calloc(1, sizeof(*held)) : NULL;
	if (held) {
		*held = (struct held){ .role = ROLE_CLIENT, .fd = client };
		event.data.ptr = held;
	}
	if (!held || epoll_ctl(poll_fd, EPOLL_CTL_ADD, client, &event) < 0) {
		close(client);
		free(held);
		return;
	}
	n_clients++;
}

static void listen_to(struct held *client)
{
	static struct hold_message message;
	int fds[HOLD_MAX];
	size_t nfds;
	ssize_t n = hold_receive(client->fd, &message, fds, &nfds, MSG_DONTWAIT);

	if (n == -EAGAIN)
		return;
	/* an empty message, which can bring descriptors along, looks like the end */
	if (n > 0 || nfds) {
		serve(client->fd, &message, n < 0 ? 0 : (size_t)n, fds, nfds);
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

/* What a process of this program begins with: its place, its limits, and then no rights. */
static void settle_in(char **argv)
{
	const char *failed;
	int told, ret;

	signal(SIGPIPE, SIG_IGN);
	write_pid_file();
	raise_descriptor_limit();
	confine_from_oom();
	leave_terminal();
	failed = confine_privileges((uid_t)strtoul(argv[1], NULL, 10),
				    (gid_t)strtoul(argv[2], NULL, 10), argv[3]);
	if (failed)
		die(failed);
	told = dup(STDERR_FILENO);
	dup2(STDIN_FILENO, STDERR_FILENO);
	ret = confine_system_calls();
	if (ret < 0 && ret != -ENOPROTOOPT)
		dprintf(told,
			"config_tap_holder: warning: running without a system call filter: %s\n",
			strerror(-ret));
	close(told);
}

int main(int argc, char **argv)
{
	static struct held listener = { .role = ROLE_LISTEN, .fd = HOLD_LISTEN_FD };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &listener };
	bool any = false;
	int n;

	if (argc != 4) {
		fputs("config_tap_holder: config_tap starts this; it is not to be run by hand\n",
		      stderr);
		return 2;
	}
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (poll_fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, HOLD_LISTEN_FD, &event) < 0)
		die("listen");
	settle_in(argv);
	/* one event at a time: serving one may end another */
	while (!quit && (n_nics || n_clients || !any)) {
		n = epoll_wait(poll_fd, &event, 1, any ? -1 : FIRST_CLIENT_MS);
		if (n == 0)
			break;
		/* whatever the kernel is short of: the links are worth waiting for it */
		if (n > 0)
			serve_event(&event);
		else if (errno != EINTR)
			rest();
		any |= n_clients > 0;
	}
	return 0;
}
