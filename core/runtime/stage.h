/* SPDX-License-Identifier: Apache-2.0 */

/*
 * stage - one plugin at work in one thread, and the edges between stages
 *
 * What plugins know as struct mill_stage.  A stage is made by run.c, lives in
 * one of the loops of source.c, transform.c or sink.c, and is the only one to
 * call its plugin.  Members are its own thread's unless they say otherwise.
 */

#ifndef RUNTIME_STAGE_H
#define RUNTIME_STAGE_H

#include <pthread.h>
#include <stdatomic.h>

#include <millrace/plugin.h>

#include "bus/channel.h"
#include "bus/gate.h"
#include "bus/ledger.h"
#include "pipeline/graph.h"
#include "runtime/books.h"
#include "runtime/log.h"
#include "runtime/memo.h"

struct run;
struct overflow;

/* What one edge's consumer knows of a lane. */
struct place {
    const struct lane *lane; /* NULL: this lane hasn't come by */
    bool seen;
    uint64_t last; /* position of the last row seen: the next isn't less */
    bool marked;
    uint64_t mark; /* a sink has all up to here since before the start */
    bool pending;
    uint64_t upto;    /* a sink has taken all up to here, not yet durable */
    bool stored;      /* a mark of this run is in the store, */
    uint64_t durable; /* this one */

    /* Lanes that move; see moves.c. */
    bool gone;  /* the lane was left, and the sink has been told */
    bool holds; /* the sink holds back rows from here on: */
    uint64_t hold;
    uint64_t *taken; /* positions of rows that it took and may hold back */
    size_t taken_count;
    size_t taken_room;
};

/* Joins two stages.  `in` of the books is the producer's, the rest the
 * consumer's; everybody else reads after both threads have ended. */
struct edge {
    struct mill_stage *from;
    struct mill_stage *to;
    const char *stream; /* only this one; NULL: all */
    bool dead;          /* carries rejected rows to the dead letters */
    bool mixed;         /* and those of a stream that came by two inputs: their
                         * positions say neither their order nor which of them
                         * were stored before a restart */
    struct channel *channel;
    struct overflow *overflow; /* what of it is on disk; NULL: nothing ever */
    struct books books;
    struct place *places; /* by index of the lane */
    size_t place_count;
    bool ended; /* the consumer has seen its end */
    /* Dead letters: batches put that the consumer hasn't stored yet, and how
     * many of them it holds (the consumer's). */
    atomic_size_t unstored;
    size_t owed;
};

/* A counter that a plugin made with mill_count(). */
struct counter {
    char *name;
    uint64_t amount;
};

/* Repeats a call that said RETRY; see retry.c. */
struct retry {
    int attempts;     /* 0: all is well */
    int64_t since_ns; /* when the first of them failed */
};

/* A batch that a sink has taken and not yet made durable. */
struct owed {
    struct ledger_entry *entry; /* held */
    struct edge *edge;
    struct batch *batch; /* owned; NULL unless the sink keeps or transacts */
    struct batch *dead;  /* its rejected rows, buried with those that the flush
                          * rejects, where the sink keeps or transacts; or
                          * NULL */
};

/* A mark that a sink found with its rows. */
struct found_mark {
    char *key;
    uint64_t position;
};

struct mill_stage {
    struct run *run;
    const struct graph_stage *node;
    size_t index; /* in the graph */
    void *self;   /* the plugin's instance */
    struct log_place place;

    struct gate gate;
    pthread_t thread;
    bool started;
    pthread_mutex_t cancel_lock; /* no cancel during a close */
    atomic_bool opened;          /* open was called, close is due */
    pthread_mutex_t admin_lock;  /* one question at a time, none at close */
    bool serves;                 /* admin_lock: it is open, and may be asked */
    atomic_bool attention;       /* a source: commits wait, or it is to stop */
    struct channel *work;        /* a worker: what its stage hands it, */
    struct channel *done;        /* and what it hands back */

    struct edge **ins;
    size_t in_count;
    struct edge **outs; /* dead letters apart */
    size_t out_count;
    struct edge *dead_out;      /* NULL: a sink of dead letters itself */
    struct mill_stage *answers; /* the first sink behind this stage that has an
                                 * admin callback, or NULL; see admin.c */
    struct batch *condemned;
    struct batch
        *later; /* the rest of the batch at hand; see stage_prepare() */
    struct tally parted; /* rows that left it during a callback */
    size_t turn;         /* the input to look at first */

    /* During a callback. */
    struct edge *current; /* where the batch came from */
    char reason[1024];    /* what mill_fail() said */
    int64_t pause_ns;     /* what mill_retry_after() asked for */
    bool waited;          /* mill_wait() was called */
    bool flooded;         /* the batch is large, and nobody waits for it */

    struct memo memo;          /* what a sink or transform recorded */
    pthread_mutex_t memo_lock; /* a transform's is stored by sinks' threads */
    char *changed_from; /* the plugin of the last run, where it was another */
    struct retry retry;
    struct counter *counters;
    size_t counter_count;

    struct batch *scratch;  /* of mill_scratch(); or NULL */
    const char *no_promise; /* why it can't keep what its flags promise */
    const char *exception;  /* from what a source's flags promise */
    bool takes_json;        /* a sink that has no use for cells */
    bool json_will_do;      /* all behind this stage are such */

    /* Sources. */
    const struct lane *lane;   /* of the last batch */
    size_t told_lanes;         /* lanes below this one were looked at */
    atomic_bool endless;       /* never ends by itself */
    atomic_uint_fast64_t rows; /* emitted or taken so far; read by progress */
    atomic_uint_fast64_t bytes;
    atomic_uint_fast64_t come; /* as mill_progress() said */
    atomic_uint_fast64_t total;
    atomic_uint_fast64_t lag;    /* as mill_lag() said, */
    atomic_bool lags;            /* where it did */
    int64_t heard_ns;            /* when it was called last while blocked */
    struct commit_note *commits; /* run->notes_lock: to be told to the plugin */
    size_t commit_count;
    struct outcome *outcomes; /* run->notes_lock: the same, the newest first */
    bool ended;               /* it said END by itself */

    /* Sinks. */
    bool ready;            /* opened, and what was stored is published */
    atomic_bool wanted;    /* others wait for its checkpoint */
    bool awaited;          /* what is pending has somebody waiting for it */
    atomic_bool transacts; /* mill_transacts() said so */
    size_t seen_left;      /* of run->lanes_left */
    struct owed *pending;
    size_t pending_count;
    size_t pending_room;
    size_t pending_bytes;
    int64_t pending_since_ns;
    int64_t flush_by_ns; /* mill_flush_within() asked for one; 0: it didn't */
    struct found_mark *found;
    size_t found_count;
    struct mill_buffer mark_key; /* of the last mill_mark_at() */
};

/* A committed position on its way to a source. */
struct commit_note {
    const struct lane *lane;
    uint64_t position;
    char *cursor; /* owned; or NULL */
};

/* Makes the stage of NODE with a copy of its options.  NULL: no memory, or no
 * file descriptor. */
struct mill_stage *stage_create(struct run *run, const struct graph_stage *node,
                                size_t index);
/* Closes the plugin where it is open; destroying does that too. */
void stage_close(struct mill_stage *stage);
void stage_destroy(struct mill_stage *stage);

/* Any thread: the plugin's cancel, where it is open and has one. */
void stage_cancel(struct mill_stage *stage);

/* Before a callback: what it says now is what counts. */
void stage_forget_reason(struct mill_stage *stage);

/* Nanoseconds on the clock that waiting goes by. */
int64_t now_ns(void);

/* --- verdicts --------------------------------------------------------------
 */

/*
 * After a callback said RETRY: logs why where that is news, and waits the time
 * that is due (exponential from 100 ms to 30 s with jitter, or what the plugin
 * asked for).  False: the run is ending, or LIMIT_NS (negative: none) has
 * passed since the first failure, and then it has ended the run.
 */
bool stage_pause(struct mill_stage *stage, int64_t limit_ns);

/* The call went well again. */
void stage_recovered(struct mill_stage *stage);

/* How long this stage may go on trying. */
int64_t stage_patience(const struct mill_stage *stage);

/* What the plugin said with its verdict; that it didn't, where it should have.
 */
const char *stage_reason(struct mill_stage *stage);

/* Ends the run: logs the stage's reason as an error. */
void stage_fatal(struct mill_stage *stage);

/* open, with its retries. */
bool stage_open(struct mill_stage *stage);

/* --- edges -----------------------------------------------------------------
 */

/* What this edge knows of a lane.  NULL: no memory. */
struct place *edge_place(struct edge *edge, const struct lane *lane);

/* Appends FROM/SOURCE/STREAM/PARTITION; see mill_lane_name(). */
void lane_name(const char *from, const char *source, const struct lane *lane,
               struct mill_buffer *to);

/* Appends the key of the mark of EDGE in LANE; see mill_mark_at(). */
void edge_mark_key(const struct edge *edge, const struct lane *lane,
                   struct mill_buffer *to);

/* Takes the next batch from the inputs in turn, and counts nothing.  NULL: none
 * there just now, and *ENDED says whether none will come. */
struct batch *stage_take(struct mill_stage *stage, struct edge **edge,
                         bool *ended);

/* Checks the order of what came over EDGE; false: the run was ended. */
bool stage_check_order(struct mill_stage *stage, struct edge *edge,
                       struct batch *batch);

/* Gives BATCH (and the caller's hold on its entry, if it has one) to all edges
 * that want it.  An empty batch goes nowhere. */
bool stage_emit(struct mill_stage *stage, struct batch *batch);

/* Keeps rejected rows for stage_bury(), in order of position, with a note of
 * where they came from and what FORMAT they had.  Takes DEAD, which may be
 * NULL.
 */
bool stage_condemn(struct mill_stage *stage, struct batch *dead,
                   enum mill_format format);

/* Sends what was condemned to the dead letters, as one batch: all of an entry's
 * rejected rows go together, so that none is taken for another after a crash.
 */
bool stage_bury(struct mill_stage *stage);

/* Waits until the stage may put more on its edges.  False: the run is ending at
 * once. */
bool stage_wait_room(struct mill_stage *stage);

/* Moves what queues behind full rings; true while a stage should not go on. */
bool stage_is_blocked(struct mill_stage *stage);

/* After the last batch: everything queued goes, then the ends. */
void stage_end(struct mill_stage *stage);

/* Gives back one hold on the entry of a batch, and wakes its source where that
 * is news. */
void stage_settle(struct mill_stage *stage, struct ledger_entry *entry);

/* Whether a sink loses all that it took since the last flush with a RETRY; and
 * whether batches are kept until a flush. */
bool stage_transacts(const struct mill_stage *stage);
bool stage_keeps(const struct mill_stage *stage);

/* Decodes BATCH where its plugin wants cells, and makes it the caller's own.
 * Takes the reference and returns one.  NULL: the run was ended. */
struct batch *stage_prepare(struct mill_stage *stage, struct batch *batch);

/* Puts what decoding left of BATCH aside, with a hold of its own: it is the
 * next batch to be prepared.  False: no memory. */
bool stage_part(struct mill_stage *stage, struct batch *batch);

/* After a callback: the rows that mill_decode() put aside didn't come in with
 * this batch. */
void stage_book_parted(struct mill_stage *stage, struct books *books);

/* Takes what was put aside; NULL: nothing was. */
struct batch *stage_later(struct mill_stage *stage);

/* Ends a callback on BATCH: sweeps it, condemns the rejected rows, adds what it
 * counted to BOOKS.  False: the run was ended. */
bool stage_sweep(struct mill_stage *stage, struct batch *batch,
                 struct books *books);

/* Marks all rows of BATCH as rejected for the reason that the plugin gave. */
void stage_reject_all(struct mill_stage *stage, struct batch *batch);

/* --- the loops, each the body of a stage's thread ----------------------------
 */

void source_loop(struct mill_stage *stage);
void transform_loop(struct mill_stage *stage);
void workers_loop(struct mill_stage *stage); /* a transform with workers > 1 */
void sink_loop(struct mill_stage *stage);

/* --- checkpoints, see checkpoint.c -------------------------------------------
 */

/* Makes durable what SINK has taken and stores that.  False: the run is ending.
 */
bool checkpoint_sink(struct mill_stage *sink);

/* The plugin's finish, at the end of a whole run. */
bool checkpoint_finish(struct mill_stage *sink);

/* Any thread: others wait for what this sink delivers, so it is to make a
 * checkpoint as soon as nothing more is at hand. */
void sink_hurry(struct mill_stage *sink);

/* Sinks that transact: hands all that is owed again, since RETRY has undone it.
 * False: the run is ending. */
bool sink_redo(struct mill_stage *sink);

/* Tells a source, in its thread, what was committed and settled.  False: the
 * run was ended. */
bool source_deliver(struct mill_stage *stage);

/* --- lanes that move, see moves.c --------------------------------------------
 */

/* A sink notes which rows it took, where it may hold some back.  False: no
 * memory. */
bool moves_take(struct mill_stage *sink, struct edge *edge,
                struct batch *batch);

/* After a flush: what of the taken rows is delivered, and what isn't. */
void moves_deliver(struct edge *edge, struct tally *held);

/* The mark that may be stored of PLACE; false: none. */
bool moves_mark(const struct place *place, uint64_t *mark);

/* Under the store's lock, before a sink settles: tells the ledger what is held
 * back.  False: no memory. */
bool moves_hold(struct mill_stage *sink);

/* Tells a sink of lanes that were left since. */
void moves_forget(struct mill_stage *sink);

/* Drops BATCH where its lane was left; true: it did. */
bool moves_drop(struct mill_stage *sink, struct edge *edge,
                struct batch *batch);

/* Stores lanes that moved without a sink's checkpoint; STAGE is a source, whose
 * thread this is. */
bool checkpoint_lanes(struct mill_stage *stage);

/* The same from the main thread, which waits for nothing: one try. */
void checkpoint_lanes_once(struct run *run);

/* Stores what SINK put into its memo, and no position. */
bool checkpoint_memo(struct mill_stage *stage);

#endif /* RUNTIME_STAGE_H */
