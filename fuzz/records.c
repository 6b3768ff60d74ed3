/* SPDX-License-Identifier: MIT */
/* Fuzz target: the records. What is read and written again must read the same. */
#include "config.h"

#include "fuzz.h"

#include "change/records.c"

/* What is told of nonsense would be all that is to be seen. */
void log_error(const char *fmt, ...)
{
	(void)fmt;
}

void log_step(const char *fmt, ...)
{
	(void)fmt;
}

static void clear_records(struct records *records)
{
	while (records->n) {
		struct record *record = records_at(records, 0);
		struct record copy = *record;

		if (!record->id.netid[0] || value_nic_name(record->name) < 0)
			abort();
		records_remove(records, record);
		record_clear(&copy);
	}
	free(records->by_name);
}

/* Reads text, and returns what would be written of it; NULL where it is not believed. */
static char *write_again(const char *text, size_t size, size_t *length)
{
	struct records records = { .path = (char[]){ "fuzz" }, .boot = "boot" };
	char *copy = xmalloc(size + 1), *again = NULL;
	int ret;

	memcpy(copy, text, size);
	ret = read_records(&records, copy, size);
	if (ret == 0)
		write_records(&records, open_memstream(&again, length));
	clear_records(&records);
	free(copy);
	return again;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length, again_length;
	char *text = write_again((const char *)data, size, &length), *again;

	if (!text)
		return 0;
	again = write_again(text, length, &again_length);
	if (!again || strcmp(text, again) != 0)
		abort();
	free(text);
	free(again);
	return 0;
}
