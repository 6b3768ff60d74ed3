/* SPDX-License-Identifier: MIT */
/* What every command begins with: the file, the records, the NICs that are meant. */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "change/plan.h"
#include "holder/client.h"
#include "config/identity.h"
#include "base/log.h"
#include "nic/kind.h"
#include "kernel/routes.h"
#include "cli/look.h"
#include "cli/service.h"
#include "cli/session.h"
#include "base/compat.h"
#include "base/util.h"
#include "base/word.h"
#include "change/bridges.h"
#include "config/scan.h"

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
	if (ret == 0 && id->unmarked && may_make)
		(void)identity_make(id);
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

		if (!kind_of(nic)->has_mac || nic->num[NIC_MAC] != MAC_STABLE)
			continue;
		if (!asked) {
			ret = find_identity(&id, may_make);
			if (ret < 0)
				return ret == -ENOENT ? 0 : ret;
			asked = true;
		}
		identity_mac(&id, nic->name, conf_local(conf, nic), nic->mac);
	}
	return 0;
}

/* who is meant */

static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static bool matches(const char *word, const char *text)
{
	return text && *text && (strcmp(word, text) == 0 || fnmatch(word, text, 0) == 0);
}

bool session_word_means(const char *word, const struct nic *want)
{
	return matches(word, want->name) ||
	       (want->section && strcmp(word, want->section->section) == 0);
}

static bool matches_record(const char *word, const struct record *record)
{
	return matches(word, record->name) ||
	       (record->section && strcmp(word, record->section) == 0);
}

bool session_concerns(const struct session *session, const struct record *record)
{
	return session->options->all_files || !record->file ||
	       strcmp(record->file, session->file) == 0;
}

static bool is_record_meant(const struct session *session, const struct record *record)
{
	int i;

	if (!session_concerns(session, record))
		return false;
	for (i = 0; i < session->options->nnics; i++)
		if (matches_record(session->options->nics[i], record) ||
		    (session->by_present_name[i] &&
		     matches(session->options->nics[i], record->now)))
			return true;
	return session->options->nnics == 0;
}

static bool is_want_meant(const struct session *session, const struct nic *want,
			  const struct record *record)
{
	int i;

	for (i = 0; i < session->options->nnics; i++)
		if (session_word_means(session->options->nics[i], want))
			return true;
	return session->options->nnics == 0 || (record && is_record_meant(session, record));
}

/* Does the file, or a record, call a NIC so? */
static bool is_known(const struct session *session, const char *word)
{
	size_t i;

	for (i = 0; i < session->conf.n; i++)
		if (session_word_means(word, &session->conf.nics[i]))
			return true;
	for (i = 0; i < records_count(session->state); i++)
		if (session_concerns(session, records_at(session->state, i)) &&
		    matches_record(word, records_at(session->state, i)))
			return true;
	return false;
}

static bool is_present(const struct session *session, const char *word)
{
	size_t i;

	for (i = 0; i < records_count(session->state); i++)
		if (session_concerns(session, records_at(session->state, i)) &&
		    matches(word, records_at(session->state, i)->now))
			return true;
	return false;
}

static void complain_of_name(const struct session *session, const char *word)
{
	struct nearest nearest = nearest_begin(word);
	char escaped[256], hint[NEAREST_TEXT];
	size_t i;

	for (i = 0; i < session->conf.n; i++)
		nearest_offer(&nearest, session->conf.nics[i].name);
	for (i = 0; i < records_count(session->state); i++)
		if (session_concerns(session, records_at(session->state, i)))
			nearest_offer(&nearest, records_at(session->state, i)->name);
	log_error("%s: there is no such NIC in %s%s", text_escape(escaped, sizeof(escaped), word),
		  session->conf.path, nearest_hint(hint, &nearest));
}

/*
 * A word on the command line that names nothing is a slip of the keyboard. What the file or a
 * record calls a NIC comes first, so that a word means the same before and after a NIC was
 * renamed; what it is called now counts for patterns, and where nothing else has that name.
 */
static int check_names(struct session *session)
{
	const struct options *options = session->options;
	bool by_present_name = false;
	int i;

	session->by_present_name = xcalloc((size_t)options->nnics, sizeof(bool));
	for (i = 0; i < options->nnics; i++) {
		session->by_present_name[i] = is_pattern(options->nics[i]) ||
					      !is_known(session, options->nics[i]);
		by_present_name |= session->by_present_name[i];
	}
	if (!by_present_name)
		return EXIT_OK;
	if (!look_at_names(session->state))
		return session->options->command->exits->failed;
	for (i = 0; i < options->nnics; i++) {
		if (is_known(session, options->nics[i]) || is_present(session, options->nics[i]))
			continue;
		complain_of_name(session, options->nics[i]);
		return session->options->command->exits->unknown_nic;
	}
	return EXIT_OK;
}

/* opening */

/* The path by which records know the file, be it there or not. */
static char *real_path(const char *path)
{
	char *copy = xstrdup(path), *slash = strrchr(copy, '/'), *dir, *real;

	real = realpath(path, NULL);
	if (real) {
		free(copy);
		return real;
	}
	if (slash)
		*slash = '\0';
	dir = realpath(!slash ? "." : slash == copy ? "/" : copy, NULL);
	real = xasprintf("%s/%s",
			 !dir                    ? copy
			 : strcmp(dir, "/") == 0 ? ""
						 : dir,
			 slash ? slash + 1 : copy);
	free(dir);
	free(copy);
	return real;
}

/*
 * What is to be stopped stands in the records, and the file may be in whatever state: it is only
 * looked into for a name that no record has, which may be of a NIC that is not there.
 */
static void read_names_to_stop(struct session *session)
{
	const struct options *options = session->options;
	int i;

	for (i = 0; i < options->nnics && is_known(session, options->nics[i]); i++)
		;
	if (i < options->nnics)
		conf_read(&session->conf, options->config, true);
}

/* Stop needs no file; what the service is called may stand in it all the same. */
static void begin_to_stop(struct session *session)
{
	struct conf words = { 0 };

	if (session->options->service)
		conf_read(&words, session->options->config, true);
	service_begin(&session->own, &words);
}

static int read_file(struct session *session, enum purpose purpose)
{
	const struct options *options = session->options;

	session->file = real_path(options->config);
	if (purpose != PURPOSE_STOP) {
		int ret = conf_read(&session->conf, options->config, false);

		service_begin(&session->own, &session->conf);
		mistakes_tell(&session->conf.mistakes);
		return ret < 0 ? EXIT_NOT_CONFIGURED : EXIT_OK;
	}
	begin_to_stop(session);
	session->conf.path = options->config;
	if (access(options->config, R_OK) < 0 && !options->all_files)
		log_warning("%s: cannot be read: %s; what is to be stopped is known without it",
			    options->config, strerror(errno));
	return EXIT_OK;
}

int session_open(struct session *session, const struct options *options, enum purpose purpose)
{
	bool change = purpose != PURPOSE_LOOK;
	bool really = change && !options->dry_run;
	int ret;

	*session = (struct session){ .own = *options, .changes = change };
	session->options = options = &session->own;
	ret = really ? check_privilege() : EXIT_OK;
	if (ret != EXIT_OK) {
		service_begin(&session->own, NULL);
		return ret;
	}
	holder_setup(options->run_dir);
	ret = read_file(session, purpose);
	session->file_invalid = ret != EXIT_OK;
	/* what it lists cannot be used; what is recorded can be shown all the same */
	if (session->file_invalid && change)
		return ret;
	if (session->file_invalid)
		session->conf.n = 0;
	session->state = records_open(options->run_dir, !really                   ? RECORDS_LOOK
							: purpose == PURPOSE_STOP ? RECORDS_STOP
										  : RECORDS_CHANGE);
	if (!session->state)
		return options->command->exits->failed;
	records_set_file(session->state, session->file);
	if (purpose == PURPOSE_STOP)
		read_names_to_stop(session);
	ret = check_names(session);
	if (ret == EXIT_OK && purpose != PURPOSE_STOP && fill_in_macs(&session->conf, really) < 0)
		ret = options->command->exits->failed;
	return ret;
}

/* jobs */

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
	int ret;

	*jobs = (struct jobs){ 0 };
	for (i = 0; i < session->conf.n; i++) {
		const struct nic *want = &session->conf.nics[i];
		struct netns *net = netns_get(want->netns);
		struct record *record = net ? records_find(session->state, net, want->name) : NULL;
		struct job *job;

		if (!is_want_meant(session, want, record))
			continue;
		if (!net) {
			tell_unreachable(session, want->name, want->netns);
			jobs->unreachable++;
			continue;
		}
		job = jobs_add(jobs, want->name, net);
		job->want = want;
		job->record = record;
	}
	if (!look_at_jobs(session, jobs))
		return false;
	ret = bridges_add_down(session->state, jobs);
	if (ret < 0)
		log_error("cannot ask the kernel for its bridges (rtnetlink): %s",
			  netlink_cause(ret));
	return ret == 0;
}

static void add_recorded(struct session *session, struct jobs *jobs, struct record *record)
{
	struct netns *net;

	if (record->implicit || !is_record_meant(session, record))
		return;
	net = netns_get(record->netns);
	if (!net && !netns_is_gone(errno)) {
		tell_unreachable(session, record->name, record->netns);
		jobs->unreachable++;
	}
	/* gone, or another one under its name: the NIC is not there any more */
	if (!net || strcmp(net->id, record->id.netid) != 0)
		return;
	jobs_add(jobs, record->name, net)->record = record;
}

bool session_recorded(struct session *session, struct jobs *jobs)
{
	size_t i;

	*jobs = (struct jobs){ 0 };
	for (i = 0; i < records_count(session->state); i++)
		add_recorded(session, jobs, records_at(session->state, i));
	return look_at_jobs(session, jobs);
}

void session_plan_start(struct job *job)
{
	struct identity id;

	plan_start(job);
	if (!job->bridge_missing)
		return;
	/* a bridge of ours keeps its MAC as well, and is known by it */
	if (identity_read(&id) < 0 && random_fill(id.key, sizeof(id.key)) < 0)
		memset(id.key, 0, sizeof(id.key));
	identity_mac(&id, job->want->bridge, job->bridge_local, job->bridge_mac);
}
