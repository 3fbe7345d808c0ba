/* SPDX-License-Identifier: Apache-2.0 */

/*
 * hashmap - the order in which a java.util.HashMap gives its String keys back
 *
 * What Java writes from a HashMap stands in the order of its buckets, and
 * within one in the order in which the keys came.  The table begins with 16
 * buckets and doubles when it is more than three quarters full, or when a
 * bucket of a small table gets its ninth key.  (In a table of 64 buckets or
 * more such a bucket becomes a tree, whose order isn't followed here: that
 * takes nine keys with nearly the same hash.)
 */

#ifndef FILE_HASHMAP_H
#define FILE_HASHMAP_H

#include <millrace/batch.h>

/* String.hashCode() of valid UTF-8, as HashMap spreads it. */
uint32_t hashmap_hash(struct mill_bytes key);

/* How many buckets there are after COUNT different keys were put. */
size_t hashmap_buckets(const uint32_t *hashes, size_t count);

/* Sorts the COUNT indexes in ORDER, which stand in the order of putting;
 * HASHES is by index. */
void hashmap_sort(const uint32_t *hashes, size_t buckets, int *order,
                  size_t count);

#endif /* FILE_HASHMAP_H */
