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

/* Steps over what frames_next() can't read, by the length that it claims;
 * false: the file ends before that. */
bool frames_skip(struct frames *frames, off_t end);

/* Frees its memory; fd stays open. */
void frames_finish(struct frames *frames);

#endif /* HTTP_FRAMES_H */
