/* SPDX-License-Identifier: Apache-2.0 */

/*
 * overflow - the batches that wait for a stage with spill = "disk"
 *
 * What its ring and its queue have no room for goes into a file, and comes back
 * in its turn: so a sink that is down or slow holds up neither the sources nor
 * its siblings, until `spill_size` is used up.  The ledger knows nothing of it:
 * a row on disk is under way as one in memory is, a source commits none that
 * waits there, and after a crash it sends it again; so the file has no name,
 * and nothing of it needs to be durable.
 */

#ifndef RUNTIME_OVERFLOW_H
#define RUNTIME_OVERFLOW_H

#include "runtime/stage.h"

struct overflow;

/* Gives EDGE a store, as its consumer wishes.  NULL: no memory. */
struct overflow *overflow_create(struct edge *edge);

/* After the channel was drained.  NULL is fine. */
void overflow_destroy(struct overflow *overflow);

#endif /* RUNTIME_OVERFLOW_H */
