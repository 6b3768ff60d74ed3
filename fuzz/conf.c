/* SPDX-License-Identifier: MIT */
/* Fuzz target: a configuration, through iniparser and all rules. */
#include "config.h"

#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

/* What is on the machine must not matter, nor be read. */
static int no_glob(const char *pattern, int flags, int (*error)(const char *, int), glob_t *found)
{
	(void)pattern;
	(void)flags;
	(void)error;
	(void)found;
	return GLOB_NOMATCH;
}

#define glob(pattern, flags, error, found) no_glob(pattern, flags, error, found)
#include "config/read.c"
#undef glob

struct passwd *getpwnam(const char *name)
{
	static char alice[] = "alice";
	static struct passwd pw = { .pw_name = alice, .pw_uid = 1001, .pw_gid = 1001 };

	return strcmp(name, alice) == 0 ? &pw : NULL;
}

struct passwd *getpwuid(uid_t uid)
{
	return uid == 1001 ? getpwnam("alice") : NULL;
}

struct group *getgrnam(const char *name)
{
	static char vms[] = "vms";
	static struct group gr = { .gr_name = vms, .gr_gid = 2001 };

	return strcmp(name, vms) == 0 ? &gr : NULL;
}

struct group *getgrgid(gid_t gid)
{
	return gid == 2001 ? getgrnam("vms") : NULL;
}

static void look_at(const struct conf *conf)
{
	char text[MISTAKE_TEXT], value[KEY_TEXT];
	const struct key *key;
	size_t i, k;

	for (i = 0; i < conf->mistakes.n; i++)
		mistake_format(text, &conf->mistakes.list[i]);
	if (conf->mistakes.nerrors)
		return;
	for (i = 0; i < conf->n && i < 64; i++) {
		/* what is taken for good has a name, and can be said */
		if (value_nic_name(conf->nics[i].name) < 0 || !conf_find(conf, conf->nics[i].name))
			abort();
		for (k = 0; (key = key_at(k)); k++)
			if (key->field < NIC_NETNS && nic_is_set(&conf->nics[i], key->field))
				key_format(key, &conf->nics[i], value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf;
	char path[32];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	/* a memfd is everybody's to begin with */
	if (fd < 0 || fchmod(fd, 0600) < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	conf_read(&conf, path, false);
	look_at(&conf);
	close(fd);
	return 0;
}
