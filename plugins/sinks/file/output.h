/* SPDX-License-Identifier: Apache-2.0 */

/*
 * output - a file that grows at its end, and can be cut back
 *
 * `length` is how much of the file is good: whatever a failed write, or a
 * crash, left behind it is cut off before anything else is written.  Text that
 * is packed is held in memory until that is worth it; each packed piece is a
 * member (gzip) or frame (zstd) of its own, so that a cut between two leaves a
 * valid file.
 *
 * Only so many files are open at a time; the one that was used least recently
 * is synced and closed.
 */

#ifndef FILE_OUTPUT_H
#define FILE_OUTPUT_H

#include <millrace/plugin.h>

#include "pack.h"
#include "reserve.h"

/* Files that one sink keeps open. */
#define OUTPUT_OPEN 64

/* Pieces that are appended at a time. */
#define OUTPUT_PIECES 16

struct output {
    char *path; /* owned */
    int fd;     /* -1: not open just now */
    enum pack_kind pack;
    bool special;  /* a device: no length, no cutting, no syncing */
    bool overhang; /* there may be bytes behind length */
    bool dirty;    /* something wasn't synced yet */
    uint64_t length;
    struct mill_buffer held; /* text that isn't packed, or written, yet */
    uint64_t used;           /* when, on the clock of outputs */
    struct reserve reserve;
};

/* What the outputs of one sink share.  Zeroed memory will do. */
struct outputs {
    struct output *open[OUTPUT_OPEN];
    size_t open_count;
    uint64_t clock;
    struct mill_buffer packed;
    enum pack_kind pack; /* of all of them */
    void *packer;        /* its state; NULL: not made yet */
};

void outputs_finish(struct outputs *outputs);

/* Takes PATH; nothing is touched. */
void output_init(struct output *output, char *path, enum pack_kind pack);

/* Closes the file, synced or not, and frees all of it. */
void output_finish(struct outputs *outputs, struct output *output);

/* Makes sure that the file is open; makes it where there is none. */
enum mill_verdict output_open(struct outputs *outputs, struct output *output,
                              struct mill_stage *stage);

/* Closes the file; it is opened again when it is needed. */
void output_close(struct outputs *outputs, struct output *output);

/* Appends COUNT pieces, at most OUTPUT_PIECES, one behind the other: all of
 * them or nothing.  MORE: another call follows at once, so that the end of
 * these, less than 64 KiB, may wait for it. */
enum mill_verdict output_add(struct outputs *outputs, struct output *output,
                             struct mill_stage *stage,
                             const struct mill_bytes *pieces, size_t count,
                             bool more);

/* Packs and writes what is held; all of it or nothing. */
enum mill_verdict output_pack(struct outputs *outputs, struct output *output,
                              struct mill_stage *stage);

/* Is there so much held that it should be packed now? */
bool output_holds_much(const struct output *output);

/* Cuts the file to LENGTH.  Where that can't be done now, it is before the next
 * write. */
void output_cut(struct output *output, uint64_t length);

/* Cuts off what a failed cut left there. */
enum mill_verdict output_trim(struct output *output, struct mill_stage *stage);

/* Gets the file's content to the disk, trimmed. */
enum mill_verdict output_sync(struct outputs *outputs, struct output *output,
                              struct mill_stage *stage);

/* What a failed sync of PATH means, with errno: the kernel forgets what it
 * could not write and says so only once, so trying again would prove nothing.
 * The run ends, and the next one goes on from what was stored. */
enum mill_verdict output_lost(struct mill_stage *stage, const char *path);

/* "cannot DO PATH: why; what to do", with errno: FATAL where waiting won't
 * help, else RETRY. */
enum mill_verdict output_fault(struct mill_stage *stage, const char *doing,
                               const char *path);

#endif /* FILE_OUTPUT_H */
