/* SPDX-License-Identifier: Apache-2.0 */

/*
 * memo - the keys and values that a stage has recorded
 *
 * What mill_state_put() and friends work on: a sorted list in memory, loaded
 * from the store at the start, each change marked until it has been stored.
 */

#ifndef RUNTIME_MEMO_H
#define RUNTIME_MEMO_H

#include <stdbool.h>
#include <stddef.h>

struct note {
    char *key;
    char *value;  /* NULL: forgotten, but not yet in the store */
    bool changed; /* since memo_stored() */
};

/* Zeroed memory is an empty memo. */
struct memo {
    struct note *notes; /* sorted by key */
    size_t count;
    size_t room;
};

void memo_finish(struct memo *memo);

/* VALUE NULL forgets.  False: no memory. */
bool memo_put(struct memo *memo, const char *key, const char *value);

/* NULL: no such key. */
const char *memo_get(const struct memo *memo, const char *key);

/* The INDEXth key that has a value; false: there are not so many. */
bool memo_at(const struct memo *memo, size_t index, const char **key,
             const char **value);

/* All changes are in the store now. */
void memo_stored(struct memo *memo);

#endif /* RUNTIME_MEMO_H */
