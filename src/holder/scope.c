/* SPDX-License-Identifier: MIT */
/* Where the holder belongs: to the machine, and not to the login session that it was started in. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/util.h"
#include "holder/session.h"

/* systemd keeps sessions, and nothing else, under this slice: systemd.special(7). */
static bool in_session(void)
{
	char groups[4096];
	int fd = (int)RETRY(open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC));
	ssize_t n;

	if (fd < 0)
		return false;
	n = RETRY(read(fd, groups, sizeof(groups) - 1));
	close(fd);
	groups[n > 0 ? n : 0] = '\0';
	return strstr(groups, "/user.slice/");
}

/*
 * org.freedesktop.systemd1(5). What comes before the service at boot goes after it at shutdown,
 * when its stop has ended the holder.
 */
#define MAKE_SCOPE                                                    \
	"/usr/bin/busctl call org.freedesktop.systemd1"               \
	" /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager" \
	" StartTransientUnit ssa(sv)a(sa(sv))"                        \
	" config_tap-holder-%d.scope fail 3 Slice s system.slice"     \
	" Before as 1 config_tap.service PIDs au 1 %d 0"

void session_leave(pid_t pid)
{
	char command[sizeof(MAKE_SCOPE) + 32], *rest = command, *argv[32];
	size_t n = 0;

	if (access("/run/systemd/system", F_OK) < 0 || !in_session())
		return;
	snprintf(command, sizeof(command), MAKE_SCOPE, (int)pid, (int)pid);
	while (n < ARRAY_SIZE(argv) && (argv[n] = strsep(&rest, " ")))
		n++;
	process_run(argv, NULL, 0, NULL, 0);
}
