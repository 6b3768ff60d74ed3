/* SPDX-License-Identifier: MIT */
/* What a command does for init: with --service what an init script says, with --stay a process. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/util.h"
#include "cli/command.h"
#include "cli/service.h"

#define DESC "persistent TUN/TAP interfaces"

/* the words of an init script */

static const struct {
	const char *command, *doing;
} announced[] = {
	{ "start", "Starting" },         { "stop", "Stopping" },
	{ "restart", "Restarting" },     { "try-restart", "Restarting" },
	{ "condrestart", "Restarting" }, { "reload", "Reloading" },
	{ "force-reload", "Reloading" },
};

/* systemd says so itself. */
static void announce(const char *command, const char *desc)
{
	size_t i;

	if (log_is_journal())
		return;
	for (i = 0; i < ARRAY_SIZE(announced); i++)
		if (strcmp(announced[i].command, command) == 0)
			printf("%s %s: ", announced[i].doing, desc);
	/* what is said meanwhile, on stderr, comes after it */
	fflush(stdout);
}

/* What OPTIONS may hold; check warns of anything else. */
static void take_option(struct options *options, const char *word)
{
	static const struct {
		const char *word;
		enum color_when color;
	} colors[] = { { "--color=auto", COLOR_AUTO },
		       { "--color=always", COLOR_ALWAYS },
		       { "--color=never", COLOR_NEVER } };
	size_t i;

	options->verbose |= strcmp(word, "--verbose") == 0 || strcmp(word, "-v") == 0;
	options->quiet |= strcmp(word, "--quiet") == 0 || strcmp(word, "-q") == 0;
	for (i = 0; i < ARRAY_SIZE(colors); i++)
		if (strcmp(word, colors[i].word) == 0)
			options->color = colors[i].color;
}

static void take_options(struct options *options, const char *text)
{
	char *words = xstrdup(text), *rest = words, *word;

	while ((word = strsep(&rest, " \t")))
		take_option(options, word);
	free(words);
	command_log_setup(options);
}

/*
 * At halt and reboot nothing can be left, so a NIC that is in use goes as well. SysV init gives
 * the runlevel to its scripts; systemd has to be asked.
 */
static bool machine_goes_down(void)
{
	char programs[][24] = { "/usr/bin/systemctl", "/bin/systemctl" };
	char question[] = "is-system-running";
	const char *level = getenv("RUNLEVEL");
	char state[32];
	size_t i;

	if (level && (strcmp(level, "0") == 0 || strcmp(level, "6") == 0))
		return true;
	if (access("/run/systemd/system", F_OK) < 0)
		return false;
	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		char *argv[] = { programs[i], question, NULL };

		if (process_run(argv, state, sizeof(state), NULL, 0) >= 0)
			return strncmp(state, "stopping", strlen("stopping")) == 0;
	}
	return false;
}

void service_begin(struct options *options, const struct conf *conf)
{
	if (!options->service)
		return;
	announce(options->command->name, conf && conf->desc && conf->desc[0] ? conf->desc : DESC);
	if (conf && conf->options)
		take_options(options, conf->options);
	if (options->command->run == command_stop && machine_goes_down())
		options->force = options->all_files = true;
}

/* the process that stays */

/* In the child: where service_count() writes to. */
static int count_fd = -1;

void service_count(size_t failed, size_t n)
{
	if (count_fd < 0)
		return;
	if (failed)
		dprintf(count_fd, "%zu of %zu NIC%s failed; config_tap status says which", failed,
			n, n == 1 ? "" : "s");
	else
		dprintf(count_fd, "%zu NIC%s as configured", n, n == 1 ? " is" : "s are");
}

/* Tells systemd, where that has started us; sd_notify(3) describes the socket. */
static void notify(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock;

	if (!path || strlen(path) >= sizeof(address.sun_path))
		return;
	strcpy(address.sun_path, path);
	/* of the abstract namespace: the name begins with a zero, and has none at its end */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return;
	sendto(sock, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&address,
	       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
	close(sock);
}

/* Waits for the child; a signal to us is one to it. Returns its exit status. */
static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return EXIT_ERROR;
		if (signals_caught())
			kill(pid, signals_caught());
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * Sleeps until a signal comes, without ever waking up before. INT is what systemd ends it with;
 * TERM is what people type, and must not look like an end of the service.
 */
static void __attribute__((noreturn)) sleep_for_good(void)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &all, NULL);
	while (!signals_caught())
		sigsuspend(&none);
	_exit(signals_caught() == SIGINT ? 0 : 128 + signals_caught());
}

int service_stay(const struct options *options, int (*start)(const struct options *options))
{
	char text[128] = "", message[256];
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe(fds) < 0 || (pid = fork()) < 0) {
		log_error("cannot start a process: %s", strerror(errno));
		return EXIT_ERROR;
	}
	if (pid == 0) {
		close(fds[0]);
		count_fd = fcntl(fds[1], F_DUPFD_CLOEXEC, 0);
		close(fds[1]);
		return start(options);
	}
	close(fds[1]);
	status = wait_for(pid);
	n = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	/* what could be started is there: the service runs, and says what is missing */
	if (n <= 0 || (status != EXIT_OK && status != EXIT_ERROR))
		return status;
	snprintf(message, sizeof(message), "READY=1\nSTATUS=%s\n", text);
	notify(message);
	sleep_for_good();
}
