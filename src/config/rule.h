/* SPDX-License-Identifier: MIT */
/*
 * The rules of a file, within this folder: each is a function that looks at a NIC, or at all of
 * them, completes what follows from other fields, and complains. rules.c has the table.
 */
#ifndef CONFIG_RULE_H
#define CONFIG_RULE_H

#include "config/conf.h"
#include "nic/key.h"

/* Complains of a field of a NIC, at its line or else the section's; once for a section. */
void rule_error(struct conf *conf, const struct nic *nic, enum nic_field field, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));
void rule_warn(struct conf *conf, const struct nic *nic, enum nic_field field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Likewise of the NIC's name: at the section's line, and without a key. */
void rule_error_of_name(struct conf *conf, const struct nic *nic, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void rule_warn_of_name(struct conf *conf, const struct nic *nic, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Was the field set in the NIC's own section, and not by a default? */
bool rule_is_own(const struct nic *nic, enum nic_field field);

/* One NIC, whatever the others are: rules_nic.c, rules_vxlan.c */
void rule_keys_of_kind(struct conf *conf, struct nic *nic);
void rule_addresses(struct conf *conf, struct nic *nic);
void rule_mtu(struct conf *conf, struct nic *nic);
void rule_owner(struct conf *conf, struct nic *nic);
void rule_readers(struct conf *conf, struct nic *nic);
void rule_carrier(struct conf *conf, struct nic *nic);
void rule_ports(struct conf *conf, struct nic *nic);
void rule_routes(struct conf *conf, struct nic *nic);
void rule_ipv6(struct conf *conf, struct nic *nic);
void rule_netns(struct conf *conf, struct nic *nic);
void rule_openstack_names(struct conf *conf, struct nic *nic);
void rule_vxlan_segment(struct conf *conf, struct nic *nic);
void rule_vxlan_peers(struct conf *conf, struct nic *nic);

/* All of them together: rules_file.c */
void rule_names(struct conf *conf);
void rule_claims(struct conf *conf);
void rule_bridges(struct conf *conf);
void rule_bridge_mtus(struct conf *conf);

#endif
