/* SPDX-License-Identifier: MIT */
/*
 * Runs a program to which the kernel refuses some system calls, as a container's seccomp filter
 * does: deny ERROR CALL[,CALL]... PROGRAM [ARGUMENT]..., where ERROR is EPERM or ENOSYS
 */
#include "config.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "kernel/compat.h"

static const struct {
	const char *name;
	unsigned number;
} calls[] = {
	{ "socket", SYS_socket },
	{ "ioctl", SYS_ioctl },
#ifdef SYS_setns
	{ "setns", SYS_setns },
#endif
#ifdef SYS_memfd_create
	{ "memfd_create", SYS_memfd_create },
#endif
	{ "chroot", SYS_chroot },
	{ "sendmsg", SYS_sendmsg },
	{ "sendto", SYS_sendto },
	{ "flock", SYS_flock },
#ifdef SYS_getrandom
	{ "getrandom", SYS_getrandom },
#endif
	{ "fsopen", SYS_fsopen },
	{ "pidfd_getfd", SYS_pidfd_getfd },
};

static int refuse(const char *name, unsigned error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };
	size_t i;

	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0) {
			code[1].k = calls[i].number;
			return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
		}
	errno = EINVAL;
	return -1;
}

int main(int argc, char **argv)
{
	unsigned error;
	char *name;

	if (argc < 4)
		return 2;
	error = strcmp(argv[1], "ENOSYS") == 0 ? ENOSYS : EPERM;
	while ((name = strsep(&argv[2], ",")))
		if (refuse(name, error) < 0) {
			perror(name);
			return 2;
		}
	execv(argv[3], argv + 3);
	perror(argv[3]);
	return 2;
}
