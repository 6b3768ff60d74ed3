/* SPDX-License-Identifier: MIT */
/* The serials of devices, from a sysfs. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/serials.h"

#define DEVICES "class/net"

struct serial {
	char name[IFNAMSIZ];
	uint64_t number;
};

struct serials {
	struct serial *list; /* by name */
	size_t n, cap;
};

uint64_t serial_of(int sysfs, const char *name)
{
	char path[sizeof(DEVICES "/") + IFNAMSIZ];
	struct stat st;

	snprintf(path, sizeof(path), DEVICES "/%s", name);
	return fstatat(sysfs, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino : 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct serial *)a)->name, ((const struct serial *)b)->name);
}

struct serials *serials_read(int sysfs)
{
	int fd = openat(sysfs, DEVICES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct serials *serials;
	struct dirent *entry;
	int err;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	serials = xcalloc(1, sizeof(*serials));
	while ((entry = dir_next(dir, &err))) {
		struct serial *one;

		if (strlen(entry->d_name) >= sizeof(one->name))
			continue;
		serials->list = array_grow(serials->list, &serials->cap, serials->n, sizeof(*one));
		one = &serials->list[serials->n++];
		strcpy(one->name, entry->d_name);
		one->number = entry->d_ino;
	}
	closedir(dir);
	if (err) {
		serials_free(serials);
		return NULL;
	}
	qsort(serials->list, serials->n, sizeof(*serials->list), compare_names);
	return serials;
}

uint64_t serials_find(const struct serials *serials, const char *name)
{
	const struct serial *found;
	struct serial key = { 0 };

	strncpy(key.name, name, sizeof(key.name) - 1);
	found = bsearch(&key, serials->list, serials->n, sizeof(key), compare_names);
	return found ? found->number : 0;
}

void serials_free(struct serials *serials)
{
	if (!serials)
		return;
	free(serials->list);
	free(serials);
}
