/* SPDX-License-Identifier: Apache-2.0 */

/* json_map - see json_map.h */

#include "record/json_map.h"

#include <stdlib.h>
#include <string.h>

/* Up to so many pairs each is compared with each; more are sorted. */
#define PAIRS_FEW 16

static int
compare_keys(const struct mill_value *a, const struct mill_value *b)
{
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    return a->len ? memcmp(a->text, b->text, a->len) : 0;
}

/* By key; of equal ones the first first. */
static int
compare_places(const void *a, const void *b)
{
    const struct mill_value *const *left = a;
    const struct mill_value *const *right = b;
    int order = compare_keys(*left, *right);

    if (order != 0)
        return order;
    return *left < *right ? -1 : 1;
}

/* Marks KEY's pair to go, and hands its value to FIRST's. */
static void
override(struct mill_value *first, struct mill_value *key)
{
    first[1] = key[1];
    key->type = MILL_MISSING;
}

/* One of 64 bits, from what two keys seldom share. */
static uint64_t
key_bit(const struct mill_value *key)
{
    unsigned hash = key->len;

    if (key->len > 0)
        hash += 7 * (unsigned char)key->text[0]
                + 31 * (unsigned char)key->text[key->len - 1];
    return UINT64_C(1) << hash % 64;
}

/* Most keys show by their bit alone that none before is the same. */
static void
unify_few(struct mill_value *pairs, size_t count)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < count; i += 2) {
        uint64_t bit = key_bit(&pairs[i]);

        for (size_t j = 0; j < i && bits & bit; j += 2)
            if (pairs[j].type != MILL_MISSING
                && compare_keys(&pairs[i], &pairs[j]) == 0) {
                override(&pairs[j], &pairs[i]);
                break;
            }
        bits |= bit;
    }
}

static bool
unify_many(struct mill_value *pairs, size_t count)
{
    struct mill_value **keys = malloc(count / 2 * sizeof(*keys));

    if (!keys)
        return false;
    for (size_t i = 0; i < count; i += 2)
        keys[i / 2] = &pairs[i];
    qsort(keys, count / 2, sizeof(*keys), compare_places);
    struct mill_value *first = keys[0];
    for (size_t i = 1; i < count / 2; i++) {
        if (compare_keys(first, keys[i]) == 0)
            override(first, keys[i]);
        else
            first = keys[i];
    }
    free(keys);
    return true;
}

bool
json_map_unify(struct mill_value *pairs, size_t *count)
{
    size_t kept = 0;

    if (*count <= 2 * PAIRS_FEW)
        unify_few(pairs, *count);
    else if (!unify_many(pairs, *count))
        return false;
    for (size_t i = 0; i < *count; i += 2) {
        if (pairs[i].type == MILL_MISSING)
            continue;
        pairs[kept] = pairs[i];
        pairs[kept + 1] = pairs[i + 1];
        kept += 2;
    }
    *count = kept;
    return true;
}
