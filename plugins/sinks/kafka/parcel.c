/* SPDX-License-Identifier: Apache-2.0 */

/* parcel - see parcel.h; those that are done with are kept for the next */

#include "parcel.h"

#include <stdlib.h>
#include <string.h>

struct parcel *
parcels_find(struct parcels *parcels, const struct mill_batch *batch)
{
    for (size_t i = parcels->count; i > 0; i--)
        if (parcels->items[i - 1]->batch == batch)
            return parcels->items[i - 1];
    return NULL;
}

static bool
grow(struct parcels *parcels)
{
    size_t room = parcels->made + 1;
    struct parcel **items = realloc(parcels->items, room * sizeof(*items));
    struct parcel *parcel = calloc(1, sizeof(*parcel));

    if (items)
        parcels->items = items;
    if (!items || !parcel) {
        free(parcel);
        return false;
    }
    parcels->items[parcels->made++] = parcel;
    return true;
}

struct parcel *
parcels_add(struct parcels *parcels, struct mill_batch *batch)
{
    struct parcel *parcel;

    if (parcels->count == parcels->made && !grow(parcels))
        return NULL;
    parcel = parcels->items[parcels->count];
    if (parcel->room < batch->rows) {
        struct message *messages =
            realloc(parcel->messages, batch->rows * sizeof(*messages));

        if (!messages)
            return NULL;
        parcel->messages = messages;
        parcel->room = batch->rows;
    }
    parcel->batch = batch;
    parcels->count++;
    return parcel;
}

/* What stays is the memory of its messages. */
static void
reset(struct parcel *parcel)
{
    free(parcel->topic_name);
    *parcel =
        (struct parcel){ .messages = parcel->messages, .room = parcel->room };
}

void
parcels_drop(struct parcels *parcels)
{
    reset(parcels->items[--parcels->count]);
}

void
parcels_clear(struct parcels *parcels)
{
    while (parcels->count > 0)
        parcels_drop(parcels);
}

void
parcels_rewind(struct parcels *parcels, bool all)
{
    for (size_t i = 0; i < parcels->count; i++) {
        struct parcel *parcel = parcels->items[i];

        parcel->topic = NULL;
        parcel->next = 0;
        for (size_t k = 0; k < parcel->count; k++) {
            struct message *message = &parcel->messages[k];

            if (message->state == MESSAGE_UNDER_WAY
                || (all && message->state == MESSAGE_DELIVERED))
                message->state = MESSAGE_TO_SEND;
            else if (message->state == MESSAGE_ALONE)
                message->state = MESSAGE_SUSPECT;
        }
    }
}

void
parcel_remove(struct parcel *parcel, size_t at)
{
    parcel->count--;
    memmove(&parcel->messages[at], &parcel->messages[at + 1],
            (parcel->count - at) * sizeof(*parcel->messages));
}

void
parcel_number(struct parcel *parcel)
{
    for (size_t i = 0; i < parcel->count; i++)
        parcel->messages[i].row = (uint32_t)i;
}

void
parcels_finish(struct parcels *parcels)
{
    parcels_clear(parcels);
    for (size_t i = 0; i < parcels->made; i++) {
        free(parcels->items[i]->messages);
        free(parcels->items[i]);
    }
    free(parcels->items);
    *parcels = (struct parcels){ 0 };
}
