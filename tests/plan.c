/* SPDX-License-Identifier: MIT */
/*
 * What start, stop, hold and release do, as a table: the NIC wanted, the NIC found, the record,
 * and the steps that follow. Asks the kernel nothing. Writes TAP.
 *
 * A NIC wanted is what stands in its section. A NIC found is described in the same words, on top
 * of what start makes of an empty section (or, with "bare", of what "ip tuntap add" does), with
 * some words of its own: see found_words. A record is described by record_words.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change/plan.h"
#include "base/util.h"
#include "change/job.h"
#include "change/steps.h"
#include "nic/key.h"
#include "nic/kind.h"

#define INDEX 7
#define SERIAL 70

enum verb { START, FORCE, HOLD, RELEASE, STOP, FORCE_STOP };

struct row {
	enum verb verb;
	const char *wanted, *found, *record; /* NULL: there is none */
	const char *steps;                   /* the ones that are not silent */
	const char *refused;                 /* NULL, or what the refusal says among others */
};

static const struct row rows[] = {
#include "plan.table"
};

static int number, failures;

static void report(bool good, const char *text)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++number, text);
	failures += !good;
}

static void __attribute__((noreturn)) bail_out(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	exit(1);
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static const struct address *parse_address(const char *text)
{
	static struct nic nic;
	char why[KEY_WHY];

	nic.addresses = NULL;
	nic.naddresses = nic.addresses_cap = 0;
	if (key_parse(key_by_name("address"), text, &nic, why) < 0)
		bail_out(text, why);
	return nic.addresses;
}

static const struct route *parse_route(const char *text)
{
	static struct nic nic;
	char why[KEY_WHY];

	nic.routes = NULL;
	nic.nroutes = nic.routes_cap = 0;
	if (key_parse(key_by_name("routes"), text, &nic, why) < 0)
		bail_out(text, why);
	return nic.routes;
}

/* The key's value into nic, as a line of the file. */
static void set_key(struct nic *nic, const char *line)
{
	char name[64], why[KEY_WHY];
	const char *value = strchr(line, '=');
	const struct key *key;

	if (!value)
		bail_out(line, "is no KEY = VALUE");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " ="), line);
	value += 1 + strspn(value + 1, " ");
	key = key_by_name(name);
	if (!key)
		bail_out(name, "is no key");
	if (key_parse(key, value, nic, why) < 0)
		bail_out(line, why);
}

/* What the rules of config/ add to addresses. */
static void complete_addresses(struct nic *nic)
{
	bool peer = false, broadcast = false;
	size_t i;

	for (i = 0; i < nic->naddresses; i++) {
		struct address *a = &nic->addresses[i];

		a->nodad = a->ip.family == AF_INET6 && !nic->num[NIC_DAD];
		if (a->ip.family == AF_INET && a->prefix < 31)
			a->broadcast = ip_mask(&a->ip, a->prefix, true);
		if (!peer && nic->peer.family == a->ip.family) {
			a->peer = nic->peer;
			a->broadcast = (struct ip){ 0 };
			peer = true;
		}
		if (!broadcast && nic->broadcast.family == a->ip.family) {
			a->broadcast = nic->broadcast;
			broadcast = true;
		}
	}
}

/* Calls take for each part of a text that is separated by semicolons. */
static void for_each_part(const char *text, void (*take)(const char *part, void *data), void *data)
{
	char *copy = xstrdup(text), *rest = copy, *part;

	while ((part = strsep(&rest, ";"))) {
		part += strspn(part, " ");
		if (*part)
			take(part, data);
	}
	free(copy);
}

static void take_wanted(const char *part, void *data)
{
	set_key(data, part);
}

static struct nic wanted_nic(const char *text)
{
	struct nic nic = nic_defaults("t");

	for_each_part(text, take_wanted, &nic);
	if (kind_of(&nic)->has_mac && nic.num[NIC_MAC] == MAC_STABLE)
		memcpy(nic.mac, "\x02\x00\x00\x00\x00\x01", 6);
	complete_addresses(&nic);
	return nic;
}

/* Words of a NIC found, beside keys. */

static void found_bare(struct link *link, const char *value)
{
	(void)value;
	link->nic.num[NIC_OWNER] = NIC_NOBODY;
	link->nic.num[NIC_UP] = 0;
	link->flags &= ~(unsigned)IFF_UP;
	memcpy(link->nic.mac, "\x06\x01\x02\x03\x04\x05", 6);
}

static void found_kind(struct link *link, const char *value)
{
	snprintf(link->kind, sizeof(link->kind), "%s", value);
}

static void found_index(struct link *link, const char *value)
{
	link->ifindex = atoi(value);
}

static void found_serial(struct link *link, const char *value)
{
	link->serial = strtoull(value, NULL, 10);
}

/* The port bears our mark in Open vSwitch's database. */
static void found_ovs_ours(struct link *link, const char *value)
{
	(void)value;
	link->ovs_ours = true;
}

/* Open vSwitch does not answer. */
static void found_ovs_unknown(struct link *link, const char *value)
{
	(void)value;
	link->ovs_unknown = true;
}

/* A process is attached. */
static void found_reader(struct link *link, const char *value)
{
	(void)value;
	link->carrier = true;
}

static void found_tentative(struct link *link, const char *value)
{
	(void)value;
	link->nic.addresses[link->nic.naddresses - 1].tentative = true;
}

static void found_nodad(struct link *link, const char *value)
{
	size_t i;

	for (i = 0; i < link->nic.naddresses; i++)
		link->nic.addresses[i].nodad = strcmp(value, "yes") == 0;
}

static void found_no_broadcast(struct link *link, const char *value)
{
	size_t i;

	(void)value;
	for (i = 0; i < link->nic.naddresses; i++)
		link->nic.addresses[i].broadcast = (struct ip){ 0 };
}

static void found_master_address(struct link *link, const char *value)
{
	link->master = 9;
	link->master_addresses = xcalloc(1, sizeof(*link->master_addresses));
	link->master_addresses[0] = *parse_address(value);
	link->nmaster_addresses = 1;
}

static void found_master_route(struct link *link, const char *value)
{
	link->master = 9;
	link->master_routes = xcalloc(1, sizeof(*link->master_routes));
	link->master_routes[0] = *parse_route(value);
	link->nmaster_routes = 1;
}

/* A route of whatever table, whoever made it: "over ROUTE", "over ADDRESS: ROUTE" with a source. */
static void found_over(struct link *link, const char *value)
{
	const char *colon = strstr(value, ": ");
	struct kept_route *kept;
	char source[64];

	link->kept = array_grow(link->kept, &link->kept_cap, link->nkept, sizeof(*link->kept));
	kept = &link->kept[link->nkept++];
	kept->table = 254;
	kept->route = *parse_route(colon ? colon + 2 : value);
	if (!colon)
		return;
	snprintf(source, sizeof(source), "%.*s/32", (int)(colon - value), value);
	kept->source = parse_address(source)->ip;
}

static const struct {
	const char *word;
	void (*take)(struct link *link, const char *value);
	bool late; /* about addresses, which are complete by then */
} found_words[] = {
	{ "bare", found_bare, false },
	{ "kind ", found_kind, false },
	{ "index ", found_index, false },
	{ "serial ", found_serial, false },
	{ "ovs ours", found_ovs_ours, false },
	{ "ovs unknown", found_ovs_unknown, false },
	{ "attached", found_reader, false },
	{ "tentative", found_tentative, true },
	{ "nodad ", found_nodad, true },
	{ "no broadcast", found_no_broadcast, true },
	{ "master address ", found_master_address, true },
	{ "master route ", found_master_route, true },
	{ "over ", found_over, true },
};

struct found_parts {
	struct link *link;
	bool late;
};

static void take_found(const char *part, void *data)
{
	struct found_parts *parts = data;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(found_words); i++) {
		if (!starts_with(part, found_words[i].word))
			continue;
		if (found_words[i].late == parts->late)
			found_words[i].take(parts->link, part + strlen(found_words[i].word));
		return;
	}
	if (!parts->late)
		set_key(&parts->link->nic, part);
}

static struct link found_link(const char *text)
{
	struct link link = { .nic = nic_defaults("t"), .ifindex = INDEX, .serial = SERIAL };
	struct found_parts parts = { &link, false };

	link.flags = IFF_BROADCAST | IFF_MULTICAST | IFF_UP;
	strcpy(link.kind, "tun");
	link.nic.num[NIC_MTU] = 1500;
	link.nic.num[NIC_TXQUEUELEN] = 1000;
	memcpy(link.nic.mac, "\x02\x00\x00\x00\x00\x01", 6);
	link.nic.set = NIC_BIT(NIC_MAC);
	link.nic.num[NIC_MAC] = MAC_FIXED;
	for_each_part(text, take_found, &parts);
	if (!kind_of(&link.nic)->has_descriptor)
		snprintf(link.kind, sizeof(link.kind), "%s", kind_of(&link.nic)->kernel);
	complete_addresses(&link.nic);
	parts.late = true;
	for_each_part(text, take_found, &parts);
	link.nic.set |= NIC_BIT(NIC_MAC);
	if (link.nic.num[NIC_MODE] == MODE_TUN)
		link.nic.set &= ~NIC_BIT(NIC_MAC);
	if (link.nic.num[NIC_CARRIER])
		link.carrier = true;
	return link;
}

/* Words of a record. Keys that the file had set are named behind "set". */

static void record_adopted(struct record *record, const char *value)
{
	(void)value;
	record->adopted = true;
}

static void record_by_hand(struct record *record, const char *value)
{
	struct nic nic = nic_defaults("t");
	char line[64];

	snprintf(line, sizeof(line), "carrier = %s", value);
	set_key(&nic, line);
	record->by_hand = true;
	record->carrier = nic.num[NIC_CARRIER];
}

static void record_set(struct record *record, const char *value)
{
	char *copy = xstrdup(value), *rest = copy, *name;

	while ((name = strsep(&rest, " "))) {
		if (!key_by_name(name))
			bail_out(name, "is no key");
		record->set |= NIC_BIT(key_by_name(name)->field);
	}
	free(copy);
}

static void record_index(struct record *record, const char *value)
{
	record->id.ifindex = atoi(value);
}

static void record_serial(struct record *record, const char *value)
{
	record->serial = strtoull(value, NULL, 10);
}

static void record_on_stop(struct record *record, const char *value)
{
	record->on_stop = strcmp(value, "keep") == 0 ? ON_STOP_KEEP : ON_STOP_DOWN;
}

static void record_bridge(struct record *record, const char *value)
{
	record->bridge = xstrdup(value);
	record->set |= NIC_BIT(NIC_BRIDGE);
}

static void record_ovs_bridge(struct record *record, const char *value)
{
	record->ovs_bridge = xstrdup(value);
	record->set |= NIC_BIT(NIC_OVS_BRIDGE);
}

static void record_address(struct record *record, const char *value)
{
	size_t cap = record->naddresses;

	record->addresses =
		array_grow(record->addresses, &cap, record->naddresses, sizeof(*record->addresses));
	record->addresses[record->naddresses++] = *parse_address(value);
}

static void record_route(struct record *record, const char *value)
{
	size_t cap = record->nroutes;

	record->routes = array_grow(record->routes, &cap, record->nroutes, sizeof(*record->routes));
	record->routes[record->nroutes++] = *parse_route(value);
}

static void record_peer(struct record *record, const char *value)
{
	size_t cap = record->npeers;
	char host[64];

	record->peers = array_grow(record->peers, &cap, record->npeers, sizeof(*record->peers));
	snprintf(host, sizeof(host), "%s/32", value);
	record->peers[record->npeers++] = parse_address(host)->ip;
}

static void record_raised(struct record *record, const char *value)
{
	(void)value;
	record->raised = true;
}

static const struct {
	const char *word;
	void (*take)(struct record *record, const char *value);
} record_words[] = {
	{ "raised", record_raised },    { "adopted", record_adopted },
	{ "by hand ", record_by_hand }, { "set ", record_set },
	{ "index ", record_index },     { "serial ", record_serial },
	{ "on_stop ", record_on_stop }, { "bridge ", record_bridge },
	{ "address ", record_address }, { "ovs_bridge ", record_ovs_bridge },
	{ "route ", record_route },     { "peer ", record_peer },
};

static void take_record(const char *part, void *data)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(record_words); i++) {
		if (!starts_with(part, record_words[i].word))
			continue;
		record_words[i].take(data, part + strlen(record_words[i].word));
		return;
	}
	bail_out(part, "is no word of a record");
}

static struct record recorded_nic(const char *text)
{
	struct record record = { .id.ifindex = INDEX, .serial = SERIAL };

	strcpy(record.name, "t");
	for_each_part(text, take_record, &record);
	return record;
}

/* The steps in a line, without those that are silent. */
static const char *steps_of(const struct job *job)
{
	static char all[8192];
	char text[STEP_TEXT];
	size_t i;

	all[0] = '\0';
	for (i = 0; i < job->plan.n; i++)
		if (!job->plan.steps[i].kind->silent)
			text_add(all, sizeof(all), "%s%s", all[0] ? "; " : "",
				 step_format(text, job, &job->plan.steps[i]));
	return all;
}

/* A word of the wanted NIC that is about the machine. */
static bool take_flag(char *wanted, const char *flag)
{
	char *at = strstr(wanted, flag);

	if (at)
		memset(at, ' ', strlen(flag));
	return at != NULL;
}

static void plan_row(const struct row *row, struct job *job)
{
	static struct nic want;
	static struct record record;
	char *wanted = xstrdup(row->wanted ? row->wanted : "");
	char *found = xstrdup(row->found ? row->found : "");

	*job = (struct job){ .fd = -1 };
	strcpy(job->name, "t");
	job->bridge_missing = take_flag(wanted, "(no such bridge)");
	if (take_flag(wanted, "(objection)"))
		job->objection = xstrdup("its network is another's");
	want = wanted_nic(wanted);
	if (row->wanted)
		job->want = &want;
	if (row->found)
		job->found = found_link(found);
	snprintf(job->found.nic.name, sizeof(job->found.nic.name), "t");
	if (row->record) {
		record = recorded_nic(row->record);
		record.mode = job->found.nic.num[NIC_MODE];
		job->record = &record;
	}
	job->force = row->verb == FORCE || row->verb == FORCE_STOP;
	job->part = row->verb == HOLD ? JOB_HOLD : row->verb == RELEASE ? JOB_RELEASE : JOB_WHOLE;
	free(wanted);
	free(found);
}

static void run_plan(const struct row *row, struct job *job)
{
	bool used = row->found && strstr(row->found, "attached");

	plan_row(row, job);
	if (row->verb == STOP || row->verb == FORCE_STOP)
		plan_stop(job, used ? "qemu (pid 42)" : NULL);
	else
		plan_start(job);
}

static const char *verb_names[] = { "start",   "start --force", "hold",
				    "release", "stop",          "stop --force" };

static void test_row(const struct row *row)
{
	const char *refused;
	struct job job;
	char name[1024];
	bool good;

	run_plan(row, &job);
	refused = job.plan.refused;
	good = strcmp(steps_of(&job), row->steps) == 0 &&
	       (row->refused ? refused && strstr(refused, row->refused) : !refused);
	snprintf(name, sizeof(name), "%s: wanted {%s}, found {%s}, record {%s}",
		 verb_names[row->verb], row->wanted ? row->wanted : "none",
		 row->found ? row->found : "none", row->record ? row->record : "none");
	report(good, name);
	if (!good)
		printf("# expected %s%s\n# found    %s%s%s\n", row->steps,
		       row->refused ? row->refused : "", steps_of(&job), refused ? "refused: " : "",
		       refused ? refused : "");
	plan_free(&job.plan);
}

/* The same question, the same plan; and nothing is changed by asking. */
static void test_purity(void)
{
	size_t i, same = 0, kept = 0;
	struct job job;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char *first;
		struct link found;

		run_plan(&rows[i], &job);
		first = xstrdup(steps_of(&job));
		found = job.found;
		plan_free(&job.plan);
		if (rows[i].verb <= RELEASE)
			plan_start(&job);
		else
			plan_stop(&job, rows[i].refused ? "qemu (pid 42)" : NULL);
		same += strcmp(first, steps_of(&job)) == 0;
		kept += memcmp(&found, &job.found, sizeof(found)) == 0;
		plan_free(&job.plan);
		free(first);
	}
	report(same == ARRAY_SIZE(rows), "the same question gives the same plan");
	report(kept == ARRAY_SIZE(rows), "a plan leaves what was found as it was");
}

/* The order of the transaction, which the silent steps are a part of. */
static void test_order(void)
{
	static const struct row row = { START, "carrier = hold; ovs_bridge = ovs0", NULL, NULL, "",
					NULL };
	static const struct step_kind *const order[] = { &step_create, &step_record, &step_persist,
							 &step_switch, &step_hold };
	struct job job;
	size_t i, k = 0;

	run_plan(&row, &job);
	for (i = 0; i < job.plan.n && k < ARRAY_SIZE(order); i++)
		if (job.plan.steps[i].kind == order[k])
			k++;
	report(k == ARRAY_SIZE(order),
	       "create, record, persist, then what remembers it, then the holder");
	plan_free(&job.plan);
}

int main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		test_row(&rows[i]);
	test_purity();
	test_order();
	printf("1..%d\n", number);
	return failures != 0;
}
