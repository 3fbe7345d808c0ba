/* SPDX-License-Identifier: Apache-2.0 */

/* hashmap - OpenJDK's HashMap as far as it decides an order; see hashmap.h */

#include "hashmap.h"

#define FIRST_BUCKETS 16u
#define CROWDED 8u /* keys that a bucket may have before it is looked at */
#define TREE_BUCKETS 64u

/* Takes one character off valid UTF-8. */
static uint32_t
next_character(const unsigned char **at)
{
    const unsigned char *p = *at;
    unsigned more = p[0] < 0x80 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    uint32_t character = more ? p[0] & (0x3fu >> more) : p[0];

    for (unsigned i = 1; i <= more; i++)
        character = character << 6 | (p[i] & 0x3f);
    *at = p + more + 1;
    return character;
}

uint32_t
hashmap_hash(struct mill_bytes key)
{
    const unsigned char *at = (const unsigned char *)key.data;
    const unsigned char *end = at + key.len;
    uint32_t hash = 0;

    while (at < end) {
        uint32_t character = next_character(&at);

        /* Java counts in UTF-16: two units above the BMP. */
        if (character > 0xffff) {
            hash = hash * 31 + (0xd7c0 + (character >> 10));
            character = 0xdc00 + (character & 0x3ff);
        }
        hash = hash * 31 + character;
    }
    return hash ^ hash >> 16;
}

/* How many of the first COUNT keys are in the bucket of HASH. */
static size_t
bucket_size(const uint32_t *hashes, size_t count, uint32_t hash, size_t buckets)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += ((hashes[i] ^ hash) & (buckets - 1)) == 0;
    return size;
}

size_t
hashmap_buckets(const uint32_t *hashes, size_t count)
{
    size_t buckets = FIRST_BUCKETS;

    for (size_t i = 0; i < count; i++) {
        if (buckets < TREE_BUCKETS
            && bucket_size(hashes, i, hashes[i], buckets) >= CROWDED)
            buckets *= 2;
        if (i + 1 > buckets / 4 * 3)
            buckets *= 2;
    }
    return buckets;
}

void
hashmap_sort(const uint32_t *hashes, size_t buckets, int *order, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        int moving = order[i];
        size_t bucket = hashes[moving] & (buckets - 1);
        size_t at = i;

        for (; at > 0 && (hashes[order[at - 1]] & (buckets - 1)) > bucket; at--)
            order[at] = order[at - 1];
        order[at] = moving;
    }
}
