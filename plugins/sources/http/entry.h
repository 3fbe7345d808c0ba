/* SPDX-License-Identifier: Apache-2.0 */

/*
 * entry - the records of one request, as they wait to be read and lie on disk
 *
 * Records have numbers: record i of a request has FIRST + i, dropped ones
 * included, and that is its position in the pipeline.  Records of an entry are
 * ordered by lane (their partition) and in there by number, as positions have
 * to be; so those of one lane become one batch.
 *
 * On disk an entry is a frame, the second format of it:
 *
 *     4  ENTRY_MARK                    4  bytes behind this head
 *     4  CRC-32 of those               4  CRC-32 of the 12 bytes before
 *     8  FIRST
 *     8  when it came, seconds since 1970
 *     4  records of the request        4  records here
 *     2  bytes of the topic            2  bytes of the idempotency key
 *     8  what the sender said is settled (see idempotency.h)
 *     4  enum entry_flags
 *     topic, key
 *     then for each record  4 index, 4 partition, 4 format, 4 bytes of the key
 *     (-1: none), 4 bytes of the value, key, value
 *
 * in the byte order of the machine: a spool stays where it was written.  The
 * head has a check of its own, so that a length can be believed, and a mark, so
 * that the next entry is found behind one whose length can't.  (In the first
 * format there were neither: length and CRC, and then as above.)
 */

#ifndef HTTP_ENTRY_H
#define HTTP_ENTRY_H

#include <millrace/json.h>

#include "request.h"

enum entry_flags {
    ENTRY_NAMED = 1 << 0, /* the key names each record; see idempotency.h */
    ENTRY_BARE = 1 << 1,  /* the records' bytes are gone: only the key counts */
    /* The first of a write: all before it in the file was synced. */
    ENTRY_BEGINS = 1 << 2,
    ENTRY_FLAGS = ENTRY_NAMED | ENTRY_BARE | ENTRY_BEGINS,
};

struct entry {
    uint64_t first;
    int64_t came;
    uint64_t settled;
    uint32_t flags;
    uint32_t total; /* records of the request */
    struct mill_bytes topic;
    struct mill_bytes key; /* of idempotency; data NULL: none */
    struct record *records;
    size_t count;
};

/* Puts RECORDS in the order that entries have. */
void entry_order(struct record *records, size_t count);

#define ENTRY_MARK 0x3253484du /* "MHS2", where the low byte comes first */
#define ENTRY_HEAD 16u

/* Appends a frame. */
void entry_write(struct mill_buffer *to, const struct entry *entry);

/* The length behind the head that the ENTRY_HEAD bytes at HEAD are; false: they
 * aren't what was written. */
bool entry_head(const char *head, size_t *len);

/* True where FROM begins with an entry of the first format; *LEN is its length,
 * or what FROM has to hold at least before that can be said. */
bool entry_is_old(struct mill_bytes from, size_t *len);

enum entry_read {
    ENTRY_READ,
    ENTRY_SHORT,   /* FRAME ends before the entry does */
    ENTRY_DAMAGED, /* it isn't what was written */
    ENTRY_OTHER,   /* another version wrote it */
    ENTRY_NO_MEMORY,
};

/* Reads the frame that FRAME begins with; *LEN is its length.  The entry points
 * into FRAME, and ROOM (realloc()ed as needed, *ROOM_COUNT records) holds the
 * records. */
enum entry_read entry_read(struct mill_bytes frame, struct entry *entry,
                           struct record **room, size_t *room_count,
                           size_t *len);

#endif /* HTTP_ENTRY_H */
