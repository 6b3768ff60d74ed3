/* SPDX-License-Identifier: MIT */
/*
 * Tries all that could let somebody at the holder's descriptors or make it do something:
 * intrude PID SOCKET FD. Prints a line for each attempt: its name, and what came of it.
 *
 * Or one thing, for as long as it is not killed, once it has said "ready":
 *	intrude lock FILE	has a lock on the file for reading
 *	intrude deaf SOCKET	asks, and reads no answer
 *	intrude empty SOCKET	sends empty messages that bring descriptors along
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "holder/protocol.h"
#include "kernel/compat.h"

static void tell(const char *what, bool done)
{
	printf("%s: %s\n", what, done ? "done" : strerror(errno));
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(sock, (struct sockaddr *)&address, sizeof(address)) == 0)
		return sock;
	close(sock);
	return -1;
}

/* Asks for the list, which does no harm, as a stand-in for all that can be asked. */
static void try_socket(const char *path)
{
	static struct hold_message message = { .version = HOLD_VERSION, .op = HOLD_LIST };
	int sock = connect_to(path);
	ssize_t n;

	if (sock < 0) {
		tell("connect", false);
		return;
	}
	send(sock, &message, HOLD_LENGTH(0), MSG_NOSIGNAL);
	n = recv(sock, &message, sizeof(message), 0);
	/* it hung up */
	if (n == 0)
		errno = EPIPE;
	tell("connect", n > 0);
	close(sock);
}

static void try_open(const char *what, const char *pid, const char *file)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	fd = open(path, O_RDWR | O_CLOEXEC);
	tell(what, fd >= 0);
	if (fd >= 0)
		close(fd);
}

static void try_getfd(pid_t pid, int number)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0), fd;

	fd = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, number, 0);
	tell("pidfd_getfd", fd >= 0);
	if (fd >= 0)
		close(fd);
	if (process >= 0)
		close(process);
}

static void try_ptrace(pid_t pid)
{
	bool done = ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0;

	tell("ptrace", done);
	if (done)
		ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

static int stay(bool done)
{
	puts(done ? "ready" : strerror(errno));
	fflush(stdout);
	while (done)
		pause();
	return 1;
}

static int lock_for_reading(const char *path)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	/* a holder that is there has the lock: ours comes when it ends */
	if (fd < 0)
		return stay(false);
	puts("waits");
	fflush(stdout);
	return stay(fcntl(fd, F_SETLKW, &lock) == 0);
}

static int be_deaf(const char *path)
{
	static struct hold_message message = { .version = HOLD_VERSION, .op = HOLD_LIST };
	int sock = connect_to(path), i;

	for (i = 0; sock >= 0 && i < 5000; i++)
		if (send(sock, &message, HOLD_LENGTH(0), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN)
			break;
	return stay(sock >= 0);
}

static int send_empty(const char *path)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int) * 2)];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr header = { .msg_control = control.bytes,
				 .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&header);
	const int fds[] = { STDIN_FILENO, STDOUT_FILENO };
	int sock, i;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	for (i = 0; i < 20; i++) {
		sock = connect_to(path);
		if (sock < 0 || sendmsg(sock, &header, MSG_NOSIGNAL) < 0)
			return stay(false);
		close(sock);
	}
	return stay(true);
}

int main(int argc, char **argv)
{
	char file[64];
	pid_t pid;

	if (argc == 3 && strcmp(argv[1], "lock") == 0)
		return lock_for_reading(argv[2]);
	if (argc == 3 && strcmp(argv[1], "deaf") == 0)
		return be_deaf(argv[2]);
	if (argc == 3 && strcmp(argv[1], "empty") == 0)
		return send_empty(argv[2]);
	if (argc != 4)
		return 2;
	pid = atoi(argv[1]);
	try_socket(argv[2]);
	try_ptrace(pid);
	try_getfd(pid, atoi(argv[3]));
	snprintf(file, sizeof(file), "fd/%s", argv[3]);
	try_open("fd", argv[1], file);
	try_open("mem", argv[1], "mem");
	/* the signal 0 asks whether others could be sent */
	tell("kill", kill(pid, 0) == 0);
	return 0;
}
