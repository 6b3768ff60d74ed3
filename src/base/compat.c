/* SPDX-License-Identifier: MIT */
/* What the C library or the kernel may be too old for, with what serves in its place. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_GETRANDOM
#include <sys/random.h>
#endif

#include "base/compat.h"
#include "base/util.h"

#ifndef HAVE_SETNS
int compat_setns(int fd, int type)
{
#ifdef SYS_setns
	return (int)syscall(SYS_setns, fd, type);
#else
	(void)fd, (void)type;
	errno = ENOSYS;
	return -1;
#endif
}
#endif

static int random_from_device(void *buf, size_t size)
{
	int fd = (int)RETRY(open("/dev/urandom", O_RDONLY | O_CLOEXEC)), ret = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = RETRY(read(fd, buf, size));
	if (n != (ssize_t)size)
		ret = n < 0 ? -errno : -EIO;
	close(fd);
	return ret;
}

int random_fill(void *buf, size_t size)
{
#ifdef HAVE_GETRANDOM
	if (RETRY(getrandom(buf, size, 0)) == (long)size)
		return 0;
#endif
	return random_from_device(buf, size);
}

static int unlinked_file(const char *directory)
{
	char *path = xasprintf("%s/config_tap.XXXXXX", directory);
	int fd = mkostemp(path, O_CLOEXEC), ret = fd;

	if (fd < 0)
		ret = -errno;
	else
		unlink(path);
	free(path);
	return ret;
}

int memory_file(void)
{
	static const char *const directories[] = { "/dev/shm", "/run", "/var/run", "/tmp" };
	int fd = -ENOENT;
	size_t i;

#ifdef HAVE_MEMFD_CREATE
	fd = memfd_create("config_tap", MFD_CLOEXEC);
	if (fd >= 0)
		return fd;
#endif
	for (i = 0; fd < 0 && i < ARRAY_SIZE(directories); i++)
		fd = unlinked_file(directories[i]);
	return fd;
}
