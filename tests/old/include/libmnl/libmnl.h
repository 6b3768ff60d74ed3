/* SPDX-License-Identifier: MIT */
/* libmnl as it was in 1.0.3. */
#ifndef OLD_LIBMNL_H
#define OLD_LIBMNL_H

#define mnl_socket_open2 hidden_mnl_socket_open2
#define mnl_socket_fdopen hidden_mnl_socket_fdopen

#include_next <libmnl/libmnl.h>

#undef mnl_socket_open2
#undef mnl_socket_fdopen

#endif
