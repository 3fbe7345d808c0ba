/* SPDX-License-Identifier: Apache-2.0 */

/*
 * millrace/plugin.h - everything a plugin is made of
 *
 * A plugin is one shared object that defines one constant, mill_plugin.  The
 * core reads it, makes an instance of it for each stage that names it, fills in
 * the instance's options, and calls
 *
 *     source      open --> read, commit, settled, read, ... --> close
 *     transform   open --> apply, apply, ...       --> close
 *     sink        open --> write, flush, published, write, ... --> close
 *
 * Rules that hold for every callback:
 *
 *   - An instance is only ever inside one callback at a time, cancel and admin
 *     apart; not always in the same thread.
 *   - self is zeroed memory of instance_size bytes with the options filled in;
 *     the core owns it, and what the options point to.
 *   - Once open has been called close will be, also where open failed; where
 *     open said RETRY, close and then open again.  So close copes with a
 *     half-open instance and leaves it fit for another open, and open needs no
 *     unwinding.
 *   - A callback that returns MILL_RETRY, MILL_REJECT or MILL_FATAL has said
 *     why with mill_fail(); with RETRY it will be called again with the rows
 *     that are still unsettled, after a pause that the core chooses.
 *   - A plugin never prints, exits, forks, or touches signal handlers, and has
 *     no variables of its own outside the instance: two stages may use it.
 */

#ifndef MILL_PLUGIN_H
#define MILL_PLUGIN_H

#include <millrace/batch.h>
#include <millrace/json.h>
#include <millrace/stage.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with every change of this header while the ABI is 0.x: a plugin is
 * refused unless it was built for the same. */
#define MILL_ABI_VERSION 2

enum mill_kind { MILL_SOURCE = 1, MILL_TRANSFORM, MILL_SINK };

enum mill_flags {
    /* Source: opened again, it goes on from mill_resume(). */
    MILL_REPLAYS = 1 << 0,
    /* Transform: it only filters or rejects rows, and changes no cell; so rows
     * go on as the bytes that they came as. */
    MILL_KEEPS_CELLS = 1 << 1,
    /* Transform, sink: wants batches as they come, payloads not yet decoded;
     * calls mill_decode() where it needs cells. */
    MILL_TAKES_PAYLOADS = 1 << 2,
    /* Transform: instances share nothing, `workers` may be more than 1. */
    MILL_SCALES = 1 << 3,
    /* Sink: what flush made durable, with what mill_state_put() recorded, is
     * restored exactly by open after a crash; so each row is there once. */
    MILL_EXACTLY_ONCE = 1 << 4,
    /* Sink: everything taken since the last flush is one transaction, and gone
     * where write or flush says RETRY.  The core keeps those batches and hands
     * all of them again, in order, before the next flush. */
    MILL_TRANSACTS = 1 << 5,
    /* Source: its partitions move between processes that run the same
     * definition, and its service keeps how far each has come, which is told
     * with commit.  So the core leaves out nothing that was settled before; a
     * sink's marks still do, as long as the partition's life is the same
     * (mill_lane_life()). */
    MILL_MOVES = 1 << 6,
    /* Sink: what write took stays as it is until a flush says OK, so that rows
     * can be sent from where they lie: the core keeps those batches.  Where
     * flush says RETRY it is called again, write isn't.  Rows may be rejected
     * until then. */
    MILL_KEEPS_BATCHES = 1 << 7,
    /* Sink: may hold back rows of moving lanes; see mill_hold_back(). */
    MILL_HOLDS_BACK = 1 << 8,
};

/*
 * MILL_OPTION(struct x, member, "Help", .fallback = "5"): the help, and then
 * any members of struct mill_option.  (In C++, which has no _Generic, those are
 * written out.)
 *
 * An option is a member of the instance: its name is the member's name, its
 * type the member's type.
 *
 *     bool                       true, false, yes, no
 *     int64_t, double            a number
 *     const char *               text, or one of .choices
 *     const char *const *        [ "text", "text" ]; ends with NULL; an empty
 *                                or absent list is never NULL
 *     struct mill_url            text; ${VAR} in it is percent-encoded
 *     struct mill_size           "64KiB", "10MB", "512"
 *     struct mill_duration       "250ms", "5s", "1m", "1h", "1d"
 *     struct mill_template       "out/{from}.ndjson"; see mill_template_fill()
 *     struct mill_url_template   "http://host/{from}"; see mill_url_fill()
 */
enum mill_option_type {
    MILL_OPTION_BOOL = 1,
    MILL_OPTION_INT,
    MILL_OPTION_FLOAT,
    MILL_OPTION_TEXT,
    MILL_OPTION_LIST,
    MILL_OPTION_URL,
    MILL_OPTION_SIZE,
    MILL_OPTION_DURATION,
    MILL_OPTION_TEMPLATE,
    MILL_OPTION_URL_TEMPLATE,
};

struct mill_option {
    const char *name;
    enum mill_option_type type;
    size_t offset;              /* of the member, in the instance */
    const char *help;           /* one line, no full stop */
    const char *fallback;       /* default, as a pipeline spells it; a list's
                                 * items parted by ", " */
    bool required;              /* has no default and must be given */
    bool secret;                /* never logged, never shown */
    const char *const *choices; /* NULL-terminated; text and lists only */
    int64_t least;              /* numbers, sizes (bytes), durations (ns); */
    int64_t most;               /* both 0: any will do */
};

#ifndef __cplusplus
/* clang-format off */
#define MILL_OPTION(instance, member, ...)                                     \
    { .name = #member,                                                         \
      .type = _Generic(((instance *)0)->member,                                \
                       bool:                     MILL_OPTION_BOOL,             \
                       int64_t:                  MILL_OPTION_INT,              \
                       double:                   MILL_OPTION_FLOAT,            \
                       const char *:             MILL_OPTION_TEXT,             \
                       const char *const *:      MILL_OPTION_LIST,             \
                       struct mill_url:          MILL_OPTION_URL,              \
                       struct mill_size:         MILL_OPTION_SIZE,             \
                       struct mill_duration:     MILL_OPTION_DURATION,         \
                       struct mill_template:     MILL_OPTION_TEMPLATE,         \
                       struct mill_url_template: MILL_OPTION_URL_TEMPLATE),    \
      .offset = offsetof(instance, member),                                    \
      .help = __VA_ARGS__ }
/* clang-format on */
#endif

/* All rows of one batch that a source emitted have come to their end, and that
 * is stored.  Rows without a receipt were delivered by a sink that gives none,
 * or filtered.  The texts and receipts are the core's, during the call. */
struct mill_settled {
    const char *stream;
    const char *partition;
    uint64_t first; /* positions of the first and the last row */
    uint64_t last;
    const struct mill_receipt *receipts; /* by position, unless two sinks gave
                                          * one each; those of one row follow
                                          * each other */
    size_t count;
};

/* The shape of a callback that moves data. */
typedef enum mill_verdict mill_batch_fn(void *self, struct mill_stage *stage,
                                        struct mill_batch *batch);

struct mill_plugin {
    /* MILL_PLUGIN_ABI sets these three. */
    uint32_t abi;
    uint32_t size;
    uint32_t option_size;

    enum mill_kind kind;
    const char *name; /* the file's name: sinks/NAME.so */
    const char *version;
    const char *summary; /* one line, no full stop */
    uint32_t flags;      /* enum mill_flags */
    size_t instance_size;
    const struct mill_option *options; /* ends with a nameless one; or NULL */

    /* Everything that can be known without running: options that exclude each
     * other, say.  No connection, no file.  Says what is wrong with
     * mill_fail(stage, MILL_FATAL, ...).  Optional. */
    enum mill_verdict (*check)(void *self, struct mill_stage *stage);

    /* Connects, opens.  RETRY: not now; asked again for connect_timeout.
     * Optional. */
    enum mill_verdict (*open)(void *self, struct mill_stage *stage);
    /* What it counts is in the run's final figures.  Optional. */
    void (*close)(void *self);

    /* Ends a blocking call that another thread is in; called from any thread,
     * at any time between open and close.  Not needed where all the waiting is
     * done in mill_wait().  Optional. */
    void (*cancel)(void *self);

    /* The one of these that .kind names; only its first member is needed. */
    union {
        struct {
            /*
             * Names the stream of an empty batch and fills it until
             * mill_batch_is_full() or nothing more is at hand, without waiting
             * for more once it holds a row; so a single row goes on at once.
             * OK: there may be more.  IDLE: nothing just now.
             */
            mill_batch_fn *read;
            /* All rows up to POSITION of that stream and partition are settled
             * in every sink, and the core has stored that.  Of a lane that was
             * left nothing is told any more.  Optional. */
            enum mill_verdict (*commit)(void *self, struct mill_stage *stage,
                                        const char *stream,
                                        const char *partition,
                                        uint64_t position, const char *cursor);
            /*
             * Rows that this source emitted are settled, and how; batches of
             * one lane in any order.  A source with this callback has somebody
             * waiting for it: its rows are flushed as soon as no more are at
             * hand, and not only every `checkpoint`.  Optional.
             */
            void (*settled)(void *self, struct mill_stage *stage,
                            const struct mill_settled *settled);
            /* What is downstream is full, so that read isn't called, or the
             * last rows are waited for: called twice a second meanwhile, for
             * a source whose service takes silence for death.  RETRY is as
             * good as OK.  Optional. */
            enum mill_verdict (*blocked)(void *self, struct mill_stage *stage);
        } source;
        struct {
            /* Edits the batch; see mill_filter_row(), mill_reject_row() and
             * mill_batch_derive_row(). */
            mill_batch_fn *apply;
        } transform;
        struct {
            /* Takes all rows that aren't rejected, or none (RETRY) but those
             * that mill_deliver_row() names.  Where there is no flush, OK says
             * that they are delivered. */
            mill_batch_fn *write;
            /* Makes all rows taken so far durable; OK delivers them.  Called
             * every `checkpoint`, when much is pending, and at the end. */
            enum mill_verdict (*flush)(void *self, struct mill_stage *stage);
            /* The core has stored the positions and the state of the last
             * flush: what was cut may now be made visible.  RETRY as ever.
             * Called after open too.  Optional. */
            enum mill_verdict (*published)(void *self,
                                           struct mill_stage *stage);
            /* All sources have ended by themselves, and all rows are durable
             * and stored: the last call before close.  RETRY as ever.
             * Optional. */
            enum mill_verdict (*finish)(void *self, struct mill_stage *stage);
            /* The lane of a source that moves (MILL_MOVES) belongs to another
             * process now: forgets what is held back of it (mill_hold_back()),
             * which comes there again.  FROM as mill_from().  Optional. */
            void (*revoked)(void *self, struct mill_stage *stage,
                            const char *from, const char *stream,
                            const char *partition);
            /* Answers for its service: JSON into REPLY, or, for anything but
             * MILL_ANSWERED, a plain text that says why.  LIST: an array of
             * names.  DESCRIBE: an object with name and partitions, an array of
             * ids.  Called from any thread between open and close, also while
             * another callback is at work; at most one at a time.  Optional. */
            enum mill_answer (*admin)(void *self, struct mill_stage *stage,
                                      const struct mill_request *request,
                                      struct mill_buffer *reply);
        } sink;
    };
};

#define MILL_PLUGIN_ABI                                                        \
    .abi = MILL_ABI_VERSION, .size = sizeof(struct mill_plugin),               \
    .option_size = sizeof(struct mill_option)

/* Defined by every plugin, and all that a plugin exports. */
extern MILL_API const struct mill_plugin mill_plugin;

#ifdef __cplusplus
}
#endif

#endif /* MILL_PLUGIN_H */
