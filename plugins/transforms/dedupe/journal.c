/* SPDX-License-Identifier: Apache-2.0 */

/* journal - see the header */

#include "journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "letters.h"

/* A chunk that is as long takes no more. */
#define CHUNK_ENTRIES 512u

#define KEY_ROOM 32

static void
key_of(char key[KEY_ROOM], uint64_t chunk)
{
    snprintf(key, KEY_ROOM, "rows %016" PRIx64, chunk);
}

void
journal_finish(struct journal *journal)
{
    lanes_finish(&journal->lanes);
    free(journal->ends);
    mill_buffer_finish(&journal->text);
    *journal = (struct journal){ 0 };
}

/* --- adding --- */

bool
journal_add(struct journal *journal, struct mill_stage *stage,
            struct window *window, uint64_t most, const struct entry *entry)
{
    /* First, so that its lane isn't forgotten meanwhile. */
    lanes_use(&journal->lanes, entry->lane);
    while (window->next - window->first >= most) {
        struct entry old = window_pop(window);

        lanes_leave(&journal->lanes, stage, old.lane);
    }
    if (window_push(window, entry))
        return true;
    lanes_leave(&journal->lanes, stage, entry->lane);
    return false;
}

/* --- writing --- */

/* Notes that a new chunk ends where the one before does. */
static bool
begin_chunk(struct journal *journal, uint64_t end)
{
    size_t count = journal->next - journal->first;

    if (count == journal->room) {
        size_t room = count ? 2 * count : 16;
        uint64_t *ends = realloc(journal->ends, room * sizeof(*ends));

        if (!ends)
            return false;
        journal->ends = ends;
        journal->room = room;
    }
    journal->ends[count] = end;
    journal->next++;
    journal->text.len = 0;
    return true;
}

static void
put_chunk(struct journal *journal, struct mill_stage *stage)
{
    char key[KEY_ROOM];

    key_of(key, journal->next - 1);
    mill_state_put(stage, key, mill_buffer_text(&journal->text));
}

static void
forget_chunk(struct mill_stage *stage, uint64_t chunk)
{
    char key[KEY_ROOM];

    key_of(key, chunk);
    mill_state_put(stage, key, NULL);
}

/* Says where to begin before anything there is gone. */
static void
put_first(struct mill_stage *stage, uint64_t first)
{
    char number[KEY_ROOM];

    snprintf(number, sizeof(number), "%" PRIu64, first);
    mill_state_put(stage, "first", number);
}

static void
forget_old(struct journal *journal, struct mill_stage *stage,
           const struct window *window)
{
    size_t count = journal->next - journal->first;
    size_t old = 0;

    while (old < count && journal->ends[old] <= window->first)
        old++;
    if (old == 0)
        return;
    put_first(stage, journal->first + old);
    for (size_t i = 0; i < old; i++)
        forget_chunk(stage, journal->first + i);
    journal->first += old;
    memmove(journal->ends, journal->ends + old,
            (count - old) * sizeof(*journal->ends));
}

/* The newest chunk's end; of no chunk: where the window begins. */
static uint64_t
end_of(const struct journal *journal, const struct window *window)
{
    return journal->next > journal->first
               ? journal->ends[journal->next - journal->first - 1]
               : window->first;
}

bool
journal_write(struct journal *journal, struct mill_stage *stage,
              const struct window *window)
{
    uint64_t from = end_of(journal, window);
    bool closed = journal->next == journal->first || journal->text.len == 0
                  || journal->text.len >= CHUNK_ENTRIES * LETTERS_ENTRY;

    if (from == window->next)
        return true;
    from = from < window->first ? window->first : from;
    if (closed && !begin_chunk(journal, from))
        return false;

    size_t len = (window->next - from) * LETTERS_ENTRY;
    char *to = mill_buffer_room(&journal->text, len);
    if (!to)
        return false;
    for (uint64_t i = from; i < window->next; i++, to += LETTERS_ENTRY)
        letters_write(to, &window->ring[i & (window->room - 1)]);
    journal->text.len += len;
    journal->ends[journal->next - journal->first - 1] = window->next;
    put_chunk(journal, stage);
    forget_old(journal, stage, window);
    return true;
}

/* --- going on --- */

static bool
take_chunk(struct journal *journal, struct mill_stage *stage,
           struct window *window, uint64_t most, const char *text)
{
    size_t len = strlen(text);
    struct entry entry;

    if (len % LETTERS_ENTRY != 0)
        return false;
    for (size_t i = 0; i < len; i += LETTERS_ENTRY) {
        if (!letters_read(text + i, &entry)
            || !lanes_restore(&journal->lanes, stage, entry.lane))
            return false;
        /* There already where the window is larger now than it was. */
        if (!window_find(window, &entry.digest)
            && !journal_add(journal, stage, window, most, &entry))
            return false;
    }
    return true;
}

/* Chunks that the process died while forgetting. */
static void
forget_before(struct mill_stage *stage, uint64_t first)
{
    char key[KEY_ROOM];

    while (first-- > 0) {
        key_of(key, first);
        if (!mill_state_get(stage, key))
            return;
        mill_state_put(stage, key, NULL);
    }
}

static bool
restore(struct journal *journal, struct mill_stage *stage,
        struct window *window, uint64_t most)
{
    const char *first = mill_state_get(stage, "first");
    char key[KEY_ROOM];

    journal->first = first ? strtoull(first, NULL, 10) : 0;
    journal->next = journal->first;
    forget_before(stage, journal->first);
    for (;;) {
        key_of(key, journal->next);
        const char *text = mill_state_get(stage, key);

        if (!text)
            break;
        if (!take_chunk(journal, stage, window, most, text)
            || !begin_chunk(journal, window->next))
            return false;
    }
    lanes_restored(&journal->lanes, stage);
    forget_old(journal, stage, window);
    return true;
}

/* All that was recorded is of no use any more. */
static void
forget_all(struct mill_stage *stage)
{
    const char *key;
    const char *value;

    while (mill_state_at(stage, 0, &key, &value)) {
        char *copy = strdup(key); /* the memo's own text goes with the note */

        if (!copy)
            return;
        mill_state_put(stage, copy, NULL);
        free(copy);
    }
}

static enum mill_verdict
begin(struct journal *journal, struct mill_stage *stage, const char *about)
{
    char letters[LETTERS_DIGEST_ROOM];

    if (getentropy(&journal->secret, sizeof(journal->secret)) != 0)
        return mill_fail(stage, MILL_FATAL, "cannot draw a random key: %s",
                         strerror(errno));
    letters_write_digest(letters, &journal->secret);
    mill_state_put(stage, "secret", letters);
    mill_state_put(stage, "about", about);
    return MILL_OK;
}

enum mill_verdict
journal_open(struct journal *journal, struct mill_stage *stage,
             const char *about, struct window *window, uint64_t most)
{
    const char *old = mill_state_get(stage, "about");
    const char *secret = mill_state_get(stage, "secret");

    if (old && strcmp(old, about) != 0) {
        mill_log(stage, MILL_WARN,
                 "rows were alike by %s and are by %s now: those of earlier "
                 "runs are forgotten",
                 old, about);
        forget_all(stage);
        old = NULL;
    }
    if (!old || !secret)
        return begin(journal, stage, about);
    if (letters_read_digest(secret, &journal->secret)
        && restore(journal, stage, window, most))
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL,
                     "cannot go on with the %zu rows that it remembers: no "
                     "memory, or its state is damaged; millrace state reset "
                     "%s %s forgets them",
                     (size_t)(window->next - window->first),
                     mill_pipeline_name(stage), mill_stage_name(stage));
}
