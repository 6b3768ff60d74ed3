/* SPDX-License-Identifier: MIT */
/* Open vSwitch, through ovs-vsctl(8). */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change/ovs.h"
#include "base/process.h"
#include "base/util.h"

/* Names a line; a bridge of thousands of ports fits. */
#define PORTS_BYTES (256 * 1024)

/* execve(2) takes what it does not change as what it may change */
static char *plain(const char *s)
{
	return (char *)(size_t)s;
}

static char *vsctl(void)
{
	static const char *const paths[] = { "/usr/bin/ovs-vsctl", "/usr/local/bin/ovs-vsctl",
					     "/usr/sbin/ovs-vsctl" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++)
		if (access(paths[i], X_OK) == 0)
			return plain(paths[i]);
	return NULL;
}

static int run(char *const argv[], char *output, size_t size, char error[OVS_ERROR])
{
	int ret;

	if (!argv[0]) {
		strcpy(error, "ovs-vsctl is not installed");
		return -ENOENT;
	}
	ret = process_run(argv, output, size, error, OVS_ERROR);
	error[strcspn(error, "\n")] = '\0';
	if (ret < 0)
		snprintf(error, OVS_ERROR, "%s: %s", argv[0], strerror(-ret));
	else if (ret > 0 && !error[0])
		snprintf(error, OVS_ERROR, "%s ended with status %d", argv[0], ret);
	return ret < 0 ? ret : ret ? -EREMOTEIO : 0;
}

/* What was heard of a bridge, since each question costs a process. */
struct bridge {
	struct bridge *next;
	char *name, ports[PORTS_BYTES];
};

static struct bridge *bridges;

static void forget_answers(void)
{
	struct bridge *bridge;

	while ((bridge = bridges)) {
		bridges = bridge->next;
		free(bridge->name);
		free(bridge);
	}
}

static const char *ports_of(const char *name)
{
	char *argv[] = { vsctl(), plain("--timeout=10"), plain("list-ports"), plain(name), NULL };
	char error[OVS_ERROR];
	struct bridge *bridge;

	for (bridge = bridges; bridge; bridge = bridge->next)
		if (strcmp(bridge->name, name) == 0)
			return bridge->ports;
	bridge = xcalloc(1, sizeof(*bridge));
	bridge->name = xstrdup(name);
	bridge->next = bridges;
	bridges = bridge;
	if (run(argv, bridge->ports, sizeof(bridge->ports), error) < 0)
		bridge->ports[0] = '\0';
	return bridge->ports;
}

int ovs_add_port(const char *bridge, const char *nic, char error[OVS_ERROR])
{
	char *argv[] = { vsctl(),
			 plain("--timeout=10"),
			 plain("--may-exist"),
			 plain("add-port"),
			 plain(bridge),
			 plain(nic),
			 NULL };

	forget_answers();
	return run(argv, NULL, 0, error);
}

int ovs_del_port(const char *bridge, const char *nic, char error[OVS_ERROR])
{
	char *argv[] = { vsctl(),
			 plain("--timeout=10"),
			 plain("--if-exists"),
			 plain("del-port"),
			 plain(bridge),
			 plain(nic),
			 NULL };

	forget_answers();
	return run(argv, NULL, 0, error);
}

bool ovs_has_port(const char *bridge, const char *nic)
{
	const char *p = ports_of(bridge);
	size_t n = strlen(nic);

	while (*p) {
		size_t length = strcspn(p, "\n");

		if (length == n && memcmp(p, nic, n) == 0)
			return true;
		p += length + (p[length] == '\n');
	}
	return false;
}
