/* SPDX-License-Identifier: Apache-2.0 */

/* join - texts put together and cut apart. */

#ifndef CLEAN_JOIN_H
#define CLEAN_JOIN_H

#include <millrace/plugin.h>

#include "clean/cast.h"

/* PARTS, each text or null, with SEPARATOR between them; null where one is. */
enum cast_outcome join_texts(struct mill_batch *batch, const char *separator,
                             const struct mill_value *parts, size_t count,
                             struct mill_value *value);

/* VALUE, a text, becomes the list of what is between the separators. */
enum cast_outcome join_split(struct mill_batch *batch, const char *separator,
                             struct mill_value *value);

#endif /* CLEAN_JOIN_H */
