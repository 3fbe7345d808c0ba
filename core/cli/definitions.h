/* SPDX-License-Identifier: Apache-2.0 */

/*
 * definitions - the pipelines that a command was given, read and checked
 *
 * What is wrong with them, all of it, goes to stderr.
 */

#ifndef CLI_DEFINITIONS_H
#define CLI_DEFINITIONS_H

#include <stddef.h>

#include "cli/cli.h"
#include "pipeline/graph.h"

/* Zeroed memory holds none. */
struct definitions {
    struct registry *registry;
    struct graph **graphs;
    size_t count;
};

/*
 * Reads LINE, as -e has it, unless it is NULL, then the COUNT files; lets each
 * plugin check its options; and checks that all can run in one process.
 * EXIT_DONE: all are right and in DEFINITIONS, in that order.  Otherwise it was
 * told why, and that status is what the command returns.
 */
int definitions_read(struct definitions *definitions,
                     const struct command *command, const char *plugin_path,
                     const char *line, char *const *files, size_t count);

/* Gives stages without a dead_letter the default one; for those that run. */
int definitions_add_dead_letters(struct definitions *definitions);

void definitions_finish(struct definitions *definitions);

#endif /* CLI_DEFINITIONS_H */
