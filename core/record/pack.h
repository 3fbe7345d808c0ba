/* SPDX-License-Identifier: Apache-2.0 */

/*
 * pack - a batch as bytes, for one that waits on disk for a while
 *
 * The bytes are read by the process that wrote them, so they have no version
 * and no byte order of their own.  A disk may lie all the same: whatever comes
 * back is checked as a whole before any of it is believed.
 */

#ifndef RECORD_PACK_H
#define RECORD_PACK_H

#include <millrace/json.h>

#include "record/batch.h"

/*
 * Appends BATCH, which the caller holds a reference to; other stages may be
 * looking at it, or decoding it.  Where the payloads still say everything they
 * are packed without the cells, which are decoded again when somebody looks;
 * rows that don't decode are found again then.  False, and TO is as long as
 * before: no memory, or a mark, a rejection or a derived row is yet to be swept
 * (or was lost for want of memory), which bytes couldn't say.
 */
bool batch_pack(struct batch *batch, struct mill_buffer *to);

/* A new batch with one reference, from the LEN bytes at DATA that one
 * batch_pack() appended; they may lie at any address, and aren't needed any
 * more.  Its entry is NULL, which the caller sets.  NULL: *WHY is "no memory"
 * or "damaged". */
struct batch *batch_unpack(struct pool *pool, const char *data, size_t len,
                           const char **why);

#endif /* RECORD_PACK_H */
