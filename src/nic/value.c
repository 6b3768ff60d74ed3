/* SPDX-License-Identifier: MIT */
/* Pure parsers of single values. */
#include "config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "nic/value.h"

int value_bool(const char *text, uint32_t *out)
{
	static const char *const words[] = { "no", "yes", "off", "on", "false", "true", "0", "1" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*out = i % 2;
			return 0;
		}
	}
	return -EINVAL;
}

int value_number(const char *text, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t n = 0;
	const char *p;

	if (!*text)
		return -EINVAL;
	for (p = text; *p; p++)
		if (!isdigit((unsigned char)*p))
			return -EINVAL;
	for (p = text; *p; p++) {
		n = n * 10 + (uint64_t)(*p - '0');
		if (n > max)
			return -ERANGE;
	}
	if (n < min)
		return -ERANGE;
	*out = (uint32_t)n;
	return 0;
}

static int look_up_user(const char *name, uint32_t *out)
{
	struct passwd *pw = getpwnam(name);

	if (!pw)
		return -ENOENT;
	*out = pw->pw_uid;
	return 0;
}

static int look_up_group(const char *name, uint32_t *out)
{
	struct group *gr = getgrnam(name);

	if (!gr)
		return -ENOENT;
	*out = gr->gr_gid;
	return 0;
}

/* Remembers the last answer of the name service: one user mostly owns them all. */
struct name_cache {
	char *name;
	uint32_t id;
	int ret;
};

static int look_up(struct name_cache *cache, const char *name, uint32_t *out,
		   int (*ask)(const char *, uint32_t *))
{
	/* every system calls id 0 root, and has no need to ask */
	if (strcmp(name, "root") == 0) {
		*out = 0;
		return 0;
	}
	/* the largest number means "no one" to the kernel */
	if (value_number(name, 0, NIC_NOBODY - 1, out) == 0)
		return 0;
	if (!*name)
		return -ENOENT;
	if (!cache->name || strcmp(cache->name, name) != 0) {
		free(cache->name);
		cache->name = xstrdup(name);
		cache->ret = ask(name, &cache->id);
	}
	if (cache->ret == 0)
		*out = cache->id;
	return cache->ret;
}

int value_user(const char *text, uint32_t *out)
{
	static struct name_cache cache;

	return look_up(&cache, text, out, look_up_user);
}

int value_group(const char *text, uint32_t *out)
{
	static struct name_cache cache;

	return look_up(&cache, text, out, look_up_group);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return p ? (int)(p - digits) : -1;
}

int value_mac(const char *text, unsigned char out[6])
{
	unsigned char mac[6];
	size_t i;

	if (strlen(text) != MAC_TEXT - 1)
		return -EINVAL;
	for (i = 0; i < 6; i++) {
		int high = hex_digit(text[i * 3]), low = hex_digit(text[i * 3 + 1]);
		char after = text[i * 3 + 2];

		if (high < 0 || low < 0 || (i < 5 && after != text[2]))
			return -EINVAL;
		mac[i] = (unsigned char)(high << 4 | low);
	}
	if (text[2] != ':' && text[2] != '-')
		return -EINVAL;
	memcpy(out, mac, sizeof(mac));
	return 0;
}

int value_ip(const char *text, struct ip *out)
{
	struct ip ip = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(ip.family, text, ip.bytes) != 1)
		return -EINVAL;
	*out = ip;
	return 0;
}

/* ADDRESS/PREFIX into its two parts; -EDOM: no prefix, -ERANGE: more than the family has. */
static int value_prefixed(const char *text, struct ip *ip, uint8_t *prefix)
{
	const char *slash = strchr(text, '/');
	char host[INET6_ADDRSTRLEN];
	struct ip parsed;
	uint32_t bits;
	int ret;

	if (!slash)
		return value_ip(text, &parsed) == 0 ? -EDOM : -EINVAL;
	if ((size_t)(slash - text) >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, (size_t)(slash - text));
	host[slash - text] = '\0';
	if (value_ip(host, &parsed) < 0)
		return -EINVAL;
	ret = value_number(slash + 1, 0, ip_bits(&parsed), &bits);
	if (ret < 0)
		return ret;
	*ip = parsed;
	*prefix = (uint8_t)bits;
	return 0;
}

int value_address(const char *text, struct address *out)
{
	struct address address = { 0 };
	int ret = value_prefixed(text, &address.ip, &address.prefix);

	if (ret < 0)
		return ret;
	*out = address;
	return 0;
}

int value_netmask(const char *text, uint8_t *out)
{
	struct in_addr in;
	uint32_t mask;

	if (inet_pton(AF_INET, text, &in) != 1)
		return -EINVAL;
	mask = ntohl(in.s_addr);
	/* ones, then zeros: the inverse plus one is a power of two */
	if (~mask & (~mask + 1))
		return -EINVAL;
	*out = (uint8_t)__builtin_popcount(mask);
	return 0;
}

/* Cuts the next word off *text, at blanks; NULL at the end. */
static char *next_word(char **text)
{
	char *word;

	while ((word = strsep(text, " \t")))
		if (*word)
			return word;
	return NULL;
}

int value_route(const char *text, struct route *out)
{
	struct route route = { 0 };
	char *copy = xstrdup(text), *rest = copy, *word = next_word(&rest), *argument;
	bool any_family = false;
	struct ip network;
	int ret = -EINVAL;

	if (!word)
		goto out;
	if (strcmp(word, "default") == 0) {
		route.to.family = AF_INET;
		any_family = true;
	} else {
		ret = value_prefixed(word, &route.to, &route.prefix);
		if (ret < 0) {
			if (ret == -EDOM)
				ret = -EINVAL;
			goto out;
		}
	}
	ret = -EINVAL;
	while ((word = next_word(&rest))) {
		argument = next_word(&rest);
		if (!argument)
			goto out;
		if (strcmp(word, "via") == 0 && !route.via.family) {
			if (value_ip(argument, &route.via) < 0)
				goto out;
		} else if (strcmp(word, "metric") == 0 && !route.metric) {
			if (value_number(argument, 1, UINT32_MAX, &route.metric) < 0)
				goto out;
		} else {
			goto out;
		}
	}
	if (any_family && route.via.family)
		route.to.family = route.via.family;
	if (route.via.family && route.via.family != route.to.family)
		goto out;
	network = ip_mask(&route.to, route.prefix, false);
	if (!ip_same(&network, &route.to)) {
		ret = -EDOM;
		goto out;
	}
	*out = route;
	ret = 0;
out:
	free(copy);
	return ret;
}

int value_nic_name(const char *text)
{
	const char *p;

	if (!*text || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return -EINVAL;
	if (strlen(text) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	for (p = text; *p; p++)
		if (*p == '/' || *p == ':' || *p == '%' || isspace((unsigned char)*p) ||
		    iscntrl((unsigned char)*p))
			return -EINVAL;
	return 0;
}
