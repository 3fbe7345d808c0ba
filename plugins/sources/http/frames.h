/* SPDX-License-Identifier: Apache-2.0 */

/* frames - the entries in a file, one after the other */

#ifndef HTTP_FRAMES_H
#define HTTP_FRAMES_H

#include <sys/types.h>

#include "entry.h"

/* Zeroed memory, with fd set, stands at the file's beginning. */
struct frames {
    int fd;
    off_t at; /* of the next frame */
    struct mill_buffer buffer;
    off_t buffer_at; /* where what the buffer holds begins in the file */
    struct record *room;
    size_t room_count;
};

/* The next entry, which lives until the next call, of a file whose first END
 * bytes count.  ENTRY_SHORT where at is END, too.  An error of the disk is
 * ENTRY_SHORT with errno set; else errno is 0. */
enum entry_read frames_next(struct frames *frames, off_t end,
                            struct entry *entry);

/* True where what frames_next() found damaged can be so because the disk never
 * got to write all of it: some sector's share of it is nothing but zeros.
 * False with errno set: an error of the disk. */
bool frames_has_hole(struct frames *frames, off_t end);

/* Moves on to where the head of another entry stands; false: there is none, or,
 * with errno set, an error of the disk. */
bool frames_seek(struct frames *frames, off_t end);

/* Frees its memory; fd stays open. */
void frames_finish(struct frames *frames);

#endif /* HTTP_FRAMES_H */
