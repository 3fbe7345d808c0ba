/* SPDX-License-Identifier: Apache-2.0 */

/* ledger_lane - lanes that are held back, live or are left; see ledger.h */

#include "bus/ledger_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct barrier *
find_barrier(struct track *track, const void *holder)
{
    for (size_t i = 0; i < track->barrier_count; i++)
        if (track->barriers[i].holder == holder)
            return &track->barriers[i];

    struct barrier *barriers = realloc(
        track->barriers, (track->barrier_count + 1) * sizeof(*barriers));
    if (!barriers)
        return NULL;
    track->barriers = barriers;
    barriers[track->barrier_count].holder = holder;
    return &barriers[track->barrier_count++];
}

bool
ledger_hold_back(struct ledger *ledger, const struct lane *lane,
                 const void *holder, uint64_t position)
{
    pthread_mutex_lock(&ledger->lock);
    struct track *track = ledger->tracks[lane->index];
    struct barrier *barrier = find_barrier(track, holder);

    if (barrier) {
        barrier->position = position;
        ledger_advance(track);
    }
    pthread_mutex_unlock(&ledger->lock);
    return barrier;
}

bool
ledger_live(struct ledger *ledger, size_t source, const char *stream,
            const char *partition, const char *life)
{
    const struct lane *lane = ledger_lane(ledger, source, stream, partition);
    char *stored;

    if (!lane || asprintf(&stored, "%s@%s", partition, life) < 0)
        return false;
    pthread_mutex_lock(&ledger->lock);
    struct track *track = ledger->tracks[lane->index];
    bool known = strcmp(lane->stored, stored) == 0;
    if (!known) {
        free(track->stored);
        track->stored = stored;
        track->lane.stored = stored;
    }
    pthread_mutex_unlock(&ledger->lock);
    if (known) /* sinks may be looking at it */
        free(stored);
    return true;
}

void
ledger_leave(struct ledger *ledger, const struct lane *lane)
{
    pthread_mutex_lock(&ledger->lock);
    struct track *track = ledger->tracks[lane->index];
    atomic_store(&track->left, true);
    track->moved = false;
    pthread_mutex_unlock(&ledger->lock);
}

bool
lane_is_left(const struct lane *lane)
{
    /* A lane is the first member of its track. */
    return atomic_load(&((struct track *)lane)->left);
}
