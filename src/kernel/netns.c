/* SPDX-License-Identifier: MIT */
/* A network namespace, with the sockets that speak to it. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/compat.h"
#include "kernel/netns.h"
#include "kernel/tun.h"
#include "base/compat.h"
#include "base/util.h"

/* linux/mount.h of 5.2 on, which cannot be had beside sys/mount.h everywhere */
#define FSOPEN_CLOEXEC 1
#define FSMOUNT_CLOEXEC 1
#define FSCONFIG_CMD_CREATE 6

static struct netns *nets;

uint64_t netns_inode(struct netns *net)
{
	struct stat st;

	if (!net->inode &&
	    (net->fd >= 0 ? fstat(net->fd, &st) : stat("/proc/self/ns/net", &st)) == 0)
		net->inode = st.st_ino;
	return net->inode;
}

/*
 * The cookie is never used twice before a reboot. The inode number, which older kernels have
 * instead, can be: after the namespace is gone, and its NICs with it. Kernels with cookies (5.14)
 * take a NIC's ioctls at a netlink socket as well (4.13), the others may want one of AF_INET.
 */
static int open_sockets(struct netns *net)
{
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	net->netlink = netlink_open();
	if (!net->netlink)
		return -1;
	if (getsockopt(netlink_fd(net->netlink), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) == 0) {
		net->sock = netlink_fd(net->netlink);
		snprintf(net->id, sizeof(net->id), "cookie:%" PRIu64, cookie);
		return 0;
	}
	/* only a kernel that has no cookies has another identity */
	if (errno != ENOPROTOOPT || !netns_inode(net))
		return -1;
	net->sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(net->id, sizeof(net->id), "inode:%" PRIu64, net->inode);
	return net->sock < 0 ? -1 : 0;
}

/* Runs step with the namespace as ours; there is no way back but a descriptor of the old one. */
static int inside(const struct netns *net, int (*step)(struct netns *), struct netns *argument)
{
	int home, ret, saved;

	if (net->fd < 0)
		return step(argument);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return -1;
	ret = setns(net->fd, CLONE_NEWNET);
	if (ret == 0) {
		ret = step(argument);
		saved = errno;
		/* to go on in the wrong namespace would be worse than to end */
		if (setns(home, CLONE_NEWNET) < 0)
			abort();
		errno = saved;
	}
	saved = errno;
	close(home);
	errno = saved;
	return ret;
}

static int open_named(const char *name)
{
	static const char *const directories[] = { "/run/netns", "/var/run/netns" };
	char path[512];
	size_t i;
	int fd = -1;

	for (i = 0; fd < 0 && i < ARRAY_SIZE(directories); i++) {
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", directories[i], name) >=
		    sizeof(path)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = (int)RETRY(open(path, O_RDONLY | O_CLOEXEC));
	}
	return fd;
}

struct netns *netns_get(const char *name)
{
	struct netns *net;
	int saved;

	if (name && !*name)
		name = NULL;
	for (net = nets; net; net = net->next)
		if (!net->name == !name && (!name || strcmp(net->name, name) == 0))
			return net;
	net = xcalloc(1, sizeof(*net));
	net->fd = name ? open_named(name) : -1;
	net->sock = net->sysfs = -1;
	if ((name && net->fd < 0) || inside(net, open_sockets, net) < 0) {
		saved = errno;
		netlink_close(net->netlink);
		if (net->fd >= 0)
			close(net->fd);
		free(net);
		errno = saved;
		return NULL;
	}
	net->name = name ? xstrdup(name) : NULL;
	net->next = nets;
	nets = net;
	return net;
}

bool netns_is_gone(int err)
{
	return err == ENOENT || err == EINVAL;
}

/* What mount(8) would do, but that it is nowhere to be seen, and goes with its descriptor. */
static int open_sysfs(struct netns *unused)
{
	int mounted = -1;

	(void)unused;
#if defined(SYS_fsopen) && defined(SYS_fsconfig) && defined(SYS_fsmount)
	int context = (int)syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC);

	if (context < 0)
		return -1;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mounted = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
#endif
	return mounted;
}

static uint64_t serial_in(int sysfs, const char *name)
{
	char path[sizeof("class/net/") + IFNAMSIZ];
	struct stat st;

	snprintf(path, sizeof(path), "class/net/%s", name);
	return fstatat(sysfs, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino : 0;
}

static int open_sys(void)
{
	return (int)RETRY(open("/sys", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

void netns_expect_device(struct netns *net, const char *name)
{
	int sys;

	if (net->sysfs != -1 || net->expected)
		return;
	sys = net->fd < 0 ? open_sys() : -1;
	net->expected = sys < 0 || serial_in(sys, name) ? "" : name;
	if (sys >= 0)
		close(sys);
}

static int find_sysfs(struct netns *net, const char *name, uint64_t known)
{
	int sys = net->fd < 0 ? open_sys() : -1;
	uint64_t serial = sys < 0 ? 0 : serial_in(sys, name);

	if (serial && (serial == known || name == net->expected))
		return sys;
	if (sys >= 0)
		close(sys);
	sys = inside(net, open_sysfs, NULL);
	return sys < 0 ? -2 : sys;
}

uint64_t netns_device_serial(struct netns *net, const char *name, uint64_t known)
{
	if (net->sysfs == -1)
		net->sysfs = find_sysfs(net, name, known);
	return net->sysfs < 0 ? 0 : serial_in(net->sysfs, name);
}

/* The number in a device's file of sysfs; -1 where there is none. */
static long read_number(int device, const char *name)
{
	int fd = openat(device, name, O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	ssize_t n;

	if (fd < 0)
		return -1;
	n = RETRY(read(fd, text, sizeof(text) - 1));
	close(fd);
	return n > 0 ? strtol(text, NULL, 0) : -1;
}

static int open_device(int sysfs, const char *name)
{
	char path[sizeof("class/net/") + IFNAMSIZ];

	snprintf(path, sizeof(path), "class/net/%s", name);
	return openat(sysfs, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int write_number(int device, const char *name, uint32_t number)
{
	int fd = openat(device, name, O_WRONLY | O_CLOEXEC), ret;
	char text[16];

	if (fd < 0)
		return -errno;
	snprintf(text, sizeof(text), "%" PRIu32, number);
	ret = fd_write(fd, text, strlen(text));
	close(fd);
	return ret;
}

int netns_set_group(struct netns *net, const char *name, int ifindex, uint32_t group)
{
	int device, ret;

	if (net->sysfs < 0)
		return -EOPNOTSUPP;
	device = open_device(net->sysfs, name);
	if (device < 0)
		return -errno;
	/* the descriptor stays with its device, whatever has the name by now */
	ret = read_number(device, "ifindex") == ifindex
		      ? write_number(device, "netdev_group", group)
		      : -ENODEV;
	close(device);
	return ret;
}

/* Numbers there are in decimal, or in hexadecimal with 0x. */
int netns_read_device(const struct netns *net, const char *name, int ifindex,
		      const char *const *files, long *values, size_t n)
{
	int sysfs = net->sysfs >= 0 || net->fd >= 0 ? net->sysfs : open_sys(), device, ret = 0;
	size_t i;

	device = sysfs < 0 ? -1 : open_device(sysfs, name);
	if (sysfs >= 0 && sysfs != net->sysfs)
		close(sysfs);
	if (device < 0)
		return -ENOENT;
	if (read_number(device, "ifindex") != ifindex)
		ret = -ENODEV;
	for (i = 0; ret == 0 && i < n; i++)
		values[i] = read_number(device, files[i]);
	close(device);
	return ret;
}

bool netns_find_upper(const struct netns *net, const char *name, const char *except, char *upper)
{
	static const char prefix[] = "upper_";
	char path[sizeof("class/net/") + IFNAMSIZ];
	struct dirent *entry;
	int fd = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "class/net/%s", name);
	if (net->sysfs >= 0)
		fd = openat(net->sysfs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	upper[0] = '\0';
	while (!upper[0] && (entry = readdir(dir)))
		if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0 &&
		    strcmp(entry->d_name + sizeof(prefix) - 1, except) != 0)
			snprintf(upper, IFNAMSIZ, "%s", entry->d_name + sizeof(prefix) - 1);
	closedir(dir);
	return upper[0];
}

static int open_step(struct netns *unused)
{
	int fd = tun_open();

	(void)unused;
	if (fd < 0) {
		errno = -fd;
		return -1;
	}
	return fd;
}

int netns_open_tun(const struct netns *net)
{
	int fd;

	if (net->fd < 0)
		return tun_open();
	fd = inside(net, open_step, NULL);
	return fd < 0 ? -errno : fd;
}
