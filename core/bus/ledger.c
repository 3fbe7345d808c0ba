/* SPDX-License-Identifier: Apache-2.0 */

/* ledger - lanes of entries under one lock; see ledger.h */

#include "bus/ledger_parts.h"

#include <stdlib.h>
#include <string.h>

struct ledger *
ledger_create(void)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));

    if (!ledger)
        return NULL;
    pthread_mutex_init(&ledger->lock, NULL);
    ledger->last_outcome = &ledger->outcomes;
    return ledger;
}

static void
entry_destroy(struct ledger_entry *entry)
{
    outcome_destroy(entry->outcome);
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
    free(track->barriers);
    free(track->cursor);
    free(track->stream);
    free(track->partition);
    free(track->stored);
    free(track);
}

void
ledger_destroy(struct ledger *ledger)
{
    if (!ledger)
        return;
    for (size_t i = 0; i < ledger->count; i++)
        track_destroy(ledger->tracks[i]);
    while (ledger->outcomes) {
        struct outcome *outcome = ledger->outcomes;
        ledger->outcomes = outcome->next;
        outcome_destroy(outcome);
    }
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
            && strcmp(lane->partition, partition) == 0 && !lane_is_left(lane))
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
                                 .partition = track->partition,
                                 .stored = track->partition };
    track->ledger = ledger;
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

const struct lane *
ledger_find(struct ledger *ledger, size_t source, const char *stream,
            const char *partition)
{
    pthread_mutex_lock(&ledger->lock);
    struct track *track = find_track(ledger, source, stream, partition);
    pthread_mutex_unlock(&ledger->lock);
    return track ? &track->lane : NULL;
}

static bool
fill_entry(struct ledger_entry *entry, const struct entered *what)
{
    entry->first = what->first;
    entry->position = what->last;
    atomic_init(&entry->holds, what->holds);
    if (what->cursor && !(entry->cursor = strdup(what->cursor)))
        return false;
    return !what->watched
           || (entry->outcome = calloc(1, sizeof(*entry->outcome)));
}

struct ledger_entry *
ledger_enter(struct ledger *ledger, const struct lane *lane,
             const struct entered *what)
{
    struct ledger_entry *entry = calloc(1, sizeof(*entry));

    if (!entry)
        return NULL;
    if (!fill_entry(entry, what)) {
        entry_destroy(entry);
        return NULL;
    }
    pthread_mutex_lock(&ledger->lock);
    struct track *track = ledger->tracks[lane->index];
    entry->track = track;
    /* Always the same of a lane; sinks read it without the lock, once they have
     * an entry. */
    if (track->lane.moves != what->moves)
        track->lane.moves = what->moves;
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

/* --- committing --- */

/* The first position that some sink holds back. */
static uint64_t
limit_of(const struct track *track)
{
    uint64_t limit = UINT64_MAX;

    for (size_t i = 0; i < track->barrier_count; i++)
        if (track->barriers[i].position < limit)
            limit = track->barriers[i].position;
    return limit;
}

/* Takes ownership of CURSOR. */
static void
commit(struct track *track, uint64_t position, char *cursor)
{
    track->committed = true;
    track->position = position;
    free(track->cursor);
    track->cursor = cursor;
}

static void
drop_first(struct track *track)
{
    struct ledger_entry *entry = track->first;

    track->first = entry->next;
    if (!track->first)
        track->last = &track->first;
    commit(track, entry->position, entry->cursor);
    entry->cursor = NULL;
    entry_destroy(entry);
}

/* True where a part of the first entry, all of which is settled, lies before
 * what is held back. */
static bool
commit_part(struct track *track, uint64_t limit)
{
    const struct ledger_entry *entry = track->first;

    if (!entry || !entry->settled || limit <= entry->first
        || (track->committed && limit - 1 <= track->position))
        return false;
    commit(track, limit - 1, NULL);
    return true;
}

bool
ledger_advance(struct track *track)
{
    uint64_t limit = limit_of(track);
    bool moved = false;

    while (track->first && track->first->settled
           && track->first->position < limit) {
        drop_first(track);
        moved = true;
    }
    moved = commit_part(track, limit) || moved;
    if (atomic_load(&track->left))
        return false;
    track->moved = track->moved || moved;
    return moved;
}

bool
ledger_settle(struct ledger *ledger, struct ledger_entry *entry)
{
    if (atomic_fetch_sub_explicit(&entry->holds, 1, memory_order_acq_rel) > 1)
        return false;

    pthread_mutex_lock(&ledger->lock);
    struct track *track = entry->track;
    bool told = ledger_leave_outcome(ledger, entry);
    entry->settled = true;
    track->open--;
    bool moved = ledger_advance(track);
    pthread_mutex_unlock(&ledger->lock);
    return moved || told;
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

size_t
ledger_lane_open(struct ledger *ledger, const struct lane *lane)
{
    pthread_mutex_lock(&ledger->lock);
    size_t open = ledger->tracks[lane->index]->open;
    pthread_mutex_unlock(&ledger->lock);
    return open;
}
