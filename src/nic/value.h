/* SPDX-License-Identifier: MIT */
/*
 * Pure parsers of single values. Each returns 0 and writes its output, or returns -EINVAL and
 * writes nothing. None looks at the machine, but value_user and value_group, which ask the name
 * service, each name once a process.
 */
#ifndef NIC_VALUE_H
#define NIC_VALUE_H

#include "nic/nic.h"

/* yes, no, on, off, true, false, 1, 0, in any case. */
int value_bool(const char *text, uint32_t *out);
/* A whole decimal number from min to max, and nothing after it. -ERANGE outside. */
int value_number(const char *text, uint32_t min, uint32_t max, uint32_t *out);
/* A user by name or number; -ENOENT where the name service knows none. */
int value_user(const char *text, uint32_t *out);
int value_group(const char *text, uint32_t *out);
/* Six bytes in hexadecimal, with ":" or "-" between. */
int value_mac(const char *text, unsigned char out[6]);
int value_ip(const char *text, struct ip *out);
/* ADDRESS/PREFIX; -ERANGE where the prefix does not fit the family, -EDOM where it is missing. */
int value_address(const char *text, struct address *out);
/* The same into its two parts. */
int value_prefixed(const char *text, struct ip *ip, uint8_t *prefix);
/* An IPv4 mask such as 255.255.255.0; out is the number of its leading ones. */
int value_netmask(const char *text, uint8_t *out);
/* NETWORK/PREFIX or "default", then "via ADDRESS", "metric NUMBER"; -EDOM: host bits are set. */
int value_route(const char *text, struct route *out);
/*
 * May the kernel take this as a NIC's name? (dev_valid_name() in net/core/dev.c, and no "%",
 * which would be expanded.) -ENAMETOOLONG for more than 15 bytes.
 */
int value_nic_name(const char *text);
/*
 * The names that are taken: the loopback's, those of net.ipv4.conf in sysctl(8), and the one file
 * that the bonding driver puts among the interfaces in /sys/class/net.
 */
bool value_name_is_reserved(const char *text);

#endif
