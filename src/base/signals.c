/* SPDX-License-Identifier: MIT */
/* INT, TERM and HUP while a command changes something. */
#include "config.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/signals.h"
#include "base/util.h"

static const int ends[] = { SIGINT, SIGTERM, SIGHUP };

static volatile sig_atomic_t caught;
static struct sigaction pipe_before;

static void remember(int number)
{
	caught = number;
}

void signals_catch(void)
{
	/* without SA_RESTART: what waits is to look */
	struct sigaction catch = { .sa_handler = remember }, ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++)
		if (sigaction(ends[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(ends[i], &catch, NULL);
	sigaction(SIGPIPE, &ignore, &pipe_before);
}

int signals_caught(void)
{
	return caught;
}

void signals_restore(void)
{
	sigaction(SIGPIPE, &pipe_before, NULL);
}

void signals_end(void)
{
	struct sigaction fatal = { .sa_handler = SIG_DFL };

	if (!caught)
		return;
	sigaction(caught, &fatal, NULL);
	kill(getpid(), caught);
}
