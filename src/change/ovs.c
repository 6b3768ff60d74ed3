/* SPDX-License-Identifier: MIT */
/* Open vSwitch, through ovs-vsctl(8). */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "base/util.h"
#include "change/ovs.h"

/* Three columns of thousands of ports fit. */
#define ANSWER_BYTES (4 * 1024 * 1024)
/* So many NICs go into one command line. */
#define CHANGES_MAX 500
/* The arguments that one NIC takes: del-port, add-port and set, with their "--". */
#define CHANGE_ARGS 14
/* ovs-vsctl(8): after so many seconds it ends by SIGALRM */
#define TIMEOUT "--timeout=5"
/* What tells our ports from those of others. */
#define MARK "config_tap"

/* A port as the database has it. */
struct port {
	char *nic, *bridge;
	bool ours;
};

static struct {
	enum { UNASKED, ANSWERED, GONE, SILENT } state;
	bool warned;
	char error[OVS_ERROR]; /* why there is no answer */
	struct port *ports;    /* by name */
	size_t n, cap;
} database;

/* execve(2) takes what it does not change as what it may change */
static char *plain(const char *s)
{
	return (char *)(size_t)s;
}

static const char *first_of(const char *const paths[], size_t n, int mode)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (access(paths[i], mode) == 0)
			return paths[i];
	return NULL;
}

static const char *vsctl_path(void)
{
	static const char *const paths[] = { "/usr/bin/ovs-vsctl", "/usr/local/bin/ovs-vsctl",
					     "/usr/sbin/ovs-vsctl" };

	return first_of(paths, ARRAY_SIZE(paths), X_OK);
}

static const char *const sockets[] = { "/run/openvswitch/db.sock", "/var/run/openvswitch/db.sock",
				       "/usr/local/var/run/openvswitch/db.sock" };

/* Does it run here, as far as we may ask it? Only root may. */
static bool has_socket(void)
{
	return first_of(sockets, ARRAY_SIZE(sockets), R_OK | W_OK) != NULL;
}

/* Does its database run, or can nobody tell that it does not? */
static bool is_listening(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool listening = fd < 0;
	size_t i;

	for (i = 0; !listening && i < ARRAY_SIZE(sockets); i++) {
		strcpy(address.sun_path, sockets[i]);
		listening = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
			    (errno != ENOENT && errno != ENOTDIR && errno != ECONNREFUSED);
	}
	if (fd >= 0)
		close(fd);
	return listening;
}

static int vsctl_run(char *const argv[], char *output, size_t size, char error[OVS_ERROR])
{
	int ret = process_run(argv, output, size, error, OVS_ERROR);

	error[strcspn(error, "\n")] = '\0';
	if (ret == 128 + SIGALRM)
		strcpy(error, "its database does not answer");
	else if (ret < 0)
		snprintf(error, OVS_ERROR, "%s: %s", argv[0], strerror(-ret));
	else if (ret > 0 && !error[0])
		snprintf(error, OVS_ERROR, "%s ended with status %d", argv[0], ret);
	return ret < 0 ? ret : ret == 128 + SIGALRM ? -ETIMEDOUT : ret ? -EREMOTEIO : 0;
}

/* OVSDB's values, RFC 7047, 5.1: a set of one element may be written as that element. */

static bool is_tagged(const json_t *value, const char *tag)
{
	const char *word = json_string_value(json_array_get(value, 0));

	return word && strcmp(word, tag) == 0;
}

static size_t set_size(const json_t *value)
{
	return is_tagged(value, "set") ? json_array_size(json_array_get(value, 1)) : 1;
}

static const char *set_uuid(const json_t *value, size_t i)
{
	const json_t *atom = is_tagged(value, "set") ? json_array_get(json_array_get(value, 1), i)
						     : value;
	const char *uuid = json_string_value(json_array_get(atom, 1));

	return uuid && is_tagged(atom, "uuid") ? uuid : "";
}

static bool map_has(const json_t *value, const char *key)
{
	const json_t *pairs = json_array_get(value, 1);
	size_t i;

	for (i = 0; i < json_array_size(pairs); i++)
		if (is_tagged(json_array_get(pairs, i), key))
			return true;
	return false;
}

/* The columns that are asked for, and their order in a row. */
#define BRIDGE_COLUMNS "--columns=name,ports"
enum { BRIDGE_NAME, BRIDGE_PORTS };
#define PORT_COLUMNS "--columns=_uuid,name,interfaces,external_ids,fake_bridge,tag"
enum { PORT_UUID, PORT_NAME, PORT_INTERFACES, PORT_IDS, PORT_FAKE, PORT_TAG };
#define INTERFACE_COLUMNS "--columns=_uuid,name"
enum { INTERFACE_UUID, INTERFACE_NAME };

/* The rows of three tables, and the ways from one to another. */
struct tables {
	json_t *bridges, *ports, *interfaces;
	json_t *bridge_of; /* a port's uuid: the name of its bridge */
	json_t *fake_of;   /* bridge and VLAN: the name of the fake bridge that stands for them */
	json_t *port_of;   /* an interface's uuid: the row of its port */
};

/* Fake bridges are ports with a VLAN, see ovs-vsctl(8), add-br: who asks means them by name. */
static char *fake_key(char *buf, size_t size, const char *bridge, const json_t *port)
{
	snprintf(buf, size, "%s %lld", bridge,
		 (long long)json_integer_value(json_array_get(port, PORT_TAG)));
	return buf;
}

static const char *bridge_of_port(const struct tables *tables, const json_t *port)
{
	const char *uuid = set_uuid(json_array_get(port, PORT_UUID), 0);

	return json_string_value(json_object_get(tables->bridge_of, uuid));
}

static void tables_join(struct tables *tables)
{
	json_t *row, *value;
	char key[256];
	size_t i, k;

	json_array_foreach(tables->bridges, i, row)
	{
		value = json_array_get(row, BRIDGE_PORTS);
		for (k = 0; k < set_size(value); k++)
			json_object_set(tables->bridge_of, set_uuid(value, k),
					json_array_get(row, BRIDGE_NAME));
	}
	json_array_foreach(tables->ports, i, row)
	{
		const char *bridge = bridge_of_port(tables, row);

		value = json_array_get(row, PORT_INTERFACES);
		for (k = 0; k < set_size(value); k++)
			json_object_set(tables->port_of, set_uuid(value, k), row);
		if (bridge && json_is_true(json_array_get(row, PORT_FAKE)))
			json_object_set(tables->fake_of, fake_key(key, sizeof(key), bridge, row),
					json_array_get(row, PORT_NAME));
	}
}

static int compare_ports(const void *a, const void *b)
{
	const struct port *x = a, *y = b;

	return strcmp(x->nic, y->nic);
}

static void note_interface(const struct tables *tables, const json_t *interface)
{
	const char *uuid = set_uuid(json_array_get(interface, INTERFACE_UUID), 0);
	const char *nic = json_string_value(json_array_get(interface, INTERFACE_NAME)), *fake;
	const json_t *row = json_object_get(tables->port_of, uuid);
	const char *bridge = row ? bridge_of_port(tables, row) : NULL;
	char key[256];

	if (!nic || !bridge)
		return;
	fake = json_string_value(
		json_object_get(tables->fake_of, fake_key(key, sizeof(key), bridge, row)));
	database.ports =
		array_grow(database.ports, &database.cap, database.n, sizeof(*database.ports));
	database.ports[database.n++] =
		(struct port){ .nic = xstrdup(nic),
			       .bridge = xstrdup(fake ? fake : bridge),
			       .ours = map_has(json_array_get(row, PORT_IDS), MARK) };
}

/* The rows of the next table in text, which moves on past it; NULL where there is none. */
static json_t *next_table(const char **text)
{
	json_error_t error;
	json_t *table = json_loads(*text, JSON_DISABLE_EOF_CHECK, &error), *rows;

	rows = json_incref(json_object_get(table, "data"));
	if (table)
		*text += error.position;
	json_decref(table);
	return rows;
}

static bool database_parse(const char *text)
{
	struct tables tables = { .bridges = next_table(&text),
				 .ports = next_table(&text),
				 .interfaces = next_table(&text),
				 .bridge_of = json_object(),
				 .fake_of = json_object(),
				 .port_of = json_object() };
	bool whole = tables.bridges && tables.ports && tables.interfaces;
	json_t *row;
	size_t i;

	tables_join(&tables);
	json_array_foreach(tables.interfaces, i, row) note_interface(&tables, row);
	if (database.n)
		qsort(database.ports, database.n, sizeof(*database.ports), compare_ports);
	json_decref(tables.bridges);
	json_decref(tables.ports);
	json_decref(tables.interfaces);
	json_decref(tables.bridge_of);
	json_decref(tables.fake_of);
	json_decref(tables.port_of);
	return whole;
}

static void database_forget(void)
{
	size_t i;

	for (i = 0; i < database.n; i++) {
		free(database.ports[i].nic);
		free(database.ports[i].bridge);
	}
	database.n = 0;
	database.state = UNASKED;
}

static void database_ask(void)
{
	char *argv[] = { plain(vsctl_path()),   plain(TIMEOUT),      plain("--format=json"),
			 plain(BRIDGE_COLUMNS), plain("list"),       plain("Bridge"),
			 plain("--"),           plain(PORT_COLUMNS), plain("list"),
			 plain("Port"),         plain("--"),         plain(INTERFACE_COLUMNS),
			 plain("list"),         plain("Interface"),  NULL };
	char *answer;
	int ret;

	if (database.state != UNASKED)
		return;
	database.state = GONE;
	if (!argv[0]) {
		strcpy(database.error, "ovs-vsctl is not installed");
		return;
	}
	answer = xcalloc(1, ANSWER_BYTES);
	ret = vsctl_run(argv, answer, ANSWER_BYTES, database.error);
	if (ret == 0 && database_parse(answer)) {
		database.state = ANSWERED;
	} else if (ret == 0) {
		database.state = SILENT;
		strcpy(database.error, "the answer of ovs-vsctl makes no sense");
	} else if (ret == -ETIMEDOUT || (geteuid() == 0 && is_listening())) {
		/* that ovs-vsctl failed does not say that there is nobody to ask; users may not */
		database.state = SILENT;
	}
	free(answer);
}

static const struct port *database_find(const char *nic)
{
	struct port key = { .nic = plain(nic) };

	return database.n ? bsearch(&key, database.ports, database.n, sizeof(key), compare_ports)
			  : NULL;
}

bool ovs_is_silent(void)
{
	return database.state == SILENT;
}

bool ovs_look(const struct netns *net, struct link **links, size_t n, bool named)
{
	bool found = false;
	size_t i;

	/* its bridges are where it runs, which is where we do */
	if (net != netns_get(NULL))
		return false;
	if (named || (vsctl_path() && has_socket()))
		database_ask();
	for (i = 0; i < n; i++) {
		const struct port *port = database_find(links[i]->nic.name);

		links[i]->ovs_unknown = database.state == GONE || database.state == SILENT;
		if (!port)
			continue;
		links[i]->nic.ovs_bridge = xstrdup(port->bridge);
		links[i]->nic.set |= NIC_BIT(NIC_OVS_BRIDGE);
		links[i]->ovs_ours = port->ours;
		found = true;
	}
	return found;
}

/* The arguments for one NIC, from argv[n] on; returns where the next ones go. */
static size_t change_args(char **argv, size_t n, const struct ovs_change *change)
{
	static const char mark[] = "external_ids:" MARK "=yes";
	const struct port *port = database_find(change->nic);
	const char *const out[] = { "--", "--if-exists", "del-port", change->from, change->nic };
	const char *const in[] = { "--",  "add-port", change->to,  change->nic, "--",
				   "set", "Port",     change->nic, mark };
	/* a port that others have made keeps its record, its VLAN and all */
	bool leaves = change->from && port && port->ours;
	bool joins = change->to && (leaves || !port || strcmp(port->bridge, change->to) != 0);
	size_t i;

	for (i = 0; leaves && i < ARRAY_SIZE(out); i++)
		argv[n++] = plain(out[i]);
	for (i = 0; joins && i < ARRAY_SIZE(in); i++)
		argv[n++] = plain(in[i]);
	return n;
}

static int change_at_once(const struct ovs_change *changes, size_t n, char error[OVS_ERROR])
{
	char **argv = xcalloc(n * CHANGE_ARGS + 3, sizeof(*argv));
	size_t i, count = 0;
	int ret = 0;

	argv[count++] = plain(vsctl_path());
	argv[count++] = plain(TIMEOUT);
	for (i = 0; i < n; i++)
		count = change_args(argv, count, &changes[i]);
	if (count > 2)
		ret = vsctl_run(argv, NULL, 0, error);
	free(argv);
	return ret;
}

/* Once is enough, whatever number of NICs it costs their ports. */
static void warn_of_silence(const struct ovs_change *change)
{
	if (database.warned)
		return;
	database.warned = true;
	log_warning("%s: Open vSwitch does not answer: %s; %s", change->nic, database.error,
		    change->to ? "the NIC is there without it, and the next start tries again"
			       : "if its database has the NIC as a port, it stays there");
}

/* Where nobody answers it is no failure; where nobody ever will, it is one. */
static void give_up(struct ovs_change *change)
{
	if (vsctl_path() || !change->to) {
		warn_of_silence(change);
		return;
	}
	strcpy(change->error, database.error);
	change->result = -ENOENT;
}

static void change_some(struct ovs_change *changes, size_t n)
{
	int ret = -ENOTCONN;
	size_t i;

	database_ask();
	if (database.state == ANSWERED)
		ret = change_at_once(changes, n, changes->error);
	if (ret == -ETIMEDOUT) {
		/* it may be in the database, for ovs-vswitchd to find */
		strcpy(database.error, "ovs-vswitchd, or its database, hangs");
		database.state = SILENT;
	} else if (ret < 0 && n > 1 && database.state == ANSWERED) {
		for (i = 0; i < n; i++)
			change_some(&changes[i], 1);
		return;
	} else if (ret < 0 && database.state == ANSWERED) {
		/* it says what is wrong, unless it has gone meanwhile */
		database_forget();
		database_ask();
		changes->result = database.state == ANSWERED ? ret : 0;
	}
	for (i = 0; ret < 0 && database.state != ANSWERED && i < n; i++)
		give_up(&changes[i]);
}

void ovs_change(struct ovs_change *changes, size_t n)
{
	size_t i, count;

	for (i = 0; i < n; i += count) {
		count = n - i < CHANGES_MAX ? n - i : CHANGES_MAX;
		change_some(changes + i, count);
	}
	/* what follows asks again, but not one that has not answered */
	if (database.state == ANSWERED)
		database_forget();
}
