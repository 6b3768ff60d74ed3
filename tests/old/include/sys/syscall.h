/* SPDX-License-Identifier: MIT */
/* sys/syscall.h as glibc 2.17 has it, or one whose kernel headers are newer than itself. */
#include_next <sys/syscall.h>

#undef SYS_fsopen
#undef SYS_fsconfig
#undef SYS_fsmount
#undef SYS_pidfd_open
#undef SYS_pidfd_getfd
