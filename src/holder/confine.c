/* SPDX-License-Identifier: MIT */
/* How the holder, which starts as root, gives up all that it does not need. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_LIBSECCOMP
#include <seccomp.h>
#endif

#include "base/compat.h"
#include "base/util.h"
#include "holder/confine.h"

#define NOBODY 65534

/* privileges */

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return (int)syscall(SYS_capset, &head, none);
}

static bool become(uid_t uid, gid_t gid)
{
	return setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0;
}

const char *confine_privileges(uid_t uid, gid_t gid, const char *directory)
{
	int cap;

	if (chroot(directory) < 0 || chdir("/") < 0)
		return "enter its directory";
	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return "empty its bounding set";
	/* a user namespace may not have the number, but mostly has nobody's */
	if (setgroups(0, NULL) < 0 || (!become(uid, gid) && !become(NOBODY, NOBODY)))
		return "change its user";
	if (drop_capabilities() < 0)
		return "give up its capabilities";
	/* before Linux 3.5 there is none: the rest has to do */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 && errno != EINVAL)
		return "renounce new privileges";
	/* nobody, of its own user or another, may trace it or take its descriptors */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return "become untraceable";
	return NULL;
}

void confine_from_oom(void)
{
	/* proc(5); the second one is that of kernels before 2.6.36 */
	static const struct {
		const char *path, *least;
	} files[] = { { "/proc/self/oom_score_adj", "-1000" }, { "/proc/self/oom_adj", "-17" } };
	size_t i;
	int fd, ret;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		fd = open(files[i].path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		ret = fd_write(fd, files[i].least, strlen(files[i].least));
		close(fd);
		if (ret == 0)
			return;
	}
}

/* system calls */

#ifdef HAVE_LIBSECCOMP

/*
 * A call has several names: which of them a libc makes depends on its age and on the machine. One
 * that libseccomp, or the machine, does not know is left out.
 */
static const char *const calls[] = {
	/* the loop */
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	"epoll_ctl",
	"epoll_ctl_old",
	"epoll_wait_old",
	"read",
	"restart_syscall",
	"nanosleep",
	"clock_nanosleep",
	"clock_nanosleep_time64",
	/* the clients */
	"accept",
	"accept4",
	"getsockopt",
	"recvmsg",
	"sendmsg",
	"shutdown",
	"close",
	/* memory, and the end */
	"brk",
	"mmap",
	"mmap2",
	"munmap",
	"mremap",
	"madvise",
	"rt_sigreturn",
	"sigreturn",
	"exit",
	"exit_group",
#ifdef CT_SANITIZED
	/* what the sanitizers need to say what they found */
	"write",
	"futex",
	"getpid",
	"gettid",
	"sched_yield",
	"sigaltstack",
	"rt_sigaction",
	"rt_sigprocmask",
	"openat",
	"readlink",
	"mprotect",
#endif
};

/* These only with this second argument. */
static const struct {
	const char *name;
	uint32_t argument;
} limited_calls[] = {
	{ "ioctl", TUNSETTXFILTER }, { "fcntl", F_GETFL },   { "fcntl", F_SETFL },
	{ "fcntl64", F_GETFL },      { "fcntl64", F_SETFL },
};

static int filter_allow(scmp_filter_ctx filter)
{
	int ret = 0, call;
	size_t i;

	for (i = 0; ret == 0 && i < ARRAY_SIZE(calls); i++) {
		call = seccomp_syscall_resolve_name(calls[i]);
		if (call != __NR_SCMP_ERROR)
			ret = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
	}
	for (i = 0; ret == 0 && i < ARRAY_SIZE(limited_calls); i++) {
		call = seccomp_syscall_resolve_name(limited_calls[i].name);
		/* where an int is widened to the register its upper half is the sign's */
		if (call != __NR_SCMP_ERROR)
			ret = seccomp_rule_add(
				filter, SCMP_ACT_ALLOW, call, 1,
				SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, limited_calls[i].argument));
	}
	return ret;
}

int confine_system_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int ret;

	if (!filter)
		return -ENOMEM;
	/* the calls of another machine's programs, such as those of 32 bits, are none of ours */
	ret = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (ret == 0)
		ret = filter_allow(filter);
	if (ret == 0)
		ret = seccomp_load(filter);
	seccomp_release(filter);
	return ret;
}

#else

int confine_system_calls(void)
{
	return -ENOPROTOOPT;
}

#endif
