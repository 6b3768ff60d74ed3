/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls; a target is one file, with all that it tests included or linked. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
