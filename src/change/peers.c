/* SPDX-License-Identifier: MIT */
/* The peers of a vxlan. All lists are sorted. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "change/peers.h"

static void append(struct peers *peers, const struct ip *list, size_t n)
{
	struct ip *joined = xcalloc(peers->n + n, sizeof(*joined));

	if (peers->n)
		memcpy(joined, peers->list, peers->n * sizeof(*joined));
	if (n)
		memcpy(joined + peers->n, list, n * sizeof(*joined));
	free(peers->list);
	peers->list = joined;
	peers->n += n;
	peers_sort(peers->list, &peers->n);
}

struct peers peers_missing(const struct job *job)
{
	const struct nic *target = job->plan.target, *found = &job_before(job)->nic;
	struct peers missing = { xcalloc(target->npeers, sizeof(*missing.list)), 0 };
	size_t i;

	for (i = 0; i < target->npeers; i++)
		if (!peers_have(found->peers, found->npeers, &target->peers[i]))
			missing.list[missing.n++] = target->peers[i];
	return missing;
}

struct peers peers_left_over(const struct job *job, const struct record *record)
{
	const struct nic *target = job->plan.target, *found = &job_before(job)->nic;
	struct peers left = { xcalloc(record ? record->npeers : 0, sizeof(*left.list)), 0 };
	size_t i;

	for (i = 0; record && i < record->npeers; i++)
		if (peers_have(found->peers, found->npeers, &record->peers[i]) &&
		    !peers_have(target->peers, target->npeers, &record->peers[i]))
			left.list[left.n++] = record->peers[i];
	peers_sort(left.list, &left.n);
	return left;
}

bool peers_differ(const struct job *job, const struct record *record)
{
	struct peers missing = peers_missing(job), left = peers_left_over(job, record);
	bool differ = missing.n || left.n;

	free(missing.list);
	free(left.list);
	return differ;
}

struct peers peers_ours(const struct job *job, const struct record *before, bool adopted)
{
	const struct nic *target = job->plan.target;
	struct peers ours = { NULL, 0 }, added;
	size_t i;

	if (!adopted) {
		append(&ours, target->peers, target->npeers);
		return ours;
	}
	ours = peers_missing(job);
	added = (struct peers){ xcalloc(before->npeers, sizeof(*added.list)), 0 };
	for (i = 0; i < before->npeers; i++)
		if (peers_have(target->peers, target->npeers, &before->peers[i]))
			added.list[added.n++] = before->peers[i];
	append(&ours, added.list, added.n);
	free(added.list);
	return ours;
}

struct peers peers_ours_meanwhile(const struct job *job, const struct record *before)
{
	struct peers ours = peers_missing(job);

	if (before)
		append(&ours, before->peers, before->npeers);
	return ours;
}
