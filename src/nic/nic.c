/* SPDX-License-Identifier: MIT */
/* The central type: its defaults. */
#include "config.h"

#include <string.h>

#include "base/util.h"
#include "nic/nic.h"

struct nic nic_defaults(const char *name)
{
	struct nic nic = { 0 };

	strncpy(nic.name, name, IFNAMSIZ - 1);
	nic.num[NIC_GROUP] = NIC_NOBODY;
	nic.num[NIC_PORT] = NIC_PORT_DEFAULT;
	nic.num[NIC_LEARNING] = 1;
	nic.num[NIC_IPV6] = 1;
	nic.num[NIC_LINK_LOCAL] = 1;
	nic.num[NIC_MULTICAST] = 1;
	nic.num[NIC_ARP] = 1;
	nic.num[NIC_UP] = 1;
	nic.num[NIC_PERSIST] = 1;
	return nic;
}

static struct nic_line *find_line(const struct nic *nic, enum nic_field field)
{
	size_t i;

	for (i = 0; i < nic->nlines; i++)
		if (nic->lines[i].field == field)
			return &nic->lines[i];
	return NULL;
}

const struct scan_line *nic_line(const struct nic *nic, enum nic_field field)
{
	const struct nic_line *found = find_line(nic, field);

	return found ? found->line : NULL;
}

void nic_set_line(struct nic *nic, enum nic_field field, const struct scan_line *line)
{
	struct nic_line *found = find_line(nic, field);

	if (!found) {
		nic->lines = array_grow(nic->lines, &nic->lines_cap, nic->nlines, sizeof(*found));
		found = &nic->lines[nic->nlines++];
		found->field = field;
	}
	found->line = line;
}
