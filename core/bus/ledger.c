/* SPDX-License-Identifier: Apache-2.0 */

/* ledger - lanes of entries under one lock; see ledger.h */

#include "bus/ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct ledger_entry {
    struct ledger_entry *next; /* the batch emitted after this one */
    struct track *track;
    atomic_size_t holds;
    bool settled; /* under the lock */
    uint64_t position;
    char *cursor; /* owned; moves to the track when committed */
};

/* A lane with its open entries, the oldest first. */
struct track {
    struct lane lane;
    struct ledger_entry *first;
    struct ledger_entry **last;
    size_t open;

    bool moved;
    uint64_t position;
    char *cursor;
    char *stream;
    char *partition;
};

struct ledger {
    pthread_mutex_t lock;
    struct track **tracks;
    size_t count;
};

struct ledger *
ledger_create(void)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));

    if (ledger)
        pthread_mutex_init(&ledger->lock, NULL);
    return ledger;
}

static void
entry_destroy(struct ledger_entry *entry)
{
    free(entry->cursor);
    free(entry);
}

static void
track_destroy(struct track *track)
{
    while (track->first) {
        struct ledger_entry *entry = track->first;
        track->first = entry->next;
        entry_destroy(entry);
    }
    free(track->cursor);
    free(track->stream);
    free(track->partition);
    free(track);
}

void
ledger_destroy(struct ledger *ledger)
{
    if (!ledger)
        return;
    for (size_t i = 0; i < ledger->count; i++)
        track_destroy(ledger->tracks[i]);
    free(ledger->tracks);
    pthread_mutex_destroy(&ledger->lock);
    free(ledger);
}

static struct track *
find_track(struct ledger *ledger, size_t source, const char *stream,
           const char *partition)
{
    for (size_t i = 0; i < ledger->count; i++) {
        const struct lane *lane = &ledger->tracks[i]->lane;

        if (lane->source == source && strcmp(lane->stream, stream) == 0
            && strcmp(lane->partition, partition) == 0)
            return ledger->tracks[i];
    }
    return NULL;
}

static struct track *
add_track(struct ledger *ledger, size_t source, const char *stream,
          const char *partition)
{
    struct track *track = calloc(1, sizeof(*track));
    struct track **tracks =
        realloc(ledger->tracks, (ledger->count + 1) * sizeof(*tracks));

    if (tracks)
        ledger->tracks = tracks;
    if (track) {
        track->stream = strdup(stream);
        track->partition = strdup(partition);
    }
    if (!tracks || !track || !track->stream || !track->partition) {
        if (track)
            track_destroy(track);
        return NULL;
    }
    track->lane = (struct lane){ .index = ledger->count,
                                 .source = source,
                                 .stream = track->stream,
                                 .partition = track->partition };
    track->last = &track->first;
    ledger->tracks[ledger->count++] = track;
    return track;
}

const struct lane *
ledger_lane(struct ledger *ledger, size_t source, const char *stream,
            const char *partition)
{
    pthread_mutex_lock(&ledger->lock);
    struct track *track = find_track(ledger, source, stream, partition);
    if (!track)
        track = add_track(ledger, source, stream, partition);
    pthread_mutex_unlock(&ledger->lock);
    return track ? &track->lane : NULL;
}

struct ledger_entry *
ledger_enter(struct ledger *ledger, const struct lane *lane, uint64_t position,
             const char *cursor, size_t holds)
{
    struct ledger_entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return NULL;

    entry->position = position;
    atomic_init(&entry->holds, holds);
    if (cursor && !(entry->cursor = strdup(cursor))) {
        free(entry);
        return NULL;
    }

    pthread_mutex_lock(&ledger->lock);
    struct track *track = ledger->tracks[lane->index];
    entry->track = track;
    *track->last = entry;
    track->last = &entry->next;
    track->open++;
    pthread_mutex_unlock(&ledger->lock);
    return entry;
}

const struct lane *
ledger_lane_of(const struct ledger_entry *entry)
{
    return &entry->track->lane;
}

uint64_t
ledger_position_of(const struct ledger_entry *entry)
{
    return entry->position;
}

void
ledger_hold(struct ledger_entry *entry)
{
    atomic_fetch_add_explicit(&entry->holds, 1, memory_order_relaxed);
}

/* Takes the settled entries off the head of the lane. */
static bool
advance(struct track *track)
{
    bool moved = false;

    while (track->first && track->first->settled) {
        struct ledger_entry *entry = track->first;

        track->first = entry->next;
        if (!track->first)
            track->last = &track->first;
        track->open--;
        track->position = entry->position;
        free(track->cursor);
        track->cursor = entry->cursor;
        entry->cursor = NULL;
        entry_destroy(entry);
        moved = true;
    }
    track->moved = track->moved || moved;
    return moved;
}

bool
ledger_settle(struct ledger *ledger, struct ledger_entry *entry)
{
    if (atomic_fetch_sub_explicit(&entry->holds, 1, memory_order_acq_rel) > 1)
        return false;

    pthread_mutex_lock(&ledger->lock);
    entry->settled = true;
    bool moved = advance(entry->track);
    pthread_mutex_unlock(&ledger->lock);
    return moved;
}

void
ledger_moved(struct ledger *ledger,
             void (*each)(void *, const struct lane_commit *), void *arg)
{
    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; i < ledger->count; i++) {
        struct track *track = ledger->tracks[i];

        if (!track->moved)
            continue;
        track->moved = false;
        each(arg, &(struct lane_commit){ .lane = &track->lane,
                                         .position = track->position,
                                         .cursor = track->cursor });
    }
    pthread_mutex_unlock(&ledger->lock);
}

size_t
ledger_open(struct ledger *ledger, size_t source)
{
    size_t open = 0;

    pthread_mutex_lock(&ledger->lock);
    for (size_t i = 0; i < ledger->count; i++)
        if (ledger->tracks[i]->lane.source == source)
            open += ledger->tracks[i]->open;
    pthread_mutex_unlock(&ledger->lock);
    return open;
}
