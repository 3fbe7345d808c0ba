/* SPDX-License-Identifier: Apache-2.0 */

/*
 * crash - the last words of a process that a plugin takes down
 *
 * A plugin that writes where it may not ends the host, as it would any program;
 * what is lost is what the next run does again.  But whoever reads the log has
 * to learn which plugin it was.  Where a signal is handled by somebody else, a
 * sanitizer say, nothing is done.
 */

#ifndef RUNTIME_CRASH_H
#define RUNTIME_CRASH_H

#include <stdbool.h>

struct mill_stage;

/* For the whole process, before any thread of a run is started. */
void crash_watch(void);

/* This thread is in the hands of the stage's plugin from now on. */
void crash_is_of(const struct mill_stage *stage);

#endif /* RUNTIME_CRASH_H */
