/* SPDX-License-Identifier: MIT */
/* Routes: a network, with or without a gateway and a metric. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/type.h"
#include "nic/value.h"
#include "base/util.h"

bool route_same(const struct route *a, const struct route *b)
{
	return ip_same(&a->to, &b->to) && a->prefix == b->prefix && ip_same(&a->via, &b->via) &&
	       a->metric == b->metric;
}

const struct route *route_find(const struct route *list, size_t n, const struct route *one)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (route_same(&list[i], one))
			return &list[i];
	return NULL;
}

char *route_format(char buf[ROUTE_TEXT], const struct route *r)
{
	char ip[IP_TEXT];

	snprintf(buf, ROUTE_TEXT, "%s/%u", ip_format(ip, &r->to), r->prefix);
	if (r->via.family)
		text_add(buf, ROUTE_TEXT, " via %s", ip_format(ip, &r->via));
	if (r->metric)
		text_add(buf, ROUTE_TEXT, " metric %u", r->metric);
	return buf;
}

/* "via ADDRESS" and "metric NUMBER", each once. */
static int parse_options(char *rest, struct route *route)
{
	char *word, *argument;

	while ((word = text_cut(&rest, " \t"))) {
		argument = text_cut(&rest, " \t");
		if (!argument)
			return -EINVAL;
		if (strcmp(word, "via") == 0 && !route->via.family) {
			if (value_ip(argument, &route->via) < 0)
				return -EINVAL;
		} else if (strcmp(word, "metric") == 0 && !route->metric) {
			if (value_number(argument, 1, UINT32_MAX, &route->metric) < 0)
				return -EINVAL;
		} else {
			return -EINVAL;
		}
	}
	return 0;
}

static int parse_words(char *text, struct route *route)
{
	char *rest = text, *word = text_cut(&rest, " \t");
	struct ip network;
	int ret;

	if (!word)
		return -EINVAL;
	if (strcmp(word, "default") == 0) {
		ret = parse_options(rest, route);
		route->to.family = route->via.family ? route->via.family : AF_INET;
	} else {
		ret = value_prefixed(word, &route->to, &route->prefix);
		if (ret == -EDOM)
			ret = -EINVAL;
		if (ret == 0)
			ret = parse_options(rest, route);
	}
	if (ret == 0 && route->via.family && route->via.family != route->to.family)
		ret = -EINVAL;
	network = ip_mask(&route->to, route->prefix, false);
	if (ret == 0 && !ip_same(&network, &route->to))
		ret = -EDOM;
	return ret;
}

int value_route(const char *text, struct route *out)
{
	struct route route = { 0 };
	char *copy = xstrdup(text);
	int ret = parse_words(copy, &route);

	free(copy);
	if (ret == 0)
		*out = route;
	return ret;
}

static int route_item_parse(const char *text, void *item, char *why)
{
	int ret = value_route(text, item);

	if (ret == -EDOM)
		snprintf(why, KEY_WHY, "%s has host bits set", text);
	else if (ret == -ERANGE)
		snprintf(why, KEY_WHY,
			 "the prefix length of %s is out of range: 0 to 32, or 128 for IPv6", text);
	else if (ret < 0)
		type_wrong(why, text,
			   "a route: NETWORK/PREFIX or default, then via ADDRESS, metric N");
	return ret < 0 ? -1 : 0;
}

static char *route_item_format(char *buf, const void *item)
{
	return route_format(buf, item);
}

static bool route_item_same(const void *a, const void *b)
{
	return route_same(a, b);
}

static const struct list_type list = {
	.items = offsetof(struct nic, routes),
	.n = offsetof(struct nic, nroutes),
	.cap = offsetof(struct nic, routes_cap),
	.size = sizeof(struct route),
	.separators = ",",
	.what = "a list of routes such as 10.8.0.0/16 via 192.168.0.2",
	.parse = route_item_parse,
	.format = route_item_format,
	.same = route_item_same,
};

const struct key_type type_routes = {
	list_parse, list_format, list_same, list_values, &list,
};
