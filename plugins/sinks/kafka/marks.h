/* SPDX-License-Identifier: Apache-2.0 */

/*
 * marks - how far the sink has come, as texts beside committed offsets
 *
 * Kafka keeps a text with each offset that a group commits, up to 4096 bytes
 * (offset.metadata.max.bytes).  What the marks need goes into as many texts:
 *
 *     millrace 1 RUN NUMBER PART PARTS
 *     POSITION KEY
 *     POSITION KEY
 *
 * A position is written in 20 digits, so that texts don't grow with it; in a
 * key everything below 0x21, and "%", is %XX.  RUN is the pipeline's, begun
 * with its state; NUMBER counts its transactions.
 */

#ifndef KAFKA_MARKS_H
#define KAFKA_MARKS_H

#include <millrace/plugin.h>

#define MARKS_RUN_ROOM 33
#define MARKS_TEXT_MAX 4000

struct mark {
    char *key;
    uint64_t position;
    uint64_t number; /* of the transaction that put it; 0: an earlier run's */
};

struct marks {
    struct mark *items;
    size_t count;
    size_t room;
};

/* Transaction NUMBER puts a mark; positions only grow.  False: no memory. */
bool marks_set(struct marks *marks, const char *key, uint64_t position,
               uint64_t number);

/* Forgets what transaction NUMBER put. */
void marks_forget(struct marks *marks, uint64_t number);

/* Appends the texts, each NUL-terminated; their number, or 0: no memory, or a
 * key that is too long. */
size_t marks_write(const struct marks *marks, const char *run, uint64_t number,
                   struct mill_buffer *to);

/* Reads a text of RUN: *NUMBER and *PARTS of it, and its marks, where each
 * position only grows.  False: it isn't one, or no memory (*MEMORY). */
bool marks_read(struct marks *marks, const char *run, const char *text,
                size_t len, uint64_t *number, size_t *parts, bool *memory);

void marks_finish(struct marks *marks);

#endif /* KAFKA_MARKS_H */
