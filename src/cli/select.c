/* SPDX-License-Identifier: MIT */
/* What every command begins with: the file, the records, a job for each NIC that is meant. */
#include "config.h"

#include <errno.h>
#include <limits.h>
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
#include "cli/select.h"
#include "base/compat.h"
#include "base/util.h"
#include "base/word.h"
#include "change/bridges.h"
#include "change/elsewhere.h"
#include "change/steps.h"
#include "config/scan.h"

/* What is allocated from here on for each NIC: the job, what was found, steps, a record. */
#define HEAP_A_NIC 1600

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
		log_error("cannot tell this machine's id, which the MAC addresses are derived "
			  "from: %s",
			  identity_cause(-ret));
		return ret;
	}
	if (ret < 0 && may_make) {
		ret = identity_make(id);
		if (ret < 0)
			log_warning("this machine has no id (/etc/machine-id), and none could be "
				    "stored in " STATE_DIR ": %s; MAC addresses are random",
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

/* slips in the names on the command line */

static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static void complain_of_name(const struct selection *selection, const char *word)
{
	struct nearest nearest = nearest_begin(word);
	char escaped[256], hint[NEAREST_TEXT];
	size_t i;

	for (i = 0; i < selection->conf.n; i++)
		nearest_offer(&nearest, selection->conf.nics[i].name);
	for (i = 0; i < records_count(selection->state); i++)
		if (selection_concerns(selection, records_at(selection->state, i)))
			nearest_offer(&nearest, records_at(selection->state, i)->name);
	log_error("%s: there is no such NIC in %s%s", text_escape(escaped, sizeof(escaped), word),
		  selection->conf.path, nearest_hint(hint, &nearest));
}

/*
 * A word on the command line that names nothing is a slip of the keyboard. What the file or a
 * record calls a NIC comes first, so that a word means the same before and after a NIC was
 * renamed; what it is called now counts for patterns, and where nothing else has that name.
 */
static int check_names(struct selection *selection)
{
	const struct options *options = selection->options;
	bool by_present_name = false;
	int i;

	selection->by_present_name = xcalloc((size_t)options->nnics, sizeof(bool));
	for (i = 0; i < options->nnics; i++) {
		selection->by_present_name[i] = is_pattern(options->nics[i]) ||
						!selection_knows(selection, options->nics[i]);
		by_present_name |= selection->by_present_name[i];
	}
	if (!by_present_name)
		return EXIT_OK;
	if (!look_at_names(selection->state))
		return selection->options->command->exits->failed;
	for (i = 0; i < options->nnics; i++) {
		if (selection_knows(selection, options->nics[i]) ||
		    selection_has_now(selection, options->nics[i]))
			continue;
		complain_of_name(selection, options->nics[i]);
		return selection->options->command->exits->unknown_nic;
	}
	return EXIT_OK;
}

/* opening */

/* Where that symbolic link leads; NULL where it is none. */
static char *link_target(const char *path)
{
	const char *slash = strrchr(path, '/');
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n < 0)
		return NULL;
	target[n] = '\0';
	if (*target == '/' || !slash)
		return xstrdup(target);
	return xasprintf("%.*s/%s", (int)(slash - path), path, target);
}

/* As path_resolution(7) has it. */
#define LINKS_MAX 40

/* The path by which records know the file, be it there or not. */
static char *real_path(const char *path)
{
	char *copy = xstrdup(path), *slash, *dir, *real;
	unsigned links = 0;

	real = realpath(path, NULL);
	if (real) {
		free(copy);
		return real;
	}
	while (links++ < LINKS_MAX && (real = link_target(copy))) {
		free(copy);
		copy = real;
	}
	slash = strrchr(copy, '/');
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
 * What is to be stopped is in the records, and the file may be in whatever state: it is only
 * looked into for a name that no record has, which may be of a NIC that is not there.
 */
static void read_names_to_stop(struct selection *selection)
{
	const struct options *options = selection->options;
	int i;

	for (i = 0; i < options->nnics && selection_knows(selection, options->nics[i]); i++)
		;
	if (i < options->nnics)
		conf_read(&selection->conf, options->config, true);
}

/* Stop needs no file, though it may say what the service is called. */
static void begin_to_stop(struct selection *selection)
{
	struct conf words = { 0 };

	if (selection->options->service)
		conf_read(&words, selection->options->config, true);
	service_begin(&selection->own, &words);
}

static int read_file(struct selection *selection, enum purpose purpose)
{
	const struct options *options = selection->options;

	selection->file = real_path(options->config);
	if (purpose != PURPOSE_STOP) {
		int ret = conf_read(&selection->conf, options->config, false);

		service_begin(&selection->own, &selection->conf);
		mistakes_tell(&selection->conf.mistakes, false);
		return ret < 0 ? EXIT_NOT_CONFIGURED : EXIT_OK;
	}
	begin_to_stop(selection);
	selection->conf.path = options->config;
	if (access(options->config, R_OK) < 0 && !options->all_files)
		log_warning("%s: cannot be read: %s; stop does not need it", options->config,
			    strerror(errno));
	return EXIT_OK;
}

int selection_open(struct selection *selection, const struct options *options, enum purpose purpose)
{
	bool change = purpose != PURPOSE_LOOK;
	bool really = change && !options->dry_run;
	int ret;

	*selection = (struct selection){ .own = *options, .changes = change };
	selection->options = options = &selection->own;
	ret = really ? check_privilege() : EXIT_OK;
	if (ret != EXIT_OK) {
		service_begin(&selection->own, NULL);
		return ret;
	}
	holder_setup(options->run_dir);
	ret = read_file(selection, purpose);
	selection->file_invalid = ret != EXIT_OK;
	/* what it lists cannot be used; what is recorded can be shown all the same */
	if (selection->file_invalid && change)
		return ret;
	if (selection->file_invalid)
		selection->conf.n = 0;
	selection->state = records_open(options->run_dir, !really ? RECORDS_LOOK
							  : purpose == PURPOSE_STOP
								  ? RECORDS_STOP
								  : RECORDS_CHANGE);
	if (!selection->state)
		return options->command->exits->failed;
	records_set_file(selection->state, selection->file);
	if (purpose == PURPOSE_STOP)
		read_names_to_stop(selection);
	ret = check_names(selection);
	if (ret == EXIT_OK && purpose != PURPOSE_STOP && fill_in_macs(&selection->conf, really) < 0)
		ret = options->command->exits->failed;
	return ret;
}

/* jobs */

/* Once is enough, also where restart asks for what stop has asked for. */
static void tell_unreachable(struct selection *selection, const char *nic, const char *netns,
			     const char *where)
{
	int err = errno;
	size_t i;

	for (i = 0; i < selection->ntold; i++)
		if (strcmp(selection->told[i], nic) == 0)
			return;
	selection->told = array_grow(selection->told, &selection->told_cap, selection->ntold,
				     sizeof(*selection->told));
	selection->told[selection->ntold++] = nic;
	errno = err;
	if (*where)
		log_error("%s: cannot tell whether its network namespace still exists: the %s "
			  "cannot be inspected: %s",
			  nic, where, strerror(errno));
	else if (netns && errno == ENOENT)
		log_error("%s: there is no network namespace \"%s\"; ip netns add %s makes one",
			  nic, netns, netns);
	else if (netns)
		log_error("%s: cannot reach its network namespace %s: %s", nic, netns,
			  strerror(errno));
	else
		log_error("%s: cannot open sockets to the kernel: %s", nic, strerror(errno));
}

bool selection_wanted(struct selection *selection, struct jobs *jobs, selection_pick *pick,
		      void *data)
{
	size_t i;
	int ret;

	*jobs = (struct jobs){ 0 };
	if (!selection->options->nnics)
		heap_reserve(selection->conf.n * HEAP_A_NIC);
	for (i = 0; i < selection->conf.n; i++) {
		const struct nic *want = &selection->conf.nics[i];
		struct netns *net = netns_get(want->netns);
		struct record *record = net ? records_find(selection->state, net, want->name)
					    : NULL;
		struct job *job;

		if (!selection_means_nic(selection, want, record))
			continue;
		if (!net) {
			tell_unreachable(selection, want->name, want->netns, "");
			jobs->unreachable++;
			continue;
		}
		job = jobs_add(jobs, want->name, net);
		job->want = want;
		job->record = record;
		if (pick && !pick(selection, job, data))
			jobs->n--;
	}
	if (!look_at_jobs(selection, jobs))
		return false;
	ret = bridges_add_down(selection->state, &selection->conf, jobs);
	if (ret < 0)
		log_error("cannot ask the kernel for its bridges (rtnetlink): %s",
			  netlink_cause(ret));
	return ret == 0;
}

static void add_recorded(struct selection *selection, struct jobs *jobs, struct record *record,
			 selection_pick *pick, void *data)
{
	char where[NAMESPACE_TEXT];
	struct netns *net;
	struct job *job;

	if (record->implicit || !selection_means_record(selection, record))
		return;
	net = elsewhere_origin(record, where);
	if (!net && errno != ENOENT && errno != EXDEV) {
		tell_unreachable(selection, record->name, record->netns, where);
		jobs->unreachable++;
	}
	/* gone with it, or somebody else's to look after */
	if (!net)
		return;
	job = jobs_add(jobs, record->name, net);
	job->record = record;
	if (pick && !pick(selection, job, data))
		jobs->n--;
}

bool selection_recorded(struct selection *selection, struct jobs *jobs, selection_pick *pick,
			void *data)
{
	size_t i;

	*jobs = (struct jobs){ 0 };
	/* beside those of the file there are few, or no file is read */
	if (!selection->options->nnics && !selection->conf.n)
		heap_reserve(records_count(selection->state) * HEAP_A_NIC);
	for (i = 0; i < records_count(selection->state); i++)
		add_recorded(selection, jobs, records_at(selection->state, i), pick, data);
	return look_at_jobs(selection, jobs);
}

size_t selection_unknown(const struct jobs *jobs, bool tell)
{
	size_t i, n = jobs->unreachable;

	for (i = 0; i < jobs->n; i++) {
		const struct job *job = &jobs->list[i];

		n += job->unknown;
		if (job->unknown && tell)
			log_error("%s: %s", job->record->name, job->objection);
	}
	return n;
}

void selection_plan_start(const struct selection *selection, struct job *job)
{
	struct identity id;
	int ret;

	job->force = selection->options->force;
	plan_start(job);
	if (!job_find_step(job, &step_bridge_add))
		return;
	/* a bridge of ours keeps its MAC as well, and is known by it */
	ret = identity_read(&id);
	if (ret == -ENOENT)
		ret = random_fill(id.key, sizeof(id.key));
	if (ret < 0 && !job->plan.refused)
		job->plan.refused = xasprintf("cannot tell this machine's id, which the MAC "
					      "address of %s is derived from: %s",
					      job->want->bridge, identity_cause(-ret));
	if (ret == 0)
		identity_mac(&id, job->want->bridge, job->bridge_local, job->bridge_mac);
}
