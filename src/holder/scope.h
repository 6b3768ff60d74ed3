/* SPDX-License-Identifier: MIT */
/* Where the holder belongs: to the machine, and not to what it was started from. */
#ifndef HOLDER_SCOPE_H
#define HOLDER_SCOPE_H

#include <sys/types.h>

/*
 * Gives a process a scope of its own, where systemd runs and config_tap was called in a login
 * session or in another service, with whose end the process would be killed. Where systemd refuses,
 * it stays there.
 */
void scope_make(pid_t pid);

#endif
