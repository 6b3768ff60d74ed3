/* SPDX-License-Identifier: MIT */
/* The part of a plan that is about addresses and routes. */
#include "config.h"

#include <string.h>

#include "change/differ.h"
#include "change/plan_address.h"
#include "change/steps.h"
#include "kernel/compat.h"
#include "base/util.h"

static bool is_removed(const struct job *job, const struct address *a)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].kind == &step_address_del &&
		    address_same_key(job->plan.steps[i].address, a))
			return true;
	return false;
}

static bool same_network(const struct address *a, const struct address *b)
{
	struct ip network_a = ip_mask(&a->ip, a->prefix, false);
	struct ip network_b = ip_mask(&b->ip, b->prefix, false);

	return a->prefix == b->prefix && ip_same(&network_a, &network_b);
}

static bool is_route_removed(const struct job *job, const struct route *route)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].kind == &step_route_del &&
		    route_same(job->plan.steps[i].route, route))
			return true;
	return false;
}

/*
 * The kernel changes nothing but the IPv6 flags of an address that it has, and even then goes on
 * waiting with a check that has begun.
 */
static bool is_replaced(const struct address *found, uint64_t differs)
{
	return found && differs && (differs != NIC_BIT(NIC_DAD) || found->tentative);
}

/* What of ours is there, or NULL. */
static void remove_route(struct job *job, const struct route *route)
{
	if (route)
		plan_add(job, &step_route_del)->route = route;
}

static void remove_address(struct job *job, const struct address *a)
{
	if (a)
		plan_add(job, &step_address_del)->address = a;
}

void plan_address_removals(struct job *job, const struct record *record)
{
	const struct link *found = job_before(job);
	size_t i;

	for (i = 0; record && i < record->nroutes; i++)
		remove_route(job,
			     differ_route_left_over(&record->routes[i], job->plan.target, found));
	for (i = 0; record && i < record->naddresses; i++)
		remove_address(job, differ_address_left_over(&record->addresses[i],
							     job->plan.target, found));
	for (i = 0; i < job->plan.target->naddresses; i++) {
		const struct address *want = &job->plan.target->addresses[i];
		const struct address *is = differ_same_host(&found->nic, want);

		if (!differ_address_moved(job, want) &&
		    is_replaced(is, differ_address(want, is, job->plan.fields)))
			plan_add(job, &step_address_del)->address = is;
	}
}

/* The kernel makes the route to an IPv6 peer only for an address that is added to a NIC in use. */
static bool wants_link_up(const struct address *a)
{
	return a->ip.family == AF_INET6 && a->peer.family;
}

void plan_address_additions(struct job *job, bool up)
{
	size_t i;

	for (i = 0; i < job->plan.target->naddresses; i++) {
		const struct address *want = &job->plan.target->addresses[i];
		const struct address *is = differ_same_host(&job_before(job)->nic, want);

		if (wants_link_up(want) == up && !differ_address_moved(job, want) &&
		    differ_address(want, is, job->plan.fields))
			plan_add(job, &step_address_add)->address = want;
	}
}

void plan_route_additions(struct job *job)
{
	bool moved = differ_has_moved(job);
	struct step *step;
	size_t i;

	for (i = 0; i < job->plan.target->nroutes; i++) {
		if (differ_route_found(job, &job->plan.target->routes[i]))
			continue;
		step = plan_add(job, &step_route_add);
		step->route = &job->plan.target->routes[i];
		step->moved = moved;
	}
}

/* Is it one of those that go with another one of its network, no matter who put them there? */
static bool goes_with_another(const struct job *job, const struct address *a)
{
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].kind == &step_address_del &&
		    job->plan.steps[i].address->ip.family == AF_INET &&
		    same_network(job->plan.steps[i].address, a))
			return true;
	return false;
}

/*
 * Returns whether an IPv4 address stays all the time, and with it what has no address of its
 * own.
 */
static bool keep_addresses(struct job *job)
{
	const struct nic *found = &job_before(job)->nic;
	bool lasting = false;
	size_t i;

	for (i = 0; i < found->naddresses; i++) {
		const struct address *a = &found->addresses[i];

		if (a->ip.family != AF_INET)
			continue;
		if (!goes_with_another(job, a))
			lasting = true;
		else if (!is_removed(job, a))
			plan_add(job, &step_address_keep)->address = a;
	}
	return lasting;
}

/* Calls take with each address that the NIC has in the end, until it returns true. */
static bool any_address(const struct job *job, const struct ip *ip,
			bool (*take)(const struct address *a, const struct ip *ip))
{
	const struct nic *found = &job_before(job)->nic;
	size_t i;

	for (i = 0; i < found->naddresses; i++)
		if (!is_removed(job, &found->addresses[i]) && take(&found->addresses[i], ip))
			return true;
	for (i = 0; i < job->plan.n; i++)
		if (job->plan.steps[i].kind == &step_address_add &&
		    take(job->plan.steps[i].address, ip))
			return true;
	return false;
}

static bool is_address(const struct address *a, const struct ip *ip)
{
	return ip_same(&a->ip, ip);
}

static bool is_neighbour(const struct address *a, const struct ip *ip)
{
	const struct address network = { .ip = a->peer.family ? a->peer : a->ip,
					 .prefix = a->prefix };
	const struct address host = { .ip = *ip, .prefix = (uint8_t)ip_bits(ip) };

	return ip->family == a->ip.family && address_overlaps(&network, &host);
}

/* Is there a route to it that needs no gateway? */
static bool is_on_link(const struct job *job, const struct ip *ip)
{
	const struct address host = { .ip = *ip, .prefix = (uint8_t)ip_bits(ip) };
	size_t i;

	for (i = 0; i < job_before(job)->nkept; i++) {
		const struct route *route = &job_before(job)->kept[i].route;
		const struct address network = { .ip = route->to, .prefix = route->prefix };

		if (!route->via.family && route->to.family == ip->family && route->prefix &&
		    address_overlaps(&network, &host))
			return true;
	}
	return false;
}

/* "onlink": the kernel does not ask how the gateway is reached. */
static bool is_taken_on_trust(const struct kept_route *kept)
{
	struct rtmsg head;

	memcpy(&head, kept->head, sizeof(head));
	return head.rtm_flags & RTNH_F_ONLINK;
}

static bool can_come_back(const struct job *job, const struct kept_route *kept)
{
	const struct ip *via = &kept->route.via;

	if (kept->source.family && !any_address(job, &kept->source, is_address))
		return false;
	return !via->family || via->family != kept->route.to.family || is_taken_on_trust(kept) ||
	       any_address(job, via, is_neighbour) || is_on_link(job, via);
}

/* Does the route go with an address that is its source? */
static bool goes_with_source(const struct job *job, const struct kept_route *kept)
{
	size_t i;

	for (i = 0; kept->source.family && i < job->plan.n; i++)
		if ((job->plan.steps[i].kind == &step_address_del ||
		     job->plan.steps[i].kind == &step_address_keep) &&
		    ip_same(&job->plan.steps[i].address->ip, &kept->source))
			return true;
	return false;
}

/* Those that need no gateway first: they may lead to the gateways of the others. */
static void keep_routes(struct job *job, bool lasting, bool with_gateway)
{
	const struct nic *target = job->plan.target;
	size_t i;

	for (i = 0; i < job_before(job)->nkept; i++) {
		const struct kept_route *kept = &job_before(job)->kept[i];
		const struct route *route = &kept->route;
		bool ours = route_find(target->routes, target->nroutes, route);

		if (route->to.family != AF_INET || (route->via.family != 0) != with_gateway ||
		    is_route_removed(job, route) || (lasting && !goes_with_source(job, kept)))
			continue;
		plan_add(job,
			 ours || can_come_back(job, kept) ? &step_route_keep : &step_route_lose)
			->kept = kept;
	}
}

/*
 * With an IPv4 address the kernel removes the later ones of its network too, no matter who put them
 * there (unless the sysctl promote_secondaries is set), and the routes that have it as their
 * source; with the last one, all routes.
 */
void plan_keep(struct job *job)
{
	bool removed = false, lasting;
	size_t i;

	for (i = 0; i < job->plan.n; i++)
		removed |= job->plan.steps[i].kind == &step_address_del &&
			   job->plan.steps[i].address->ip.family == AF_INET;
	if (!removed)
		return;
	lasting = keep_addresses(job);
	keep_routes(job, lasting, false);
	keep_routes(job, lasting, true);
}

void plan_address_release(struct job *job, const struct record *record)
{
	const struct nic *found = &job_before(job)->nic;
	size_t i;

	/* what is left is others', no matter who made it */
	job->plan.target->nroutes = 0;
	for (i = 0; i < record->nroutes; i++)
		remove_route(job, route_find(found->routes, found->nroutes, &record->routes[i]));
	for (i = 0; i < record->naddresses; i++)
		remove_address(job, differ_same_host(found, &record->addresses[i]));
	plan_keep(job);
}
