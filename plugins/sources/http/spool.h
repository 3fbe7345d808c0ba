/* SPDX-License-Identifier: Apache-2.0 */

/*
 * spool - requests on disk, from when they came until they are settled
 *
 *     DIR/lock                           held while somebody uses the folder
 *     DIR/00000000000000000000.spool     entries from that number on
 *     DIR/00000000000000004711.spool     the last is the one that grows
 *     DIR/00000000000000000000.keys      what is left of a segment whose keys
 *                                        must still be known
 *
 * Only what was synced counts: it is written, synced, and then read.  Where a
 * write fails the file is cut back to what it was, so that none of what came
 * with it is there; where that fails too, or a sync fails, the spool is broken
 * and no more is written.
 *
 * When the folder is opened again a torn end, which nobody was told is there,
 * is cut off, and damage is an error: nothing of it is guessed.  What can't be
 * read is a torn end only in the last file, and there only where
 *
 *   - the file ends before the entry does, whose head has a check of its own;
 *     so a length that was damaged is no torn end; or
 *   - a sector's share of the entry is all zeros: the disk didn't get to it,
 *     for it writes sectors as a whole; what was damaged otherwise isn't that;
 *     and no later write begins behind it (ENTRY_BEGINS, looked for byte by
 *     byte), for that would have had to wait for this one's sync.
 *
 * One thread writes (spool_write), another reads and lets go (spool_next,
 * spool_done); the lock is for what both look at.
 */

#ifndef HTTP_SPOOL_H
#define HTTP_SPOOL_H

#include <pthread.h>

#include "frames.h"

struct segment {
    uint64_t first; /* number; the file's name */
    uint64_t end;   /* behind its last number */
    off_t size;     /* that is synced */
    bool keyed;     /* some entry has a key */
    int64_t newest; /* when its last entry came, in seconds since 1970 */
};

struct segments {
    struct segment *list;
    size_t count;
    size_t room;
};

struct spool {
    char *folder;
    int folder_fd;
    int lock_fd;
    off_t segment_size;
    int64_t window_s; /* how long keys are kept */

    pthread_mutex_t lock; /* of the two lists' contents, next and done */
    struct segments segments;
    struct segments keys;
    uint64_t next; /* number of the next request */
    uint64_t done; /* all before it are settled */

    int write_fd; /* the writer's: the last segment; -1 */

    /* The reader's. */
    struct frames frames; /* of the segment at work; fd -1: none */
    uint64_t reading;     /* its first number */
    uint64_t replay_end;  /* what is before it was there when it was opened */
    off_t torn;           /* bytes that were cut off then */
    size_t lost_keys;     /* files that went and couldn't be read to the end */
};

/* Called for each entry that is found; false: no memory. */
typedef bool spool_visit_fn(void *arg, const struct entry *entry);

/*
 * Opens DIR, making it, with numbers from LEAST on, and shows all entries to
 * VISIT, oldest first.  False: WHY (of SIZE bytes) says why; spool_close() then
 * as ever.
 */
bool spool_open(struct spool *spool, const char *dir, uint64_t least,
                spool_visit_fn *visit, void *arg, char *why, size_t size);
void spool_close(struct spool *spool);

enum spool_written {
    SPOOL_WRITTEN,
    SPOOL_FULL,   /* not now: errno says why; nothing of it is there */
    SPOOL_BROKEN, /* and never again */
};

/* Appends DATA, whole frames, and syncs; then shows it to the reader: numbers
 * up to END are there. */
enum spool_written spool_write(struct spool *spool, struct mill_bytes data);
void spool_publish(struct spool *spool, size_t len, uint64_t end, bool keyed,
                   int64_t now_s);

/* Bytes that aren't settled, more or less: whole segments. */
int64_t spool_used(struct spool *spool);

/* The number for the next request, and COUNT more taken. */
uint64_t spool_number(struct spool *spool, size_t count);

/* The next entry; ENTRY_SHORT: there is none just now. Anything else: the spool
 * is damaged at spool->frames.at of segment spool->reading. */
enum entry_read spool_next(struct spool *spool, struct entry *entry);

/* True where an entry's key is still to be known. */
typedef bool spool_keep_fn(void *arg, const struct entry *entry);

/* All requests with numbers below UPTO are settled: segments of nothing else
 * go, keys that KEEP wants stay, but for those that spool->lost_keys tells of.
 * False: see errno; nothing is lost, it is tried again with the next. */
bool spool_done(struct spool *spool, uint64_t upto, spool_keep_fn *keep,
                void *arg, int64_t now_s);

/* --- for spool's own files ---
 */

bool segments_add(struct segments *segments, const struct segment *segment);
void segments_remove_first(struct segments *segments, size_t count);

/* The name of a segment's file. */
void spool_name(char *to, size_t size, uint64_t first, const char *suffix);

/* Opens, or makes, a segment's file in the folder. */
int spool_file(const struct spool *spool, uint64_t first, const char *suffix,
               int flags);
bool spool_unlink(const struct spool *spool, uint64_t first,
                  const char *suffix);

#endif /* HTTP_SPOOL_H */
