/* SPDX-License-Identifier: MIT */
/* Runs another program: by absolute path, with an empty environment, and a limit on its time. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "base/signals.h"
#include "base/util.h"

/* No program that this runs takes so long unless it hangs. */
#define TIME_LIMIT_MS 30000

struct stream {
	int fd;
	char *buf;
	size_t size, used;
};

/* Reads what there is; what does not fit is read all the same, or the program would wait. */
static void drain(struct stream *s)
{
	char rest[4096];
	ssize_t n = RETRY(read(s->fd, rest, sizeof(rest)));

	if (n <= 0) {
		close(s->fd);
		s->fd = -1;
		return;
	}
	if (s->buf && s->used + 1 < s->size) {
		size_t fits = s->size - s->used - 1;

		if ((size_t)n < fits)
			fits = (size_t)n;
		memcpy(s->buf + s->used, rest, fits);
		s->used += fits;
		s->buf[s->used] = '\0';
	}
}

/* Reads both streams to their ends. Returns false where the time ran out. */
static bool read_streams(struct stream streams[2])
{
	long long end = now_ms() + TIME_LIMIT_MS;

	while (streams[0].fd >= 0 || streams[1].fd >= 0) {
		struct pollfd polls[2] = { { .fd = streams[0].fd, .events = POLLIN },
					   { .fd = streams[1].fd, .events = POLLIN } };
		long long left = end - now_ms();
		int i;

		if (left <= 0 || poll(polls, 2, (int)left) == 0)
			return false;
		for (i = 0; i < 2; i++)
			if (polls[i].revents)
				drain(&streams[i]);
	}
	return true;
}

static void __attribute__((noreturn)) become(char *const argv[], int out, int err)
{
	char *environment[] = { NULL };
	int null = open("/dev/null", O_RDONLY);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	signals_restore();
	execve(argv[0], argv, environment);
	_exit(127);
}

int process_run(char *const argv[], char *output, size_t output_size, char *error,
		size_t error_size)
{
	int out[2], err[2], status, saved;
	struct stream streams[2];
	pid_t pid;

	if (output)
		output[0] = '\0';
	if (error)
		error[0] = '\0';
	if (access(argv[0], X_OK) < 0 || pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		saved = errno;
		close(out[0]);
		close(out[1]);
		return -saved;
	}
	pid = fork();
	saved = errno;
	if (pid == 0)
		become(argv, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	streams[0] = (struct stream){ .fd = out[0], .buf = output, .size = output_size };
	streams[1] = (struct stream){ .fd = err[0], .buf = error, .size = error_size };
	if (pid < 0) {
		close(out[0]);
		close(err[0]);
		return -saved;
	}
	if (!read_streams(streams)) {
		kill(pid, SIGKILL);
		close(streams[0].fd);
		close(streams[1].fd);
	}
	if (RETRY(waitpid(pid, &status, 0)) < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
