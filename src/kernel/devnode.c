/* SPDX-License-Identifier: MIT */
/* Makes /dev/net/tun usable where it is not. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "kernel/devnode.h"
#include "base/process.h"
#include "kernel/tun.h"
#include "base/util.h"

/* the number of /dev/net/tun: Documentation/admin-guide/devices.txt, misc 200 */
#define TUN_MAJOR 10
#define TUN_MINOR 200

/* Runs modprobe where the kernel itself would look for it. */
static void load_module(void)
{
	char path[256] = "/sbin/modprobe", quiet[] = "-q", module[] = "tun";
	char *argv[] = { path, quiet, module, NULL };
	int fd = open("/proc/sys/kernel/modprobe", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd >= 0) {
		n = read(fd, path, sizeof(path) - 1);
		close(fd);
		if (n > 0) {
			path[n] = '\0';
			path[strcspn(path, "\n")] = '\0';
		}
	}
	if (path[0])
		process_run(argv, NULL, 0, NULL, 0);
}

/* Does udev make nodes here? Then nobody else should. */
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

int devnode_make(int timeout_ms)
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
