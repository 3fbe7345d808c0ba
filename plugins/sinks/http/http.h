/* SPDX-License-Identifier: Apache-2.0 */

/*
 * http - what the parts of the sink `http` share
 *
 * write.c cuts a batch into requests and keeps count of its rows; lanes.c
 * knows how far each lane has come, for the names of its rows; request.c makes
 * the text of one, in the words of a format (format.c); transfer.c sends it;
 * answer.c says what the reply means, with rest_proxy.c and kinesis.c for what
 * those two say of single records.
 */

#ifndef HTTP_SINK_H
#define HTTP_SINK_H

#include <curl/curl.h>
#include <stdatomic.h>

#include <millrace/plugin.h>

#include "idempotency.h"

struct http_sink;
struct request;

/* What became of a row of the batch that is being written. */
enum row_state {
    ROW_OPEN,  /* to be sent, perhaps again */
    ROW_SENT,  /* in a request under way */
    ROW_TAKEN, /* the server has it */
    ROW_GONE,  /* it never will, or the row wasn't ours to send */
};

/* A way to lay rows out in a body, and to read the reply. */
struct format {
    const char *method; /* unless `method` says otherwise */
    const char *type;   /* Content-Type */
    const char *accept;
    int64_t rows;  /* most rows of a request; 0: any number */
    int64_t bytes; /* most bytes of a body */
    bool cells;    /* needs cells even where rows came as JSON */
    bool wants_key;
    const char *before; /* the first row, */
    const char *between;
    const char *after; /* the last */
    /* Appends a row; false: it was rejected. */
    bool (*add)(struct http_sink *sink, struct mill_batch *batch, size_t row,
                struct mill_buffer *to);
    /* Reads a reply of status 200 to 299 and settles the rows, as the functions
     * of answer.h do.  NULL: it says that all rows were taken. */
    enum mill_verdict (*read)(struct http_sink *sink, struct mill_stage *stage,
                              struct request *request);
};

/* A request, from the cut to the reply; there is one a connection. */
struct request {
    CURL *easy;
    bool busy;
    uint32_t first; /* rows of the batch, */
    uint32_t end;   /* those of them that are ROW_SENT */
    uint32_t count;
    struct mill_buffer url; /* that the handle has */
    struct mill_buffer body;
    struct mill_buffer packed;
    void *packer;
    struct mill_buffer key;     /* its header line */
    struct mill_buffer settled; /* another */
    struct curl_slist lines[2]; /* these, in front of the sink's */
    struct signed_lines *own;   /* and its signature's; NULL: none */

    struct mill_buffer reply;
    CURLcode code;
    char error[CURL_ERROR_SIZE];
};

/* A stretch of rows that is still to be cut into requests. */
struct range {
    uint32_t first;
    uint32_t end;
};

#define EPOCH_ROOM 17

/* How far a lane has come, for Idempotency-Settled. */
struct lane {
    char *name;
    char epoch[EPOCH_ROOM];
    uint64_t taken;
    uint64_t flushed; /* with the last flush */
    uint64_t settled; /* and the core has stored that */
    bool is_taken;
    bool is_flushed;
    bool is_settled;
    bool moves; /* its source says itself where its positions begin anew */
};

struct http_sink {
    struct mill_url_template url;
    const char *method;
    const char *format;
    const char *key;
    struct mill_template key_text;
    int64_t max_rows;
    struct mill_size max_bytes;
    int64_t connections;
    struct mill_duration timeout;
    const char *const *headers;
    const char *api_key;
    const char *user;
    const char *password;
    const char *token;
    const char *tls_ca;
    const char *tls_cert;
    const char *tls_key;
    const char *sign;
    const char *service;
    const char *region;
    const char *profile;
    bool idempotency;
    const char *compression;
    const char *time_separator;

    /* From open to close. */
    bool opened;
    const struct format *shape; /* what `format` names */
    struct mill_json_style style;
    int64_t rows_most;  /* of a request; 0: any number */
    int64_t bytes_most; /* of a body */
    _Atomic(CURLM *) multi;
    atomic_bool cancelled;
    struct request *requests; /* `connections` of them */
    struct curl_slist *lines; /* headers of every request */
    struct signer *signer;    /* NULL: nothing is signed */
    char epoch[EPOCH_ROOM];   /* of the lanes that have none of their own */
    struct lane *lanes;
    size_t lane_count;
    bool mapped_away; /* a reply that tells nothing was warned of */

    /* Of the batch that is being written. */
    struct mill_batch *batch; /* kept after RETRY: it comes again */
    struct lane *lane;
    struct mill_buffer target;   /* the URL */
    struct mill_buffer shown;    /* and what messages show of it */
    struct mill_buffer scope;    /* of the keys */
    struct mill_buffer key_cell; /* `key_text`, filled in */
    struct mill_buffer stream;   /* StreamName of kinesis-api */
    struct mill_buffer text;     /* a row, on its way into another text */
    int key_column;              /* -1: none */
    uint8_t *states;             /* enum row_state, a row each */
    uint32_t *ordinals;          /* see idempotency.h */
    size_t row_room;
    uint32_t share;       /* rows of it that a connection gets; 0: all */
    struct range *ranges; /* a stack: the next is the last */
    size_t range_count;
    size_t range_room;
    int64_t pause_s; /* the longest Retry-After */
    char why[1024];  /* what answer_fail() said last */
};

/* --- format.c --- */

extern const char *const format_names[];
/* NULL: the URL names no resource of kinesis-api. */
const struct format *format_find(const char *name, const char *url);
/* Fills in what the batch's rows have in common; false: no memory. */
bool format_begin(struct http_sink *sink, struct mill_stage *stage,
                  const struct mill_batch *batch);

/* --- request.c --- */

/* Cuts a request off the beginning of RANGE, as large as it may be.  Its count
 * is 0 where all rows of the range had to be rejected.  False: no memory. */
bool request_make(struct http_sink *sink, struct request *request,
                  struct mill_batch *batch, struct range *range);
/* What of it goes out. */
const struct mill_buffer *request_body(const struct http_sink *sink,
                                       const struct request *request);
void request_finish(struct request *request);

/* --- transfer.c --- */

enum mill_verdict transfer_open(struct http_sink *sink,
                                struct mill_stage *stage);
void transfer_close(struct http_sink *sink);
/* Any thread: ends transfer_wait(), and all that is waited for later. */
void transfer_cancel(struct http_sink *sink);
/* Sends REQUEST.  False: no memory. */
bool transfer_start(struct http_sink *sink, struct request *request);
/* Waits until one has its reply, or none.  NULL: cancelled. */
struct request *transfer_wait(struct http_sink *sink);
/* Forgets all that are under way. */
void transfer_abort(struct http_sink *sink);
/* The verdict on a failure to talk to the server; says why. */
enum mill_verdict transfer_fault(struct mill_stage *stage, const char *url,
                                 CURLcode code, const char *error);

/* --- sign.c, for sign = "aws" --- */

/* In check: what can't be signed. */
enum mill_verdict sign_check(const struct http_sink *sink,
                             struct mill_stage *stage);
/* Finds region and credentials; the sink's lines are there. */
enum mill_verdict sign_open(struct http_sink *sink, struct mill_stage *stage);
void sign_close(struct http_sink *sink);
/* Signs REQUEST, which will go out with BODY. */
enum mill_verdict sign_request(struct http_sink *sink, struct mill_stage *stage,
                               struct request *request,
                               const struct mill_buffer *body);
/* What that adds to the headers, in front of BEHIND. */
struct curl_slist *sign_lines(struct request *request,
                              struct curl_slist *behind);
void sign_finish_request(struct request *request);
/* The credentials of the last request have ended: finds others. */
void sign_forget(struct http_sink *sink);

/* --- answer.c --- */

/*
 * Says what the reply to REQUEST means for its rows.  OK: each is taken, or
 * rejected.  RETRY: those that are ROW_OPEN again are to be sent again.
 * REJECT: the request as a whole was refused for what is in it, and nothing of
 * it was taken.  But for OK, mill_fail() was called.
 */
enum mill_verdict answer_read(struct http_sink *sink, struct mill_stage *stage,
                              struct request *request);

/* mill_fail(), and keeps the text for a row that is rejected for it. */
enum mill_verdict answer_fail(struct http_sink *sink, struct mill_stage *stage,
                              enum mill_verdict verdict, const char *format,
                              ...) __attribute__((format(printf, 4, 5)));
/* The reply as JSON, until the next call; false: it isn't. */
bool answer_json(struct mill_stage *stage, struct request *request,
                 struct mill_value *value);
/* A member of a map by its name; NULL: none, or VALUE isn't a map. */
const struct mill_value *answer_member(const struct mill_value *value,
                                       const char *name);
/* The number, or 0. */
int64_t answer_number(const struct mill_value *value);
/* Moves AT, from request->first, to the next row that was sent; false: there is
 * none. */
bool answer_next_row(const struct http_sink *sink,
                     const struct request *request, uint32_t *at);
/* Makes all rows of the request taken. */
void answer_take_all(struct http_sink *sink, struct request *request);
/* What of a text from the server may stand in a message: one line of printable
 * characters, not too long. */
#define ANSWER_TEXT_ROOM 256
void answer_text(char to[ANSWER_TEXT_ROOM], const char *text, size_t len);

/* --- rest_proxy.c, kinesis.c: see format.read --- */

enum mill_verdict rest_proxy_read(struct http_sink *sink,
                                  struct mill_stage *stage,
                                  struct request *request);
enum mill_verdict kinesis_read(struct http_sink *sink, struct mill_stage *stage,
                               struct request *request);
/* What an error that Kinesis names by TYPE means for the whole request. */
enum mill_verdict kinesis_verdict(const char *type, size_t len);
/* The error type in the body of a reply; false: there is none. */
bool kinesis_error_type(const struct mill_value *reply,
                        struct mill_bytes *type);

/* --- lanes.c --- */

enum mill_verdict lanes_open(struct http_sink *sink, struct mill_stage *stage);
void lanes_close(struct http_sink *sink);
/* Finds the lane of BATCH, and fills in the scope of its keys. */
enum mill_verdict lanes_begin(struct http_sink *sink, struct mill_stage *stage,
                              struct mill_batch *batch);
/* All of BATCH, of the lane that was found last, has come to its end. */
void lanes_taken(struct http_sink *sink, const struct mill_batch *batch);
enum mill_verdict http_flush(void *self, struct mill_stage *stage);
enum mill_verdict http_published(void *self, struct mill_stage *stage);

/* --- write.c --- */

enum mill_verdict http_write(void *self, struct mill_stage *stage,
                             struct mill_batch *batch);
void write_close(struct http_sink *sink);

#endif /* HTTP_SINK_H */
