/* SPDX-License-Identifier: MIT */
/*
 * Tries all that could let somebody at the holder's descriptors or make it do something:
 * intrude PID SOCKET FD. Prints a line for each attempt: its name, and what came of it.
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
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "hold.h"

/* the same everywhere but on alpha; headers of kernels before 5.6 lack them */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

static void tell(const char *what, bool done)
{
	printf("%s: %s\n", what, done ? "done" : strerror(errno));
}

/* Asks for the list, which does no harm, as a stand-in for all that can be asked. */
static void try_socket(const char *path)
{
	static struct hold_message message = { .version = HOLD_VERSION, .op = HOLD_LIST };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	ssize_t n;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(sock, (struct sockaddr *)&address, sizeof(address)) < 0) {
		tell("connect", false);
		close(sock);
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

int main(int argc, char **argv)
{
	char file[64];
	pid_t pid;

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
