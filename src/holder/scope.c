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

/* The unit in whose cgroup we are: of systemd's own hierarchy, or of the only one; or NULL. */
static const char *find_cgroup(char *groups)
{
	static const char *const hierarchies[] = { ":name=systemd:", "0::" };
	char *found;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hierarchies); i++) {
		found = strstr(groups, hierarchies[i]);
		if (!found)
			continue;
		found[strcspn(found, "\n")] = '\0';
		return found + strlen(hierarchies[i]);
	}
	return NULL;
}

/* Is it a service or a session that ends when it likes? Ours ends with stop. */
static bool in_foreign_unit(void)
{
	char groups[4096];
	int fd = (int)RETRY(open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC));
	const char *group;
	ssize_t n;

	if (fd < 0)
		return false;
	n = RETRY(read(fd, groups, sizeof(groups) - 1));
	close(fd);
	groups[n > 0 ? n : 0] = '\0';
	group = find_cgroup(groups);
	return group && (strstr(group, ".service") || strstr(group, ".scope")) &&
	       !strstr(group, "/init.scope") && !strstr(group, "/config_tap.service") &&
	       !strstr(group, "/config_tap-holder-");
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
