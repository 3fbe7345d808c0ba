/* SPDX-License-Identifier: Apache-2.0 */

/*
 * reader - the bytes of one file as they come, unpacked where they are gzip or
 * zstd
 *
 * What is packed is known by its first bytes, whatever the file is called;
 * several members or frames in a row are read as one.  Nothing here blocks on a
 * pipe: where it holds nothing just now the reader says READER_WAIT, and its fd
 * can be waited for.
 */

#ifndef FILE_READER_H
#define FILE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unpack.h"

enum reader_result {
    READER_BYTES,  /* *GOT bytes were read, at least one */
    READER_WAIT,   /* nothing just now */
    READER_END,    /* nothing ever again; of a growing file: not yet */
    READER_BROKEN, /* reader.fault says why */
};

struct reader {
    int fd;
    bool regular; /* a file on disk: reading it never waits */
    bool known;   /* the first bytes were looked at */
    unsigned char first[UNPACK_MAGIC];
    size_t first_len;      /* of them that weren't given on yet */
    struct unpack *unpack; /* NULL: it isn't packed */
    char fault[160];
};

/* Takes FD, and closes it in reader_finish(). */
void reader_init(struct reader *reader, int fd, bool regular);
void reader_finish(struct reader *reader);

/* Reads at most ROOM bytes into TO. */
enum reader_result reader_read(struct reader *reader, char *to, size_t room,
                               size_t *got);

/* Back to the beginning of a regular file. */
bool reader_rewind(struct reader *reader);

/* Goes towards byte *LEFT of the unpacked bytes, and takes off *LEFT how far it
 * came; before the first read of a regular file.  One step at a time, since
 * there is no way into the middle of what is packed but through all before it.
 * READER_BYTES: call it again until *LEFT is 0; END: the file is shorter. */
enum reader_result reader_seek(struct reader *reader, uint64_t *left);

#endif /* FILE_READER_H */
