/* SPDX-License-Identifier: MIT */
/* All that goes to stdout, for people or as JSON; and the mistakes of a file, to stderr. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "nic/key.h"
#include "base/log.h"
#include "cli/report.h"
#include "base/util.h"

/* The version of the JSON documents; config_tap-json(7) describes them. */
#define JSON_VERSION 1

#define DEFAULT_DESC "persistent TUN/TAP interfaces"

static void print_json(json_t *document)
{
	json_dumpf(document, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(document);
}

/* Text of the file or the kernel may be no UTF-8, which JSON cannot hold. */
static json_t *json_text(const char *s)
{
	char escaped[KEY_TEXT * 4];

	if (!s)
		return json_null();
	return json_string(text_escape(escaped, sizeof(escaped), s));
}

/* mistakes */

void report_mistakes(struct mistakes *mistakes)
{
	char text[MISTAKE_TEXT];

	for (; mistakes->ntold < mistakes->n; mistakes->ntold++) {
		mistake_format(text, &mistakes->list[mistakes->ntold]);
		fprintf(stderr, "%s\n", text);
		/* somebody who boots with it looks there */
		if (geteuid() == 0 && !isatty(STDERR_FILENO))
			syslog(LOG_DAEMON | LOG_ERR, "%s", text);
	}
}

static json_t *json_mistake(const struct mistake *m)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o}", "file", json_text(m->file), "line",
			 m->line ? json_integer(m->line) : json_null(), "nic", json_text(m->nic),
			 "key", json_text(m->key), "severity", m->warning ? "warning" : "error",
			 "text", json_text(m->text));
}

void report_check(struct conf *conf, const struct options *options)
{
	json_t *list;
	size_t i;

	if (options->json) {
		list = json_array();
		for (i = 0; i < conf->mistakes.n; i++)
			json_array_append_new(list, json_mistake(&conf->mistakes.list[i]));
		print_json(json_pack("{s:i, s:o, s:b, s:i, s:o}", "version", JSON_VERSION, "file",
				     json_text(conf->path), "valid", !conf->mistakes.nerrors,
				     "nics", (int)conf->n, "mistakes", list));
		return;
	}
	report_mistakes(&conf->mistakes);
	if (!options->quiet && !conf->mistakes.nerrors)
		printf("%s: %zu NIC%s, no mistake\n", conf->path, conf->n, conf->n == 1 ? "" : "s");
}

/* dry run */

static const char *const op_names[STEP_OPS] = {
	[STEP_CREATE] = "create",
	[STEP_ATTACH] = "attach",
	[STEP_SET] = "set",
	[STEP_ADDRESS_ADD] = "address-add",
	[STEP_ADDRESS_DEL] = "address-remove",
	[STEP_ADDRESS_KEEP] = "address-keep",
	[STEP_BRIDGE_ADD] = "bridge-create",
	[STEP_FLAGS] = "flags",
	[STEP_ROUTE_ADD] = "route-add",
	[STEP_ROUTE_DEL] = "route-remove",
	[STEP_ROUTE_KEEP] = "route-keep",
	[STEP_RELEASE] = "release",
	[STEP_HOLD] = "hold",
	[STEP_PERSIST] = "persist",
	[STEP_DOWN] = "down",
	[STEP_DELETE] = "delete",
	[STEP_FORGET] = "forget",
};

static void add_json_step(struct session *session, const struct job *job, const struct step *step,
			  const char *text)
{
	json_array_append_new(session->steps,
			      json_pack("{s:o, s:s, s:o}", "nic", json_text(job->name), "operation",
					op_names[step->op], "text", json_text(text)));
}

static void note_gone(struct session *session, const struct job *job)
{
	if (!job->plan.n || job->plan.steps[job->plan.n - 1].op != STEP_DELETE)
		return;
	session->gone = array_grow(session->gone, &session->gone_cap, session->ngone,
				   sizeof(*session->gone));
	session->gone[session->ngone++] = xstrdup(job->name);
}

static void make_lists(struct session *session)
{
	if (!session->steps)
		session->steps = json_array();
	if (!session->refused)
		session->refused = json_array();
}

size_t report_steps(struct session *session, const struct jobs *jobs)
{
	char text[STEP_TEXT], escaped[STEP_TEXT * 2], name[IFNAMSIZ * 4];
	size_t i, k, failed = 0;

	make_lists(session);
	for (i = 0; i < jobs->n; i++) {
		const struct job *job = &jobs->list[i];

		if (job->plan.refused) {
			log_error("%s: %s", job->name, job->plan.refused);
			json_array_append_new(session->refused,
					      json_pack("{s:o, s:o}", "nic", json_text(job->name),
							"text", json_text(job->plan.refused)));
			failed++;
			continue;
		}
		for (k = 0; k < job->plan.n; k++) {
			step_format(text, &job->plan.steps[k], &job->plan);
			if (session->options->json)
				add_json_step(session, job, &job->plan.steps[k], text);
			else
				printf("%s: %s\n", text_escape(name, sizeof(name), job->name),
				       text_escape(escaped, sizeof(escaped), text));
		}
		note_gone(session, job);
	}
	return failed;
}

void report_steps_end(struct session *session)
{
	if (!session->options->dry_run)
		return;
	make_lists(session);
	if (session->options->json)
		print_json(json_pack("{s:i, s:O, s:O}", "version", JSON_VERSION, "steps",
				     session->steps, "refused", session->refused));
	json_decref(session->steps);
	json_decref(session->refused);
	session->steps = session->refused = NULL;
}

/* status */

static const char *const state_names[] = {
	[VIEW_UP] = "up",
	[VIEW_DOWN] = "down",
	[VIEW_MISSING] = "missing",
	[VIEW_DIFFERS] = "differs",
};

struct view *report_views(const struct session *session, struct jobs *jobs)
{
	struct view *views = xcalloc(jobs->n, sizeof(*views));
	size_t i;

	for (i = 0; i < jobs->n; i++) {
		struct job *job = &jobs->list[i];
		struct view *view = &views[i];
		uint32_t up = job->found.nic.num[NIC_UP];

		if (!job->found.ifindex) {
			view->state = VIEW_MISSING;
			continue;
		}
		session_plan_start(job, false);
		view->differs = job->plan.differs;
		if (!view->differs)
			view->why = job->plan.refused;
		view->good = !view->differs && !view->why;
		view->holder_died = job->record && job->record->carrier &&
				    !job->found.nic.num[NIC_CARRIER] && !session->holder_silent;
		view->up = link_is_tuntap(&job->found) && (up || view->good);
		/* down is the plainest of the differences, where it is the only one */
		if (!up && !(view->differs & ~NIC_BIT(NIC_UP)) && !view->why)
			view->state = VIEW_DOWN;
		else
			view->state = view->good ? VIEW_UP : VIEW_DIFFERS;
	}
	return views;
}

static const char *link_name(const struct link *found)
{
	if (!found->ifindex)
		return "";
	if (!found->carrier)
		return "no carrier";
	return found->nic.num[NIC_CARRIER] == CARRIER_HOLD     ? "held"
	       : found->nic.num[NIC_CARRIER] == CARRIER_SHARED ? "shared"
							       : "up";
}

static char *used_by(char *buf, size_t size, const struct job *job, const struct users *users)
{
	const struct user *user;
	char comm[256];
	pid_t last = 0;
	size_t at = 0;

	buf[0] = '\0';
	if (!job->found.ifindex)
		return buf;
	while ((user = users_next(users, &at, job->name, netns_inode(job->net)))) {
		if (user->pid == last)
			continue;
		text_add(buf, size, "%s%s (%d)", last ? ", " : "",
			 text_escape(comm, sizeof(comm), user->comm), user->pid);
		last = user->pid;
	}
	return buf;
}

static char *addresses_text(char *buf, const struct nic *nic)
{
	char text[ADDRESS_TEXT];
	bool any = false;
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < nic->naddresses; i++) {
		const struct address *a = &nic->addresses[i];

		/* fe80::/10: the kernel's own, on every link that is up */
		if (a->ip.family == AF_INET6 && a->ip.bytes[0] == 0xfe &&
		    (a->ip.bytes[1] & 0xc0) == 0x80)
			continue;
		text_add(buf, KEY_TEXT, "%s%s", any ? " " : "", address_format(text, a));
		any = true;
	}
	return buf;
}

static char *owner_text(char *buf, size_t size, const struct link *found)
{
	char user[KEY_ID_TEXT], group[KEY_ID_TEXT];

	buf[0] = '\0';
	if (!link_is_tuntap(found))
		return buf;
	if (found->nic.num[NIC_OWNER] == NIC_NOBODY && found->nic.num[NIC_GROUP] == NIC_NOBODY)
		text_add(buf, size, "anybody");
	else if (found->nic.num[NIC_OWNER] != NIC_NOBODY)
		text_add(buf, size, "%s", key_user_name(user, found->nic.num[NIC_OWNER]));
	if (found->nic.num[NIC_GROUP] != NIC_NOBODY)
		text_add(buf, size, ":%s", key_group_name(group, found->nic.num[NIC_GROUP]));
	return buf;
}

/* What a key has, in the kernel or in the file, where people should see why they differ. */
static char *value_text(char *buf, const struct key *key, const struct nic *nic)
{
	switch (key->field) {
	case NIC_ADDRESS:
		addresses_text(buf, nic);
		if (!buf[0])
			strcpy(buf, "none");
		break;
	case NIC_BROADCAST:
	case NIC_PEER:
	case NIC_DAD:
		/* of the first address that has one; found addresses carry theirs themselves */
		{
			struct nic copy = *nic;
			size_t i;

			for (i = 0; i < nic->naddresses; i++) {
				const struct address *a = &nic->addresses[i];

				if (!copy.broadcast.family)
					copy.broadcast = a->broadcast;
				if (!copy.peer.family)
					copy.peer = a->peer;
				if (a->ip.family == AF_INET6 && a->ip.bytes[0] != 0xfe)
					copy.num[NIC_DAD] = !a->nodad;
			}
			key_format(key, &copy, buf);
		}
		break;
	default:
		key_format(key, nic, buf);
	}
	return buf;
}

#define COLUMNS 8

static const char *const headings[COLUMNS] = { "NIC",     "STATE", "LINK",   "MAC",
					       "ADDRESS", "OWNER", "BRIDGE", "USED BY" };

struct row {
	char *cell[COLUMNS];
};

static struct row make_row(const struct job *job, const struct view *view,
			   const struct users *users)
{
	char text[KEY_TEXT], name[IFNAMSIZ * 4], mac[MAC_TEXT] = "";
	struct row row;

	if (nic_is_set(&job->found.nic, NIC_MAC))
		mac_format(mac, job->found.nic.mac);
	row.cell[0] = xstrdup(text_escape(name, sizeof(name), job->name));
	row.cell[1] = xstrdup(state_names[view->state]);
	row.cell[2] = xstrdup(link_name(&job->found));
	row.cell[3] = xstrdup(mac);
	row.cell[4] = xstrdup(addresses_text(text, &job->found.nic));
	row.cell[5] = xstrdup(owner_text(text, sizeof(text), &job->found));
	row.cell[6] = xstrdup(job->found.nic.bridge       ? job->found.nic.bridge
			      : job->found.nic.ovs_bridge ? job->found.nic.ovs_bridge
							  : "");
	row.cell[7] = xstrdup(used_by(text, sizeof(text), job, users));
	return row;
}

static bool use_colour(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0 && (!no || !*no);
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

/* colour is NULL for none; a column that is empty throughout has width 0 and is left out. */
static void print_row(const char *const cell[COLUMNS], const size_t width[COLUMNS],
		      const char *colour)
{
	char line[KEY_TEXT * 2] = "";
	size_t i, pad = 0;

	for (i = 0; i < COLUMNS; i++) {
		bool coloured = colour && i == 1;

		if (!width[i])
			continue;
		if (*cell[i]) {
			text_add(line, sizeof(line), "%*s%s%s%s", (int)pad, "",
				 coloured ? colour : "", cell[i], coloured ? "\033[0m" : "");
			pad = 0;
		}
		pad += width[i] - strlen(cell[i]) + 2;
	}
	puts(line);
}

static void print_differences(const struct job *job, const struct view *view)
{
	char is[KEY_TEXT], wanted[KEY_TEXT], escaped[KEY_TEXT];
	const struct key *key;
	size_t i;

	if (view->why)
		printf("    %s\n", view->why);
	if (job->record && job->record->by_hand)
		printf("    %s by hand; configured: carrier = %s\n",
		       job->record->carrier ? "held" : "released",
		       key_format(key_of(NIC_CARRIER), job->want, is));
	if (view->holder_died)
		puts("    the holder died, and the link with it; config_tap start mends it");
	for (i = 0; (key = key_at(i)); i++) {
		if (!(view->differs & NIC_BIT(key->field)))
			continue;
		value_text(is, key, &job->found.nic);
		value_text(wanted, key, &job->plan.target);
		printf("    %s is %s, configured: ", key->name,
		       text_escape(escaped, sizeof(escaped), is));
		puts(text_escape(escaped, sizeof(escaped), wanted));
	}
}

static void print_details(const struct job *job)
{
	const struct link *found = &job->found;

	if (!found->ifindex)
		return;
	printf("    ifindex %d, mtu %u, txqueuelen %u, carrier changes %u", found->ifindex,
	       found->nic.num[NIC_MTU], found->nic.num[NIC_TXQUEUELEN], found->carrier_changes);
	if (found->nic.num[NIC_MULTI_QUEUE])
		printf(", queues %u (%u detached)", found->queues, found->queues_disabled);
	puts(job->record ? job->record->adopted ? ", adopted" : ", made by config_tap"
			 : ", not made by config_tap");
}

static void print_table(const struct session *session, const struct jobs *jobs,
			const struct view *views, const struct users *users)
{
	struct row *rows = xcalloc(jobs->n, sizeof(*rows));
	size_t width[COLUMNS] = { 0 }, i, k;
	bool colour = use_colour();

	for (i = 0; i < jobs->n; i++) {
		rows[i] = make_row(&jobs->list[i], &views[i], users);
		for (k = 0; k < COLUMNS; k++)
			if (strlen(rows[i].cell[k]) > width[k])
				width[k] = strlen(rows[i].cell[k]);
	}
	for (k = 0; k < COLUMNS; k++)
		if (width[k] && width[k] < strlen(headings[k]))
			width[k] = strlen(headings[k]);
	print_row(headings, width, NULL);
	for (i = 0; i < jobs->n; i++) {
		print_row((const char *const *)rows[i].cell, width,
			  colour ? colour_of(views[i].state) : NULL);
		if (session->options->verbose)
			print_details(&jobs->list[i]);
		print_differences(&jobs->list[i], &views[i]);
		for (k = 0; k < COLUMNS; k++)
			free(rows[i].cell[k]);
	}
	free(rows);
}

static json_t *json_addresses(const struct nic *nic)
{
	json_t *list = json_array();
	char text[ADDRESS_TEXT];
	size_t i;

	for (i = 0; i < nic->naddresses; i++)
		json_array_append_new(list, json_string(address_format(text, &nic->addresses[i])));
	return list;
}

static json_t *json_routes(const struct nic *nic)
{
	json_t *list = json_array();
	char text[ROUTE_TEXT];
	size_t i;

	for (i = 0; i < nic->nroutes; i++)
		json_array_append_new(list, json_string(route_format(text, &nic->routes[i])));
	return list;
}

static json_t *json_value(const struct key *key, const struct nic *nic)
{
	char text[KEY_TEXT];

	if (key->field == NIC_ADDRESS)
		return json_addresses(nic);
	if (key->field == NIC_ROUTES)
		return json_routes(nic);
	if (key_is_bool(key))
		return json_boolean(nic->num[key->field]);
	if (key_is_number(key))
		return json_integer(nic->num[key->field]);
	/* a text may be "none" itself */
	if (key_is_text(key))
		return json_text(key_text(key, nic));
	value_text(text, key, nic);
	/* one of the words that carrier takes, but nothing at all elsewhere */
	return strcmp(text, "none") == 0 && !key->choices ? json_null() : json_text(text);
}

static json_t *json_fields(const struct nic *nic, uint64_t fields)
{
	json_t *object = json_object();
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (fields & NIC_BIT(key->field))
			json_object_set_new(object, key->name, json_value(key, nic));
	return object;
}

static json_t *json_differences(const struct job *job, const struct view *view)
{
	json_t *list = json_array();
	const struct key *key;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (view->differs & NIC_BIT(key->field))
			json_array_append_new(
				list, json_pack("{s:s, s:o, s:o}", "key", key->name, "is",
						json_value(key, &job->found.nic), "configured",
						json_value(key, &job->plan.target)));
	return list;
}

static json_t *json_users(const struct job *job, const struct users *users)
{
	json_t *list = json_array();
	const struct user *user;
	size_t at = 0;

	while ((user = users_next(users, &at, job->name, netns_inode(job->net))))
		json_array_append_new(list, json_pack("{s:o, s:i}", "comm", json_text(user->comm),
						      "pid", (int)user->pid));
	return list;
}

static json_t *json_found(const struct job *job)
{
	const struct link *found = &job->found;
	uint64_t fields = found->nic.set | NIC_BIT(NIC_ADDRESS);
	json_t *object;

	if (!found->ifindex)
		return json_null();
	/* they are asked for where the file has some */
	if (job->want->nroutes)
		fields |= NIC_BIT(NIC_ROUTES);
	object = json_fields(&found->nic, fields);
	json_object_set_new(object, "ifindex", json_integer(found->ifindex));
	json_object_set_new(object, "kind", json_text(found->kind));
	json_object_set_new(object, "carrier_on", json_boolean(found->carrier));
	json_object_set_new(object, "carrier_changes", json_integer(found->carrier_changes));
	if (found->nic.num[NIC_MULTI_QUEUE]) {
		json_object_set_new(object, "queues", json_integer(found->queues));
		json_object_set_new(object, "queues_detached",
				    json_integer(found->queues_disabled));
	}
	return object;
}

static json_t *json_nic(const struct job *job, const struct view *view, const struct users *users)
{
	const char *made = !job->record ? NULL : job->record->adopted ? "adopted" : "made";

	return json_pack("{s:o, s:s, s:b, s:s, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "name", json_text(job->name), "state", state_names[view->state],
			 "as_configured", view->good, "link", link_name(&job->found), "by_hand",
			 job->record && job->record->by_hand, "holder_died", view->holder_died,
			 "ours", json_text(made), "netns", json_text(job->want->netns), "found",
			 json_found(job), "configured", json_fields(job->want, job->want->set),
			 "differences", json_differences(job, view), "why", json_text(view->why),
			 "users", json_users(job, users));
}

void report_status(const struct session *session, const struct jobs *jobs, const struct view *views,
		   const struct users *users, int status)
{
	const char *desc = session->conf.desc && *session->conf.desc ? session->conf.desc
								     : DEFAULT_DESC;
	char escaped[KEY_TEXT];
	size_t i, good = 0;
	json_t *list;

	if (session->options->quiet && !session->options->json)
		return;
	if (session->options->json) {
		list = json_array();
		for (i = 0; i < jobs->n; i++)
			json_array_append_new(list, json_nic(&jobs->list[i], &views[i], users));
		print_json(json_pack("{s:i, s:o, s:o, s:i, s:o}", "version", JSON_VERSION, "file",
				     json_text(session->conf.path), "desc", json_text(desc),
				     "status", status, "nics", list));
		return;
	}
	for (i = 0; i < jobs->n; i++)
		good += views[i].good;
	printf("%s: %zu of %zu as configured in %s\n", text_escape(escaped, sizeof(escaped), desc),
	       good, jobs->n, session->conf.path);
	print_table(session, jobs, views, users);
	for (i = 0; i < jobs->n; i++)
		if (jobs->list[i].found.nic.num[NIC_CARRIER] == CARRIER_HOLD)
			break;
	if (i < jobs->n)
		puts("A held NIC is busy (EBUSY) for every other program; config_tap release NIC "
		     "lets one attach.");
}
