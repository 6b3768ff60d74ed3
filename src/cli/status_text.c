/* SPDX-License-Identifier: MIT */
/* status for people: a heading, and a table with a line under a NIC for each difference. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/status.h"
#include "cli/table.h"
#include "cli/value.h"

enum column {
	COLUMN_NIC,
	COLUMN_STATE,
	COLUMN_LINK,
	COLUMN_MAC,
	COLUMN_ADDRESS,
	COLUMN_OWNER,
	COLUMN_BRIDGE,
	COLUMN_USED_BY,
	COLUMNS
};

static const char *const headings[COLUMNS] = {
	[COLUMN_NIC] = "NIC",       [COLUMN_STATE] = "STATE",     [COLUMN_LINK] = "LINK",
	[COLUMN_MAC] = "MAC",       [COLUMN_ADDRESS] = "ADDRESS", [COLUMN_OWNER] = "OWNER",
	[COLUMN_BRIDGE] = "BRIDGE", [COLUMN_USED_BY] = "USED BY",
};

/* Names, aliases and processes are anybody's text: what goes to a terminal is escaped first. */
static char *escaped(const char *s)
{
	size_t size = s ? strlen(s) * 4 + 1 : 1;

	return text_escape(xmalloc(size), size, s ? s : "");
}

static char *used_by(const struct job *job, const struct users *users)
{
	char *text = xstrdup(""), *comm;
	const struct user *user;
	pid_t last = 0;
	size_t at = 0;

	if (!job->found.ifindex)
		return text;
	while ((user = users_next(users, &at, job->name, netns_inode(job->net)))) {
		/* each queue is a descriptor of its own */
		if (user->pid == last)
			continue;
		comm = escaped(user->comm);
		text = xappend(text, "%s%s (%d)", last ? ", " : "", comm, user->pid);
		free(comm);
		last = user->pid;
	}
	return text;
}

static const char *colour_of(enum view_state state)
{
	static const char *const colours[] = {
		[VIEW_UP] = "\033[32m",
		[VIEW_DOWN] = "\033[33m",
		[VIEW_MISSING] = "\033[31m",
		[VIEW_DIFFERS] = "\033[33m",
	};

	return colours[state];
}

static bool use_colour(enum color_when when)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0 && (!no || !*no);
}

static char *line_of_difference(char *below, const struct key *key, const struct job *job)
{
	const struct nic *target = &job->plan.target;
	char *is, *wanted, *safe_is, *safe_wanted;

	if (key->field == NIC_ADDRESS) {
		is = value_addresses(&job->found.nic, target);
		wanted = value_addresses(target, target);
	} else {
		is = value_text(key, &job->found.nic);
		wanted = value_text(key, target);
	}
	safe_is = escaped(*is ? is : "none");
	safe_wanted = escaped(*wanted ? wanted : "none");
	below = xappend(below, "    %s is %s, configured: %s\n", key->name, safe_is, safe_wanted);
	free(is);
	free(wanted);
	free(safe_is);
	free(safe_wanted);
	return below;
}

static char *lines_of_differences(char *below, const struct job *job, const struct view *view)
{
	char text[KEY_TEXT], *why;
	const struct key *key;
	size_t i;

	if (view->why) {
		why = escaped(view->why);
		below = xappend(below, "    %s\n", why);
		free(why);
	}
	if (job->record && job->record->by_hand)
		below = xappend(below, "    %s by hand; configured: carrier = %s\n",
				job->record->carrier ? "held" : "released",
				key_format(key_of(NIC_CARRIER), job->want, text));
	if (view->holder_died)
		below = xappend(below, "    the holder died, and the link with it; "
				       "config_tap start mends it\n");
	for (i = 0; (key = key_at(i)); i++)
		if (view->differs & NIC_BIT(key->field))
			below = line_of_difference(below, key, job);
	return below;
}

static char *line_of_details(char *below, const struct job *job)
{
	const struct link *found = &job->found;

	if (!found->ifindex)
		return below;
	below = xappend(below, "    ifindex %d, mtu %u, txqueuelen %u, carrier changes %u",
			found->ifindex, found->nic.num[NIC_MTU], found->nic.num[NIC_TXQUEUELEN],
			found->carrier_changes);
	if (found->nic.num[NIC_MULTI_QUEUE])
		below = xappend(below, ", queues %u (%u detached)", found->queues,
				found->queues_disabled);
	return xappend(below, "%s\n",
		       !job->record           ? ", not made by config_tap"
		       : job->record->adopted ? ", adopted"
					      : ", made by config_tap");
}

static void fill_in_row(struct table_row *row, const struct status *status, size_t i)
{
	const struct job *job = &status->jobs->list[i];
	const struct view *view = &status->views[i];
	const struct link *found = &job->found;
	char mac[MAC_TEXT] = "";

	if (nic_is_set(&found->nic, NIC_MAC))
		mac_format(mac, found->nic.mac);
	row->cells[COLUMN_NIC] = escaped(job->name);
	row->cells[COLUMN_STATE] = xstrdup(view_state_name(view->state));
	row->cells[COLUMN_LINK] = xstrdup(view_link_name(found));
	row->cells[COLUMN_MAC] = xstrdup(mac);
	row->cells[COLUMN_ADDRESS] = value_addresses(&found->nic, job->want);
	row->cells[COLUMN_OWNER] = value_owner(found);
	row->cells[COLUMN_BRIDGE] =
		escaped(found->nic.bridge ? found->nic.bridge : found->nic.ovs_bridge);
	row->cells[COLUMN_USED_BY] = used_by(job, status->users);
	if (status->session->options->verbose)
		row->below = line_of_details(row->below, job);
	row->below = lines_of_differences(row->below, job, view);
}

static void print_heading(const struct status *status)
{
	char *desc = escaped(status_desc(status)), *path = escaped(status->session->conf.path);
	size_t i, good = 0;

	for (i = 0; i < status->jobs->n; i++)
		good += status->views[i].good;
	printf("%s: %zu of %zu as configured in %s\n", desc, good, status->jobs->n, path);
	free(desc);
	free(path);
}

static void print_busy(const struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].found.nic.num[NIC_CARRIER] == CARRIER_HOLD)
			break;
	if (i < jobs->n)
		puts("A held NIC is busy (EBUSY) for every other program; config_tap release NIC "
		     "lets one attach.");
}

void status_print_text(const struct status *status)
{
	struct table table = { .headings = headings, .columns = COLUMNS };
	bool colour = use_colour(status->session->options->color);
	struct table_row *row;
	size_t i;

	print_heading(status);
	for (i = 0; i < status->jobs->n; i++) {
		if (status_is_left_out(status, i))
			continue;
		row = table_add(&table);
		row->colour = colour ? colour_of(status->views[i].state) : NULL;
		fill_in_row(row, status, i);
	}
	table_print(&table);
	print_busy(status->jobs);
}
