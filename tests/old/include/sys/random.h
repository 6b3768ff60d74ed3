/* SPDX-License-Identifier: MIT */
/* There is none before glibc 2.25. */
#error "sys/random.h is for where configure has found getrandom()"
