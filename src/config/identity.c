/* SPDX-License-Identifier: MIT */
/* The machine's identity, and the stable MAC address that follows from it. */
#include "config.h"

#include <ctype.h>
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

/* 32 hexadecimal digits; systemd writes "uninitialized" during a first boot. */
static int read_id(const char *path, uint8_t key[16])
{
	char text[33] = "", digits[3] = "";
	int fd = (int)RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)), i;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = RETRY(read(fd, text, sizeof(text) - 1));
	close(fd);
	if (n != sizeof(text) - 1)
		return -EINVAL;
	for (i = 0; i < 32; i++)
		if (!isxdigit((unsigned char)text[i]))
			return -EINVAL;
	for (i = 0; i < 16; i++) {
		memcpy(digits, text + i * 2, 2);
		key[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return 0;
}

/* Makes an id of our own; link(2) lets the first of two that do so at once win. */
static int make_id(uint8_t key[16])
{
	char text[34] = "", temporary[] = OWN_ID ".XXXXXX";
	int fd, i, ret;

	if (mkdir(STATE_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	ret = random_fill(key, 16);
	if (ret < 0)
		return ret;
	for (i = 0; i < 16; i++)
		sprintf(text + i * 2, "%02x", key[i]);
	text[32] = '\n';
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fd_write(fd, text, 33);
	if (ret == 0 && (fchmod(fd, 0444) < 0 || fsync(fd) < 0))
		ret = -errno;
	close(fd);
	if (ret == 0 && link(temporary, OWN_ID) < 0)
		ret = errno == EEXIST ? read_id(OWN_ID, key) : -errno;
	unlink(temporary);
	return ret;
}

int identity_read(struct identity *id)
{
	static const char *const paths[] = { "/etc/machine-id", "/var/lib/dbus/machine-id",
					     OWN_ID };
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		ret = read_id(paths[i], id->key);
		/* one that cannot be read just now is no reason to take another */
		if (ret != -ENOENT && ret != -EINVAL)
			return ret;
	}
	return -ENOENT;
}

int identity_make(struct identity *id)
{
	return make_id(id->key);
}

void identity_mac(const struct identity *id, const char *name, uint8_t mac[6])
{
	char text[64];
	uint64_t hash;
	int i;

	snprintf(text, sizeof(text), "config_tap mac %s", name);
	hash = siphash(id->key, text, strlen(text));
	for (i = 0; i < 6; i++)
		mac[i] = (uint8_t)(hash >> i * 8);
	/* locally administered, unicast */
	mac[0] = (uint8_t)((mac[0] | 2) & ~1);
}
