/* SPDX-License-Identifier: Apache-2.0 */

/* promise - how often a row arrives, path by path, and why */

#ifndef CLI_PROMISE_H
#define CLI_PROMISE_H

#include <stdio.h>

#include "pipeline/graph.h"

/* The most paths that are listed; that there are more is said. */
#define PROMISE_PATHS_MAX 200

/* A line for each path from a source to a sink. */
void promise_print(FILE *to, const struct graph *graph);

#endif /* CLI_PROMISE_H */
