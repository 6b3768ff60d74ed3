/* SPDX-License-Identifier: MIT */
/* What the JSON documents have in common; config_tap-json(7) describes them. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>

#include "config/mistake.h"
#include "nic/nic.h"

/* The version of the documents. */
#define JSON_VERSION 1

/* Prints the document, and releases it. */
void json_print(json_t *document);

/* Text of the file or the kernel, which may be no UTF-8; null for NULL. */
json_t *json_text(const char *s);

/* The value of a key, and an object of those of all keys whose bit is in fields. */
struct key;
json_t *json_value(const struct key *key, const struct nic *nic);
json_t *json_fields(const struct nic *nic, uint64_t fields);

/* A list with an object for each mistake. */
json_t *json_mistakes(const struct mistakes *mistakes);

#endif
