/* SPDX-License-Identifier: MIT */
/* Mistakes that show only when several fields, or several NICs, are seen together: the table. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/rule.h"
#include "config/rules.h"
#include "config/scan.h"
#include "base/util.h"

#define DESCRIPTOR (KIND_BIT(MODE_TAP) | KIND_BIT(MODE_TUN))
#define VXLAN KIND_BIT(MODE_VXLAN)

/* In this order: the first ones complete what the later ones look at. */
static const struct {
	void (*look)(struct conf *conf, struct nic *nic);
	unsigned kinds;
	bool not_for_stop; /* what is only wanted by start need not be looked at to stop */
} nic_rules[] = {
	{ rule_keys_of_kind, KIND_ALL, false },
	{ rule_vxlan_segment, VXLAN, false },
	{ rule_vxlan_peers, VXLAN, false },
	{ rule_addresses, KIND_ALL, false },
	{ rule_ipv6, KIND_ALL, false },
	{ rule_mtu, KIND_ALL, false },
	{ rule_owner, DESCRIPTOR, false },
	{ rule_readers, DESCRIPTOR, false },
	{ rule_carrier, DESCRIPTOR, false },
	{ rule_ports, KIND_ALL, false },
	{ rule_routes, KIND_ALL, false },
	{ rule_netns, KIND_ALL, true },
	{ rule_openstack_names, KIND_ALL, false },
};

static void (*const file_rules[])(struct conf *conf) = {
	rule_names,
	rule_claims,
	rule_bridges,
	rule_bridge_mtus,
};

bool rule_is_own(const struct nic *nic, enum nic_field field)
{
	return nic_line(nic, field) && nic_line(nic, field)->section;
}

/* Has the same been said of another NIC of the section? The NICs of a series come in a row. */
static bool is_said(struct conf *conf, const struct said *one)
{
	size_t i;

	for (i = conf->nsaid; i > 0 && conf->said[i - 1].section == one->section; i--)
		if (conf->said[i - 1].fmt == one->fmt && conf->said[i - 1].line == one->line)
			return true;
	conf->said = array_grow(conf->said, &conf->said_cap, conf->nsaid, sizeof(*conf->said));
	conf->said[conf->nsaid++] = *one;
	return false;
}

struct place {
	const struct nic *nic;
	const struct scan_line *line;
	const char *key;
};

/* Where a field is set, or would be. */
static struct place place_of(const struct nic *nic, enum nic_field field)
{
	const struct scan_line *line = nic_line(nic, field);

	if (line)
		return (struct place){ nic, line, line->key };
	return (struct place){ nic, nic->section, key_of(field)->name };
}

static void __attribute__((format(printf, 4, 0)))
complain(struct conf *conf, struct place place, bool error, const char *fmt, va_list ap)
{
	const struct scan_line *line = place.line;
	char text[KEY_WHY];

	if (is_said(conf, &(struct said){ fmt, line, place.nic->section }))
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	(error ? mistake_add : mistake_warn)(&conf->mistakes, line ? line->file : conf->path,
					     line ? line->line : 0, place.nic->name, place.key,
					     "%s", text);
}

#define COMPLAIN(place, error)                             \
	do {                                               \
		va_list ap;                                \
		va_start(ap, fmt);                         \
		complain(conf, (place), (error), fmt, ap); \
		va_end(ap);                                \
	} while (0)

void rule_error(struct conf *conf, const struct nic *nic, enum nic_field field, const char *fmt,
		...)
{
	COMPLAIN(place_of(nic, field), true);
}

void rule_warn(struct conf *conf, const struct nic *nic, enum nic_field field, const char *fmt, ...)
{
	COMPLAIN(place_of(nic, field), false);
}

void rule_error_of_name(struct conf *conf, const struct nic *nic, const char *fmt, ...)
{
	COMPLAIN(((struct place){ nic, nic->section, NULL }), true);
}

void rule_warn_of_name(struct conf *conf, const struct nic *nic, const char *fmt, ...)
{
	COMPLAIN(((struct place){ nic, nic->section, NULL }), false);
}

static void look_at_nic(struct conf *conf, struct nic *nic, bool to_stop)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nic_rules); i++)
		if ((nic_rules[i].kinds & KIND_BIT(nic->num[NIC_MODE])) &&
		    !(to_stop && nic_rules[i].not_for_stop))
			nic_rules[i].look(conf, nic);
}

void rules_check(struct conf *conf, bool to_stop)
{
	size_t i;

	for (i = 0; i < conf->n; i++)
		look_at_nic(conf, &conf->nics[i], to_stop);
	for (i = 0; i < ARRAY_SIZE(file_rules); i++)
		file_rules[i](conf);
}

char *rules_refusal(struct nic *nic)
{
	struct conf conf = { 0 };
	const struct mistake *one;
	char *text = NULL;
	size_t i;

	look_at_nic(&conf, nic, false);
	for (i = 0; i < conf.mistakes.n; i++) {
		one = &conf.mistakes.list[i];
		if (!text && !one->warning)
			text = xasprintf("%s%s%s", one->key ? one->key : "", one->key ? ": " : "",
					 one->text);
		free(one->text);
	}
	free(conf.mistakes.list);
	free(conf.said);
	return text;
}
