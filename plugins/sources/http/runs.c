/* SPDX-License-Identifier: Apache-2.0 */

/* runs - see runs.h */

#include "runs.h"

#include <stdlib.h>
#include <string.h>

size_t
rows_begin(struct rows *rows, const struct keys_name *name)
{
    size_t scope = strlen(name->text);

    *rows = (struct rows){ .named = name->named, .count = name->count };
    if (name->named && !idempotency_read(&rows->reader, name->text, &scope))
        return 0;
    return scope;
}

enum idempotency_step
rows_next(struct rows *rows, struct idempotency_row *row)
{
    if (rows->named)
        return idempotency_next(&rows->reader, row);
    if (rows->next == rows->count)
        return IDEMPOTENCY_END;
    *row = (struct idempotency_row){ .position = rows->next++ };
    return IDEMPOTENCY_ROW;
}

static bool
stands_behind(const struct idempotency_row *a, const struct idempotency_row *b)
{
    return a->position != b->position ? a->position > b->position
                                      : a->ordinal > b->ordinal;
}

size_t
runs_before(const struct runs *runs, const struct idempotency_row *row)
{
    size_t low = 0;
    size_t high = runs->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (stands_behind(&runs->list[middle].row, row))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool
runs_add(struct runs *runs, const struct run *run)
{
    size_t at = runs_before(runs, &run->row);

    if (runs->count == runs->room) {
        size_t room = runs->room ? runs->room * 2 : 1;
        struct run *list = realloc(runs->list, room * sizeof(*list));

        if (!list)
            return false;
        runs->list = list;
        runs->room = room;
    }
    memmove(&runs->list[at + 1], &runs->list[at],
            (runs->count - at) * sizeof(*run));
    runs->list[at] = *run;
    runs->count++;
    return true;
}

bool
runs_split(struct runs *runs, struct run *run, uint64_t into, bool same)
{
    struct run rest = *run;

    rest.count -= into + 1;
    rest.index += (uint32_t)into + 1;
    if (same)
        rest.row.ordinal += (uint32_t)into + 1;
    else
        rest.row.position += into + 1;
    run->count = into;
    if (run->count > 0)
        return rest.count == 0 || runs_add(runs, &rest);
    if (rest.count > 0) {
        *run = rest;
        return true;
    }
    runs->count--;
    memmove(run, run + 1,
            (size_t)(runs->list + runs->count - run) * sizeof(*run));
    return true;
}
