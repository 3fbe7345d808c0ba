/* SPDX-License-Identifier: Apache-2.0 */

/* keys_check - whether the text of a key can be what it claims; see keys.h */

#include "keys.h"

#include <string.h>

#include "runs.h"

/* pipeline, stage, epoch, from, source, stream, partition */
#define SCOPE_PARTS 7u

bool
keys_check(const struct keys_name *name, struct refusal *why)
{
    struct rows rows;
    struct idempotency_row row;
    enum idempotency_step step = IDEMPOTENCY_ROW;
    size_t count = 0;

    if (strlen(name->text) > KEYS_LENGTH_MOST)
        return refuse(why, 422, 422, "%s has more than %u bytes",
                      IDEMPOTENCY_KEY, KEYS_LENGTH_MOST);
    if (rows_begin(&rows, name) == 0)
        return refuse(why, 422, 422, "%s names no rows", IDEMPOTENCY_KEY);
    while (step == IDEMPOTENCY_ROW && count <= name->count) {
        step = rows_next(&rows, &row);
        if (step == IDEMPOTENCY_ROW && name->named && name->settled > 0
            && row.position <= name->settled)
            return refuse(why, 422, 422,
                          "%s names a row that is settled, as %s says",
                          IDEMPOTENCY_KEY, IDEMPOTENCY_SETTLED);
        count += step == IDEMPOTENCY_ROW;
    }
    if (step == IDEMPOTENCY_BAD)
        return refuse(why, 422, 422, "%s has rows that can't be read",
                      IDEMPOTENCY_KEY);
    if (count != name->count)
        return refuse(why, 422, 422,
                      "%s names another number of rows than the %zu records "
                      "that there are",
                      IDEMPOTENCY_KEY, name->count);
    return true;
}

bool
keys_is_named(const struct keys_name *name)
{
    struct keys_name named = *name;
    struct refusal why;
    size_t parts = 0;

    for (const char *at = name->text; *at; at++)
        parts += *at == '/';
    named.named = true;
    return parts >= SCOPE_PARTS && keys_check(&named, &why);
}
