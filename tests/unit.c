/* SPDX-License-Identifier: MIT */
/* Tests of the pure parts: parsers, the stable MAC, escaping. Writes TAP. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/identity.h"
#include "nic/key.h"
#include "nic/nic.h"
#include "base/util.h"
#include "nic/value.h"

static int number, failures;

static void ok(bool good, const char *name)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++number, name);
	failures += !good;
}

static void ok_number(long long found, long long expected, const char *name)
{
	ok(found == expected, name);
	if (found != expected)
		printf("# expected %lld, found %lld\n", expected, found);
}

static void ok_text(const char *found, const char *expected, const char *name)
{
	ok(strcmp(found, expected) == 0, name);
	if (strcmp(found, expected) != 0)
		printf("# expected \"%s\", found \"%s\"\n", expected, found);
}

/* The vectors of the reference implementation: key 00 to 0f, input 00 to n - 1. */
static void test_siphash(void)
{
	static const struct {
		size_t n;
		uint64_t hash;
	} vectors[] = {
		{ 0, 0x726fdb47dd0e0e31 },  { 1, 0x74f839c593dc67fd },  { 7, 0xab0200f58b01d137 },
		{ 8, 0x93f5f5799a932462 },  { 15, 0xa129ca6149be45e5 }, { 16, 0x3f2acc7f57c29bdb },
		{ 63, 0x958a324ceb064572 },
	};
	uint8_t key[16], input[64];
	char name[64];
	size_t i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (i = 0; i < sizeof(input); i++)
		input[i] = (uint8_t)i;
	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		snprintf(name, sizeof(name), "siphash of %zu bytes", vectors[i].n);
		ok(siphash(key, input, vectors[i].n) == vectors[i].hash, name);
	}
}

static void test_identity_mac(void)
{
	struct identity id = { { 0 }, false }, other = { { 1 }, false };
	const struct ip node1 = { AF_INET, { 10, 0, 0, 1 } }, node2 = { AF_INET, { 10, 0, 0, 2 } };
	uint8_t a[6], b[6], c[6], d[6], e[6], f[6];

	identity_mac(&id, "tap0", NULL, a);
	identity_mac(&id, "tap0", &node1, e);
	identity_mac(&id, "tap0", &node2, f);
	ok(memcmp(e, f, 6) != 0 && memcmp(a, e, 6) != 0, "another node of a vxlan, another MAC");
	identity_mac(&id, "tap0", NULL, b);
	identity_mac(&id, "tap1", NULL, c);
	identity_mac(&other, "tap0", NULL, d);
	ok(memcmp(a, b, 6) == 0, "one machine and name, one MAC");
	ok(memcmp(a, c, 6) != 0, "another name, another MAC");
	ok(memcmp(a, d, 6) != 0, "another machine, another MAC");
	ok((a[0] & 3) == 2 && (c[0] & 3) == 2 && (d[0] & 3) == 2,
	   "it is locally administered, and no group's");
}

static void test_bool(void)
{
	static const struct {
		const char *text;
		int ret;
		uint32_t value;
	} rows[] = {
		{ "yes", 0, 1 },        { "no", 0, 0 },       { "YES", 0, 1 },
		{ "On", 0, 1 },         { "off", 0, 0 },      { "true", 0, 1 },
		{ "false", 0, 0 },      { "1", 0, 1 },        { "0", 0, 0 },
		{ "", -EINVAL, 7 },     { "2", -EINVAL, 7 },  { "y", -EINVAL, 7 },
		{ "yes ", -EINVAL, 7 }, { "01", -EINVAL, 7 },
	};
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t value = 7;
		int ret = value_bool(rows[i].text, &value);

		snprintf(name, sizeof(name), "bool \"%s\"", rows[i].text);
		ok(ret == rows[i].ret && value == rows[i].value, name);
	}
}

static void test_number(void)
{
	static const struct {
		const char *text;
		uint32_t min, max;
		int ret;
		uint32_t value;
	} rows[] = {
		{ "0", 0, 10, 0, 0 },
		{ "10", 0, 10, 0, 10 },
		{ "11", 0, 10, -ERANGE, 7 },
		{ "4", 5, 10, -ERANGE, 7 },
		{ "0005", 0, 10, 0, 5 },
		{ "4294967295", 0, UINT32_MAX, 0, UINT32_MAX },
		{ "4294967296", 0, UINT32_MAX, -ERANGE, 7 },
		{ "18446744073709551617", 0, UINT32_MAX, -ERANGE, 7 },
		{ "99999999999999999999999999999999999", 0, 10, -ERANGE, 7 },
		{ "", 0, 10, -EINVAL, 7 },
		{ "-1", 0, 10, -EINVAL, 7 },
		{ "+1", 0, 10, -EINVAL, 7 },
		{ " 1", 0, 10, -EINVAL, 7 },
		{ "1 ", 0, 10, -EINVAL, 7 },
		{ "0x1", 0, 10, -EINVAL, 7 },
		{ "1.0", 0, 10, -EINVAL, 7 },
	};
	char name[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t value = 7;
		int ret = value_number(rows[i].text, rows[i].min, rows[i].max, &value);

		snprintf(name, sizeof(name), "number \"%s\" from %u to %u", rows[i].text,
			 rows[i].min, rows[i].max);
		ok(ret == rows[i].ret && value == rows[i].value, name);
	}
}

static void test_mac(void)
{
	static const char *const good[] = { "02:00:00:00:00:01", "02-00-00-00-00-01",
					    "02:00:00:00:00:01" };
	static const char *const bad[] = {
		"",
		"02:00:00:00:00",
		"02:00:00:00:00:01:",
		"02:00:00:00:00:0",
		"2:0:0:0:0:1",
		"020000000001",
		"02:00:00:00:00:0g",
		"02:00-00:00-00:01",
		"02.00.00.00.00.01",
		"02:00:00:00:00:01 ",
		" 2:00:00:00:00:01",
	};
	unsigned char mac[6] = { 0 };
	char name[64], text[MAC_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		ok(value_mac(good[i], mac) == 0, good[i]);
		ok_text(mac_format(text, mac), "02:00:00:00:00:01", "as it is written");
	}
	ok(value_mac("aB:Cd:EF:01:23:45", mac) == 0, "letters in either case");
	ok_text(mac_format(text, mac), "ab:cd:ef:01:23:45", "are written small");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(mac, 7, sizeof(mac));
		snprintf(name, sizeof(name), "MAC \"%s\"", bad[i]);
		ok(value_mac(bad[i], mac) == -EINVAL && mac[0] == 7 && mac[5] == 7, name);
	}
}

static void test_address(void)
{
	static const struct {
		const char *text;
		int ret;
	} rows[] = {
		{ "192.168.0.1/24", 0 },
		{ "0.0.0.0/0", 0 },
		{ "255.255.255.255/32", 0 },
		{ "fd00::1/64", 0 },
		{ "::/0", 0 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128", 0 },
		{ "192.168.0.1", -EDOM },
		{ "fd00::1", -EDOM },
		{ "192.168.0.1/33", -ERANGE },
		{ "fd00::1/129", -ERANGE },
		{ "", -EINVAL },
		{ "/24", -EINVAL },
		{ "192.168.0.1/", -EINVAL },
		{ "192.168.0.1/ 24", -EINVAL },
		{ "192.168.0.1/24/24", -EINVAL },
		{ "192.168.0.1/-1", -EINVAL },
		{ "192.168.0/24", -EINVAL },
		{ "192.168.0.256/24", -EINVAL },
		{ "192.168.000.1/24", -EINVAL },
		{ "fd00::1::2/64", -EINVAL },
		{ "fe80::1%eth0/64", -EINVAL },
		{ "host.example/24", -EINVAL },
		{ "1111111111111111111111111111111111111111111111111111/24", -EINVAL },
	};
	struct address address;
	char name[128], text[ADDRESS_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(name, sizeof(name), "address \"%s\"", rows[i].text);
		ok_number(value_address(rows[i].text, &address), rows[i].ret, name);
	}
	value_address("fd00:0:0::0:1/64", &address);
	ok_text(address_format(text, &address), "fd00::1/64",
		"an address is written as ip writes it");
}

static void test_netmask(void)
{
	static const struct {
		const char *text;
		int prefix; /* -1: none */
	} rows[] = {
		{ "255.255.255.0", 24 },
		{ "255.255.255.255", 32 },
		{ "0.0.0.0", 0 },
		{ "128.0.0.0", 1 },
		{ "255.255.255.252", 30 },
		{ "255.0.255.0", -1 },
		{ "0.0.0.255", -1 },
		{ "24", -1 },
		{ "", -1 },
	};
	char name[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t prefix = 99;
		int ret = value_netmask(rows[i].text, &prefix);

		snprintf(name, sizeof(name), "netmask \"%s\"", rows[i].text);
		ok_number(ret == 0 ? prefix : -1, rows[i].prefix, name);
	}
}

static void test_route(void)
{
	static const struct {
		const char *text, *written; /* NULL: it is none */
	} rows[] = {
		{ "10.0.0.0/8", "10.0.0.0/8" },
		{ "default via 10.0.0.1", "0.0.0.0/0 via 10.0.0.1" },
		{ "default via fd00::1 metric 5", "::/0 via fd00::1 metric 5" },
		{ "10.0.0.0/8  metric 7\tvia 10.9.0.1", "10.0.0.0/8 via 10.9.0.1 metric 7" },
		{ "10.0.0.1/8", NULL },
		{ "10.0.0.0", NULL },
		{ "10.0.0.0/33", NULL },
		{ "10.0.0.0/8 via", NULL },
		{ "10.0.0.0/8 via fd00::1", NULL },
		{ "10.0.0.0/8 metric 0", NULL },
		{ "10.0.0.0/8 metric 1 metric 2", NULL },
		{ "10.0.0.0/8 dev eth0", NULL },
		{ "", NULL },
	};
	char name[128], text[ROUTE_TEXT];
	struct route route;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int ret = value_route(rows[i].text, &route);

		snprintf(name, sizeof(name), "route \"%s\"", rows[i].text);
		if (rows[i].written)
			ok_text(ret == 0 ? route_format(text, &route) : "(none)", rows[i].written,
				name);
		else
			ok(ret < 0, name);
	}
}

static void test_nic_name(void)
{
	static const struct {
		const char *text;
		int ret;
	} rows[] = {
		{ "tap0", 0 },
		{ "fifteen-letters", 0 },
		{ "sixteen-letters-", -ENAMETOOLONG },
		{ "...", 0 },
		{ "a.b@c", 0 },
		{ "\xc3\xa9", 0 },
		{ "", -EINVAL },
		{ ".", -EINVAL },
		{ "..", -EINVAL },
		{ "a/b", -EINVAL },
		{ "a:b", -EINVAL },
		{ "a b", -EINVAL },
		{ "a\tb", -EINVAL },
		{ "a\nb", -EINVAL },
		{ "a%d", -EINVAL },
		{ "a\033", -EINVAL },
	};
	char name[64], escaped[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(name, sizeof(name), "name \"%s\"",
			 text_escape(escaped, sizeof(escaped), rows[i].text));
		ok_number(value_nic_name(rows[i].text), rows[i].ret, name);
	}
}

static void test_escape(void)
{
	static const struct {
		const char *text, *escaped;
	} rows[] = {
		{ "", "" },
		{ "plain text", "plain text" },
		{ "a\033[31mb", "a\\x1b[31mb" },
		{ "a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd" },
		{ "\x7f", "\\x7f" },
		{ "\xc3\xa9", "\xc3\xa9" },
		{ "\xe2\x82\xac", "\xe2\x82\xac" },
		{ "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7" },
		/* Latin 1, cut short, overlong, surrogate, beyond Unicode, a C1 control */
		{ "\xe9t", "\\xe9t" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xc0\xaf", "\\xc0\\xaf" },
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xc2\x9b", "\\xc2\\x9b" },
		{ "\xff", "\\xff" },
	};
	char buf[64], small[8], name[96];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(name, sizeof(name), "escaping, row %zu", i);
		ok_text(text_escape(buf, sizeof(buf), rows[i].text), rows[i].escaped, name);
	}
	memset(small, 'x', sizeof(small));
	ok_text(text_escape(small, sizeof(small), "abcdefghijkl"), "abcdefg",
		"escaping stops in time");
	ok_text(text_escape(small, sizeof(small), "abcde\x01"), "abcde", "and cuts no escape");
	ok_text(text_escape(small, sizeof(small), "abcdef\xc3\xa9"), "abcdef", "nor a character");
}

static void test_text_add(void)
{
	char buf[8] = "ab";

	ok(text_add(buf, sizeof(buf), "%s", "cde"), "text that fits");
	ok(!text_add(buf, sizeof(buf), "%s", "fgh"), "text that does not");
	ok_text(buf, "abcdefg", "as much as fits");
}

static const char *key_nearest(const char *name)
{
	struct nearest nearest = nearest_begin(name);

	key_offer_all(&nearest);
	return nearest.word;
}

static void test_nearest(void)
{
	const char *near;

	near = key_nearest("addres");
	ok_text(near ? near : "(none)", "address", "one letter less");
	near = key_nearest("adress");
	ok_text(near ? near : "(none)", "address", "another letter less");
	near = key_nearest("promisk");
	ok_text(near ? near : "(none)", "promisc", "a wrong letter");
	ok(!key_nearest("colour"), "a word that is like none");
	ok(!key_nearest("persist"), "not the internal one");
	ok(!key_nearest(""), "no word at all");
	ok(!key_nearest("wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"),
	   "a word that is too long");
}

int main(void)
{
	test_siphash();
	test_identity_mac();
	test_bool();
	test_number();
	test_mac();
	test_address();
	test_netmask();
	test_route();
	test_nic_name();
	test_escape();
	test_text_add();
	test_nearest();
	printf("1..%d\n", number);
	return failures != 0;
}
