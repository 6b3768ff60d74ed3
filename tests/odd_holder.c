/* SPDX-License-Identifier: MIT */
/*
 * The holder, but for this: after USR1 it is of another version, and each USR2 has it give the
 * next kind of answer that fits no question. It has its place beside a copy of config_tap.
 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "holder/protocol.h"

static volatile sig_atomic_t spoken = HOLD_VERSION, lie;

static int odd_send(int sock, const struct hold_message *message, size_t n, const int *fds,
		    size_t nfds, int flags);
int holder_main(int argc, char **argv);

#undef HOLD_VERSION
#define HOLD_VERSION ((uint32_t)spoken)
#define hold_send odd_send
#define main holder_main
#include "holder/holder.c"
#undef main
#undef hold_send

/* The list's own entries in the place of the answer, made wrong by spoil. */
static size_t fill(struct hold_message *odd, void (*spoil)(struct hold_entry *entry))
{
	size_t i;

	odd->n = HOLD_MAX;
	for (i = 0; i < HOLD_MAX; i++) {
		odd->entries[i] = (struct hold_entry){ .name = "a", .ifindex = (int32_t)i + 1 };
		if (spoil)
			spoil(&odd->entries[i]);
	}
	return HOLD_MAX;
}

static void spoil_name(struct hold_entry *entry)
{
	memset(entry->name, 'a', sizeof(entry->name));
}

static void spoil_index(struct hold_entry *entry)
{
	entry->ifindex = -1;
}

static size_t odd_operation(struct hold_message *odd, size_t n)
{
	odd->op++;
	return n;
}

static size_t odd_error(struct hold_message *odd, size_t n)
{
	odd->error = 1;
	return n;
}

static size_t odd_length(struct hold_message *odd, size_t n)
{
	odd->n = (uint32_t)(n + 1);
	return n;
}

static size_t odd_count(struct hold_message *odd, size_t n)
{
	odd->n = UINT32_MAX;
	return n;
}

static size_t odd_name(struct hold_message *odd, size_t n)
{
	(void)n;
	return fill(odd, spoil_name);
}

static size_t odd_index(struct hold_message *odd, size_t n)
{
	(void)n;
	return fill(odd, spoil_index);
}

/* Full, whatever is asked for: there is always more to come. */
static size_t odd_end(struct hold_message *odd, size_t n)
{
	(void)n;
	return fill(odd, NULL);
}

/* Change the answer; return how many entries it has then. */
static size_t (*const lies[])(struct hold_message *odd, size_t n) = {
	odd_operation, odd_error, odd_length, odd_count, odd_name, odd_index, odd_end,
};

static int odd_send(int sock, const struct hold_message *message, size_t n, const int *fds,
		    size_t nfds, int flags)
{
	static struct hold_message odd;
	const int stray = STDIN_FILENO;

	odd = *message;
	if (lie > 0 && (size_t)lie <= ARRAY_SIZE(lies))
		n = lies[lie - 1](&odd, n);
	else if (lie)
		return hold_send(sock, message, n, &stray, 1, flags);
	return hold_send(sock, &odd, n, fds, nfds, flags);
}

static void become_odd(int number)
{
	if (number == SIGUSR1)
		spoken = 99;
	else
		lie++;
}

int main(int argc, char **argv)
{
	signal(SIGUSR1, become_odd);
	signal(SIGUSR2, become_odd);
	return holder_main(argc, argv);
}
