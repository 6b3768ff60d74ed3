/* SPDX-License-Identifier: MIT */
/*
 * Open vSwitch, through ovs-vsctl(8): its database has no other stable interface for C. Every
 * function returns 0 or -errno; error is what ovs-vsctl said (of OVS_ERROR bytes).
 */
#ifndef CHANGE_OVS_H
#define CHANGE_OVS_H

#include <stdbool.h>

#define OVS_ERROR 300

int ovs_add_port(const char *bridge, const char *nic, char error[OVS_ERROR]);
int ovs_del_port(const char *bridge, const char *nic, char error[OVS_ERROR]);

/* Is the NIC a port of that bridge? The ports of a bridge are asked for once a process. */
bool ovs_has_port(const char *bridge, const char *nic);

#endif
