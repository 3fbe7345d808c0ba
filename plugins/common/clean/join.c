/* SPDX-License-Identifier: Apache-2.0 */

/* join - see join.h. */

#include "clean/join.h"

#include <string.h>

/* True where TEXT needs no escape in JSON. */
static bool
is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == '"' || *text == '\\')
            return false;
    return true;
}

/* How long the text gets; *PLAIN is left true where it needs no escape. */
static size_t
measure(size_t gap, const struct mill_value *parts, size_t count, bool *plain)
{
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        len += parts[i].len + (i > 0 ? gap : 0);
        *plain = *plain && (parts[i].flags & MILL_PLAIN);
    }
    return len;
}

enum cast_outcome
join_texts(struct mill_batch *batch, const char *separator,
           const struct mill_value *parts, size_t count,
           struct mill_value *value)
{
    size_t gap = strlen(separator), len;
    bool plain = is_plain(separator);
    char *text, *at;

    *value = mill_null();
    for (size_t i = 0; i < count; i++)
        if (mill_is_null(&parts[i]))
            return CAST_DONE;
    len = measure(gap, parts, count, &plain);
    if (len > UINT32_MAX)
        return CAST_BAD;
    text = at = mill_batch_alloc(batch, len + 1);
    if (!text)
        return CAST_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            at = mempcpy(at, separator, gap);
        at = mempcpy(at, parts[i].text, parts[i].len);
    }
    *value = mill_text(MILL_TEXT, text, len);
    value->flags = plain ? MILL_PLAIN : 0;
    return CAST_DONE;
}

enum cast_outcome
join_split(struct mill_batch *batch, const char *separator,
           struct mill_value *value)
{
    size_t gap = strlen(separator), count = 1, i = 0;
    const char *at = value->text, *end = at + value->len, *cut;
    struct mill_value *items;

    for (; gap > 0 && (cut = memmem(at, (size_t)(end - at), separator, gap));
         at = cut + gap)
        count++;
    items = mill_batch_alloc(batch, count * sizeof(*items));
    if (!items)
        return CAST_NO_MEMORY;
    for (at = value->text; i < count; i++) {
        cut = i + 1 < count ? memmem(at, (size_t)(end - at), separator, gap)
                            : end;
        items[i] = mill_text(MILL_TEXT, at, (size_t)(cut - at));
        items[i].flags = value->flags;
        at = cut + gap;
    }
    *value = mill_items(MILL_LIST, items, count);
    return CAST_DONE;
}
