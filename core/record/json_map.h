/* SPDX-License-Identifier: Apache-2.0 */

/* json_map - a key that an object has twice */

#ifndef RECORD_JSON_MAP_H
#define RECORD_JSON_MAP_H

#include <millrace/batch.h>

/* PAIRS are *COUNT values: key, value, key, value.  Of pairs with the same key
 * only the first place and the last value stay.  False: no memory. */
bool json_map_unify(struct mill_value *pairs, size_t *count);

#endif /* RECORD_JSON_MAP_H */
