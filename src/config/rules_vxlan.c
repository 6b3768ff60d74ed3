/* SPDX-License-Identifier: MIT */
/* Rules for a NIC whose other end is other machines. */
#include "config.h"

#include <string.h>

#include "config/rule.h"
#include "config/scan.h"
#include "base/util.h"

/* RFC 7348, section 5 */
#define VNI_MAX 16777215
/* from here on the kernel takes ports for connections of its own: ip_local_port_range */
#define PORT_EPHEMERAL 32768

/* Ports on which others have tunnels, on machines that have both. */
static const struct {
	uint32_t port;
	const char *whose;
} known_ports[] = {
	{ 4789, "Neutron and Open vSwitch for VXLAN" },
	{ 8472, "Neutron's linuxbridge agent and flannel for VXLAN" },
	{ 6081, "Geneve, and so by OVN" },
};

static const char *family_name(uint8_t family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

static void check_port(struct conf *conf, struct nic *nic)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known_ports); i++)
		if (nic->num[NIC_PORT] == known_ports[i].port)
			rule_warn(conf, nic, NIC_PORT,
				  "%u is used by %s; the default, 4790, is not", nic->num[NIC_PORT],
				  known_ports[i].whose);
	if (nic->num[NIC_PORT] >= PORT_EPHEMERAL)
		rule_warn(
			conf, nic, NIC_PORT,
			"the kernel gives the ports from %u on to any program that asks, so it may "
			"be taken",
			PORT_EPHEMERAL);
}

/* The number, the node and the port; what is not set follows from them. */
void rule_vxlan_segment(struct conf *conf, struct nic *nic)
{
	if (!nic_is_set(nic, NIC_VNI)) {
		if (!nic_line(nic, NIC_VNI))
			rule_error(conf, nic, NIC_VNI, "a vxlan needs one, as in vni = 41");
	} else if (nic->num[NIC_VNI] > VNI_MAX) {
		rule_error(conf, nic, NIC_VNI, "[%s] would get %u; the largest is %u", nic->name,
			   nic->num[NIC_VNI], VNI_MAX);
	}
	if (!nic->local.family && (!nic_line(nic, NIC_LOCAL) || nic_is_set(nic, NIC_LOCAL)))
		rule_error(conf, nic, NIC_LOCAL,
			   "a vxlan needs this node's own address, as in local = 10.0.0.1");
	check_port(conf, nic);
	if (!nic_is_set(nic, NIC_MTU))
		nic->num[NIC_MTU] = kind_mtu(nic);
	/* the kernel's own defaults are others */
	nic->set |= NIC_BIT(NIC_PORT) | NIC_BIT(NIC_MTU);
}

/* A list that is the same on every node becomes that of the others, sorted. */
static bool leave_out_local(struct nic *nic)
{
	struct ip *list = xcalloc(nic->npeers, sizeof(*list));
	bool found = false;
	size_t i, n = 0;

	for (i = 0; i < nic->npeers; i++) {
		if (ip_same(&nic->peers[i], &nic->local))
			found = true;
		else
			list[n++] = nic->peers[i];
	}
	nic->peers = list;
	nic->npeers = n;
	peers_sort(nic->peers, &nic->npeers);
	return found;
}

void rule_vxlan_peers(struct conf *conf, struct nic *nic)
{
	const struct scan_line *line = nic_line(nic, NIC_PEERS);
	bool none = nic_is_set(nic, NIC_PEERS) && nic->npeers == 0;
	char ip[IP_TEXT];
	size_t i;

	if (line ? none && line->value && !*line->value : !nic_is_set(nic, NIC_PEERS))
		rule_error(
			conf, nic, NIC_PEERS,
			"a vxlan needs the other nodes, as in peers = 10.0.0.1, 10.0.0.2, or none");
	for (i = 0; i < nic->npeers && nic->local.family; i++)
		if (nic->peers[i].family != nic->local.family) {
			rule_error(conf, nic, NIC_PEERS, "%s is not %s, as local is",
				   ip_format(ip, &nic->peers[i]), family_name(nic->local.family));
			return;
		}
	if (!leave_out_local(nic) && nic->npeers && nic->local.family)
		rule_warn(conf, nic, NIC_PEERS,
			  "%s, this node's own address, is not in the list, which should be the "
			  "same on every node; is it another segment's list?",
			  ip_format(ip, &nic->local));
	if (none && !nic->bridge && !nic->ovs_bridge)
		rule_warn(
			conf, nic, NIC_PEERS,
			"none leaves the table to another program, and FRR fills it only for a NIC "
			"in a bridge");
	if (!nic_is_set(nic, NIC_LEARNING))
		nic->num[NIC_LEARNING] = !none;
	nic->set |= NIC_BIT(NIC_LEARNING);
}
