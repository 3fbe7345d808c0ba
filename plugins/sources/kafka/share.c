/* SPDX-License-Identifier: Apache-2.0 */

/* share - see share.h */

#include "share.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbox.h"

/* Where it stands, or would: *FOUND says which. */
static size_t
place_of(const struct shares *shares, const char *topic, int32_t number,
         bool *found)
{
    size_t low = 0;
    size_t high = shares->count;

    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct share *share = shares->list[middle];
        int order = strcmp(share->topic, topic);

        if (order == 0)
            order = (share->number > number) - (share->number < number);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct share *
shares_find(const struct shares *shares, const char *topic, int32_t number)
{
    bool found;
    size_t at = place_of(shares, topic, number, &found);

    return found ? shares->list[at] : NULL;
}

static struct share *
create(const char *topic, int32_t number)
{
    struct share *share = calloc(1, sizeof(*share));

    if (!share)
        return NULL;
    share->topic = strdup(topic);
    if (!share->topic) {
        free(share);
        return NULL;
    }
    share->number = number;
    share->sent = SHARE_NEVER;
    share->first = share->last = INBOX_NONE;
    snprintf(share->partition, sizeof(share->partition), "%" PRId32, number);
    return share;
}

static void
destroy(struct share *share)
{
    if (share->queue)
        rd_kafka_queue_destroy(share->queue);
    free(share->topic);
    free(share);
}

struct share *
shares_add(struct shares *shares, const char *topic, int32_t number)
{
    struct share **list =
        realloc(shares->list, (shares->count + 1) * sizeof(struct share *));
    bool found;

    if (!list)
        return NULL;
    shares->list = list;

    size_t at = place_of(shares, topic, number, &found);
    struct share *share = create(topic, number);

    if (!share)
        return NULL;
    memmove(list + at + 1, list + at,
            (shares->count - at) * sizeof(struct share *));
    list[at] = share;
    shares->count++;
    return share;
}

void
shares_remove(struct shares *shares, struct share *share)
{
    bool found;
    size_t at = place_of(shares, share->topic, share->number, &found);

    if (!found)
        return;
    shares->count--;
    memmove(shares->list + at, shares->list + at + 1,
            (shares->count - at) * sizeof(struct share *));
    destroy(share);
}

void
shares_finish(struct shares *shares)
{
    for (size_t i = 0; i < shares->count; i++)
        destroy(shares->list[i]);
    free(shares->list);
    *shares = (struct shares){ 0 };
}
