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
#include "change/peers.h"

enum column {
	COLUMN_NIC,
	COLUMN_STATE,
	COLUMN_LINK,
	COLUMN_MAC,
	COLUMN_ADDRESS,
	COLUMN_OWNER,
	COLUMN_BRIDGE,
	COLUMN_PEERS,
	COLUMN_USED_BY,
	COLUMNS
};

static const struct table_column columns[COLUMNS] = {
	[COLUMN_NIC] = { "NIC", TABLE_STAYS },
	[COLUMN_STATE] = { "STATE", TABLE_STAYS },
	[COLUMN_LINK] = { "LINK", TABLE_STAYS },
	[COLUMN_MAC] = { "MAC", TABLE_GOES },
	[COLUMN_ADDRESS] = { "ADDRESS", TABLE_SHORTENS },
	[COLUMN_OWNER] = { "OWNER", TABLE_STAYS },
	[COLUMN_BRIDGE] = { "BRIDGE", TABLE_STAYS },
	[COLUMN_PEERS] = { "PEERS", TABLE_SHORTENS },
	[COLUMN_USED_BY] = { "USED BY", TABLE_STAYS },
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
	while ((user = users_next(users, &at, job->name, job->net))) {
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
		[VIEW_UP] = "\033[32m",        [VIEW_DOWN] = "\033[33m",
		[VIEW_MISSING] = "\033[31m",   [VIEW_DIFFERS] = "\033[33m",
		[VIEW_LEFT_OVER] = "\033[33m", [VIEW_KEPT] = "\033[32m",
	};

	return colours[state];
}

static bool use_colour(int when)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (when != COLOR_AUTO)
		return when == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0 && (!no || !*no);
}

static char *line_of_difference(char *below, const struct key *key, const struct job *job)
{
	bool by_hand = key->field == NIC_CARRIER && job->record && job->record->by_hand;
	const struct nic *target = job->plan.target;
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
	below = xappend(below, "    %s is %s, %s: %s\n", key->name, safe_is,
			by_hand ? "by hand" : "configured", safe_wanted);
	free(is);
	free(wanted);
	free(safe_is);
	free(safe_wanted);
	return below;
}

/* One by one: lists of hundreds tell nothing side by side. */
static char *lines_of_peers(char *below, const struct job *job)
{
	struct peers missing = peers_missing(job);
	struct peers left = peers_left_over(job, job->record);
	char ip[IP_TEXT];
	size_t i;

	for (i = 0; i < missing.n; i++)
		below = xappend(below, "    peer %s is missing\n", ip_format(ip, &missing.list[i]));
	for (i = 0; i < left.n; i++)
		below = xappend(below, "    peer %s has left the file\n",
				ip_format(ip, &left.list[i]));
	free(missing.list);
	free(left.list);
	return below;
}

/* Not a difference: who has put it there has it now, and start leaves it to him. */
static char *line_of_taker(char *below, const struct job *job)
{
	const struct nic *found = &job->found.nic, *want = job->want;
	const char *bridge = found->bridge ? found->bridge : found->ovs_bridge;
	char *safe = escaped(bridge ? bridge : job->found.master_kind);

	below = xappend(below, "    is in %s%s, where somebody else has put it, and stays there",
			!bridge             ? "a "
			: found->ovs_bridge ? "the Open vSwitch bridge "
					    : "the bridge ",
			safe);
	free(safe);
	if (want->bridge || want->ovs_bridge) {
		safe = escaped(want->bridge ? want->bridge : want->ovs_bridge);
		below = xappend(below, "; configured: %s", safe);
		free(safe);
	}
	return xappend(below, "\n");
}

static char *line_of_hand(char *below, const struct job *job)
{
	char text[KEY_TEXT];

	if (!job->record || !job->record->by_hand)
		return below;
	below = xappend(below, "    %s by hand", job->record->carrier ? "held" : "released");
	if (job->want)
		below = xappend(below, "; configured: carrier = %s",
				key_format(key_of(NIC_CARRIER), job->want, text));
	return xappend(below, "\n");
}

static char *lines_of_differences(char *below, const struct job *job, const struct view *view)
{
	char *why;
	const struct key *key;
	size_t i;

	if (view->why) {
		why = escaped(view->why);
		below = xappend(below, "    %s\n", why);
		free(why);
	}
	if (!job->want)
		return line_of_hand(below, job);
	if (strcmp(job->name, job->want->name) != 0)
		below = xappend(below, "    renamed; the file calls it %s\n", job->want->name);
	if (view->taken)
		below = line_of_taker(below, job);
	if (!job->record && link_is_tuntap(&job->found) && !view->why)
		below = xappend(below, "    another program made it; config_tap start takes it "
				       "over, and stop will not delete it\n");
	below = line_of_hand(below, job);
	if (view->holder_died)
		below = xappend(below, "    the holder died, and the link with it; config_tap "
				       "start restores it\n");
	for (i = 0; (key = key_at(i)); i++)
		if (view->differs & NIC_BIT(key->field))
			below = key->field == NIC_PEERS ? lines_of_peers(below, job)
							: line_of_difference(below, key, job);
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
	const struct view *view = &status->views->list[i];
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
	row->cells[COLUMN_PEERS] = value_peers(&found->nic);
	row->cells[COLUMN_USED_BY] = used_by(job, status->users);
	if (status->selection->options->verbose)
		row->below = line_of_details(row->below, job);
	row->below = lines_of_differences(row->below, job, view);
}

/* The heading, and for a long table the last line too. */
static void print_summary(const struct status *status)
{
	char *desc = escaped(status_desc(status)), *path = escaped(status->selection->conf.path);
	const struct views *views = status->views;
	size_t listed = views->n - views->left_over - views->kept + status->jobs->unreachable;

	printf("%s: ", desc);
	if (status->selection->file_invalid) {
		printf("%s cannot be used; this is what is recorded\n", path);
	} else {
		if (listed)
			printf("%zu of %zu as configured in %s", views->good - views->kept, listed,
			       path);
		else
			printf("no NIC in %s", path);
		if (status->jobs->unreachable)
			printf(", %zu could not be asked", status->jobs->unreachable);
		if (views->left_over)
			printf(", %zu left over", views->left_over);
		if (views->kept)
			printf(", %zu kept", views->kept);
		putchar('\n');
	}
	free(desc);
	free(path);
}

/* A held NIC surprises those who have just looked at it; who has many knows it. */
static void print_busy(const struct status *status)
{
	const struct jobs *jobs = status->jobs;
	size_t i;

	if (jobs->n != 1 && !status->selection->options->verbose)
		return;
	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].found.nic.num[NIC_CARRIER] == CARRIER_HOLD)
			break;
	if (i < jobs->n)
		puts("A held NIC is busy (EBUSY) for every other program; config_tap release NIC "
		     "lets one attach.");
}

void status_print_text(const struct status *status)
{
	struct table table = { .columns = columns, .ncolumns = COLUMNS };
	bool colour = use_colour(status->selection->options->color);
	size_t i, width, height, lines = 0;
	struct table_row *row;

	/* the mistakes have been told, and there is nothing to add */
	if (status->selection->file_invalid && !status->jobs->n)
		return;
	print_summary(status);
	for (i = 0; i < status->jobs->n; i++) {
		if (status_is_left_out(status, i))
			continue;
		row = table_add(&table);
		row->colour = colour ? colour_of(status->views->list[i].state) : NULL;
		fill_in_row(row, status, i);
	}
	if (table.n)
		lines = table_print(&table);
	print_busy(status);
	table_screen(&width, &height);
	if (lines >= height)
		print_summary(status);
}
