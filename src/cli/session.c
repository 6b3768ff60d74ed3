/* SPDX-License-Identifier: MIT */
/* What every command begins with: the file, the records, the NICs that are meant. */
#include "config.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "holder/client.h"
#include "config/identity.h"
#include "kernel/ethtool.h"
#include "kernel/ifreq.h"
#include "base/log.h"
#include "change/ovs.h"
#include "kernel/links.h"
#include "kernel/routes.h"
#include "cli/session.h"
#include "base/compat.h"
#include "base/util.h"

static bool has_net_admin(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, data) < 0)
		return true;
	return data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective & CAP_TO_MASK(CAP_NET_ADMIN);
}

static int check_privilege(void)
{
	if (geteuid() != 0) {
		log_error("only root may make, change or remove NICs; try it with sudo, or with "
			  "--dry-run to see the steps");
		return EXIT_NO_PRIVILEGE;
	}
	if (!has_net_admin()) {
		log_error(
			"root lacks CAP_NET_ADMIN here (a container?), so it may not make, change "
			"or remove NICs");
		return EXIT_NO_PRIVILEGE;
	}
	return EXIT_OK;
}

/* The machine's id; one is made where there is none and that is allowed. */
static int find_identity(struct identity *id, bool may_make)
{
	int ret = identity_read(id);

	if (ret < 0 && ret != -ENOENT) {
		log_error("cannot read this machine's id, from which the MAC addresses follow: %s",
			  strerror(-ret));
		return ret;
	}
	if (ret < 0 && may_make) {
		ret = identity_make(id);
		if (ret < 0)
			log_warning("this machine has no id (/etc/machine-id), and none could be "
				    "kept in " STATE_DIR ": %s; MAC addresses are random",
				    strerror(-ret));
	}
	return ret < 0 ? -ENOENT : 0;
}

/* The stable MAC of each NIC that has one. Returns -errno where it cannot be told. */
static int fill_in_macs(struct conf *conf, bool may_make)
{
	struct identity id;
	bool asked = false;
	size_t i;
	int ret;

	for (i = 0; i < conf->n; i++) {
		struct nic *nic = &conf->nics[i];

		if (nic->num[NIC_MODE] != MODE_TAP || nic->num[NIC_MAC] != MAC_STABLE)
			continue;
		if (!asked) {
			ret = find_identity(&id, may_make);
			if (ret < 0)
				return ret == -ENOENT ? 0 : ret;
			asked = true;
		}
		identity_mac(&id, nic->name, nic->mac);
	}
	return 0;
}

static bool is_meant(const struct options *options, const char *name)
{
	int i;

	for (i = 0; i < options->nnics; i++)
		if (strcmp(options->nics[i], name) == 0)
			return true;
	return options->nnics == 0;
}

static bool is_recorded(const struct records *records, const char *name)
{
	size_t i;

	for (i = 0; i < records_count(records); i++)
		if (strcmp(records_at(records, i)->name, name) == 0)
			return true;
	return false;
}

/* A name on the command line that nobody knows is a slip of the keyboard. */
static bool check_names(struct session *session)
{
	char escaped[256];
	int i;

	for (i = 0; i < session->options->nnics; i++) {
		const char *name = session->options->nics[i];

		if (conf_find(&session->conf, name) || is_recorded(session->state, name))
			continue;
		log_error("%s: there is no such NIC in %s",
			  text_escape(escaped, sizeof(escaped), name), session->conf.path);
		return false;
	}
	return true;
}

int session_open(struct session *session, const struct options *options, enum purpose purpose)
{
	bool change = purpose != PURPOSE_LOOK;
	bool really = change && !options->dry_run;
	int ret;

	*session = (struct session){ .options = options, .changes = change };
	ret = really ? check_privilege() : EXIT_OK;
	if (ret != EXIT_OK)
		return ret;
	holder_setup(options->run_dir);
	ret = conf_read(&session->conf, options->config, purpose == PURPOSE_STOP);
	mistakes_tell(&session->conf.mistakes);
	if (ret < 0)
		return EXIT_NOT_CONFIGURED;
	session->state = records_open(options->run_dir, !really                   ? RECORDS_LOOK
							: purpose == PURPOSE_STOP ? RECORDS_STOP
										  : RECORDS_CHANGE);
	if (!session->state)
		return change ? EXIT_ERROR : STATUS_UNKNOWN;
	if (!check_names(session))
		return change ? EXIT_BAD_ARGUMENT : STATUS_UNKNOWN;
	if (fill_in_macs(&session->conf, really) < 0)
		return change ? EXIT_ERROR : STATUS_UNKNOWN;
	return EXIT_OK;
}

static struct job *add_job(struct jobs *jobs, const char *name, struct netns *net)
{
	struct job *job;

	jobs->list = array_grow(jobs->list, &jobs->cap, jobs->n, sizeof(*jobs->list));
	job = &jobs->list[jobs->n++];
	*job = (struct job){ .name = name, .net = net, .fd = -1 };
	snprintf(job->found.nic.name, sizeof(job->found.nic.name), "%s", name);
	return job;
}

static bool any_routes(const struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if ((jobs->list[i].want && jobs->list[i].want->nroutes) ||
		    (jobs->list[i].record && jobs->list[i].record->nroutes))
			return true;
	return false;
}

static int compare_held(const void *a, const void *b)
{
	const struct hold_entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->netid, y->netid);
}

/* One question to the holder serves all NICs. */
static int ask_holder(struct session *session)
{
	pid_t pid = 0;
	int ret;

	free(session->held);
	session->held = NULL;
	session->nheld = 0;
	if (session->holder_silent)
		return -ETIMEDOUT;
	if (holder_find(&pid) == 0 && !pid)
		return 0;
	ret = holder_list(&session->held, &session->nheld);
	if (ret < 0)
		session->nheld = 0;
	/* who is not root may not ask */
	session->holder_silent = ret < 0 && geteuid() == 0 && holder_pid() == pid;
	if (session->holder_silent)
		log_warning("the holder (process %d) does not answer: %s; if that stays so, end it "
			    "with kill -9, and config_tap start mends the links",
			    pid, strerror(-ret));
	if (session->nheld)
		qsort(session->held, session->nheld, sizeof(*session->held), compare_held);
	/* the holder answers root alone */
	return geteuid() != 0 ? 0 : ret;
}

/* Is the NIC held? Who may not ask the holder guesses it from the record and the link. */
static void look_at_carrier(const struct session *session, struct job *job, bool guess)
{
	struct link *found = &job->found;
	struct hold_entry key = { 0 }, *entry;

	snprintf(key.name, sizeof(key.name), "%s", job->name);
	snprintf(key.netid, sizeof(key.netid), "%s", job->net->id);
	/* of none there is not even a list */
	entry = session->nheld
			? bsearch(&key, session->held, session->nheld, sizeof(key), compare_held)
			: NULL;
	if (entry && entry->ifindex == found->ifindex) {
		found->nic.num[NIC_CARRIER] = entry->shared ? CARRIER_SHARED : CARRIER_HOLD;
		found->nic.num[NIC_SINK] = entry->drop ? SINK_DROP : SINK_READ;
	} else if (guess && found->carrier && job->record) {
		found->nic.num[NIC_CARRIER] = job->record->carrier;
		found->nic.num[NIC_SINK] = job->want ? job->want->num[NIC_SINK] : SINK_READ;
	}
	if (link_is_tuntap(found))
		found->nic.set |= NIC_BIT(NIC_CARRIER);
}

/* What only some NICs need to be asked for: each costs a call of its own, or a process. */
static void look_closer(struct job *job)
{
	const struct nic *want = job->want;
	const struct record *record = job->record;
	struct link *found = &job->found;
	uint64_t set = (want ? want->set : 0) | (record ? record->set : 0);
	int index;

	if (found->ifindex && record && record->serial)
		found->serial = netns_device_serial(job->net, job->name, record->serial);
	/* the kernel does not tell: what we have set is believed */
	found->nic.num[NIC_VNET_HDR_SIZE] = record && record->set & NIC_BIT(NIC_VNET_HDR_SIZE);
	if (found->ifindex && (set & NIC_BIT(NIC_OFFLOAD)) &&
	    ethtool_get_offload(job->net->sock, job->name, &found->nic.num[NIC_OFFLOAD]) == 0)
		found->nic.set |= NIC_BIT(NIC_OFFLOAD);
	if (want && want->bridge &&
	    (!found->nic.bridge || strcmp(want->bridge, found->nic.bridge) != 0))
		job->bridge_missing = ifreq_get_index(job->net->sock, want->bridge, &index) ==
				      -ENODEV;
}

/* Asks the kernel for all of them, one namespace after the other. */
static bool look_at(struct session *session, struct jobs *jobs)
{
	bool guess;
	struct link **links = xcalloc(jobs->n, sizeof(*links));
	bool *seen = xcalloc(jobs->n, sizeof(*seen));
	size_t i, k, n;
	int ret = 0;

	for (i = 0; ret == 0 && i < jobs->n; i++) {
		if (seen[i])
			continue;
		for (n = 0, k = i; k < jobs->n; k++) {
			if (jobs->list[k].net != jobs->list[i].net)
				continue;
			links[n++] = &jobs->list[k].found;
			seen[k] = true;
		}
		ret = links_read(jobs->list[i].net, links, n);
		if (ret == 0 && any_routes(jobs))
			ret = routes_read(jobs->list[i].net, links, n);
	}
	free(links);
	free(seen);
	if (ret < 0) {
		log_error("cannot ask the kernel for its interfaces (rtnetlink): %s",
			  netlink_cause(ret));
		return false;
	}
	ovs_look(jobs);
	ret = ask_holder(session);
	if (ret < 0 && session->changes && !session->options->force) {
		log_error("cannot ask the holder what it holds: %s; --force goes on without",
			  strerror(-ret));
		return false;
	}
	guess = geteuid() != 0 && holder_pid() != 0;
	for (i = 0; i < jobs->n; i++) {
		look_closer(&jobs->list[i]);
		look_at_carrier(session, &jobs->list[i], guess);
	}
	return true;
}

/* A record of a NIC that is gone says nothing of the one that has its name now. */
static void drop_stale_records(struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++)
		if (!plan_is_ours(&jobs->list[i].found, jobs->list[i].record)) {
			jobs->list[i].record = NULL;
			jobs->list[i].found.nic.num[NIC_VNET_HDR_SIZE] = 0;
		}
}

/* Once is enough, also where restart asks for what stop has asked for. */
static void tell_unreachable(struct session *session, const char *nic, const char *netns)
{
	int err = errno;
	size_t i;

	for (i = 0; i < session->ntold; i++)
		if (strcmp(session->told[i], nic) == 0)
			return;
	session->told = array_grow(session->told, &session->told_cap, session->ntold,
				   sizeof(*session->told));
	session->told[session->ntold++] = nic;
	errno = err;
	if (netns)
		log_error("%s: cannot reach its network namespace %s: %s", nic, netns,
			  strerror(errno));
	else
		log_error("%s: cannot open the sockets for it: %s", nic, strerror(errno));
}

bool session_wanted(struct session *session, struct jobs *jobs)
{
	size_t i;

	*jobs = (struct jobs){ 0 };
	for (i = 0; i < session->conf.n; i++) {
		const struct nic *want = &session->conf.nics[i];
		struct netns *net;
		struct job *job;

		if (!is_meant(session->options, want->name))
			continue;
		net = netns_get(want->netns);
		if (!net) {
			tell_unreachable(session, want->name, want->netns);
			jobs->unreachable++;
			continue;
		}
		job = add_job(jobs, want->name, net);
		job->want = want;
		job->record = records_find(session->state, net, want->name);
	}
	if (!look_at(session, jobs))
		return false;
	drop_stale_records(jobs);
	return true;
}

static void add_recorded(struct session *session, struct jobs *jobs, struct record *record)
{
	struct netns *net;

	if (record->implicit || !is_meant(session->options, record->name))
		return;
	net = netns_get(record->netns);
	if (!net && !netns_is_gone(errno)) {
		tell_unreachable(session, record->name, record->netns);
		jobs->unreachable++;
	}
	/* gone, or another one under its name: the NIC is not there any more */
	if (!net || strcmp(net->id, record->id.netid) != 0)
		return;
	add_job(jobs, record->name, net)->record = record;
}

bool session_recorded(struct session *session, struct jobs *jobs)
{
	size_t i;

	*jobs = (struct jobs){ 0 };
	for (i = 0; i < records_count(session->state); i++)
		add_recorded(session, jobs, records_at(session->state, i));
	return look_at(session, jobs);
}

void session_plan_start(struct job *job, bool force)
{
	struct situation now = { .want = job->want,
				 .found = &job->found,
				 .record = job->record,
				 .bridge_missing = job->bridge_missing,
				 .force = force };
	struct identity id;

	plan_start(&job->plan, &now);
	if (!job->bridge_missing)
		return;
	/* a bridge of ours keeps its MAC as well, and is known by it */
	if (identity_read(&id) < 0 && random_fill(id.key, sizeof(id.key)) < 0)
		memset(id.key, 0, sizeof(id.key));
	identity_mac(&id, job->want->bridge, job->bridge_mac);
}

void session_plan_hand(struct job *job, bool hold)
{
	struct situation now = { .want = job->want, .found = &job->found, .record = job->record };

	plan_hand(&job->plan, &now, hold);
}

void jobs_free(struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->n; i++) {
		plan_free(&jobs->list[i].plan);
		free(jobs->list[i].failed_text);
		link_clear(&jobs->list[i].found);
	}
	free(jobs->list);
	*jobs = (struct jobs){ 0 };
}
