/* SPDX-License-Identifier: Apache-2.0 */

/* pack_parts - batches to pack, and whether what comes back is the same */

#ifndef TESTS_CORE_PACK_PARTS_H
#define TESTS_CORE_PACK_PARTS_H

#include "record/batch.h"

/* A copy of CONTENT in the batch of one_batch.h, as a span and as a value. */
struct mill_bytes pack_bytes(const char *content);
struct mill_value pack_text(enum mill_type type, const char *content);

/* Each appends to that batch: a payload; ROWS rows of JSON, of which 7, 107 and
 * so on are broken; a row with a column of each type, some nested. */
void pack_add_payload(enum mill_format format, const char *payload,
                      uint64_t position);
void pack_fill_payloads(unsigned rows);
void pack_add_every_type(void);

/* The batch that `out` is the pack of. */
struct batch *pack_undo(void);

/* Each fails where B, which was unpacked, isn't what A is.  The last looks at
 * all but rows, columns, and whether they are decoded. */
void pack_check_columns(struct batch *a, struct batch *b);
void pack_check_rows(struct batch *a, struct batch *b);
void pack_check_cells(struct batch *a, struct batch *b);
void pack_check_rest(const struct batch *a, const struct batch *b);

#endif /* TESTS_CORE_PACK_PARTS_H */
