/* SPDX-License-Identifier: MIT */
/* import: sections that describe the NICs that are there and that nobody recorded. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/util.h"
#include "change/records.h"
#include "change/users.h"
#include "cli/command.h"
#include "cli/foreign.h"
#include "config/conf.h"
#include "config/identity.h"
#include "config/rules.h"
#include "holder/client.h"
#include "kernel/links.h"
#include "nic/key.h"

/* A NIC in the terms of the file: a bit for each key that its section needs. */
struct imported {
	struct nic nic;
	char *reason;         /* why it is a comment, or NULL */
	unsigned long number; /* at the end of its name, behind so many characters */
	int prefix;           /* -1: no number that a series could count */
};

struct import {
	struct imported *list;
	size_t n, cap;
	struct identity id;
	bool has_id;
};

/* What goes without saying for a NIC of that kind. */
static struct nic import_defaults(const struct import *import, const struct nic *nic)
{
	const struct kind *kind = kind_of(nic);
	struct nic defaults = nic_defaults(nic->name);

	defaults.num[NIC_MTU] = kind_mtu(nic);
	defaults.num[NIC_TXQUEUELEN] = kind->txqueuelen;
	/* a new one has none of its own: with peers = none another program fills the table */
	if (nic->num[NIC_MODE] == MODE_VXLAN && !nic->npeers)
		defaults.num[NIC_LEARNING] = 0;
	if (import->has_id)
		identity_mac(&import->id, nic->name, nic->local.family ? &nic->local : NULL,
			     defaults.mac);
	return defaults;
}

/* Keys that are not of the NIC itself, or for which adoption has no use. */
#define NOT_IMPORTED                                                                          \
	(NIC_BIT(NIC_PERSIST) | NIC_BIT(NIC_CARRIER) | NIC_BIT(NIC_SINK) | NIC_BIT(NIC_DAD) | \
	 NIC_BIT(NIC_BROADCAST) | NIC_BIT(NIC_PEER) | NIC_BIT(NIC_NETNS) | NIC_BIT(NIC_ADDRESS))

/* Without these a section of the kind is not complete. */
#define REQUIRED_OF_VXLAN (NIC_BIT(NIC_VNI) | NIC_BIT(NIC_LOCAL) | NIC_BIT(NIC_PEERS))

/*
 * The addresses that somebody gave it: not the kernel's own, and none that will expire. Returns
 * false where one has a peer that the file cannot give it: the key has one, for the first address
 * of its family.
 */
static bool import_addresses(struct nic *nic, const struct nic *found)
{
	bool seen[2] = { false, false }, fits = true;
	size_t i;

	nic->addresses = NULL;
	nic->naddresses = nic->addresses_cap = 0;
	for (i = 0; i < found->naddresses; i++) {
		const struct address *a = &found->addresses[i];

		if ((a->ip.family == AF_INET6 && ip_is_link_local(&a->ip)) || a->valid)
			continue;
		nic->addresses = array_grow(nic->addresses, &nic->addresses_cap, nic->naddresses,
					    sizeof(*a));
		nic->addresses[nic->naddresses] = *a;
		nic->addresses[nic->naddresses++].peer = (struct ip){ 0 };
		if (a->peer.family && !seen[a->ip.family == AF_INET6] && !nic->peer.family) {
			nic->peer = a->peer;
			nic->set |= NIC_BIT(NIC_PEER);
		} else if (a->peer.family) {
			fits = false;
		}
		seen[a->ip.family == AF_INET6] = true;
	}
	if (nic->naddresses)
		nic->set |= NIC_BIT(NIC_ADDRESS);
	return fits;
}

/* fc7 is what fc%d can make, fc07 is not. */
static void import_number(struct imported *one)
{
	const char *name = one->nic.name, *digits = name + strlen(name);

	while (digits > name && isdigit((unsigned char)digits[-1]))
		digits--;
	one->prefix = -1;
	if (!*digits || digits == name || (digits[0] == '0' && digits[1]) || strlen(digits) > 7)
		return;
	one->prefix = (int)(digits - name);
	one->number = strtoul(digits, NULL, 10);
}

/* The keys whose value is not the one that goes without saying. */
static uint64_t import_keys(const struct import *import, const struct nic *nic, uint64_t known)
{
	struct nic defaults = import_defaults(import, nic);
	const struct key *key;
	uint64_t set = 0;
	size_t i;

	for (i = 0; (key = key_at(i)); i++)
		if (!key->internal && (NIC_BIT(key->field) & known & ~NOT_IMPORTED) &&
		    key_is_taken_by(key->field, kind_of(nic)) && !key_same(key, nic, &defaults))
			set |= NIC_BIT(key->field);
	if (nic->nroutes)
		set |= NIC_BIT(NIC_ROUTES);
	if (nic->num[NIC_MODE] == MODE_VXLAN)
		set |= REQUIRED_OF_VXLAN;
	return set;
}

/* A bridge takes the MAC of one of its ports, unless somebody gives it another. */
static bool has_own_mac(const struct link *link, const struct link *links, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (links[i].master == link->ifindex &&
		    memcmp(links[i].nic.mac, link->nic.mac, sizeof(link->nic.mac)) == 0)
			return false;
	return true;
}

/* What start would not take as a whole, such as a multicast address; NULL where it takes all. */
static char *import_mistake(const struct nic *nic)
{
	struct nic complete = *nic;

	return rules_refusal(&complete);
}

static void import_link(struct import *import, const struct link *links, size_t n,
			const struct link *found, char *reason)
{
	struct imported *one;
	struct nic *nic;

	import->list = array_grow(import->list, &import->cap, import->n, sizeof(*import->list));
	one = &import->list[import->n++];
	*one = (struct imported){ .nic = found->nic, .reason = reason };
	nic = &one->nic;
	nic->set = 0;
	nic->num[NIC_MAC] = MAC_FIXED;
	if (!import_addresses(nic, &found->nic) && !reason)
		one->reason = xstrdup("one of its addresses has a peer that no key can express");
	nic->set |= import_keys(import, nic, found->nic.set);
	if (!has_own_mac(found, links, n))
		nic->set &= ~NIC_BIT(NIC_MAC);
	if (!one->reason)
		one->reason = import_mistake(nic);
	import_number(one);
}

static int compare_imported(const void *a, const void *b)
{
	const struct imported *x = a, *y = b;

	if (x->prefix >= 0 && x->prefix == y->prefix &&
	    strncmp(x->nic.name, y->nic.name, (size_t)x->prefix) == 0)
		return x->number < y->number ? -1 : x->number > y->number;
	return strcmp(x->nic.name, y->nic.name);
}

/* Is next what a series that begins with first has at place n? */
static bool import_continues(const struct imported *first, const struct imported *next, uint32_t n)
{
	struct nic expected = first->nic;
	const struct key *key;
	size_t i;

	if (first->prefix < 0 || next->prefix != first->prefix || first->reason || next->reason ||
	    next->number != first->number + n || next->nic.set != first->nic.set ||
	    strncmp(first->nic.name, next->nic.name, (size_t)first->prefix) != 0 ||
	    nic_is_set(&first->nic, NIC_MAC) || conf_shift_nic(&first->nic, &expected, n))
		return false;
	for (i = 0; (key = key_at(i)); i++)
		if (nic_is_set(&expected, key->field) && !key_same(key, &expected, &next->nic))
			return false;
	return true;
}

/* printing */

/* A value as the file is to have it: bare, or in quotes if it must. */
static bool import_can_write(const char *text)
{
	return !strpbrk(text, "\\\"\n") && *text;
}

/*
 * Why start would not take the value, or NULL: the kernel has some that no file may set, such as
 * the MAC of a bridge whose last port has gone, which is all zeros.
 */
static const char *import_refusal(const struct key *key, const struct nic *nic, char why[KEY_WHY])
{
	struct nic reread = nic_defaults(nic->name);
	size_t i = 0, n = key_is_list(key) ? key_count(key, nic) : 0;
	char text[KEY_TEXT], item[KEY_ITEM];

	if (key_is_text(key)) {
		const char *value = key_text(key, nic);

		return value && import_can_write(value) ? NULL
							: "text that the file cannot express";
	}
	do
		if (key_parse(key, n ? key_item(key, nic, i, item) : key_format(key, nic, text),
			      &reread, why) < 0)
			return why;
	while (++i < n);
	return NULL;
}

static void import_print_key(const struct key *key, const struct nic *nic, const char *before)
{
	char text[KEY_TEXT], item[KEY_ITEM], why[KEY_WHY];
	const char *refusal = import_refusal(key, nic, why);
	size_t i;

	if (refusal) {
		printf("# %s: %s\n", key->name, refusal);
		return;
	}
	printf("%s%s = ", before, key->name);
	if (key_is_text(key))
		printf("\"%s\"", key_text(key, nic));
	else if (!key_is_list(key) || !key_count(key, nic))
		printf("%s", key_format(key, nic, text));
	for (i = 0; key_is_list(key) && i < key_count(key, nic); i++)
		printf("%s%s", i ? ", " : "", key_item(key, nic, i, item));
	putchar('\n');
}

static void import_print(const struct imported *one, uint32_t count)
{
	const struct nic *nic = &one->nic;
	const char *before = one->reason ? "# " : "";
	char text[2048];
	const struct key *key;
	size_t i;

	if (one->reason)
		printf("# %s\n", text_escape(text, sizeof(text), one->reason));
	if (count > 1)
		printf("[%.*s%%d]\ncount = %u\n", one->prefix, nic->name, count);
	else
		printf("%s[%s]\n", before, text_escape(text, sizeof(text), nic->name));
	if (count > 1 && one->number)
		printf("first = %lu\n", one->number);
	for (i = 0; (key = key_at(i)); i++)
		if (nic_is_set(nic, key->field))
			import_print_key(key, nic, before);
}

static void import_print_all(const struct import *import)
{
	uint32_t count;
	size_t i;

	for (i = 0; i < import->n; i += count) {
		for (count = 1; i + count < import->n &&
				import_continues(&import->list[i], &import->list[i + count], count);
		     count++)
			;
		if (i)
			putchar('\n');
		import_print(&import->list[i], count);
	}
}

/* choosing */

static bool import_is_named(const struct options *options, const char *name)
{
	int i;

	for (i = 0; i < options->nnics; i++)
		if (fnmatch(options->nics[i], name, 0) == 0)
			return true;
	return options->nnics == 0;
}

/* Does each name and pattern match an interface of the machine? Tells which do not. */
static bool import_finds_all(const struct options *options, const struct link *links, size_t n)
{
	bool all = true;
	size_t k;
	int i;

	for (i = 0; i < options->nnics; i++) {
		for (k = 0; k < n; k++)
			if (fnmatch(options->nics[i], links[k].nic.name, 0) == 0)
				break;
		if (k == n)
			log_error("%s: there is no such interface", options->nics[i]);
		all &= k < n;
	}
	return all;
}

static bool import_is_meant(const struct options *options, const struct records *records,
			    const struct netns *net, const struct link *found)
{
	struct nic_id id = nic_id(net->id, found->ifindex);

	return found->ifindex && kind_is_known(found->kind) && !records_find_id(records, &id) &&
	       import_is_named(options, found->nic.name);
}

int command_import(const struct options *options)
{
	struct import import = { 0 };
	struct users users = { 0 };
	struct records *records;
	struct netns *net = netns_get(NULL);
	struct link *links = NULL;
	size_t n = 0, i;
	int ret;

	holder_setup(options->run_dir);
	records = records_open(options->run_dir, RECORDS_LOOK);
	if (!records)
		return EXIT_ERROR;
	ret = net ? links_read_all(net, &links, &n) : -errno;
	if (ret < 0) {
		log_error("cannot ask the kernel for its interfaces: %s", netlink_cause(-ret));
		return EXIT_ERROR;
	}
	if (!import_finds_all(options, links, n))
		return EXIT_BAD_ARGUMENT;
	users_read(&users, holder_pid());
	import.has_id = identity_read(&import.id) == 0;
	for (i = 0; i < n; i++)
		if (import_is_meant(options, records, net, &links[i]))
			import_link(&import, links, n, &links[i],
				    foreign_reason(&links[i], net, &users));
	if (import.n)
		qsort(import.list, import.n, sizeof(*import.list), compare_imported);
	import_print_all(&import);
	return EXIT_OK;
}
