/* SPDX-License-Identifier: Apache-2.0 */

/*
 * build - stages, edges and what they remember, from a graph
 */

#ifndef RUNTIME_BUILD_H
#define RUNTIME_BUILD_H

#include "runtime/run_parts.h"

/* Makes run->stages and run->edges.  False: no memory or file descriptors; what
 * was made is in the run. */
bool build_stages(struct run *run);

/* Reads what the last run left: resume and memos; settles what to do where a
 * stage runs another plugin than it did.  FRESH forgets all first.  False: the
 * store can't be read or written (store_error()). */
bool build_memory(struct run *run, bool fresh);

/* Closes the plugins that are open; the stages' threads have ended.  Sources
 * come first: until then a thread of a source's own may ask the sinks behind
 * it, which it finds by the edges. */
void build_close(struct run *run);

/* Frees stages and edges; their threads have ended. */
void build_undo(struct run *run);

#endif /* RUNTIME_BUILD_H */
