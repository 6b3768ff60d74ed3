/* SPDX-License-Identifier: MIT */
/* Where the holder belongs: to the machine, and not to the login session that it was started in. */
#ifndef HOLDER_SESSION_H
#define HOLDER_SESSION_H

#include <sys/types.h>

/*
 * Takes a process out of the login session that config_tap was called in, where it was called in
 * one and systemd runs: the process then has a scope of its own. Where systemd refuses, it stays,
 * and may end with the session.
 */
void session_leave(pid_t pid);

#endif
