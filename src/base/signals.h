/* SPDX-License-Identifier: MIT */
/*
 * INT, TERM and HUP while a command changes something: it ends between two NICs, and not within
 * one. Who does the work looks at signals_caught() before each NIC.
 */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

/*
 * From here on INT, TERM and HUP are remembered, unless they were ignored, and PIPE does nothing:
 * that nobody reads what is said is no reason to leave half a NIC. A call that waits fails with
 * EINTR.
 */
void signals_catch(void);

/* The signal that has come, or 0. */
int signals_caught(void);

/* In a child that becomes another program: PIPE is again what it was. */
void signals_restore(void);

/* Ends the process by the signal that has come, so that its parent knows; else returns. */
void signals_end(void);

#endif
