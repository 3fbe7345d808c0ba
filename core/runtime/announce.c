/* SPDX-License-Identifier: Apache-2.0 */

/*
 * announce - what was stored, on its way to the sources
 *
 * Sinks' threads collect it under the store's lock and hang it up at the
 * source, under the lock of the notes; the source's own thread takes it down
 * and tells the plugin.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/run_parts.h"

/* --- hanging up --- */

/* Under the ledger's and the store's lock. */
static void
note_moved(void *arg, const struct lane_commit *commit)
{
    struct run *run = arg;

    for (size_t i = 0; i < run->moved_count; i++)
        if (run->moved[i].lane == commit->lane) {
            free(run->moved[i].cursor);
            run->moved[i] = run->moved[--run->moved_count];
            break;
        }
    if (run->moved_count == run->moved_room) {
        size_t room = run->moved_room ? run->moved_room * 2 : 16;
        struct commit_note *moved = realloc(run->moved, room * sizeof(*moved));
        if (!moved)
            return; /* this commit is lost, not the rows: they come again */
        run->moved = moved;
        run->moved_room = room;
    }
    run->moved[run->moved_count++] =
        (struct commit_note){ .lane = commit->lane,
                              .position = commit->position,
                              .cursor = commit->cursor ? strdup(commit->cursor)
                                                       : NULL };
}

void
announce_collect(struct run *run)
{
    ledger_moved(run->ledger, note_moved, run);
}

static void
give_note(struct run *run, struct commit_note *note)
{
    struct mill_stage *source = run->stages[note->lane->source];
    struct commit_note *commits;

    for (size_t i = 0; i < source->commit_count; i++)
        if (source->commits[i].lane == note->lane) {
            free(source->commits[i].cursor);
            source->commits[i] = *note;
            return;
        }
    commits =
        realloc(source->commits, (source->commit_count + 1) * sizeof(*commits));
    if (!commits) {
        free(note->cursor);
        return;
    }
    source->commits = commits;
    source->commits[source->commit_count++] = *note;
}

/* To the sources, what became of each row; the newest first. */
static void
announce_outcomes(struct run *run)
{
    struct outcome *outcome = ledger_outcomes(run->ledger);

    while (outcome) {
        struct outcome *next = outcome->next;
        struct mill_stage *source = run->stages[outcome->lane->source];

        outcome->next = source->outcomes;
        source->outcomes = outcome;
        atomic_store(&source->attention, true);
        gate_wake(&source->gate);
        outcome = next;
    }
}

/* Tells the sources what is stored now. */
void
announce(struct run *run)
{
    pthread_mutex_lock(&run->notes_lock);
    announce_outcomes(run);
    for (size_t i = 0; i < run->moved_count; i++) {
        struct commit_note *note = &run->moved[i];
        struct mill_stage *source = run->stages[note->lane->source];

        log_line(run->log, MILL_DEBUG, &source->place, "commit %s/%s %" PRIu64,
                 note->lane->stream, note->lane->partition, note->position);
        give_note(run, note);
        atomic_store(&source->attention, true);
        gate_wake(&source->gate);
    }
    run->moved_count = 0;
    pthread_mutex_unlock(&run->notes_lock);
}

/* --- taking down --- */

static bool
take_note(struct mill_stage *stage, struct commit_note *note)
{
    struct run *run = stage->run;
    bool taken = false;

    pthread_mutex_lock(&run->notes_lock);
    if (stage->commit_count > 0) {
        *note = stage->commits[--stage->commit_count];
        taken = true;
    }
    pthread_mutex_unlock(&run->notes_lock);
    return taken;
}

static bool
deliver_commits(struct mill_stage *stage)
{
    struct commit_note note;

    while (take_note(stage, &note)) {
        enum mill_verdict verdict = MILL_OK;

        /* A lane that was left since is another process', or came back: then
         * what is told of it now isn't this. */
        if (stage->node->plugin->source.commit && !lane_is_left(note.lane))
            verdict = stage->node->plugin->source.commit(
                stage->self, stage, note.lane->stream, note.lane->partition,
                note.position, note.cursor);
        free(note.cursor);
        /* The checkpoint holds the position too, so that a service that takes
         * no commit just now is no reason to stop. */
        if (verdict == MILL_RETRY)
            log_line(stage->run->log, MILL_WARN, &stage->place,
                     "commit: %s; the next commit will cover it",
                     stage_reason(stage));
        if (verdict == MILL_FATAL) {
            stage_fatal(stage);
            return false;
        }
    }
    return true;
}

static struct outcome *
take_outcomes(struct mill_stage *stage)
{
    struct outcome *taken;
    struct outcome *oldest = NULL;

    pthread_mutex_lock(&stage->run->notes_lock);
    taken = stage->outcomes;
    stage->outcomes = NULL;
    pthread_mutex_unlock(&stage->run->notes_lock);
    while (taken) {
        struct outcome *next = taken->next;

        taken->next = oldest;
        oldest = taken;
        taken = next;
    }
    return oldest;
}

static void
tell_outcome(struct mill_stage *stage, const struct outcome *outcome)
{
    struct mill_settled settled = { .stream = outcome->lane->stream,
                                    .partition = outcome->lane->partition,
                                    .first = outcome->first,
                                    .last = outcome->last,
                                    .receipts = outcome->receipts,
                                    .count = outcome->count };

    stage->node->plugin->source.settled(stage->self, stage, &settled);
}

/* Rows that no sink got, since they were filtered or are dead letters, are
 * stored by nobody else in a hurry. */
static void
deliver_outcomes(struct mill_stage *stage)
{
    if (!stage->node->plugin->source.settled)
        return;
    if (ledger_has_outcomes(stage->run->ledger))
        checkpoint_lanes(stage);

    struct outcome *outcome = take_outcomes(stage);

    while (outcome) {
        struct outcome *next = outcome->next;

        if (!lane_is_left(outcome->lane))
            tell_outcome(stage, outcome);
        outcome_destroy(outcome);
        outcome = next;
    }
}

bool
source_deliver(struct mill_stage *stage)
{
    deliver_outcomes(stage);
    return deliver_commits(stage);
}
