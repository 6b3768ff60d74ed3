/* SPDX-License-Identifier: MIT */
/* Where the holder belongs: to the machine, and not to what it was started from. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "base/util.h"
#include "holder/scope.h"

/* Is a line of /proc/self/cgroup of systemd's own hierarchy, or of the one that all share? */
static bool is_systemds(const char *line)
{
	return strncmp(line, "0::", strlen("0::")) == 0 || strstr(line, ":name=systemd:");
}

/* Is it in a service or a session that ends when it likes? Ours ends with stop. */
static bool is_foreign(const char *line)
{
	return (strstr(line, ".service") || strstr(line, ".scope")) &&
	       !strstr(line, "/init.scope") && !strstr(line, "/config_tap.service") &&
	       !strstr(line, "/config_tap-holder-");
}

static bool in_foreign_unit(void)
{
	char groups[4096], *rest = groups, *line;
	int fd = (int)RETRY(open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC));
	ssize_t n;

	/* a scope that is not needed does no harm */
	if (fd < 0)
		return true;
	n = RETRY(read(fd, groups, sizeof(groups) - 1));
	close(fd);
	if (n < 0)
		return true;
	groups[n > 0 ? n : 0] = '\0';
	while ((line = strsep(&rest, "\n")))
		if (is_systemds(line) && is_foreign(line))
			return true;
	return false;
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

void scope_make(pid_t pid)
{
	char command[sizeof(MAKE_SCOPE) + 32], *rest = command, *argv[32];
	size_t n = 0;

	if (access("/run/systemd/system", F_OK) < 0 || !in_foreign_unit())
		return;
	snprintf(command, sizeof(command), MAKE_SCOPE, (int)pid, (int)pid);
	while (n < ARRAY_SIZE(argv) && (argv[n] = strsep(&rest, " ")))
		n++;
	process_run(argv, NULL, 0, NULL, 0);
}
