/* SPDX-License-Identifier: MIT */
/* Makes NICs as planned, in batches, each NIC a transaction. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "change/apply.h"
#include "change/bridges.h"
#include "holder/client.h"
#include "change/cause.h"
#include "change/ledger.h"
#include "base/log.h"
#include "change/steps.h"
#include "kernel/links.h"
#include "kernel/rtnl.h"
#include "base/util.h"

/*
 * So many NICs at most are made before they are recorded and become persistent, together: one
 * write of the records, which are all of them each time, serves them all. A kill before that
 * leaves none of them.
 */
#define BATCH_MAX 512
/* Open beside them: standard streams, lock, records, sockets, name spaces. */
#define OTHER_FILES 32
/* How long a link may take to come up; linkwatch in the kernel gathers events for a second. */
#define SETTLE_MS 1500

/* linux/if.h, which cannot be had beside net/if.h; RFC 2863, ifOperStatus up */
#define IF_OPER_UP 6

/* Where a run of steps ends: from there on all NICs of a batch go together. */
static bool at_persist(enum step_op op)
{
	return op == STEP_PERSIST;
}

/* No record, no NIC: undoes every job that was about to rely on the record. */
static void fail_unrecorded(struct records *state, struct job *jobs, size_t n, bool changed_too,
			    int err)
{
	char cause[CAUSE_TEXT];
	size_t i;

	snprintf(cause, sizeof(cause), "%s: %s", records_path(state), strerror(err));
	for (i = 0; i < n; i++) {
		if (jobs[i].failed || !jobs[i].plan.n || (job_is_new(&jobs[i]) != !changed_too))
			continue;
		jobs[i].failed = true;
		log_nic_error(jobs[i].name, "record it as ours, so it is left as it was", cause);
		step_undo_all(&jobs[i]);
		ledger_take_back(state, &jobs[i]);
	}
}

static void fail_to_hold(struct job *job, int err)
{
	step_fail(job, job_find_step(job, STEP_HOLD), err);
	step_undo_all(job);
	/* and where the holder does not answer, our descriptor was not the last one */
	if (job_is_new(job))
		rtnl_del_link(job->net->netlink, job->ifindex);
}

/* Is this what the holder says of one of the NICs, and not that it cannot be reached? */
static bool is_of_one(int error)
{
	return error != -ETIMEDOUT && error != -ECONNRESET && error != -ECONNREFUSED &&
	       error != -EPIPE && error != -EPROTO;
}

/*
 * Hands the descriptors of the NICs to be held over, all of a batch together; where the holder
 * cannot take one of them, one by one.
 */
static void hand_over(struct job *jobs, size_t n)
{
	struct hold_entry *entries = xcalloc(n, sizeof(*entries));
	struct job **handed = xcalloc(n, sizeof(*handed));
	int *fds = xcalloc(n, sizeof(*fds)), ret;
	size_t i, count = 0;

	for (i = 0; i < n; i++) {
		if (jobs[i].failed || !job_has_step(&jobs[i], STEP_HOLD))
			continue;
		entries[count] = step_entry(&jobs[i], &jobs[i].plan.target);
		fds[count] = jobs[i].fd;
		handed[count++] = &jobs[i];
	}
	ret = holder_hold(entries, fds, count);
	/* it may have taken some, or all where its answer alone was lost */
	if (ret < 0)
		holder_release(entries, count);
	for (i = 0; ret < 0 && i < count; i++) {
		int one = ret;

		if (count > 1 && is_of_one(ret))
			one = holder_hold(&entries[i], &fds[i], 1);
		if (one < 0)
			fail_to_hold(handed[i], -one);
	}
	free(entries);
	free(handed);
	free(fds);
}

/* The link state follows a little later; waits for it, and says so where it does not come. */
static void settle(struct job *jobs, size_t n)
{
	const struct timespec pause = { .tv_nsec = 2 * 1000 * 1000 };
	long long end = now_ms() + SETTLE_MS;
	struct link now;
	size_t i;
	bool up;
	int ret;

	for (i = 0; i < n; i++) {
		if (jobs[i].failed || !job_has_step(&jobs[i], STEP_HOLD) ||
		    !jobs[i].plan.target.num[NIC_UP])
			continue;
		for (;;) {
			now = (struct link){ 0 };
			strcpy(now.nic.name, jobs[i].found.nic.name);
			ret = link_read(jobs[i].net, &now);
			up = now.operstate == IF_OPER_UP;
			link_clear(&now);
			if (ret < 0 || up)
				break;
			if (now_ms() > end) {
				log_warning("%s: is held, but its link is not up after %d ms",
					    jobs[i].name, SETTLE_MS);
				break;
			}
			nanosleep(&pause, NULL);
		}
	}
}

/* Ends the batch: what stays open is closed, what failed is ours no more. */
static bool close_batch(struct records *state, struct job *jobs, size_t n)
{
	bool changed = false;
	size_t i;

	for (i = 0; i < n; i++) {
		step_close(&jobs[i]);
		if (jobs[i].failed && jobs[i].plan.n)
			changed |= ledger_take_back(state, &jobs[i]);
	}
	return changed;
}

static void start_batch(struct records *state, struct job *jobs, size_t n)
{
	bool changed = false;
	size_t i;
	int ret;

	for (i = 0; i < n; i++)
		if (!jobs[i].failed)
			changed |= ledger_announce(state, &jobs[i]);
	ret = changed ? records_save(state) : 0;
	if (ret < 0)
		fail_unrecorded(state, jobs, n, true, -ret);
	for (i = 0; i < n; i++)
		step_run_all(&jobs[i], at_persist);
	for (changed = false, i = 0; i < n; i++)
		if (!jobs[i].failed)
			changed |= ledger_update(state, &jobs[i]);
	ret = changed ? records_save(state) : 0;
	if (ret < 0)
		fail_unrecorded(state, jobs, n, false, -ret);
	for (i = 0; i < n; i++)
		step_run_all(&jobs[i], NULL);
	hand_over(jobs, n);
	if (close_batch(state, jobs, n))
		ledger_save_removals(state);
}

/* Each NIC of a batch is an open file, beside those that are open all the time. */
static size_t batch_size(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= BATCH_MAX + OTHER_FILES)
		return BATCH_MAX;
	return files.rlim_cur > OTHER_FILES ? files.rlim_cur - OTHER_FILES : 1;
}

size_t apply_start(struct records *state, struct job *jobs, size_t n)
{
	size_t i, failed, batch = batch_size();
	bool changed;

	jobs_prepare(state, jobs, n);
	for (i = 0; i < n; i += batch) {
		start_batch(state, jobs + i, n - i < batch ? n - i : batch);
		log_progress("NICs started:", i + batch < n ? i + batch : n, n, false);
	}
	log_progress_end();
	settle(jobs, n);
	failed = bridges_remove_empty(state, &changed);
	if (changed)
		ledger_save_removals(state);
	return failed + jobs_count_failed(jobs, n);
}

/* What the file says needs no remembering; what it does not say stays until stop. */
static void remember_hand(struct job *job)
{
	uint32_t now = job->plan.target.num[NIC_CARRIER];

	job->record->carrier = now;
	job->record->by_hand = now != job->want->num[NIC_CARRIER];
}

size_t apply_hand(struct records *state, struct job *jobs, size_t n)
{
	size_t i, failed;
	int ret;

	jobs_prepare(state, jobs, n);
	for (i = 0; i < n; i++) {
		if (jobs[i].failed)
			continue;
		ledger_keep(&jobs[i]);
		remember_hand(&jobs[i]);
	}
	ret = records_save(state);
	if (ret < 0)
		fail_unrecorded(state, jobs, n, true, -ret);
	for (i = 0; i < n; i++) {
		step_run_all(&jobs[i], NULL);
		hand_over(&jobs[i], 1);
		step_close(&jobs[i]);
		if (jobs[i].failed && jobs[i].recorded)
			ledger_take_back(state, &jobs[i]);
	}
	settle(jobs, n);
	failed = jobs_count_failed(jobs, n);
	if (failed)
		ledger_save_removals(state);
	return failed;
}
