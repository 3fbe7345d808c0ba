/* SPDX-License-Identifier: Apache-2.0 */

/* keys_scope - finding scopes by their names; see keys_parts.h */

#include "keys_parts.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of a scope's name that count as a record. */
#define NAME_SHARE 64u

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

struct scope *
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

struct scope *
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

void
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

const struct run *
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
