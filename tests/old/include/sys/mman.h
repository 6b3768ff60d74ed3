/* SPDX-License-Identifier: MIT */
/* sys/mman.h as it was before glibc 2.27. */
#define memfd_create hidden_memfd_create
#include_next <sys/mman.h>
#undef memfd_create
#undef MFD_CLOEXEC
