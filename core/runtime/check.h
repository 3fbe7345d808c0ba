/* SPDX-License-Identifier: Apache-2.0 */

/*
 * check - asks every plugin of a graph whether its options make sense
 */

#ifndef RUNTIME_CHECK_H
#define RUNTIME_CHECK_H

#include <stdbool.h>

#include "pipeline/graph.h"
#include "plugin/fault.h"

/* Calls each plugin's check; nothing is opened.  Notes in the graph what stages
 * can't promise, and which take JSON.  What plugins log goes to stderr, as JSON
 * where LOG_JSON is true.  False: FAULTS has why, at the line of the stage. */
bool runtime_check(struct graph *graph, bool log_json, struct faults *faults);

#endif /* RUNTIME_CHECK_H */
