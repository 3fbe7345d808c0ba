/* SPDX-License-Identifier: Apache-2.0 */

/*
 * unpack - unpacks gzip members or zstd frames that follow each other, piece by
 * piece
 *
 * Each kind is a struct unpack with its own state behind it; gunzip.c and
 * unzstd.c have one each.
 */

#ifndef FILE_UNPACK_H
#define FILE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

/* So many first bytes tell what a file is packed with. */
#define UNPACK_MAGIC 4

enum unpack_result {
    UNPACK_BYTES,  /* *GOT bytes came out */
    UNPACK_HUNGRY, /* needs more packed bytes: unpack_room(), unpack_fed() */
    UNPACK_BROKEN, /* ->fault says why */
};

struct unpack {
    const char *truncated;     /* what it means if the packed bytes end now; */
    bool open;                 /* inside a member or frame: they may not */
    const char *fault;         /* static text; NULL: none */
    const unsigned char *next; /* packed bytes that are still to be read */
    size_t left;
    unsigned char packed[64 * 1024];

    /* Unpacks something of what is left: *GOT may stay 0. */
    void (*step)(struct unpack *unpack, char *to, size_t room, size_t *got);
    void (*destroy)(struct unpack *unpack);
};

/* What the first LEN bytes of a file say. */
enum unpack_kind {
    UNPACK_NOTHING, /* it isn't packed */
    UNPACK_PERHAPS, /* more bytes are needed to know */
    UNPACK_GZIP,
    UNPACK_ZSTD,
};
enum unpack_kind unpack_kind(const unsigned char *first, size_t len);

/* NULL: no memory. */
struct unpack *unpack_create(enum unpack_kind kind);
/* NULL is fine. */
void unpack_destroy(struct unpack *unpack);

struct unpack *gunzip_create(void);
struct unpack *unzstd_create(void);

/* Where packed bytes go, when it is hungry; then how many were put there. */
unsigned char *unpack_room(struct unpack *unpack, size_t *room);
void unpack_fed(struct unpack *unpack, size_t len);

enum unpack_result unpack_read(struct unpack *unpack, char *to, size_t room,
                               size_t *got);

#endif /* FILE_UNPACK_H */
