/* SPDX-License-Identifier: Apache-2.0 */

/* pack - text as one gzip member */

#ifndef FILE_PACK_H
#define FILE_PACK_H

#include <millrace/json.h>

/* Appends TEXT, packed, to TO.  *STATE is kept from call to call, NULL at
 * first. False: no memory; what TO holds then is good for nothing. */
bool pack_gzip(void **state, struct mill_bytes text, struct mill_buffer *to);

/* NULL is fine. */
void pack_destroy(void *state);

#endif /* FILE_PACK_H */
