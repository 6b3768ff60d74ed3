/* SPDX-License-Identifier: MIT */
/* /dev/net/tun, one function an ioctl. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tun.h"
#include "util.h"

/* linux/if_tun.h of kernels before 6.1 lacks it; older kernels ignore the bit */
#ifndef IFF_NO_CARRIER
#define IFF_NO_CARRIER 0x0040
#endif
#ifndef TUNSETCARRIER
#define TUNSETCARRIER _IOW('T', 226, int)
#endif

/* the number of /dev/net/tun: Documentation/admin-guide/devices.txt, misc 200 */
#define TUN_MAJOR 10
#define TUN_MINOR 200

int tun_open(void)
{
	int fd = (int)RETRY(open(TUN_DEVICE, O_RDWR | O_CLOEXEC));

	return fd < 0 ? -errno : fd;
}

static int tun_ioctl(int fd, unsigned long request, void *argument)
{
	return RETRY(ioctl(fd, request, argument)) < 0 ? -errno : 0;
}

static int tun_ioctl_value(int fd, unsigned long request, unsigned long value)
{
	return RETRY(ioctl(fd, request, value)) < 0 ? -errno : 0;
}

/* One question a process: does TUNSETIFF know IFF_NO_CARRIER? */
static bool knows_no_carrier(int fd)
{
	static int known = -1;
	unsigned features = 0;

	if (known < 0)
		known = tun_ioctl(fd, TUNGETFEATURES, &features) == 0 &&
			(features & IFF_NO_CARRIER);
	return known;
}

int tun_attach(int fd, const char *name, unsigned flags)
{
	struct ifreq ifr = { .ifr_flags = (short)(flags | IFF_NO_CARRIER) };
	bool native = knows_no_carrier(fd);
	int ret;

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	ret = tun_ioctl(fd, TUNSETIFF, &ifr);
	/* best effort: without it the link flaps once, as it does with every other tool */
	if (ret == 0 && !native)
		tun_set_carrier(fd, false);
	return ret;
}

int tun_set_owner(int fd, uid_t owner)
{
	return tun_ioctl_value(fd, TUNSETOWNER, owner);
}

int tun_set_group(int fd, gid_t group)
{
	return tun_ioctl_value(fd, TUNSETGROUP, group);
}

int tun_set_persist(int fd, bool persist)
{
	return tun_ioctl_value(fd, TUNSETPERSIST, persist);
}

int tun_set_carrier(int fd, bool on)
{
	int value = on;

	return tun_ioctl(fd, TUNSETCARRIER, &value);
}

int tun_set_queue(int fd, bool attached)
{
	struct ifreq ifr = { .ifr_flags = attached ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE };

	return tun_ioctl(fd, TUNSETQUEUE, &ifr);
}

int tun_set_vnet_hdr_size(int fd, int bytes)
{
	return tun_ioctl(fd, TUNSETVNETHDRSZ, &bytes);
}

int tun_set_offload(int fd, unsigned bits)
{
	return tun_ioctl_value(fd, TUNSETOFFLOAD, bits);
}

int tun_set_drop_all(int fd, bool drop)
{
	/*
	 * A filter with no address at all lets nothing through; the count of 0 would switch it
	 * off, so it names one address that no frame is sent to.
	 */
	struct {
		struct tun_filter head;
		unsigned char address[1][6];
	} filter = { .head = { .count = drop ? 1 : 0 } };

	return tun_ioctl(fd, TUNSETTXFILTER, &filter);
}

/* Runs modprobe where the kernel itself would look for it. */
static void load_module(void)
{
	char path[256] = "/sbin/modprobe";
	int fd = open("/proc/sys/kernel/modprobe", O_RDONLY | O_CLOEXEC);
	int null, status;
	pid_t pid;

	if (fd >= 0) {
		ssize_t n = read(fd, path, sizeof(path) - 1);

		close(fd);
		if (n > 0) {
			path[n] = '\0';
			path[strcspn(path, "\n")] = '\0';
		}
	}
	if (!path[0])
		return;
	pid = fork();
	if (pid == 0) {
		char quiet[] = "-q", module[] = "tun";
		char *argv[] = { path, quiet, module, NULL }, *envp[] = { NULL };

		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null >= 0) {
			dup2(null, 0);
			dup2(null, 1);
			dup2(null, 2);
		}
		execve(path, argv, envp);
		_exit(127);
	}
	if (pid > 0)
		RETRY(waitpid(pid, &status, 0));
}

/* Does udev, mdev's kernel helper or devtmpfs make nodes here? Then nobody else should. */
static bool somebody_makes_nodes(void)
{
	return access("/run/udev/control", F_OK) == 0;
}

static void make_node(void)
{
	mode_t mask = umask(0);

	mkdir("/dev/net", 0755);
	mknod(TUN_DEVICE, S_IFCHR | 0666, makedev(TUN_MAJOR, TUN_MINOR));
	umask(mask);
}

static int try_open(void)
{
	int fd = tun_open();

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int tun_make_device(int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	long long end = now_ms() + timeout_ms;
	int ret = try_open();

	if (ret != -ENOENT && ret != -ENODEV && ret != -ENXIO)
		return ret;
	load_module();
	ret = try_open();
	if (ret == -ENOENT && !somebody_makes_nodes()) {
		make_node();
		ret = try_open();
	}
	/* only udev's node is worth waiting for: the module is loaded, or will never be */
	while (ret == -ENOENT && somebody_makes_nodes() && now_ms() < end) {
		nanosleep(&pause, NULL);
		ret = try_open();
	}
	if (ret == -ENOENT) {
		make_node();
		ret = try_open();
	}
	return ret;
}
