/* SPDX-License-Identifier: MIT */
/* Steps about addresses and routes. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "change/steps.h"
#include "kernel/rtnl.h"

/* addresses */

static void text_address(char buf[STEP_TEXT], const char *verb, const struct step *step)
{
	char text[ADDRESS_TEXT];

	snprintf(buf, STEP_TEXT, "%s address %s", verb, address_format(text, &step->address));
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
	bool flags_only = step->address.ip.family == AF_INET6;

	(void)source;
	return rtnl_add_address(job->net->netlink, job->ifindex, &step->address, flags_only);
}

static int run_address_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_address(job->net->netlink, job->ifindex, &step->address);

	(void)source;
	return ret == -EADDRNOTAVAIL ? 0 : ret;
}

/* What is still there is replaced by itself. */
static int run_address_keep(struct job *job, const struct step *step, const struct nic *source)
{
	(void)source;
	return rtnl_add_address(job->net->netlink, job->ifindex, &step->address, true);
}

static const struct cause no_ipv6[] = {
	{ EACCES,
	  "IPv6 is disabled on this interface (sysctl net.ipv6.conf.default.disable_ipv6)" },
	{ EOPNOTSUPP, "this kernel has no IPv6" },
	{ EAFNOSUPPORT, "this kernel has no IPv6" },
	{ 0, NULL },
};

static bool cause_address(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			  int err)
{
	const char *text = step->address.ip.family == AF_INET6 ? cause_find(no_ipv6, err) : NULL;

	(void)job;
	if (text)
		snprintf(buf, CAUSE_TEXT, "%s", text);
	return text != NULL;
}

const struct step_kind step_address_add = {
	.name = "address-add",
	.text = text_address_add,
	.run = run_address_add,
	.undo = run_address_del,
	.cause = cause_address,
};

const struct step_kind step_address_del = {
	.name = "address-remove",
	.text = text_address_del,
	.run = run_address_del,
	.undo = run_address_add,
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

	snprintf(buf, STEP_TEXT, "%s route %s", verb, route_format(text, &step->route));
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

static void text_route_keep(char buf[STEP_TEXT], const struct job *job, const struct step *step)
{
	(void)job;
	text_route(buf, "keep", step);
}

/* Routes go where the address that they are reached from has gone. */
static int route_device(const struct job *job, const struct step *step)
{
	return step->moved ? job->plan.before.place : job->ifindex;
}

static int run_route_add(struct job *job, const struct step *step, const struct nic *source)
{
	(void)source;
	return rtnl_add_route(job->net->netlink, route_device(job, step), &step->route, false);
}

static int run_route_del(struct job *job, const struct step *step, const struct nic *source)
{
	int ret = rtnl_del_route(job->net->netlink, route_device(job, step), &step->route);

	(void)source;
	return ret == -ESRCH ? 0 : ret;
}

static int run_route_keep(struct job *job, const struct step *step, const struct nic *source)
{
	const struct nic *want = &job->plan.target;
	int ret = rtnl_add_route(job->net->netlink, job->ifindex, &step->route, true);

	(void)source;
	/* what somebody else put there, through a gateway that cannot be reached any more */
	return route_find(want->routes, want->nroutes, &step->route) ? ret : 0;
}

static bool cause_route(char buf[CAUSE_TEXT], const struct job *job, const struct step *step,
			int err)
{
	char ip[IP_TEXT];

	(void)job;
	if (!step->route.via.family || (err != ENETUNREACH && err != EHOSTUNREACH && err != EINVAL))
		return false;
	snprintf(buf, CAUSE_TEXT, "the gateway %s cannot be reached through this NIC",
		 ip_format(ip, &step->route.via));
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
	.cause = cause_route,
	.causes = route_causes,
};
