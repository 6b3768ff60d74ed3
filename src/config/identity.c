/* SPDX-License-Identifier: MIT */
/* The machine's identity, and the stable MAC address that follows from it. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/identity.h"
#include "base/compat.h"
#include "base/util.h"

#define OWN_ID STATE_DIR "/machine-id"

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void siphash_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

/* Up to eight bytes, the first the lowest, whatever the machine's own order is. */
static uint64_t little_endian(const uint8_t *p, size_t n)
{
	uint64_t x = 0;

	while (n--)
		x = x << 8 | p[n];
	return x;
}

uint64_t siphash(const uint8_t key[16], const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t k0 = little_endian(key, 8), k1 = little_endian(key + 8, 8), word;
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
			  k1 ^ 0x7465646279746573 };
	size_t left = len;
	int i;

	for (;; p += 8, left -= 8) {
		word = left >= 8 ? little_endian(p, 8)
				 : little_endian(p, left) | (uint64_t)len << 56;
		v[3] ^= word;
		siphash_round(v);
		siphash_round(v);
		v[0] ^= word;
		if (left < 8)
			break;
	}
	v[2] ^= 0xff;
	for (i = 0; i < 4; i++)
		siphash_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Reads at most size - 1 bytes, without the blanks at their end. Returns 0 or -errno. */
static int read_line(const char *path, char *buf, size_t size)
{
	int fd = (int)RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = RETRY(read(fd, buf, size - 1));
	if (n < 0) {
		n = -errno;
		close(fd);
		return (int)n;
	}
	close(fd);
	while (n > 0 && isspace((unsigned char)buf[n - 1]))
		n--;
	buf[n] = '\0';
	return 0;
}

/* 32 hexadecimal digits; systemd writes "uninitialized" during a first boot. */
static int parse_id(const char *text, uint8_t key[16])
{
	char digits[3] = "";
	int i;

	if (strspn(text, "0123456789abcdefABCDEF") < 32)
		return -EINVAL;
	for (i = 0; i < 16; i++) {
		memcpy(digits, text + i * 2, 2);
		key[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return 0;
}

static int read_id(const char *path, uint8_t key[16])
{
	char text[33];
	int ret = read_line(path, text, sizeof(text));

	return ret < 0 ? ret : parse_id(text, key);
}

/* The machine's own id, which its system has given it. */
static int read_system_id(uint8_t key[16])
{
	static const char *const paths[] = { "/etc/machine-id", "/var/lib/dbus/machine-id" };
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		ret = read_id(paths[i], key);
		/* one that cannot be read just now is no reason to take another */
		if (ret != -ENOENT && ret != -EINVAL)
			return ret;
	}
	return -ENOENT;
}

/* What tells one machine from a copy of it: its product_uuid, or else its hardware MACs. */
struct marks {
	char (*list)[24]; /* hashed, so that nobody can tell them from the file */
	size_t n, cap;
	bool uuid_hidden, mac_hidden; /* there is one that we may not read */
};

static void add_mark(struct marks *marks, const uint8_t key[16], const char *what, const char *text)
{
	char *whole = xasprintf("config_tap %s %s", what, text);

	marks->list = array_grow(marks->list, &marks->cap, marks->n, sizeof(*marks->list));
	snprintf(marks->list[marks->n++], sizeof(*marks->list), "%s-%016llx", what,
		 (unsigned long long)siphash(key, whole, strlen(whole)));
	free(whole);
}

static bool is_denied(int ret)
{
	return ret == -EACCES || ret == -EPERM;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Its MAC, where it is a piece of hardware that has one of its own. Returns 0 or -errno. */
static int add_hardware_mac(struct marks *marks, const uint8_t key[16], const char *nic)
{
	char *path = xasprintf("/sys/class/net/%s/device", nic), text[64];
	int ret = access(path, F_OK) < 0 ? -errno : 0;

	if (ret == 0) {
		strcpy(strrchr(path, '/'), "/addr_assign_type");
		ret = read_line(path, text, sizeof(text));
		/* a kernel before 2.6.36 has the file for none */
		if (ret == -ENOENT) {
			strcpy(text, "0");
			ret = 0;
		}
	}
	/* NET_ADDR_PERM of linux/netdevice.h */
	if (ret == 0 && strcmp(text, "0") == 0) {
		strcpy(strrchr(path, '/'), "/address");
		ret = read_line(path, text, sizeof(text));
		if (ret == 0)
			add_mark(marks, key, "mac", text);
	}
	free(path);
	if (is_denied(ret)) {
		marks->mac_hidden = true;
		return 0;
	}
	/* not hardware, or no NIC (bonding_masters); or it is being taken away */
	return ret == -ENOENT || ret == -ENOTDIR || ret == -ENODEV || ret == -EINVAL ? 0 : ret;
}

static int add_hardware_macs(struct marks *marks, const uint8_t key[16])
{
	struct dirent **entries;
	int n = scandir("/sys/class/net", &entries, is_visible, alphasort), i, ret = 0;

	if (n < 0 && is_denied(-errno)) {
		marks->mac_hidden = true;
		return 0;
	}
	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (i = 0; i < n; i++) {
		if (ret == 0)
			ret = add_hardware_mac(marks, key, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

/*
 * Returns 0 or -errno: what cannot be read is no sign of another machine. The list is to be freed
 * in any case.
 */
static int read_marks(struct marks *marks, const uint8_t key[16])
{
	char uuid[64] = "";
	int ret = read_line("/sys/class/dmi/id/product_uuid", uuid, sizeof(uuid));

	*marks = (struct marks){ .uuid_hidden = is_denied(ret) };
	if (ret < 0 && ret != -ENOENT && !marks->uuid_hidden)
		return ret;
	if (strlen(uuid) != 36 || strspn(uuid, "0-") == 36)
		return add_hardware_macs(marks, key);
	add_mark(marks, key, "uuid", uuid);
	return 0;
}

/*
 * An id of our own: "ID MARK". It counts where the mark is one of this machine's, or where this
 * machine has none; "any" was made where there was none, as in the chroot in which an image is
 * built. One without a mark, of a release before there were any, counts where there is no other.
 */
struct own_id {
	uint8_t key[16];
	bool known, marked, foreign;
};

static int read_own_id(struct own_id *own)
{
	char text[80] = "", *mark;
	struct marks marks;
	size_t i;
	int ret;

	*own = (struct own_id){ .known = false };
	ret = read_line(OWN_ID, text, sizeof(text));
	if (ret < 0)
		return ret == -ENOENT ? 0 : ret;
	/* an image builder empties it as it does that of the system */
	if (!*text)
		return 0;
	if (parse_id(text, own->key) < 0)
		return -EBADMSG;
	own->known = true;
	mark = strchr(text, ' ');
	own->marked = mark != NULL;
	if (!mark)
		return 0;
	ret = read_marks(&marks, own->key);
	own->foreign = marks.n > 0 && !(marks.uuid_hidden && strncmp(mark + 1, "uuid-", 5) == 0) &&
		       !(marks.mac_hidden && strncmp(mark + 1, "mac-", 4) == 0);
	for (i = 0; i < marks.n; i++)
		if (strcmp(marks.list[i], mark + 1) == 0)
			own->foreign = false;
	free(marks.list);
	return ret;
}

/* Writes the id with this machine's mark. */
static int write_own_id(const uint8_t key[16])
{
	struct marks marks;
	char text[80] = "", temporary[] = OWN_ID ".XXXXXX";
	int fd, i, ret = read_marks(&marks, key);

	for (i = 0; i < 16; i++)
		sprintf(text + i * 2, "%02x", key[i]);
	text_add(text, sizeof(text), " %s\n", marks.n ? marks.list[0] : "any");
	free(marks.list);
	if (ret < 0)
		return ret;
	if (mkdir(STATE_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fd_write(fd, text, strlen(text));
	if (ret == 0 && (fchmod(fd, 0444) < 0 || fsync(fd) < 0))
		ret = -errno;
	close(fd);
	if (ret == 0 && rename(temporary, OWN_ID) < 0)
		ret = -errno;
	if (ret < 0)
		unlink(temporary);
	return ret;
}

int identity_read(struct identity *id)
{
	struct own_id own;
	uint8_t system[16];
	int ret = read_own_id(&own), system_ret;

	if (ret < 0)
		return ret;
	system_ret = read_system_id(system);
	id->unmarked = own.known && !own.marked && system_ret == -ENOENT;
	if (own.known && !own.foreign && (own.marked || system_ret == -ENOENT)) {
		memcpy(id->key, own.key, sizeof(id->key));
		return 0;
	}
	if (system_ret == 0)
		memcpy(id->key, system, sizeof(id->key));
	return system_ret;
}

const char *identity_cause(int err)
{
	return err == EBADMSG ? OWN_ID " is damaged; remove it, and a new one is made, with other "
				       "addresses"
			      : strerror(err);
}

int identity_make(struct identity *id)
{
	struct own_id own;
	int ret = read_own_id(&own);

	if (ret < 0)
		return ret;
	/* one that there is but for its mark */
	if (own.known && !own.foreign)
		memcpy(id->key, own.key, sizeof(id->key));
	else
		ret = random_fill(id->key, sizeof(id->key));
	return ret < 0 ? ret : write_own_id(id->key);
}

void identity_mac(const struct identity *id, const char *name, const struct ip *local,
		  uint8_t mac[6])
{
	char text[64 + IP_TEXT], ip[IP_TEXT];
	uint64_t hash;
	int i;

	snprintf(text, sizeof(text), "config_tap mac %s", name);
	if (local && local->family)
		text_add(text, sizeof(text), " %s", ip_format(ip, local));
	hash = siphash(id->key, text, strlen(text));
	for (i = 0; i < 6; i++)
		mac[i] = (uint8_t)(hash >> i * 8);
	/* locally administered, unicast */
	mac[0] = (uint8_t)((mac[0] | 2) & ~1);
}
