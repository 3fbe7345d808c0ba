/* SPDX-License-Identifier: Apache-2.0 */

/*
 * probe - loads a plugin where it can do no harm
 *
 * A forked helper opens the shared object with all its symbols bound, finds
 * mill_plugin and checks the descriptor.  What goes wrong there, be it a
 * missing symbol, a crash, an exit or a hang in a constructor, ends the helper
 * only, and is told.
 *
 * Call it before the program has threads.
 */

#ifndef PLUGIN_PROBE_H
#define PLUGIN_PROBE_H

#include <stdbool.h>

#include "plugin/descriptor.h"

/* How long a plugin may take to load. */
#define PROBE_SECONDS 10

/* True: PATH is a plugin of that KIND and NAME and fit to be loaded.  False:
 * see *WHY. */
bool probe_plugin(const char *path, enum mill_kind kind, const char *name,
                  struct reason *why);

/* Opens PATH in this process with all symbols bound and checks it: what the
 * helper does.  NULL: see *WHY.  The object is never closed. */
const struct mill_plugin *probe_open(const char *path, enum mill_kind kind,
                                     const char *name, struct reason *why);

#endif /* PLUGIN_PROBE_H */
