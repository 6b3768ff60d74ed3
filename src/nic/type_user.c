/* SPDX-License-Identifier: MIT */
/* Users and groups, by name or number. The name service is asked for each name once a process. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic/type.h"
#include "nic/value.h"
#include "base/util.h"

/* Of errno after getpwnam(3) or getgrnam(3) gave nothing: -ENOENT where there is no such name. */
static int name_error(void)
{
	static const int unknown[] = { 0, ENOENT, ESRCH, EBADF, EPERM };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++)
		if (errno == unknown[i])
			return -ENOENT;
	return -errno;
}

static int look_up_user(const char *name, uint32_t *out)
{
	struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (!pw)
		return name_error();
	*out = pw->pw_uid;
	return 0;
}

static int look_up_group(const char *name, uint32_t *out)
{
	struct group *gr;

	errno = 0;
	gr = getgrnam(name);
	if (!gr)
		return name_error();
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

char *key_user_name(char buf[KEY_ID_TEXT], uint32_t uid)
{
	struct passwd *pw;

	if (uid == NIC_NOBODY)
		snprintf(buf, KEY_ID_TEXT, "none");
	else if (uid == 0)
		snprintf(buf, KEY_ID_TEXT, "root");
	else if ((pw = getpwuid(uid)))
		snprintf(buf, KEY_ID_TEXT, "%s", pw->pw_name);
	else
		snprintf(buf, KEY_ID_TEXT, "%u", uid);
	return buf;
}

char *key_group_name(char buf[KEY_ID_TEXT], uint32_t gid)
{
	struct group *gr;

	if (gid == NIC_NOBODY)
		snprintf(buf, KEY_ID_TEXT, "none");
	else if (gid == 0)
		snprintf(buf, KEY_ID_TEXT, "root");
	else if ((gr = getgrgid(gid)))
		snprintf(buf, KEY_ID_TEXT, "%s", gr->gr_name);
	else
		snprintf(buf, KEY_ID_TEXT, "%u", gid);
	return buf;
}

#define CANNOT_LOOK_UP "the %s \"%s\" cannot be looked up: %s; a number needs no name service"

static int user_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	int ret;

	/* for a section that has a group, where the defaults have an owner */
	if (strcmp(text, "none") == 0) {
		nic->num[key->field] = NIC_NOBODY;
		return 0;
	}
	ret = value_user(text, &nic->num[key->field]);
	if (ret == -ENOENT)
		snprintf(why, KEY_WHY,
			 "there is no user \"%s\"; use a name from passwd(5) or a number", text);
	else if (ret < 0)
		snprintf(why, KEY_WHY, CANNOT_LOOK_UP, "user", text, strerror(-ret));
	return ret < 0 ? -1 : 0;
}

static void user_format(const struct key *key, const struct nic *nic, char *buf)
{
	key_user_name(buf, nic->num[key->field]);
}

static void user_values(const struct key *key, char *buf)
{
	(void)key;
	snprintf(buf, KEY_VALUES, "a user by name or number, or none");
}

static int group_parse(const struct key *key, const char *text, struct nic *nic, char *why)
{
	int ret;

	if (strcmp(text, "none") == 0) {
		nic->num[key->field] = NIC_NOBODY;
		return 0;
	}
	ret = value_group(text, &nic->num[key->field]);
	if (ret == -ENOENT)
		snprintf(why, KEY_WHY,
			 "there is no group \"%s\"; use a name from group(5), a number or "
			 "none",
			 text);
	else if (ret < 0)
		snprintf(why, KEY_WHY, CANNOT_LOOK_UP, "group", text, strerror(-ret));
	return ret < 0 ? -1 : 0;
}

static void group_format(const struct key *key, const struct nic *nic, char *buf)
{
	key_group_name(buf, nic->num[key->field]);
}

static void group_values(const struct key *key, char *buf)
{
	(void)key;
	snprintf(buf, KEY_VALUES, "a group by name or number, or none");
}

const struct key_type type_user = {
	user_parse, user_format, num_same, user_values, NULL,
};
const struct key_type type_group = {
	group_parse, group_format, num_same, group_values, NULL,
};
