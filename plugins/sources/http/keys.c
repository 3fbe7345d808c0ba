/* SPDX-License-Identifier: Apache-2.0 */

/* keys - see keys.h */

#include "keys.h"

#include <stdlib.h>
#include <string.h>

#include "runs.h"

#define BUCKETS_FIRST 256u

/* Bytes of a scope's name that count as a record. */
#define NAME_SHARE 64u

struct scope {
    struct scope *next; /* in its bucket */
    uint64_t hash;
    char *name; /* topic, 0, kind, text */
    size_t len;
    struct runs plain; /* of positions: all rows are the first of theirs */
    struct runs same;  /* of ordinals */
    size_t holdings;
};

struct keys_holding {
    struct keys_holding *next; /* the next younger one */
    struct keys_holding *prev;
    struct scope *scope;
    void *owner;
    uint64_t first;
    int64_t came;
    size_t total;   /* records of its request */
    size_t records; /* of them that are remembered */
    uint64_t last;  /* the highest position of those */
    bool going;     /* its runs are to be taken out */
    struct keys_holding *next_going;
};

struct keys {
    struct scope **buckets;
    size_t bucket_count;
    size_t scope_count;
    struct keys_holding *oldest;
    struct keys_holding *youngest;
    size_t records;
    size_t shares; /* that names have of MOST, too */
    int64_t window_s;
    size_t most;
};

/* --- scopes ----------------------------------------------------------------
 */

static uint64_t
hash_of(const char *text, size_t len)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return hash;
}

/* malloc()ed; NULL: no memory, or no such key. */
static char *
scope_name(const struct keys_name *name, size_t *len)
{
    struct rows rows;
    size_t scope = rows_begin(&rows, name);
    size_t topic = strlen(name->topic);
    char *text = scope > 0 ? malloc(topic + scope + 2) : NULL;

    if (!text)
        return NULL;
    memcpy(text, name->topic, topic);
    text[topic] = '\0';
    text[topic + 1] = name->named ? 'n' : 'o';
    memcpy(text + topic + 2, name->text, scope);
    *len = topic + scope + 2;
    return text;
}

static struct scope **
find(const struct keys *keys, const char *name, size_t len, uint64_t hash)
{
    struct scope **at = &keys->buckets[hash & (keys->bucket_count - 1)];

    while (*at
           && ((*at)->hash != hash || (*at)->len != len
               || memcmp((*at)->name, name, len) != 0))
        at = &(*at)->next;
    return at;
}

static struct scope *
scope_of(const struct keys *keys, const struct keys_name *name)
{
    size_t len;
    char *text = scope_name(name, &len);
    struct scope *scope =
        text ? *find(keys, text, len, hash_of(text, len)) : NULL;

    free(text);
    return scope;
}

static void
grow(struct keys *keys)
{
    size_t count = keys->bucket_count * 2;
    struct scope **buckets = calloc(count, sizeof(struct scope *));

    if (!buckets)
        return; /* it is slower, that is all */
    for (size_t i = 0; i < keys->bucket_count; i++)
        while (keys->buckets[i]) {
            struct scope *scope = keys->buckets[i];

            keys->buckets[i] = scope->next;
            scope->next = buckets[scope->hash & (count - 1)];
            buckets[scope->hash & (count - 1)] = scope;
        }
    free(keys->buckets);
    keys->buckets = buckets;
    keys->bucket_count = count;
}

static struct scope *
scope_make(struct keys *keys, const struct keys_name *name)
{
    size_t len;
    char *text = scope_name(name, &len);
    uint64_t hash = text ? hash_of(text, len) : 0;
    struct scope **at = text ? find(keys, text, len, hash) : NULL;
    struct scope *scope;

    if (!text)
        return NULL;
    if (*at) {
        free(text);
        return *at;
    }
    scope = calloc(1, sizeof(*scope));
    if (!scope) {
        free(text);
        return NULL;
    }
    scope->hash = hash;
    scope->name = text;
    scope->len = len;
    *at = scope;
    keys->shares += len / NAME_SHARE;
    if (++keys->scope_count > keys->bucket_count)
        grow(keys);
    return scope;
}

static void
scope_drop(struct keys *keys, struct scope *scope)
{
    struct scope **at;

    if (scope->holdings > 0)
        return;
    at = find(keys, scope->name, scope->len, scope->hash);
    *at = scope->next;
    keys->scope_count--;
    keys->shares -= scope->len / NAME_SHARE;
    free(scope->plain.list);
    free(scope->same.list);
    free(scope->name);
    free(scope);
}

/* The run that ROW is in, and how far; NULL: none. */
static const struct run *
scope_find(const struct scope *scope, const struct idempotency_row *row,
           uint64_t *into)
{
    size_t at = row->ordinal == 0 ? runs_before(&scope->plain, row) : 0;
    const struct run *run = at > 0 ? &scope->plain.list[at - 1] : NULL;

    if (run && row->position - run->row.position < run->count) {
        *into = row->position - run->row.position;
        return run;
    }
    at = runs_before(&scope->same, row);
    run = at > 0 ? &scope->same.list[at - 1] : NULL;
    if (run && run->row.position == row->position
        && row->ordinal - run->row.ordinal < run->count) {
        *into = row->ordinal - run->row.ordinal;
        return run;
    }
    return NULL;
}

/* --- the whole -------------------------------------------------------------
 */

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

        if (!run)
            continue;
        if (!name->named && run->by->total != name->count)
            return refuse(why, 422, 422,
                          "this %s was used for a request of %zu records, "
                          "not %zu",
                          IDEMPOTENCY_KEY, run->by->total, name->count);
        hits[i].found = true;
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
