/* SPDX-License-Identifier: Apache-2.0 */

/* window - see the header */

#include "window.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 256u

void
window_finish(struct window *window)
{
    free(window->ring);
    free(window->slots);
    *window = (struct window){ 0 };
}

static size_t
slot_mask(const struct window *window)
{
    return 2 * window->room - 1;
}

/* Where an entry would like to be. */
static size_t
home_of(const struct window *window, const struct digest *digest)
{
    return digest->words[0] & slot_mask(window);
}

static bool
is_same(const struct digest *a, const struct digest *b)
{
    return a->words[0] == b->words[0] && a->words[1] == b->words[1];
}

/* The slot of the entry with this digest, or the free one where it belongs. */
static size_t
slot_of(const struct window *window, const struct digest *digest)
{
    size_t slot = home_of(window, digest);

    while (window->slots[slot] != 0
           && !is_same(&window->ring[window->slots[slot] - 1].digest, digest))
        slot = (slot + 1) & slot_mask(window);
    return slot;
}

struct entry *
window_find(struct window *window, const struct digest *digest)
{
    if (window->room == 0)
        return NULL;

    uint32_t place = window->slots[slot_of(window, digest)];
    return place ? &window->ring[place - 1] : NULL;
}

static void
put(struct window *window, uint64_t number, const struct entry *entry)
{
    size_t place = number & (window->room - 1);

    window->ring[place] = *entry;
    window->slots[slot_of(window, &entry->digest)] = (uint32_t)place + 1;
}

static bool
grow(struct window *window)
{
    struct window more = { .room = window->room ? 2 * window->room : FIRST_ROOM,
                           .first = window->first,
                           .next = window->next };

    more.ring = malloc(more.room * sizeof(*more.ring));
    more.slots = calloc(2 * more.room, sizeof(*more.slots));
    if (!more.ring || !more.slots) {
        window_finish(&more);
        return false;
    }
    for (uint64_t i = window->first; i < window->next; i++)
        put(&more, i, &window->ring[i & (window->room - 1)]);
    window_finish(window);
    *window = more;
    return true;
}

bool
window_push(struct window *window, const struct entry *entry)
{
    if (window->next - window->first == window->room && !grow(window))
        return false;
    put(window, window->next++, entry);
    return true;
}

/* Frees a slot, and moves up those behind it that it kept from their home. */
static void
free_slot(struct window *window, size_t slot)
{
    size_t mask = slot_mask(window);

    for (size_t at = (slot + 1) & mask; window->slots[at] != 0;
         at = (at + 1) & mask) {
        size_t home =
            home_of(window, &window->ring[window->slots[at] - 1].digest);

        if (((at - home) & mask) < ((at - slot) & mask))
            continue; /* it is at home behind the hole */
        window->slots[slot] = window->slots[at];
        slot = at;
    }
    window->slots[slot] = 0;
}

struct entry
window_pop(struct window *window)
{
    struct entry entry = window->ring[window->first & (window->room - 1)];

    free_slot(window, slot_of(window, &entry.digest));
    window->first++;
    return entry;
}
