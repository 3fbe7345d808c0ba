/* SPDX-License-Identifier: Apache-2.0 */

/*
 * store - what a pipeline must still know after kill -9
 *
 * One SQLite file, state.db, in the pipeline's state folder:
 *
 *     lanes   per source, stream, partition: the committed position and cursor
 *     marks   per sink, the stage that fed it, and lane: the last position that
 *             the sink has made durable; rows up to it are skipped on a replay
 *     states  per stage: keys and values that the plugin recorded
 *     stages  which plugin a stage ran, to notice when that changes
 *     facts   about the run: finished or not, the version of this layout
 *
 * What belongs together is written in one transaction.  A second process is
 * kept out by a lock on the file `lock` beside it.  Without a folder everything
 * is kept in memory, and forgotten.
 *
 * One thread at a time; the runtime holds its own lock around a transaction.
 */

#ifndef RUNTIME_STORE_H
#define RUNTIME_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum store_mode {
    STORE_RUN,  /* made where missing, locked against a second process */
    STORE_LOOK, /* only read; must be there */
};

#define STORE_ERROR_ROOM 8192

/* DIR NULL: in memory.  NULL: ERROR says what, where, and what to do. */
struct store *store_open(const char *dir, enum store_mode mode,
                         char error[STORE_ERROR_ROOM]);
void store_close(struct store *store);

/* Whether there is one in DIR; also where that can't be found out. */
bool store_is_there(const char *dir);

/* Names a lane: source stage, stream, partition. */
struct store_lane {
    const char *source;
    const char *stream;
    const char *partition;
};

/* All of these return false where SQLite failed; store_error() says how, and
 * the transaction is rolled back by the next store_begin().  Put functions
 * belong between begin and commit. */
bool store_begin(struct store *store);
bool store_commit(struct store *store);
bool store_put_lane(struct store *store, const struct store_lane *lane,
                    uint64_t position, const char *cursor);
bool store_put_mark(struct store *store, const char *sink, const char *from,
                    const struct store_lane *lane, uint64_t position);
/* VALUE NULL forgets the key. */
bool store_put_state(struct store *store, const char *stage, const char *key,
                     const char *value);
bool store_put_plugin(struct store *store, const char *stage,
                      const char *plugin);
bool store_put_fact(struct store *store, const char *fact, const char *value);
/* Forgets all of one stage, or of all stages (NULL): its lanes where it is a
 * source, its marks, its state. */
bool store_forget(struct store *store, const char *stage);
/* Forgets what the plugin of STAGE recorded; forgets where all sources stood.
 */
bool store_forget_states(struct store *store, const char *stage);
bool store_forget_lanes(struct store *store);

const char *store_error(const struct store *store);

/* Reading; texts are valid during the call. */
typedef void store_lane_fn(void *arg, const struct store_lane *lane,
                           uint64_t position, const char *cursor);
typedef void store_mark_fn(void *arg, const char *sink, const char *from,
                           const struct store_lane *lane, uint64_t position);
typedef void store_text_fn(void *arg, const char *stage, const char *key,
                           const char *value);
bool store_lanes(struct store *store, store_lane_fn *each, void *arg);
bool store_marks(struct store *store, store_mark_fn *each, void *arg);
bool store_states(struct store *store, store_text_fn *each, void *arg);
bool store_plugins(struct store *store, store_text_fn *each, void *arg);

/* A fact as a copy to free, or NULL. */
char *store_fact(struct store *store, const char *fact);

#endif /* RUNTIME_STORE_H */
