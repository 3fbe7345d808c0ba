/* SPDX-License-Identifier: Apache-2.0 */

/*
 * dead_letters - the sink that stages without a dead_letter get
 *
 * A plain `file` sink, appending to dead.ndjson in the state folder, or to
 * dead-letters.ndjson in the working folder where a pipeline keeps no state.
 */

#ifndef PIPELINE_DEAD_LETTERS_H
#define PIPELINE_DEAD_LETTERS_H

#include "pipeline/graph.h"
#include "plugin/fault.h"

struct registry;

/* What that stage is called. */
#define DEAD_LETTERS_STAGE "dead-letters"

/* Adds the sink and points every stage at it that names none.  False: FAULTS
 * says why. */
bool graph_add_dead_letters(struct graph *graph, struct registry *registry,
                            struct faults *faults);

#endif /* PIPELINE_DEAD_LETTERS_H */
