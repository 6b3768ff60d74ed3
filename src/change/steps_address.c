/* SPDX-License-Identifier: MIT */
/* Steps about addresses and routes. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "change/differ.h"
#include "change/steps.h"
#include "kernel/compat.h"
#include "kernel/rtnl.h"

/* addresses */

static void text_address(char buf[STEP_TEXT], const char *verb, const struct step *step)
{
	char text[ADDRESS_TEXT];

	snprintf(buf, STEP_TEXT, "%s address %s", verb, address_format(text, step->address));
}

static void text_address_add(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)job;
	text_address(buf, "add", step);
}

static void text_address_del(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)job;
	text_address(buf, "remove", step);
}

static void text_address_keep(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)job;
	text_address(buf, "keep", step);
}

/*
 * The first IPv4 address too, for which there are ioctls: SIOCSIFADDR would give it the mask of
 * its old class until SIOCSIFNETMASK follows, and the two take longer than the one message.
 */
static int run_address_add(struct job *job, const struct step *step, const struct nic *source)
{
	bool flags_only = step->address->ip.family == AF_INET6;

	(void)source;
	return rtnl_add_address(job->net->netlink, job->ifindex, step->address, flags_only);
}

static int run_address_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_address(job->net->netlink, job->ifindex, step->address);

	(void)source;
	/* it is gone, or went with all of IPv6, as with a small MTU */
	return ret == -EADDRNOTAVAIL || ret == -ENXIO ? 0 : ret;
}

/* What is still there is replaced by itself. */
static int run_address_keep(struct job *job, const struct step *step, const struct nic *source)
{
	(void)source;
	return rtnl_add_address(job->net->netlink, job->ifindex, step->address, true);
}

/*
 * Taking one back takes along what led over it before; what is still there, or has no way back now,
 * is left.
 */
static void put_back_routes(const struct job *job)
{
	size_t i;

	for (i = 0; i < job->found.nkept; i++)
		rtnl_put_back_route(job->net->netlink, &job->found.kept[i]);
}

static int undo_address_add(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = run_address_del(job, step, source);

	put_back_routes(job);
	return ret;
}

static int undo_address_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = run_address_add(job, step, source);

	put_back_routes(job);
	/* it is off until that is undone as well: address_put_back() */
	if (step->address->ip.family == AF_INET6 && differ_ends_ipv6(job))
		return 0;
	/* it was never gone */
	return ret == -EEXIST ? 0 : ret;
}

void address_put_back(const struct job *job)
{
	const struct nic *found = &job->found.nic;
	size_t i;

	for (i = 0; i < found->naddresses; i++)
		rtnl_add_address(job->net->netlink, job->ifindex, &found->addresses[i], true);
	put_back_routes(job);
}

static const struct cause no_ipv6[] = {
	{ EOPNOTSUPP, "this kernel has no IPv6" },
	{ EAFNOSUPPORT, "this kernel has no IPv6" },
	{ 0, NULL },
};

/* Which sysctl has to be changed: a new NIC begins with the default. */
static void ipv6_disabled(char buf[CAUSE_TEXT], const struct job *job)
{
	char name[IFNAMSIZ] = "default";

	if (!job_is_new(job)) {
		memcpy(name, job->name, sizeof(name));
		/* as sysctl(8) writes it */
		text_replace(name, '.', '/');
	}
	snprintf(buf, CAUSE_TEXT,
		 "IPv6 is disabled on this interface (sysctl net.ipv6.conf.%s.disable_ipv6)", name);
}

static bool cause_address(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			  int err)
{
	const char *text;

	if (step->address->ip.family != AF_INET6)
		return false;
	if (err == EACCES) {
		ipv6_disabled(buf, job);
		return true;
	}
	text = cause_find(no_ipv6, err);
	if (text)
		snprintf(buf, CAUSE_TEXT, "%s", text);
	return text != NULL;
}

const struct step_kind step_address_add = {
	.name = "address-add",
	.text = text_address_add,
	.run = run_address_add,
	.undo = undo_address_add,
	.cause = cause_address,
};

const struct step_kind step_address_del = {
	.name = "address-remove",
	.text = text_address_del,
	.run = run_address_del,
	.undo = undo_address_del,
	.cause = cause_address,
};

const struct step_kind step_address_keep = {
	.name = "address-keep",
	.text = text_address_keep,
	.run = run_address_keep,
};

/* routes */

static void text_route(char buf[STEP_TEXT], const char *verb, const struct step *step)
{
	char text[ROUTE_TEXT];

	snprintf(buf, STEP_TEXT, "%s route %s", verb, route_format(text, step->route));
}

static void text_route_add(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)job;
	text_route(buf, "add", step);
}

static void text_route_del(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)job;
	text_route(buf, "remove", step);
}

static void text_kept(char buf[STEP_TEXT], const char *verb, const struct kept_route *kept)
{
	char text[ROUTE_TEXT];

	snprintf(buf, STEP_TEXT, "%s route %s", verb, route_format(text, &kept->route));
	if (kept->table != RT_TABLE_MAIN)
		text_add(buf, STEP_TEXT, " table %u", kept->table);
}

static void text_route_keep(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)job;
	text_kept(buf, "keep", step->kept);
}

static void text_route_lose(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)job;
	text_kept(buf, "lose", step->kept);
	text_add(buf, STEP_TEXT, ", which depends on an address that is removed");
}

/* Routes go where the address that they are reached from has gone. */
static int route_device(const struct job *job, const struct step *step)
{
	return step->moved ? job_before(job)->place : job->ifindex;
}

static int run_route_add(struct job *job, const struct step *step, const struct nic *source)
{
	(void)source;
	return rtnl_add_route(job->net->netlink, route_device(job, step), step->route, false);
}

static int run_route_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_route(job->net->netlink, route_device(job, step), step->route);

	(void)source;
	return ret == -ESRCH ? 0 : ret;
}

static int run_route_keep(struct job *job, const struct step *step, const struct nic *source)
{
	const struct nic *want = job->plan.target;
	int ret = rtnl_put_back_route(job->net->netlink, step->kept);
	char text[STEP_TEXT];

	(void)source;
	if (ret == -EEXIST || route_find(want->routes, want->nroutes, &step->kept->route))
		return ret == -EEXIST ? 0 : ret;
	if (ret < 0) {
		text_route_keep(text, job, step);
		log_warning("%s: cannot %s, which somebody else added: %s", job->name, text,
			    strerror(-ret));
	}
	return 0;
}

static int run_route_lose(struct job *job, const struct step *step, const struct nic *source)
{
	(void)job;
	(void)step;
	(void)source;
	return 0;
}

static bool cause_route(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			int err)
{
	char ip[IP_TEXT];

	(void)job;
	if (!step->route->via.family ||
	    (err != ENETUNREACH && err != EHOSTUNREACH && err != EINVAL))
		return false;
	snprintf(buf, CAUSE_TEXT, "the gateway %s cannot be reached through this NIC",
		 ip_format(ip, &step->route->via));
	return true;
}

static const struct cause route_causes[] = {
	{ EEXIST, "there is a route to this network already; a metric of its own would let both "
		  "be" },
	{ ENETDOWN, "the NIC is down" },
	{ 0, NULL },
};

const struct step_kind step_route_add = {
	.name = "route-add",
	.text = text_route_add,
	.turn = TURN_ADD,
	.run = run_route_add,
	.undo = run_route_del,
	.cause = cause_route,
	.causes = route_causes,
};

const struct step_kind step_route_del = {
	.name = "route-remove",
	.text = text_route_del,
	.turn = TURN_REMOVE,
	.run = run_route_del,
	.undo = run_route_add,
};

const struct step_kind step_route_keep = {
	.name = "route-keep",
	.text = text_route_keep,
	.run = run_route_keep,
	.causes = route_causes,
};

const struct step_kind step_route_lose = {
	.name = "route-lose",
	.text = text_route_lose,
	.run = run_route_lose,
};
