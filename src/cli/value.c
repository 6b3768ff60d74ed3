/* SPDX-License-Identifier: MIT */
/* Values of a NIC in the words that status has for them. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cli/value.h"

char *value_addresses(const struct nic *nic, const struct nic *wanted)
{
	char one[ADDRESS_TEXT], *text = xstrdup("");
	size_t i;

	for (i = 0; i < nic->naddresses; i++) {
		const struct address *a = &nic->addresses[i];

		if (ip_is_link_local(&a->ip) &&
		    !(wanted && address_find_host(wanted->addresses, wanted->naddresses, a)))
			continue;
		text = xappend(text, "%s%s", *text ? " " : "", address_format(one, a));
	}
	return text;
}

char *value_peers(const struct nic *nic)
{
	char one[IP_TEXT], *text = xstrdup("");
	size_t i;

	for (i = 0; i < nic->npeers; i++)
		text = xappend(text, "%s%s", i ? " " : "", ip_format(one, &nic->peers[i]));
	return text;
}

char *value_owner(const struct link *found)
{
	char user[KEY_ID_TEXT], group[KEY_ID_TEXT];
	uint32_t uid = found->nic.num[NIC_OWNER], gid = found->nic.num[NIC_GROUP];

	if (!link_is_tuntap(found))
		return xstrdup("");
	if (uid == NIC_NOBODY && gid == NIC_NOBODY)
		return xstrdup("anybody");
	return xasprintf("%s%s%s", uid == NIC_NOBODY ? "" : key_user_name(user, uid),
			 gid == NIC_NOBODY ? "" : ":",
			 gid == NIC_NOBODY ? "" : key_group_name(group, gid));
}

/* Addresses that are found carry their own: those of the first one that has any. */
static void take_from_addresses(struct nic *nic)
{
	size_t i;

	for (i = 0; i < nic->naddresses; i++) {
		const struct address *a = &nic->addresses[i];

		if (!nic->broadcast.family)
			nic->broadcast = a->broadcast;
		if (!nic->peer.family)
			nic->peer = a->peer;
		if (a->ip.family == AF_INET6 && !ip_is_link_local(&a->ip))
			nic->num[NIC_DAD] = !a->nodad;
	}
}

char *value_text(const struct key *key, const struct nic *nic)
{
	struct nic copy = *nic;
	char text[KEY_TEXT];

	if (key->field == NIC_BROADCAST || key->field == NIC_PEER || key->field == NIC_DAD)
		take_from_addresses(&copy);
	return xstrdup(key_format(key, &copy, text));
}
