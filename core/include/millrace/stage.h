/* SPDX-License-Identifier: Apache-2.0 */

/*
 * millrace/stage.h - what the core offers to a plugin
 *
 * A stage is where an instance of a plugin sits in its pipeline.  All of this
 * is for use inside a callback, in its thread, except where it says so.
 */

#ifndef MILL_STAGE_H
#define MILL_STAGE_H

#include <millrace/batch.h>
#include <millrace/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where an instance sits in its pipeline; the core's. */
struct mill_stage;

/* What the core is to do next. */
enum mill_verdict {
    MILL_OK,     /* done; go on */
    MILL_IDLE,   /* source: nothing to read just now; see mill_wait() */
    MILL_END,    /* source: nothing to read ever again */
    MILL_RETRY,  /* it may work later: wait, then the same again */
    MILL_REJECT, /* it never will: all rows that are left are dead letters */
    MILL_FATAL,  /* neither will anything else: end the run */
};

/* Values of options; <millrace/plugin.h> tells how they are spelt. */
struct mill_url {
    const char *text;
};
struct mill_size {
    int64_t bytes;
};
struct mill_duration {
    int64_t ns;
};
struct mill_template {
    const char *text;
};
struct mill_url_template {
    const char *text;
};

enum mill_level { MILL_DEBUG, MILL_INFO, MILL_WARN, MILL_ERROR };

/* One line, no full stop, no secret. */
MILL_API void mill_log(struct mill_stage *stage, enum mill_level level,
                       const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says why, and returns VERDICT: return mill_fail(stage, MILL_RETRY, "...");
 * The core adds pipeline, stage and line.  Say what was tried, on what, why,
 * and what to do about it. */
MILL_API enum mill_verdict mill_fail(struct mill_stage *stage,
                                     enum mill_verdict verdict,
                                     const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* With a RETRY that is about to be returned: not before this has passed, as a
 * Retry-After asks. */
MILL_API void mill_retry_after(struct mill_stage *stage,
                               struct mill_duration pause);

/* Sink: asks for a flush when TIME has passed, also where no row comes until
 * then: for what is to become visible by the clock.  The earliest of several
 * counts; a flush, whatever it was called for, settles them all. */
MILL_API void mill_flush_within(struct mill_stage *stage,
                                struct mill_duration time);

/* Sink, in write: another batch is here already, or the end, which is a flush.
 * So what this call begins the next may finish: a statement, a block, a request
 * that has room left.  Where much comes at a time the next batch is waited for,
 * 4 ms at most. */
MILL_API bool mill_more_at_hand(struct mill_stage *stage);

/* Adds to a counter of this stage that reports show under NAME (static text, or
 * text that outlives the call: it is copied). */
MILL_API void mill_count(struct mill_stage *stage, const char *name,
                         uint64_t amount);

/* The names of the pipeline and of this stage. */
MILL_API const char *mill_pipeline_name(const struct mill_stage *stage);
MILL_API const char *mill_stage_name(const struct mill_stage *stage);

/* In write and apply: the stage that the batch came from. */
MILL_API const char *mill_from(const struct mill_stage *stage);

/* The largest record, in bytes, that a source may hand on (max_record); a
 * larger one is passed to mill_oversized(). */
MILL_API size_t mill_max_record(const struct mill_stage *stage);

/* A record over the limit was met at the end of BATCH: its dead letter carries
 * the position, SIZE (0: not known) and HEAD, the first bytes of it. */
MILL_API bool mill_oversized(struct mill_stage *stage, struct mill_batch *batch,
                             uint64_t position, uint64_t size,
                             struct mill_bytes head);

/* Waits until FD (-1: none) is readable, TIMEOUT has passed (negative: never),
 * or the core wants this stage's attention: to commit, to stop.  True only
 * where FD is readable.  A source that gets false returns MILL_IDLE. */
MILL_API bool mill_wait(struct mill_stage *stage, int fd,
                        struct mill_duration timeout);

/* In check: this instance can't keep what its plugin's flags promise
 * (MILL_REPLAYS, MILL_EXACTLY_ONCE), and WHY, which is static text: "standard
 * input can't be read again".  `check` then promises less. */
MILL_API void mill_no_promise(struct mill_stage *stage, const char *why);

/* In check of a source that replays: it does so but for EXCEPTION, which is
 * static text: "a table without a key is read again from its first row".
 * `check` says so where it promises something. */
MILL_API void mill_promise_except(struct mill_stage *stage,
                                  const char *exception);

/* In check of a sink: it writes a row that came as JSON as those bytes, and
 * never looks at its cells.  Sources may then write the JSON themselves. */
MILL_API void mill_takes_json(struct mill_stage *stage);

/* For a source, from open on: true where all that read it said
 * mill_takes_json(), and something does.  A source that has cells may then hand
 * on MILL_JSON instead, written as mill_json_write() writes in the plain style.
 */
MILL_API bool mill_json_will_do(const struct mill_stage *stage);

/* A source that knows the end says how far it has come: DONE of TOTAL, in
 * bytes, rows, or whatever it counts.  For the progress line. */
MILL_API void mill_progress(struct mill_stage *stage, uint64_t done,
                            uint64_t total);

/* A source that follows something which grows says how many rows are there that
 * it hasn't read yet.  For the progress line. */
MILL_API void mill_lag(struct mill_stage *stage, uint64_t rows);

/* A source whose options make it run until it is stopped says so in open: a
 * sink that is down is then waited for without end (retry_for). */
MILL_API void mill_endless(struct mill_stage *stage);

/* True once the run is ending, so that a long loop can give up. */
MILL_API bool mill_stopping(const struct mill_stage *stage);

/* Turns the payloads of a batch into cells, rejecting rows that aren't what
 * their format says; nothing to do where that was done.  Rows whose columns
 * have no room beside those of the rows before them leave the batch, and come
 * in the next: so look at batch->rows afterwards, and call it before anything
 * is done to a row.  Only needed with MILL_TAKES_PAYLOADS. */
MILL_API enum mill_verdict mill_decode(struct mill_stage *stage,
                                       struct mill_batch *batch);

/* An empty batch for the plugin's own use, to read JSON into, say: nobody else
 * sees it.  Valid until the next call, and close.  NULL: no memory. */
MILL_API struct mill_batch *mill_scratch(struct mill_stage *stage);

/* --- source: where to go on --- */

struct mill_position {
    uint64_t position;  /* of the last row that is settled everywhere */
    const char *cursor; /* as mill_batch_set_cursor() gave it, or NULL; the
                         * core's, until close */
};

/* True where the pipeline has settled rows of this stream and partition. */
MILL_API bool mill_resume(struct mill_stage *stage, const char *stream,
                          const char *partition,
                          struct mill_position *position);

/* The first position that no sink has seen in this stream and partition; 0
 * where none has seen any.  More than mill_resume() says where one sink was
 * ahead of another: what is new, and no second reading, must stand here or
 * behind, or the one that is ahead takes it for what it had. */
MILL_API uint64_t mill_unseen(struct mill_stage *stage, const char *stream,
                              const char *partition);

/* The same as mill_resume() by index, for sources that must find out what they
 * had: false at the end of the list. */
MILL_API bool mill_resume_at(struct mill_stage *stage, size_t index,
                             const char **stream, const char **partition,
                             struct mill_position *position);

/* --- source: lanes that move between processes --- */

/*
 * The positions of this stream and partition have the meaning that LIFE names:
 * a short text that the source draws by chance and keeps with its service, so
 * that all processes know the same.  A new life begins where the partition was
 * made anew, or where somebody set the position back to have rows delivered
 * again.  What sinks stored of one life holds for that one only.  To be said
 * each time before the first row of a partition that has come.  False: no
 * memory.
 */
MILL_API bool mill_lane_life(struct mill_stage *stage, const char *stream,
                             const char *partition, const char *life);

/*
 * The partition goes to another process.  Lets what was emitted of it be
 * delivered and committed, for PATIENCE at most (commit is called meanwhile);
 * what isn't by then is taken back: sinks forget what they hold, and rows that
 * are still on their way go nowhere.  The source emits no more of it until it
 * gets the partition again.  True where all was settled but what sinks hold
 * back.
 */
MILL_API bool mill_lane_leave(struct mill_stage *stage, const char *stream,
                              const char *partition,
                              struct mill_duration patience);

/* The same at once, where another process may have it already: nothing is
 * waited for. */
MILL_API void mill_lane_lost(struct mill_stage *stage, const char *stream,
                             const char *partition);

/* --- source: asking the sink behind it --- */

/* What a sink's service may be asked for, about its topics, streams, tables. */
enum mill_verb {
    MILL_ADMIN_LIST,
    MILL_ADMIN_DESCRIBE,
    MILL_ADMIN_CREATE,
    MILL_ADMIN_DELETE,
};

struct mill_request {
    enum mill_verb verb;
    const char *name;   /* NULL for MILL_ADMIN_LIST */
    int64_t partitions; /* MILL_ADMIN_CREATE: 0 leaves it to the service */
};

enum mill_answer {
    MILL_ANSWERED,    /* the reply holds JSON */
    MILL_NOT_THERE,   /* no such name */
    MILL_THERE,       /* MILL_ADMIN_CREATE: there is one already */
    MILL_REFUSED,     /* the request isn't right, or isn't allowed */
    MILL_UNAVAILABLE, /* it may work later */
    MILL_UNSUPPORTED, /* no sink behind this source offers it */
};

/* Asks the first sink behind this source that has an admin callback.  Any
 * thread, between open and close.  REPLY as there. */
MILL_API enum mill_answer mill_admin(struct mill_stage *stage,
                                     const struct mill_request *request,
                                     struct mill_buffer *reply);

/* Sink, in open: this instance is one that MILL_TRANSACTS, as its options
 * say. */
MILL_API void mill_transacts(struct mill_stage *stage);

/* --- sink: single rows --- */

/*
 * What a sink says of one row: where its service put it.  A source that has to
 * answer for each row is handed these with settled.
 */
struct mill_receipt {
    uint64_t position;  /* of the row, at its source */
    int64_t partition;  /* where it was put; -1: the sink doesn't say */
    int64_t offset;     /* and at which place there; -1 */
    const char *reason; /* why it is among the dead letters; else NULL */
};

/* True where the source of BATCH waits for receipts. */
MILL_API bool mill_wants_receipts(const struct mill_batch *batch);

/* Gives one for ROW of a batch that this sink has taken: in write, or in flush
 * with MILL_KEEPS_BATCHES.  Its position is filled in, its reason not looked
 * at.  False: no memory. */
MILL_API bool mill_give_receipt(struct mill_batch *batch, size_t row,
                                const struct mill_receipt *receipt);

/* --- sink: lanes that move between processes --- */

/* True for the rows of a source that MILL_MOVES. */
MILL_API bool mill_lane_moves(const struct mill_batch *batch);

/* In check and later: the flags of all sources that lead to this stage. */
MILL_API uint32_t mill_source_flags(struct mill_stage *stage);

/*
 * In flush, of a lane that moves: rows from POSITION on aren't delivered by
 * this flush, though write took them: the object that they go into is open yet.
 * What is held back stays so until it is said again; UINT64_MAX: nothing is any
 * more.  The source commits up to POSITION only, so that a process which takes
 * over, or this one after a crash, gets them again from there: what was begun
 * of them is to be forgotten by open and by revoked.  False: no memory.
 */
MILL_API bool mill_hold_back(struct mill_stage *stage, const char *from,
                             const char *stream, const char *partition,
                             uint64_t position);

/* --- what a sink or transform must know after a crash ----------------------
 *
 * A transform that remembers rows records, for each that it let pass, where
 * that one stood (stream, partition, position): after a crash the rows that
 * weren't settled come again, perhaps interleaved otherwise, and that very row
 * passes again while its likes don't.  What a transform recorded is stored no
 * later than the first sink's position that rests on it.
 */

/* Records VALUE under KEY for this stage; NULL forgets it.  Stored together
 * with the positions of what the next flush delivers (of any sink, for a
 * transform), in one transaction.  Both are NUL-terminated and copied. */
MILL_API void mill_state_put(struct mill_stage *stage, const char *key,
                             const char *value);

/* Stores what was put so far at once, durably, without any position: for an
 * intent that has to be on record before the deed ("I begin this file").  In
 * open, write, flush and published. */
MILL_API enum mill_verdict mill_state_store(struct mill_stage *stage);

/* What was put last, by key or by index (false, NULL: no such).  Core's memory,
 * until the next mill_state_put(). */
MILL_API const char *mill_state_get(struct mill_stage *stage, const char *key);
MILL_API bool mill_state_at(struct mill_stage *stage, size_t index,
                            const char **key, const char **value);

/*
 * Marks: how far this sink has come, by the stage that rows came from and the
 * lane.  The core stores them with its checkpoint; a sink that stores them with
 * the rows, in one transaction of its own (a database, say), has each row
 * exactly once even where the process dies between the two.
 */
struct mill_mark {
    const char *key; /* names stage and lane; any text, at most 1 KiB */
    uint64_t position;
};

/* In flush: the marks that this flush is to store with the rows; false at the
 * end of the list.  The key is the core's, until the next call. */
MILL_API bool mill_mark_at(struct mill_stage *stage, size_t index,
                           struct mill_mark *mark);

/* In open: a mark that was found with the rows.  Rows up to it are not handed
 * to this sink again. */
MILL_API bool mill_mark_found(struct mill_stage *stage,
                              const struct mill_mark *mark);

/* In write: appends a name for the lane of BATCH that no other lane of this
 * stage has, over restarts too: FROM/SOURCE/STREAM/PARTITION, with "/" and "%"
 * in a name as %2F and %25; where the source names the partition's life,
 * PARTITION@LIFE. */
MILL_API void mill_lane_name(struct mill_stage *stage, struct mill_batch *batch,
                             struct mill_buffer *to);

/* --- templates -------------------------------------------------------------
 */

/*
 * Appends TEMPLATE with its braces filled in from the batch and POSITION:
 *
 *     {stream} {partition} {from} {pipeline} {stage}
 *     {offset} {offset:010}          POSITION, plain or padded with zeros
 *     {yyyy} {MM} {dd} {HH} {mm}     the time AT (microseconds UTC)
 *     {{ }}                          a literal brace
 *
 * The definition was checked: what can't be filled in was refused there.
 */
MILL_API void mill_template_fill(struct mill_stage *stage,
                                 const struct mill_template *tmpl,
                                 const struct mill_batch *batch,
                                 uint64_t position, int64_t at,
                                 struct mill_buffer *to);

/* In check: whether TEXT can be filled in, for templates that the core hasn't
 * seen, because they are part of another option.  False: WHY says why not:
 * `unknown field {strem} (did you mean "stream"?)`. */
MILL_API bool mill_template_check(const char *text, struct mill_buffer *why);

/* The same for a URL: what is filled in is percent-encoded, all but letters,
 * digits and - . _ ~, so that no name adds to the path, or a query. */
MILL_API void mill_url_fill(struct mill_stage *stage,
                            const struct mill_url_template *tmpl,
                            const struct mill_batch *batch, uint64_t position,
                            int64_t at, struct mill_buffer *to);

/* True where the template mentions FIELD: "offset", "HH". */
MILL_API bool mill_template_has(const struct mill_template *tmpl,
                                const char *field);

/* Fail points: where MILLRACE_FAIL_POINT=NAME:N is set, the Nth call with NAME
 * kills the process as kill -9 would.  For crash tests; costs a load. */
MILL_API void mill_fail_point(const char *name);

#ifdef __cplusplus
}
#endif

#endif /* MILL_STAGE_H */
