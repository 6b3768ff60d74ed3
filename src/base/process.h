/* SPDX-License-Identifier: MIT */
/* Runs another program: by absolute path, with an empty environment, and a limit on its time. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stddef.h>

/*
 * Runs argv[0] with argv, and waits for it. What it writes to stdout goes to output, what it
 * writes to stderr to error, each of size bytes, cut there; either may be NULL. Returns its exit
 * status (128 and the signal, where one ended it), or -errno where it could not be run.
 */
int process_run(char *const argv[], char *output, size_t output_size, char *error,
		size_t error_size);

#endif
