/* SPDX-License-Identifier: MIT */
/* How the holder, which starts as root, gives up all that it does not need. */
#ifndef HOLDER_CONFINE_H
#define HOLDER_CONFINE_H

#include <sys/types.h>

/*
 * Root until here; nothing of it is left behind, and no way back: another user, no capability, an
 * empty root directory, no process that may trace it. Returns NULL, or what could not be done,
 * with errno set.
 */
const char *confine_privileges(uid_t uid, gid_t gid, const char *directory);

/* When memory runs out others are to be killed first. What cannot be had is done without. */
void confine_from_oom(void);

/*
 * From here on only the system calls that the holder makes are there; all others fail with ENOSYS,
 * so that one which another libc makes costs an error and not the links. Returns 0 or -errno;
 * -ENOPROTOOPT where this was built without libseccomp.
 */
int confine_system_calls(void);

#endif
