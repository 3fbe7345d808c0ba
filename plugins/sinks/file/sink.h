/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sink - what the parts of the sink `file` share
 *
 * There are two ways to write.  Without rotation (append.c) rows are added to
 * the file that `path` names as soon as they come, and what is stored with each
 * checkpoint is its length.  With rotation (rotate.c) rows go into a hidden
 * part; one that is complete is sealed, and gets its name (publish.c) when the
 * positions that it holds are stored.
 * Of lanes that may go to another process moving.c says what is different.
 *
 * State, by key:
 *
 *     file:PATH       LENGTH [done]                a file without rotation
 *     columns:KEY     DELIMITER HEADER             CSV: of that file or lane
 *     lane:FROM/...   where a lane stands          see record.h
 *     sealed          LENGTH BYTES PATH\n ...      parts that wait for a name
 *     begun:PATH                                   a part that may be there
 *     owner, folder:FOLDER                         see moving.c
 */

#ifndef FILE_SINK_H
#define FILE_SINK_H

#include <millrace/plugin.h>

#include "cut.h"
#include "durable.h"
#include "lines.h"
#include "output.h"
#include "rows.h"
#include "sheet.h"

/* A file without rotation. */
struct target {
    struct output output;
    char *key;       /* of its state */
    uint64_t stored; /* the length that was put under it */
    bool done;       /* and that a run ended with it */
    struct sheet sheet;
    int64_t written; /* when rows came last, microseconds */
};

/* A file that rotation ends some time. */
struct part {
    struct output output; /* its path is the hidden one */
    char *path;           /* the name that it will get */
    struct cut_part span;
    int64_t born;    /* when it was begun, microseconds */
    uint64_t put;    /* the length that the last flush put into the state, */
    uint64_t stored; /* and the last that is known to be stored there */
    bool begun;      /* there is a key begun:PATH */
    bool moves;      /* its lane may go to another process */
    bool named;      /* a moving one has its name */
    size_t lane;     /* number of its lane */
};

/* One partition of one stream, from one stage. */
struct lane {
    char *from;
    char *stream;
    char *partition;
    char *key;     /* of its state */
    uint64_t next; /* the first position that no part covers yet */
    bool changed;  /* since the last flush */
    size_t number; /* 0, 1, 2, ... */
    bool moves;    /* it may go to another process, */
    bool left;     /* and has: it begins anew with the next row */
    struct sheet sheet;
    struct part *part; /* NULL: none is open */
};

struct file_sink {
    struct mill_template path;
    bool append;
    bool replace;
    int64_t rotate_rows;
    struct mill_size rotate_bytes;
    struct mill_duration rotate_every;
    int64_t flush_size;
    const char *compression;
    const char *key_order;
    const char *time_separator;
    const char *format;
    bool header;
    const char *delimiter;
    const char *null;
    const char *const *columns;

    bool moving;              /* some lanes may go to another process */
    uint64_t owner;           /* what this process' hidden files are known by */
    struct mill_stage *stage; /* for close, which isn't given it */
    enum pack_kind pack;
    struct cut_rule rule;
    bool csv;         /* style says how; else rows does */
    bool takes_lines; /* that came as JSON, as they are */
    struct sheet_style style;
    struct rows rows;
    struct mill_buffer text; /* of the batch */
    struct mill_buffer name;
    struct outputs outputs;
    struct durable durable;

    struct target **targets;
    size_t target_count;
    struct target *latest; /* where the last batch went */

    struct lane *lanes;
    size_t lane_count;
    struct part **sealed;
    size_t sealed_count;
    size_t flushed; /* of them, from the first on, the last flush recorded */
};

bool sink_rotates(const struct file_sink *sink);

/* Microseconds since 1970. */
int64_t sink_now(void);

/* Fills in `path`; the caller frees it.  NULL: mill_fail() was called, verdict
 * FATAL. */
char *sink_path(struct file_sink *sink, struct mill_stage *stage,
                const struct mill_batch *batch, uint64_t position, int64_t at);

/* True where `path` has a field of the clock. */
bool sink_names_time(const struct file_sink *sink);

/* Is there something at PATH that isn't ours?  OK: no, or it may be replaced.
 */
enum mill_verdict sink_refuse(const struct file_sink *sink,
                              struct mill_stage *stage, const char *path);

/* Once a batch, before its rows are written to a file or lane with this SHEET
 * and this KEY. */
enum mill_verdict sink_begin_rows(struct file_sink *sink,
                                  struct mill_stage *stage,
                                  struct mill_batch *batch, struct sheet *sheet,
                                  const char *key);

/* Appends ROW to sink->text; false: it isn't wanted, or rejected. */
bool sink_write_row(struct file_sink *sink, const struct sheet *sheet,
                    struct mill_batch *batch, size_t row);

/* As output_add(), behind the header where the file is a new one of CSV. */
enum mill_verdict sink_add(struct file_sink *sink, struct mill_stage *stage,
                           struct output *output, const struct sheet *sheet,
                           const struct mill_bytes *pieces, size_t count,
                           bool more);

enum mill_verdict append_open(struct file_sink *sink, struct mill_stage *stage);
enum mill_verdict append_write(struct file_sink *sink, struct mill_stage *stage,
                               struct mill_batch *batch);
/* Makes durable; then, when nothing can fail any more, records. */
enum mill_verdict append_pack(struct file_sink *sink, struct mill_stage *stage);
void append_record(struct file_sink *sink, struct mill_stage *stage);
/* At the end, behind a flush: records that it came. */
void append_finish(struct file_sink *sink, struct mill_stage *stage);
void append_close(struct file_sink *sink);

enum mill_verdict rotate_open(struct file_sink *sink, struct mill_stage *stage);
enum mill_verdict rotate_write(struct file_sink *sink, struct mill_stage *stage,
                               struct mill_batch *batch);
enum mill_verdict rotate_pack(struct file_sink *sink, struct mill_stage *stage);
/* At the end, behind a flush: what is open gets its name. */
enum mill_verdict rotate_finish(struct file_sink *sink,
                                struct mill_stage *stage);
void rotate_record(struct file_sink *sink, struct mill_stage *stage);
void rotate_close(struct file_sink *sink);

/* "out/5.ndjson" while it is a part: "out/.5.ndjson.part".  The caller frees
 * it; NULL: no memory. */
char *part_hidden_path(const char *path);

/* Takes PATH, the name to come.  NULL: mill_fail() was called, FATAL. */
struct part *part_create(struct file_sink *sink, struct mill_stage *stage,
                         char *path);
/* Frees it, and leaves the file as it is.  NULL is fine. */
void part_destroy(struct file_sink *sink, struct part *part);

/* Room for one more sealed part; false: no memory. */
bool part_make_room(struct file_sink *sink);

/* The lane of these names; made where there is none.  NULL: no memory. */
struct lane *lane_find(struct file_sink *sink, const char *from,
                       const char *stream, const char *partition, bool *made);

/* Reads lanes and parts from the state, and cuts parts back to what was
 * stored. */
enum mill_verdict restore_lanes(struct file_sink *sink,
                                struct mill_stage *stage);

/* Gives the parts that the last flush recorded their names. */
enum mill_verdict publish_sealed(struct file_sink *sink,
                                 struct mill_stage *stage);
/* Renames, but never over something that is there. */
bool publish_rename(const char *from, const char *to);
/* In close, where the run was stopped: the open parts, too, as far as all of
 * them is stored. */
void publish_rest(struct file_sink *sink);

/* Lanes that may go to another process; see moving.c. */
enum mill_verdict moving_open(struct file_sink *sink, struct mill_stage *stage);
/* Gives PART, which isn't open yet, a hidden name of this process' own.  False:
 * no memory. */
bool moving_hide(struct file_sink *sink, struct part *part);
/* Records that there may be hidden parts in its folder. */
enum mill_verdict moving_intend(struct file_sink *sink,
                                struct mill_stage *stage,
                                const struct part *part);
/* In flush, once all is durable: names the complete parts, and says what is
 * held back. */
enum mill_verdict moving_publish(struct file_sink *sink,
                                 struct mill_stage *stage);
enum mill_verdict moving_hold(struct file_sink *sink, struct mill_stage *stage);
/* At the end of a whole run: open parts were sealed, and get their names. */
enum mill_verdict moving_finish(struct file_sink *sink,
                                struct mill_stage *stage);
void moving_forget(struct file_sink *sink, const char *from, const char *stream,
                   const char *partition);
void moving_close(struct file_sink *sink);

#endif /* FILE_SINK_H */
