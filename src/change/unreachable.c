/* SPDX-License-Identifier: MIT */
/* NICs that went with their network namespace. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "change/elsewhere.h"
#include "change/unreachable.h"
#include "holder/client.h"

/* Did its namespace go, and the NIC with it? */
static bool is_unreachable(const struct record *record)
{
	char where[NAMESPACE_TEXT];

	return !elsewhere_origin(record, where) && errno == ENOENT;
}

bool unreachable_forget(struct records *state)
{
	bool any = false;
	size_t i = 0;

	while (i < records_count(state)) {
		struct record *record = records_at(state, i);
		struct hold_entry entry = { .ifindex = record->id.ifindex };

		if (!is_unreachable(record)) {
			i++;
			continue;
		}
		log_note("%s: its network namespace%s%s is gone, and the NIC with it", record->name,
			 record->netns ? " " : "", record->netns ? record->netns : "");
		snprintf(entry.name, sizeof(entry.name), "%s", record->name);
		snprintf(entry.netid, sizeof(entry.netid), "%s", record->id.netid);
		holder_release(&entry, 1);
		records_remove(state, record);
		any = true;
	}
	return any;
}
