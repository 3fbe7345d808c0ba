/* SPDX-License-Identifier: Apache-2.0 */

/* keys - see keys.h */

#include "keys_parts.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_FIRST 256u

struct keys *
keys_create(int64_t window_s, size_t most)
{
    struct keys *keys = calloc(1, sizeof(*keys));

    if (!keys)
        return NULL;
    keys->window_s = window_s;
    keys->most = most;
    keys->bucket_count = BUCKETS_FIRST;
    keys->buckets = calloc(keys->bucket_count, sizeof(struct scope *));
    if (!keys->buckets) {
        free(keys);
        return NULL;
    }
    return keys;
}

void
keys_destroy(struct keys *keys)
{
    if (!keys)
        return;
    while (keys->oldest)
        keys_forget(keys, keys->oldest);
    free(keys->buckets);
    free(keys);
}

bool
keys_look(struct keys *keys, const struct keys_name *name,
          struct keys_hit *hits, struct refusal *why)
{
    struct scope *scope = scope_of(keys, name);
    struct rows rows;
    struct idempotency_row row;

    memset(hits, 0, name->count * sizeof(*hits));
    if (!scope)
        return true;
    rows_begin(&rows, name);
    for (size_t i = 0; rows_next(&rows, &row) == IDEMPOTENCY_ROW; i++) {
        uint64_t into = 0;
        const struct run *run = scope_find(scope, &row, &into);

        hits[i].found = run
                        || (name->named && row.position <= scope->settled
                            && scope->settled > 0);
        if (!run)
            continue;
        if (!name->named && run->by->total != name->count)
            return refuse(why, 422, 422,
                          "this %s was used for a request of %zu records, "
                          "not %zu",
                          IDEMPOTENCY_KEY, run->by->total, name->count);
        hits[i].owner = run->by->owner;
        hits[i].index = run->index + (uint32_t)into;
        hits[i].number = run->by->first + hits[i].index;
    }
    return true;
}

static bool
close_run(struct scope *scope, const struct run *run, bool same)
{
    return run->count == 0
           || runs_add(same ? &scope->same : &scope->plain, run);
}

/* Puts the rows that weren't found, as few runs as can be. */
static bool
put_rows(struct keys_holding *holding, const struct keys_name *name,
         const struct keys_hit *hits)
{
    struct run run = { .by = holding };
    struct idempotency_row row;
    bool same = false;
    struct rows rows;

    rows_begin(&rows, name);
    for (uint32_t i = 0; rows_next(&rows, &row) == IDEMPOTENCY_ROW; i++) {
        bool follows = run.count > 0 && i == run.index + run.count && !same
                       && row.ordinal == 0
                       && row.position == run.row.position + run.count;

        if (hits && hits[i].found)
            continue;
        holding->records++;
        holding->last = row.position;
        if (follows) {
            run.count++;
            continue;
        }
        if (!close_run(holding->scope, &run, same))
            return false;
        same = row.ordinal > 0;
        run = (struct run){ row, 1, i, holding };
    }
    return close_run(holding->scope, &run, same);
}

/* What its sender never sends again, and came long ago where it comes. */
static void
note_settled(struct scope *scope, const struct keys_name *name)
{
    if (name->named && name->settled > scope->settled)
        scope->settled = name->settled;
}

struct keys_holding *
keys_put(struct keys *keys, const struct keys_name *name,
         const struct keys_hit *hits, uint64_t first, void *owner,
         int64_t now_s)
{
    struct keys_holding *holding = calloc(1, sizeof(*holding));
    struct scope *scope = holding ? scope_make(keys, name) : NULL;
    bool good;

    if (!scope) {
        free(holding);
        return NULL;
    }
    *holding = (struct keys_holding){ .prev = keys->youngest,
                                      .scope = scope,
                                      .owner = owner,
                                      .first = first,
                                      .came = now_s,
                                      .total = name->count };
    if (keys->youngest)
        keys->youngest->next = holding;
    else
        keys->oldest = holding;
    keys->youngest = holding;
    scope->holdings++;
    note_settled(scope, name);
    good = put_rows(holding, name, hits);
    keys->records += holding->records;
    if (!good) {
        keys_forget(keys, holding);
        return NULL;
    }
    return holding;
}

void
keys_number(struct keys_holding *holding, uint64_t first)
{
    holding->first = first;
}

void
keys_disown(struct keys_holding *holding)
{
    holding->owner = NULL;
}

/* Takes out all runs whose holding is going. */
static void
sweep(struct runs *runs)
{
    size_t kept = 0;

    for (size_t i = 0; i < runs->count; i++)
        if (!runs->list[i].by->going)
            runs->list[kept++] = runs->list[i];
    runs->count = kept;
}

/* Forgets a holding whose runs are out. */
static void
drop(struct keys *keys, struct keys_holding *holding)
{
    holding->scope->holdings--;
    scope_drop(keys, holding->scope);
    if (holding->prev)
        holding->prev->next = holding->next;
    else
        keys->oldest = holding->next;
    if (holding->next)
        holding->next->prev = holding->prev;
    else
        keys->youngest = holding->prev;
    keys->records -= holding->records;
    free(holding);
}

void
keys_forget(struct keys *keys, struct keys_holding *holding)
{
    holding->going = true;
    sweep(&holding->scope->plain);
    sweep(&holding->scope->same);
    drop(keys, holding);
}

bool
keys_drop(struct keys *keys, const struct keys_name *name, size_t index)
{
    struct scope *scope = scope_of(keys, name);
    struct idempotency_row row = { 0 };
    const struct run *run;
    uint64_t into = 0;
    struct rows rows;

    rows_begin(&rows, name);
    for (size_t i = 0; i <= index; i++)
        if (rows_next(&rows, &row) != IDEMPOTENCY_ROW)
            return false;
    run = scope ? scope_find(scope, &row, &into) : NULL;
    if (!run)
        return true;

    bool same = run < scope->plain.list
                || run >= scope->plain.list + scope->plain.count;
    struct runs *runs = same ? &scope->same : &scope->plain;

    run->by->records--;
    keys->records--;
    return runs_split(runs, &runs->list[run - runs->list], into, same);
}

size_t
keys_expire(struct keys *keys, int64_t now_s)
{
    struct keys_holding *holding = keys->oldest;
    size_t early = 0;

    while (holding
           && (keys->records + keys->shares > keys->most
               || holding->came < now_s - keys->window_s)) {
        struct keys_holding *next = holding->next;

        if (!holding->owner) {
            early +=
                holding->came < now_s - keys->window_s ? 0 : holding->records;
            keys_forget(keys, holding);
        }
        holding = next;
    }
    return early;
}

/* Puts the holdings that nobody asks for in front of those that go: their rows
 * all stand at SETTLED or before it, so only the first runs are looked at. */
static struct keys_holding *
mark_settled(const struct runs *runs, uint64_t settled,
             struct keys_holding *going)
{
    for (size_t i = 0; i < runs->count; i++) {
        struct keys_holding *holding = runs->list[i].by;

        if (runs->list[i].row.position > settled)
            break;
        if (holding->owner || holding->going || holding->last > settled)
            continue;
        holding->going = true;
        holding->next_going = going;
        going = holding;
    }
    return going;
}

void
keys_settled(struct keys *keys, const struct keys_name *name)
{
    struct scope *scope = name->named ? scope_of(keys, name) : NULL;
    struct keys_holding *going = NULL;

    if (!scope)
        return;
    note_settled(scope, name);
    going = mark_settled(&scope->plain, name->settled, going);
    going = mark_settled(&scope->same, name->settled, going);
    if (!going)
        return;
    sweep(&scope->plain);
    sweep(&scope->same);
    /* The scope goes with its last holding. */
    while (going) {
        struct keys_holding *next = going->next_going;

        drop(keys, going);
        going = next;
    }
}

size_t
keys_count(const struct keys *keys)
{
    return keys->records;
}

bool
keys_has_number(const struct keys *keys, const struct keys_name *name,
                uint64_t first)
{
    struct scope *scope = scope_of(keys, name);
    struct rows rows;
    struct idempotency_row row;

    rows_begin(&rows, name);
    while (scope && rows_next(&rows, &row) == IDEMPOTENCY_ROW) {
        uint64_t into;
        const struct run *run = scope_find(scope, &row, &into);

        if (run && run->by->first == first)
            return true;
    }
    return false;
}
