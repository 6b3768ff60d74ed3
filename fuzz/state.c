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

void log_warning(const char *fmt, ...)
{
	(void)fmt;
}

void log_step(const char *fmt, ...)
{
	(void)fmt;
}

static void drop(struct record *record, void *data)
{
	struct record **any = data;

	*any = record;
}

static void clear(struct records *state)
{
	struct record *record;

	while (state->tree) {
		records_each(state, drop, &record);
		free_lists(record);
		records_remove(state, record);
	}
}

static void count(struct record *record, void *data)
{
	size_t *n = data;

	if (!record->netid[0] || value_nic_name(record->name) < 0)
		abort();
	++*n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct records state = { .path = (char[]){ "fuzz" }, .boot = "boot" }, again = state;
	size_t n = 0, n_again = 0, length;
	char *text;
	FILE *f;

	if (!size)
		return 0;
	f = fmemopen((char *)(size_t)data, size, "r");
	read_records(&state, f);
	fclose(f);
	records_each(&state, count, &n);
	f = open_memstream(&text, &length);
	fprintf(f, HEADER " %s\n", state.boot);
	records_each(&state, write_record, f);
	fclose(f);
	f = fmemopen(text, length, "r");
	read_records(&again, f);
	fclose(f);
	records_each(&again, count, &n_again);
	if (n_again != n)
		abort();
	free(text);
	clear(&state);
	clear(&again);
	return 0;
}
