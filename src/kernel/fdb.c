/* SPDX-License-Identifier: MIT */
/* The forwarding tables of VXLAN devices: which node a frame goes to. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "kernel/addresses.h"
#include "kernel/compat.h"
#include "kernel/fdb.h"
#include "kernel/rtnl.h"
#include "kernel/sorted.h"
#include "base/util.h"

/* Up to so many, asking for each beats a dump of all, ports of bridges included. */
#define ASK_EACH_MAX 16

bool fdb_is_peer(const struct fdb_entry *entry)
{
	static const uint8_t all[6];

	return entry->permanent && memcmp(entry->mac, all, sizeof(all)) == 0;
}

static int take_entry(const struct netlink_answer *answer, void *data)
{
	const struct ndmsg *head = answer->head;
	const struct netlink_attr *mac = &answer->attr[NDA_LLADDR], *to = &answer->attr[NDA_DST];
	struct link key = { 0 }, *link;
	struct fdb_entry entry = { 0 };
	size_t at = 0;

	if (answer->error || answer->type != RTM_NEWNEIGH || mac->len != sizeof(entry.mac))
		return answer->error == -ENODEV ? -EAGAIN : answer->error;
	ip_read(&entry.to, to->len == 4 ? AF_INET : AF_INET6, to);
	if (!entry.to.family)
		return 0;
	memcpy(entry.mac, mac->data, sizeof(entry.mac));
	entry.permanent = head->ndm_state & NUD_PERMANENT;
	key.ifindex = head->ndm_ifindex;
	while ((link = sorted_next(data, &key, &at))) {
		link->fdb = array_grow(link->fdb, &link->fdb_cap, link->nfdb, sizeof(entry));
		link->fdb[link->nfdb++] = entry;
	}
	return 0;
}

static int ask_entries(const struct netns *net, struct sorted *links)
{
	size_t at;
	int ret = 0;

	if (links->n > ASK_EACH_MAX)
		return rtnl_dump_fdb(net->netlink, 0, take_entry, links);
	for (at = 0; ret == 0 && at < links->n; at = sorted_skip(links, at))
		ret = rtnl_dump_fdb(net->netlink, links->list[at]->ifindex, take_entry, links);
	return ret;
}

static void list_peers(struct link *link)
{
	struct nic *nic = &link->nic;
	size_t i;

	nic->npeers = 0;
	for (i = 0; i < link->nfdb; i++) {
		if (!fdb_is_peer(&link->fdb[i]))
			continue;
		nic->peers =
			array_grow(nic->peers, &nic->peers_cap, nic->npeers, sizeof(*nic->peers));
		nic->peers[nic->npeers++] = link->fdb[i].to;
	}
	peers_sort(nic->peers, &nic->npeers);
	nic->set |= NIC_BIT(NIC_PEERS);
}

int fdb_read(const struct netns *net, struct link **links, size_t n)
{
	struct sorted vxlans;
	unsigned tries = 0;
	size_t i;
	int ret;

	sorted_init(&vxlans, SORTED_BY_INDEX, n);
	for (i = 0; i < n; i++)
		if (links[i]->ifindex && strcmp(links[i]->kind, "vxlan") == 0)
			vxlans.list[vxlans.n++] = links[i];
	sorted_sort(&vxlans);
	do {
		for (i = 0; i < vxlans.n; i++)
			vxlans.list[i]->nfdb = 0;
		ret = ask_entries(net, &vxlans);
	} while (netlink_again(ret, &tries));
	for (i = 0; ret == 0 && i < vxlans.n; i++)
		list_peers(vxlans.list[i]);
	sorted_free(&vxlans);
	return ret;
}
