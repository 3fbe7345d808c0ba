/* SPDX-License-Identifier: Apache-2.0 */

/* pack - text as one gzip member or one zstd frame */

#ifndef COMMON_PACK_H
#define COMMON_PACK_H

#include <millrace/json.h>

enum pack_kind { PACK_NOTHING, PACK_GZIP, PACK_ZSTD };

/* Appends TEXT, packed, to TO.  *STATE is kept from call to call of one KIND,
 * NULL at first.  False: no memory; what TO holds then is good for nothing. */
bool pack_text(enum pack_kind kind, void **state, struct mill_bytes text,
               struct mill_buffer *to);

/* A STATE of NULL is fine. */
void pack_destroy(enum pack_kind kind, void *state);

#endif /* COMMON_PACK_H */
