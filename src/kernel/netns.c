/* SPDX-License-Identifier: MIT */
/* A network namespace, with the sockets that speak to it. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/compat.h"
#include "kernel/netns.h"
#include "kernel/serials.h"
#include "kernel/tun.h"
#include "base/compat.h"
#include "base/log.h"
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

/* ENOENT would say that a namespace is gone: here /proc is not ours, or none. */
static int without_proc(void)
{
	return errno == ENOENT ? -ESRCH : -errno;
}

/*
 * The cookie is never used twice before a reboot. The inode number, which older kernels have
 * instead, can be: after the namespace is gone, and its NICs with it. Kernels with cookies (5.14)
 * take a NIC's ioctls at a netlink socket as well (4.13), the others may need one of AF_INET.
 */
static int open_sockets(void *argument)
{
	struct netns *net = argument;
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	net->netlink = netlink_open();
	if (!net->netlink)
		return -errno;
	if (getsockopt(netlink_fd(net->netlink), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) == 0) {
		net->sock = netlink_fd(net->netlink);
		snprintf(net->id, sizeof(net->id), "cookie:%" PRIu64, cookie);
		return 0;
	}
	/* only a kernel that has no cookies has another identity */
	if (errno != ENOPROTOOPT)
		return -errno;
	if (!netns_inode(net))
		return without_proc();
	net->sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(net->id, sizeof(net->id), "inode:%" PRIu64, net->inode);
	return net->sock < 0 ? -errno : 0;
}

/*
 * Runs step with the namespace of fd as ours (-1: that is it already); there is no way back but a
 * descriptor of the old one. Returns what step did, or -errno.
 */
static int run_inside(int fd, int (*step)(void *), void *argument)
{
	int home, ret;

	if (fd < 0)
		return step(argument);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return without_proc();
	ret = setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
	if (ret == 0) {
		ret = step(argument);
		/* to go on in the wrong namespace would be worse than to end */
		if (setns(home, CLONE_NEWNET) < 0) {
			log_error("cannot go back to our own network namespace (setns): %s",
				  strerror(errno));
			exit(EXIT_FAILURE);
		}
	}
	close(home);
	return ret;
}

static int open_named(const char *name)
{
	static const char *const directories[] = { "/run/netns", "/var/run/netns" };
	char path[sizeof("/var/run/netns/") + NAME_MAX];
	size_t i;
	int fd = -1;

	errno = ENOENT;
	/* a name of ip-netns(8) is one of a file */
	if (strlen(name) > NAME_MAX || strchr(name, '/') || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0) {
		errno = strlen(name) > NAME_MAX ? ENAMETOOLONG : EPERM;
		return -1;
	}
	for (i = 0; fd < 0 && errno == ENOENT && i < ARRAY_SIZE(directories); i++) {
		snprintf(path, sizeof(path), "%s/%s", directories[i], name);
		fd = (int)RETRY(open(path, O_RDONLY | O_CLOEXEC));
	}
	return fd;
}

static void close_sockets(struct netns *net)
{
	if (net->netlink && net->sock >= 0 && net->sock != netlink_fd(net->netlink))
		close(net->sock);
	netlink_close(net->netlink);
	if (net->sysfs >= 0)
		close(net->sysfs);
}

int netns_enter(struct netns *net, int fd)
{
	int ret;

	*net = (struct netns){ .fd = fd, .sock = -1, .sysfs = -1 };
	ret = run_inside(fd, open_sockets, net);
	if (ret < 0)
		close_sockets(net);
	return ret;
}

void netns_leave(struct netns *net)
{
	close_sockets(net);
}

/* Opens fd's namespace for as long as we run; takes fd. */
static struct netns *keep_namespace(int fd, const char *name)
{
	struct netns *net = xcalloc(1, sizeof(*net));
	int ret = netns_enter(net, fd);

	if (ret < 0) {
		if (fd >= 0)
			close(fd);
		free(net);
		errno = -ret;
		return NULL;
	}
	net->name = name ? xstrdup(name) : NULL;
	net->next = nets;
	nets = net;
	return net;
}

struct netns *netns_get(const char *name)
{
	struct netns *net;
	int fd = -1;

	if (name && !*name)
		name = NULL;
	for (net = nets; net; net = net->next)
		if (!net->name == !name && (!name || strcmp(net->name, name) == 0))
			return net;
	if (name) {
		fd = open_named(name);
		if (fd < 0)
			return NULL;
	}
	return keep_namespace(fd, name);
}

struct netns *netns_keep(const struct netns *net, const char *name)
{
	int fd = net->fd < 0 ? -1 : fcntl(net->fd, F_DUPFD_CLOEXEC, 0);

	return net->fd >= 0 && fd < 0 ? NULL : keep_namespace(fd, name);
}

struct netns *netns_kept(const char *id)
{
	struct netns *net;

	for (net = nets; net; net = net->next)
		if (strcmp(net->id, id) == 0)
			return net;
	return NULL;
}

bool netns_is_gone(int err)
{
	return err == ENOENT || err == EINVAL;
}

int netns_run(const struct netns *net, int (*step)(void *), void *argument)
{
	return run_inside(net->fd, step, argument);
}

/* What mount(8) would do, but that it is nowhere to be seen, and goes with its descriptor. */
static int open_sysfs(void *unused)
{
	int context = (int)syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC), mounted = -1;

	(void)unused;
	if (context < 0)
		return -1;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mounted = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return mounted;
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
	/* only if it is known not to be there */
	net->expected = sys >= 0 && !serial_of(sys, name) && errno == ENOENT ? name : "";
	if (sys >= 0)
		close(sys);
}

static int find_sysfs(struct netns *net, const char *name, uint64_t known)
{
	int sys = net->fd < 0 ? open_sys() : -1;
	uint64_t serial = sys < 0 ? 0 : serial_of(sys, name);

	if (serial && (serial == known || name == net->expected))
		return sys;
	if (sys >= 0)
		close(sys);
	sys = netns_run(net, open_sysfs, NULL);
	return sys < 0 ? -2 : sys;
}

uint64_t netns_device_serial(struct netns *net, const char *name, uint64_t known)
{
	if (net->sysfs == -1)
		net->sysfs = find_sysfs(net, name, known);
	if (net->sysfs < 0)
		return 0;
	if (net->many && !net->serials)
		net->serials = serials_read(net->sysfs);
	return net->serials ? serials_find(net->serials, name) : serial_of(net->sysfs, name);
}

void netns_ask_for_many(struct netns *net, bool many)
{
	net->many = many;
	if (many)
		return;
	serials_free(net->serials);
	net->serials = NULL;
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

int netns_next_upper(const struct netns *net, const char *name, char upper[IFNAMSIZ], size_t *at)
{
	static const char prefix[] = "upper_";
	char path[sizeof("class/net/") + IFNAMSIZ];
	struct dirent *entry;
	size_t seen = 0;
	int fd, err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "class/net/%s", name);
	fd = openat(net->sysfs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	dir = fdopendir(fd);
	need_memory(dir);
	upper[0] = '\0';
	while (!upper[0] && (entry = dir_next(dir, &err)))
		if (strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0 && seen++ == *at)
			snprintf(upper, IFNAMSIZ, "%s", entry->d_name + sizeof(prefix) - 1);
	closedir(dir);
	++*at;
	return upper[0] ? 1 : err;
}

static int open_step(void *unused)
{
	(void)unused;
	return tun_open();
}

int netns_open_tun(const struct netns *net)
{
	return netns_run(net, open_step, NULL);
}

struct ipv6_setting {
	const char *name;
	bool on;
};

static int write_ipv6(void *argument)
{
	const struct ipv6_setting *setting = argument;
	char path[sizeof("/proc/sys/net/ipv6/conf") + IFNAMSIZ];
	int dir, ret;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s", setting->name);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	ret = write_number(dir, "disable_ipv6", !setting->on);
	close(dir);
	return ret;
}

int netns_set_ipv6(const struct netns *net, const char *name, bool on)
{
	struct ipv6_setting setting = { name, on };

	/* /proc/sys/net is that of the namespace that it is read from */
	return netns_run(net, write_ipv6, &setting);
}
