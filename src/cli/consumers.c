/* SPDX-License-Identifier: MIT */
/*
 * What the programs that use a NIC want of it. A requirement is here where a run of the program, or
 * its source, has shown it; each row says which.
 */
#include "config.h"

#include <string.h>

#include "base/util.h"
#include "cli/consumers.h"
#include "nic/kind.h"

/* requirements */

static bool is_missing(const struct candidate *c)
{
	return c->found && !c->found->ifindex;
}

static bool is_bridge(const struct candidate *c)
{
	return c->nic->num[NIC_MODE] == MODE_BRIDGE;
}

/* A bridge has a link where one of its ports has. */
static bool has_linked_port(const struct candidate *c)
{
	size_t i;

	for (i = 0; c->conf && i < c->conf->n; i++) {
		const struct nic *port = &c->conf->nics[i];

		if (port->bridge && strcmp(port->bridge, c->nic->name) == 0 &&
		    (!kind_of(port)->has_descriptor || port->num[NIC_CARRIER] != CARRIER_NONE))
			return true;
	}
	return false;
}

static bool lacks_link(const struct candidate *c)
{
	if (c->found)
		return c->found->ifindex && !c->found->carrier;
	if (is_bridge(c))
		return !has_linked_port(c);
	return kind_of(c->nic)->has_descriptor && c->nic->num[NIC_CARRIER] == CARRIER_NONE;
}

/* Duplicate address detection waits for a carrier; until then nobody can bind the address. */
static bool has_useless_ipv6(const struct candidate *c)
{
	size_t i;

	for (i = 0; i < c->nic->naddresses; i++) {
		const struct address *address = &c->nic->addresses[i];

		if (address->ip.family == AF_INET6 && !ip_is_link_local(&address->ip) &&
		    (c->found ? address->tentative : !address->nodad) && lacks_link(c))
			return true;
	}
	return false;
}

static bool is_taken(const struct candidate *c)
{
	return c->attached || c->nic->num[NIC_CARRIER] == CARRIER_HOLD;
}

static bool has_address(const struct candidate *c, bool ipv4_only)
{
	size_t i;

	for (i = 0; i < c->nic->naddresses; i++) {
		const struct ip *ip = &c->nic->addresses[i].ip;

		if (!ip_is_link_local(ip) && (ip->family == AF_INET || !ipv4_only))
			return true;
	}
	return false;
}

static bool lacks_ipv4(const struct candidate *c)
{
	return !has_address(c, true);
}

static bool lacks_address(const struct candidate *c)
{
	return !has_address(c, false);
}

static bool has_any_address(const struct candidate *c)
{
	return has_address(c, false);
}

static bool is_no_tap(const struct candidate *c)
{
	return c->nic->num[NIC_MODE] != MODE_TAP;
}

static bool is_no_tuntap(const struct candidate *c)
{
	return !kind_of(c->nic)->has_descriptor;
}

static bool is_tun(const struct candidate *c)
{
	return c->nic->num[NIC_MODE] == MODE_TUN;
}

static bool has_queues(const struct candidate *c)
{
	return c->nic->num[NIC_MULTI_QUEUE];
}

static bool is_down(const struct candidate *c)
{
	return !c->nic->num[NIC_UP];
}

static bool has_word(const char *text)
{
	static const char *const words[] = { "tap", "brq", "vxlan" };
	size_t i;

	for (i = 0; text && i < ARRAY_SIZE(words); i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}

/* All of the line that `ip -o link` has for it. */
static bool is_swept(const struct candidate *c)
{
	size_t i;

	for (i = 0; c->found && i < c->found->naltnames; i++)
		if (has_word(c->found->altnames[i]))
			return true;
	return has_word(c->nic->name) || has_word(c->nic->alias) || has_word(c->nic->bridge);
}

static bool is_for_root(const struct candidate *c)
{
	uint32_t owner = c->nic->num[NIC_OWNER];

	return kind_of(c->nic)->has_descriptor && c->nic->num[NIC_GROUP] == NIC_NOBODY &&
	       (owner == 0 || owner == NIC_NOBODY);
}

static bool is_smaller_than_ethernet(const struct candidate *c)
{
	return c->nic->num[NIC_MTU] && c->nic->num[NIC_MTU] < 1500;
}

static bool is_mac_random(const struct candidate *c)
{
	return !c->found && kind_of(c->nic)->has_mac && c->nic->num[NIC_MAC] == MAC_RANDOM;
}

static bool is_mac_not_fixed(const struct candidate *c)
{
	return !kind_of(c->nic)->has_mac || (!c->found && c->nic->num[NIC_MAC] != MAC_FIXED);
}

static const struct requirement exists = { "exists", is_missing, false, "needs the NIC to exist",
					   "config_tap start" };
static const struct requirement link_up = {
	"link", lacks_link, false, "needs a link, and there is none with nobody attached",
	"carrier = hold (shared with multi_queue), or mode = vxlan; "
	"of a bridge, on one of its ports"
};
static const struct requirement ipv6_link = {
	"ipv6-link", has_useless_ipv6, false,
	"binds its IPv6 address, which stays tentative without a link",
	"dad = no, or carrier = hold"
};
static const struct requirement unused = {
	"free", is_taken, false, "attaches to it itself, and a NIC that is held is busy (EBUSY)",
	"carrier = none (or config_tap release NIC)"
};
static const struct requirement ipv4 = { "ipv4", lacks_ipv4, false, "asks for its IPv4 address",
					 "address = 10.20.0.11/24" };
static const struct requirement address = { "address", lacks_address, false, "asks for its address",
					    "address = 10.20.0.11/24" };
static const struct requirement no_address = {
	"no-address", has_any_address, true, "makes it a port, and then the bridge has the address",
	"address = none"
};
static const struct requirement tap = { "tap", is_no_tap, false, "opens it as a tap",
					"mode = tap" };
static const struct requirement tuntap = { "tuntap", is_no_tuntap, false,
					   "opens it as a tun or tap", "mode = tap" };
static const struct requirement ethernet = { "ethernet", is_tun, false,
					     "needs an Ethernet NIC, and a tun has no MAC",
					     "mode = tap (or vxlan)" };
static const struct requirement no_bridge = {
	"no-bridge", is_bridge, true,
	"makes it a port of linuxbridge's own bridge, where no bridge may be (ELOOP); Open vSwitch "
	"takes one",
	"bridge_mappings in the place of physical_interface_mappings"
};
static const struct requirement one_queue = { "one-queue", has_queues, false,
					      "opens one queue without IFF_MULTI_QUEUE (EINVAL)",
					      "multi_queue = no" };
static const struct requirement queues = {
	"queues", has_queues, true,
	"opens several queues only when told to, and gets EINVAL for one (queues=2 tells QEMU)",
	"multi_queue = no"
};
static const struct requirement up = { "up", is_down, false, "does not bring it up, or may not",
				       "up = yes" };
static const struct requirement name = {
	"name", is_swept, false,
	"OpenStack's clean-up scripts delete every link with tap, brq or vxlan in its line of ip "
	"-o link, be it in an alias, altname or bridge",
	"a name like eth1, and an alias without these words"
};
static const struct requirement owner = { "owner", is_for_root, true,
					  "usually runs as an ordinary user, and only root may "
					  "attach",
					  "owner = USER" };
static const struct requirement mtu = {
	"mtu", is_smaller_than_ethernet, true, "assumes 1500 bytes unless told otherwise",
	"global_physnet_mtu = 1450 in neutron.conf, as the NIC has it"
};
static const struct requirement steady_mac = {
	"steady-mac", is_mac_random, false,
	"derives an id from the MAC, which changes at each boot", "mac = stable"
};
static const struct requirement fixed_mac = {
	"fixed-mac", is_mac_not_fixed, false,
	"is bound to a MAC, and a stable one changes with the machine's id",
	"mac = 02:00:00:00:00:01 (the one in the licence)"
};

/*
 * consumers; in the comments where the requirement is from: what was run in tests/consumers and
 * tests/openstack, or the consumer's own source
 */

static const struct consumer consumers[] = {
	/*
	 * run: ansible.bats, and the tasks of kolla-ansible's roles/prechecks/tasks/port_checks.yml
	 * and roles/loadbalancer/tasks/precheck.yml: in the facts, active, with an IPv4 address
	 * (kolla_ansible/kolla_address.py). Active is an operstate that is not "down":
	 * Ansible's module_utils/facts/network/linux.py. tools/cleanup-host has the words
	 */
	{ { "kolla-api", "kolla", "kolla-vip" },
	  "the interface of kolla-ansible's APIs",
	  { &exists, &link_up, &ipv4, &name } },
	/*
	 * kolla-ansible, roles/openvswitch/tasks/post-config.yml: it becomes a port; run: ovs.bats.
	 * No precheck looks at it
	 */
	{ { "kolla-external" },
	  "neutron_external_interface of kolla-ansible",
	  { &exists, &ethernet, &link_up, &no_address, &name, &mtu } },
	/*
	 * run: tests/openstack, both agents. Neutron up to 2024.2, linuxbridge_neutron_agent.py:
	 * validate_interface_mappings() ends the agent where it does not exist, ensure_bridge()
	 * makes it a port (bridge.bats: a bridge cannot be one) and moves its addresses,
	 * get_all_devices() takes every tap* for a port of a machine, get_agent_id() the MAC of
	 * whatever NIC comes first. ovs_neutron_agent.py, setup_physical_bridges(), wants its
	 * bridge to be there
	 */
	{ { "neutron-provider", "neutron" },
	  "a provider NIC, by linuxbridge or Open vSwitch",
	  { &exists, &ethernet, &no_bridge, &link_up, &no_address, &name, &steady_mac, &mtu } },
	/*
	 * run: tests/openstack. Neutron, ovs_neutron_agent.py, validate_local_ip(): the address is
	 * on some interface, nothing else; likewise kolla's tunnel_interface_address
	 */
	{ { "neutron-tunnel", "kolla-tunnel" },
	  "the interface that has local_ip",
	  { &exists, &address, &ipv6_link, &name } },
	/*
	 * run: ovs.bats: nothing is sent to a port without carrier. Open vSwitch's
	 * Documentation/faq/issues.rst: no port but an internal one should have an address
	 */
	{ { "ovs", "openvswitch", "ovn" },
	  "a port of an Open vSwitch bridge",
	  { &exists, &ethernet, &link_up, &no_address } },
	/* openstack-ansible-os_neutron, tasks/providers/ovs_config.yml: it becomes a port */
	{ { "openstack-ansible", "osa" },
	  "network_interface of its mappings",
	  { &exists, &ethernet, &link_up, &no_address } },
	/* devstack, lib/neutron, _move_neutron_addresses_route(): a port, its address moves */
	{ { "devstack" }, "PUBLIC_INTERFACE", { &exists, &ethernet, &link_up, &name } },
	/* packstack, puppet/modules/packstack/manifests/neutron/ovs_agent.pp: bridge_uplinks */
	{ { "packstack" },
	  "CONFIG_NEUTRON_OVS_BRIDGE_IFACES, or that of OVN",
	  { &exists, &ethernet, &link_up, &name } },
	/* run: keepalived.bats; keepalived's include/vrrp_if.h: FLAGS_UP is UP and RUNNING */
	{ { "keepalived", "vrrp" },
	  "the interface of a VRRP instance",
	  { &exists, &link_up, &up, &address } },
	/* run: ipv6.bats: listens on an idle NIC's IPv4 address */
	{ { "dnsmasq" }, "an interface to listen on", { &exists, &address, &ipv6_link } },
	/* run: ansible.bats; Ansible's module_utils/facts/network/linux.py */
	{ { "ansible" }, "a NIC that is active in the facts", { &exists, &link_up } },
	/* run: qemu.bats: a NIC that is open is busy, and one that is down stays down */
	{ { "qemu" },
	  "-netdev tap,ifname=NIC,script=no",
	  { &exists, &tap, &unused, &up, &queues, &owner } },
	/*
	 * libvirt, src/qemu/qemu_interface.c, qemuInterfaceEthernetConnect(): with managed='no'
	 * the NIC has to exist, and is not set up; virNetDevTapCreate() opens it, with
	 * IFF_MULTI_QUEUE for more than one queue
	 */
	{ { "libvirt" },
	  "<target dev='NIC' managed='no'/>",
	  { &exists, &tap, &unused, &up, &queues, &owner } },
	/* firecracker, src/vmm/src/devices/virtio/net/tap.rs, open_named(); it sets nothing up */
	{ { "firecracker" }, "host_dev_name", { &exists, &tap, &unused, &one_queue, &up, &owner } },
	/* cloud-hypervisor, net_util/src/open_tap.rs, check_mq_support(), and tap.rs, enable() */
	{ { "cloud-hypervisor", "cloud_hypervisor" },
	  "--net tap=NIC (two queues of one pair)",
	  { &exists, &tap, &unused, &one_queue, &up, &owner } },
	/*
	 * crosvm, net_util/src/sys/linux/tap.rs, new_with_name(), and
	 * src/crosvm/sys/linux/device_helpers.rs: by name it is not set up
	 */
	{ { "crosvm" },
	  "--net tap-name=NIC (one pair of queues)",
	  { &exists, &tap, &unused, &one_queue, &up, &owner } },
	/* run: engines.bats, all three */
	{ { "openvpn" },
	  "dev NIC, with dev-type",
	  { &exists, &tuntap, &unused, &one_queue, &owner } },
	{ { "vtun" }, "device NIC", { &exists, &tuntap, &unused, &one_queue, &owner } },
	{ { "tinc" },
	  "Interface = NIC, DeviceType = tap",
	  { &exists, &tap, &unused, &one_queue, &owner } },
	/* what it is bound to, by its name */
	{ { "licence", "license" }, "software that is bound to a MAC", { &exists, &fixed_mac } },
};

const struct consumer *consumer_at(size_t i)
{
	return i < ARRAY_SIZE(consumers) ? &consumers[i] : NULL;
}

const struct consumer *consumer_find(const char *word)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(consumers); i++)
		for (k = 0; consumers[i].names[k]; k++)
			if (strcmp(consumers[i].names[k], word) == 0)
				return &consumers[i];
	return NULL;
}
