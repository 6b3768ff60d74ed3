/* SPDX-License-Identifier: MIT */
/* The part of a plan that is about addresses and routes. */
#include "config.h"

#include "change/differ.h"
#include "change/plan_address.h"
#include "change/steps.h"
#include "base/util.h"

static bool is_removed(const struct plan *plan, const struct address *a)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == &step_address_del &&
		    address_same_key(&plan->steps[i].address, a))
			return true;
	return false;
}

static bool same_network(const struct address *a, const struct address *b)
{
	struct ip network_a = ip_mask(&a->ip, a->prefix, false);
	struct ip network_b = ip_mask(&b->ip, b->prefix, false);

	return a->prefix == b->prefix && ip_same(&network_a, &network_b);
}

/* Is it removed, or in the network of one that is? */
static bool goes_with_another(const struct plan *plan, const struct address *a)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == &step_address_del &&
		    same_network(&plan->steps[i].address, a))
			return true;
	return false;
}

static bool is_route_removed(const struct plan *plan, const struct route *route)
{
	size_t i;

	for (i = 0; i < plan->n; i++)
		if (plan->steps[i].kind == &step_route_del &&
		    route_same(&plan->steps[i].route, route))
			return true;
	return false;
}

/*
 * The kernel changes nothing but the IPv6 flags of an address that it has, and even then goes on
 * waiting with a check that has begun.
 */
static bool is_made_anew(const struct address *found, uint64_t differs)
{
	return found && differs && (differs != NIC_BIT(NIC_DAD) || found->tentative);
}

void plan_address_removals(struct plan *plan, const struct record *record)
{
	const struct link *found = &plan->before;
	size_t i;

	for (i = 0; record && i < record->nroutes; i++)
		if (differ_route_left_over(&record->routes[i], &plan->target, found))
			plan_add(plan, &step_route_del)->route = record->routes[i];
	for (i = 0; record && i < record->naddresses; i++)
		if (differ_address_left_over(&record->addresses[i], &plan->target, found))
			plan_add(plan, &step_address_del)->address =
				*differ_same_host(&found->nic, &record->addresses[i]);
	for (i = 0; i < plan->target.naddresses; i++) {
		const struct address *want = &plan->target.addresses[i];
		const struct address *is = differ_same_host(&found->nic, want);

		if (!differ_address_moved(found, want) &&
		    is_made_anew(is, differ_address(want, is, plan->fields)))
			plan_add(plan, &step_address_del)->address = *is;
	}
}

/* The kernel makes the route to an IPv6 peer only for an address that is added to a NIC in use. */
static bool wants_link_up(const struct address *a)
{
	return a->ip.family == AF_INET6 && a->peer.family;
}

void plan_address_additions(struct plan *plan, bool up)
{
	size_t i;

	for (i = 0; i < plan->target.naddresses; i++) {
		const struct address *want = &plan->target.addresses[i];
		const struct address *is = differ_same_host(&plan->before.nic, want);

		if (wants_link_up(want) == up && !differ_address_moved(&plan->before, want) &&
		    differ_address(want, is, plan->fields))
			plan_add(plan, &step_address_add)->address = *want;
	}
}

void plan_route_additions(struct plan *plan)
{
	bool moved = differ_has_moved(&plan->before, &plan->target);
	struct step *step;
	size_t i;

	for (i = 0; i < plan->target.nroutes; i++) {
		if (differ_route_found(&plan->before, &plan->target.routes[i]))
			continue;
		step = plan_add(plan, &step_route_add);
		step->route = plan->target.routes[i];
		step->moved = moved;
	}
}

static void keep_addresses(struct plan *plan, const struct address *gone)
{
	const struct nic *found = &plan->before.nic;
	size_t i;

	for (i = 0; i < found->naddresses; i++)
		if (found->addresses[i].ip.family == AF_INET &&
		    same_network(gone, &found->addresses[i]) &&
		    !is_removed(plan, &found->addresses[i]))
			plan_add(plan, &step_address_keep)->address = found->addresses[i];
}

/* Is there an IPv4 address that no removal takes along? */
static bool has_lasting_address(const struct plan *plan)
{
	const struct nic *found = &plan->before.nic;
	size_t i;

	for (i = 0; i < found->naddresses; i++)
		if (found->addresses[i].ip.family == AF_INET &&
		    !goes_with_another(plan, &found->addresses[i]))
			return true;
	return false;
}

/*
 * With an IPv4 address the kernel removes the later ones of its network too, whoever put them
 * there (unless the sysctl promote_secondaries is set), and with the last one all routes.
 */
void plan_keep(struct plan *plan)
{
	const struct nic *found = &plan->before.nic;
	size_t i, n = plan->n;
	bool removed = false;

	for (i = 0; i < n; i++) {
		const struct address gone = plan->steps[i].address;

		if (plan->steps[i].kind != &step_address_del || gone.ip.family != AF_INET)
			continue;
		removed = true;
		keep_addresses(plan, &gone);
	}
	if (!removed || has_lasting_address(plan))
		return;
	for (i = 0; i < found->nroutes; i++)
		if (found->routes[i].to.family == AF_INET &&
		    !is_route_removed(plan, &found->routes[i]))
			plan_add(plan, &step_route_keep)->route = found->routes[i];
}

void plan_address_release(struct plan *plan, const struct record *record)
{
	const struct nic *found = &plan->before.nic;
	size_t i;

	for (i = 0; i < record->nroutes; i++)
		if (route_find(found->routes, found->nroutes, &record->routes[i]))
			plan_add(plan, &step_route_del)->route = record->routes[i];
	for (i = 0; i < record->naddresses; i++)
		if (differ_same_host(found, &record->addresses[i]))
			plan_add(plan, &step_address_del)->address =
				*differ_same_host(found, &record->addresses[i]);
	plan_keep(plan);
}
