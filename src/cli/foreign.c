/* SPDX-License-Identifier: MIT */
/* Whose mark a device bears that config_tap has not made. */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "base/util.h"
#include "cli/foreign.h"
#include "nic/value.h"

#define HEX4 "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"

/* The names that programs give to the devices that they make, and take away again. */
static const struct {
	const char *pattern; /* of fnmatch(3) */
	const char *maker;
} marks[] = {
	{ "docker*", "Docker" },
	{ "br-" HEX4 HEX4 HEX4, "Docker" },
	{ "podman*", "Podman" },
	{ "cni*", "a CNI plugin" },
	{ "cali*", "Calico" },
	{ "vxlan.calico", "Calico" },
	{ "cilium_*", "Cilium" },
	{ "flannel*", "flannel" },
	{ "kube-*", "Kubernetes" },
	{ "weave*", "Weave" },
	{ "virbr*", "libvirt" },
	{ "vnet[0-9]*", "libvirt" },
	{ "lxcbr*", "LXC" },
	{ "lxdbr*", "LXD" },
	{ "incusbr*", "Incus" },
	{ "xenbr*", "Xen" },
	{ "vif[0-9]*", "Xen" },
	{ "vmbr*", "Proxmox" },
	{ "fwbr[0-9]*", "Proxmox" },
	{ "tap[0-9]*i[0-9]*", "Proxmox" },
	/* neutron_lib.constants: a prefix, and eleven characters of an id */
	{ "brq*", "Neutron" },
	{ "qbr*", "Nova" },
	{ "tap" HEX4 HEX4 "-"
	  "[0-9a-f][0-9a-f]",
	  "Neutron" },
	{ "vxlan-[0-9]*", "Neutron" },
	{ "vxlan_sys_*", "Open vSwitch" },
	{ "br-int", "Open vSwitch" },
	{ "br-tun", "Open vSwitch" },
	{ "ovs-*", "Open vSwitch" },
};

static char *foreign_user(const struct link *found, struct netns *net, const struct users *users)
{
	const struct user *user;
	size_t at = 0;

	if (!link_is_tuntap(found))
		return NULL;
	user = users_next(users, &at, found->nic.name, net);
	if (user)
		return xasprintf("%s (pid %d) is attached to it", user->comm, user->pid);
	if (found->carrier || found->queues)
		return xstrdup("a process that cannot be seen from here is attached to it");
	if (!found->nic.num[NIC_PERSIST])
		return xstrdup("it disappears when the program that made it ends");
	return NULL;
}

/* What no key can say of a vxlan. */
static const char *foreign_vxlan(const struct link *found)
{
	if (strcmp(found->kind, "vxlan") != 0)
		return NULL;
	if (found->vxlan_special)
		return "it has settings that no key can express";
	if (found->vxlan_link)
		return "it is bound to another interface, which no key can express";
	if (!found->nic.local.family)
		return "it has no address of its own (local)";
	if (!nic_is_set(&found->nic, NIC_PEERS))
		return "its peers cannot be read";
	return NULL;
}

char *foreign_reason(const struct link *found, struct netns *net, const struct users *users)
{
	char *user = foreign_user(found, net, users);
	size_t i;

	if (user)
		return user;
	for (i = 0; i < ARRAY_SIZE(marks); i++)
		if (fnmatch(marks[i].pattern, found->nic.name, 0) == 0)
			return xasprintf("its name is one that %s uses", marks[i].maker);
	if (value_nic_name(found->nic.name) < 0 || strpbrk(found->nic.name, "[]"))
		return xstrdup("no section can have its name");
	if (link_is_tuntap(found) && found->nic.num[NIC_OWNER] == NIC_NOBODY &&
	    found->nic.num[NIC_GROUP] == NIC_NOBODY)
		return xstrdup("anybody may attach to it: a section needs an owner or a group");
	if (foreign_vxlan(found))
		return xstrdup(foreign_vxlan(found));
	return NULL;
}
