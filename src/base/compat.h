/* SPDX-License-Identifier: MIT */
/* What the C library or the kernel may be too old for, with what serves in its place. */
#ifndef BASE_COMPAT_H
#define BASE_COMPAT_H

#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>

/* glibc 2.14 on. A kernel before 2.6.39 ignores the bit, and opens a directory for reading. */
#ifndef O_PATH
#define O_PATH 010000000
#endif

/* Linux 3.5 on; an older one says EINVAL. */
#ifndef PR_SET_NO_NEW_PRIVS
#define PR_SET_NO_NEW_PRIVS 38
#endif

/* glibc 2.14 on; the call itself is in Linux 3.0. */
#ifndef HAVE_SETNS
#define setns compat_setns
int compat_setns(int fd, int type);
#endif

/*
 * Fills buf with size random bytes, at most 256: by getrandom(2), which is in Linux 3.17, or
 * else from /dev/urandom. Returns 0 or -errno.
 */
int random_fill(void *buf, size_t size);

/*
 * An empty file that has no name: by memfd_create(2), which is in Linux 3.17, or else one in a
 * directory for temporary files, already unlinked. /proc/self/fd leads to it in either case.
 * Returns its descriptor or -errno.
 */
int memory_file(void);

#endif
