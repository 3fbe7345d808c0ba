/* SPDX-License-Identifier: Apache-2.0 */

/* memo - a sorted list of keys and values; see memo.h */

#include "runtime/memo.h"

#include <stdlib.h>
#include <string.h>

void
memo_finish(struct memo *memo)
{
    for (size_t i = 0; i < memo->count; i++) {
        free(memo->notes[i].key);
        free(memo->notes[i].value);
    }
    free(memo->notes);
    *memo = (struct memo){ 0 };
}

/* Where KEY is, or would have to be put. */
static size_t
place_of(const struct memo *memo, const char *key)
{
    size_t low = 0;
    size_t high = memo->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(memo->notes[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool
is_at(const struct memo *memo, size_t place, const char *key)
{
    return place < memo->count && strcmp(memo->notes[place].key, key) == 0;
}

static bool
make_room(struct memo *memo)
{
    if (memo->count < memo->room)
        return true;

    size_t room = memo->room ? memo->room * 2 : 16;
    struct note *notes = realloc(memo->notes, room * sizeof(*notes));
    if (!notes)
        return false;
    memo->notes = notes;
    memo->room = room;
    return true;
}

static bool
insert(struct memo *memo, size_t place, const char *key)
{
    char *copy = strdup(key);

    if (!copy || !make_room(memo)) {
        free(copy);
        return false;
    }
    memmove(memo->notes + place + 1, memo->notes + place,
            (memo->count - place) * sizeof(*memo->notes));
    memo->notes[place] = (struct note){ .key = copy };
    memo->count++;
    return true;
}

bool
memo_put(struct memo *memo, const char *key, const char *value)
{
    char *copy = value ? strdup(value) : NULL;
    size_t place = place_of(memo, key);

    if (value && !copy)
        return false;
    if (!is_at(memo, place, key) && !insert(memo, place, key)) {
        free(copy);
        return false;
    }
    free(memo->notes[place].value);
    memo->notes[place].value = copy;
    memo->notes[place].changed = true;
    return true;
}

const char *
memo_get(const struct memo *memo, const char *key)
{
    size_t place = place_of(memo, key);

    return is_at(memo, place, key) ? memo->notes[place].value : NULL;
}

bool
memo_at(const struct memo *memo, size_t index, const char **key,
        const char **value)
{
    for (size_t i = 0; i < memo->count; i++) {
        if (!memo->notes[i].value || index-- > 0)
            continue;
        *key = memo->notes[i].key;
        *value = memo->notes[i].value;
        return true;
    }
    return false;
}

void
memo_stored(struct memo *memo)
{
    size_t kept = 0;

    for (size_t i = 0; i < memo->count; i++) {
        struct note *note = &memo->notes[i];

        if (!note->value) {
            free(note->key);
            continue;
        }
        note->changed = false;
        memo->notes[kept++] = *note;
    }
    memo->count = kept;
}
