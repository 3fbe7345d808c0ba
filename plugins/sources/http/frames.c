/* SPDX-License-Identifier: Apache-2.0 */

/* frames - see frames.h */

#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_AHEAD ((size_t)256 * 1024)

/* Has the LEN bytes at frames->at in the buffer; false: there aren't as many.
 */
static bool
hold(struct frames *frames, off_t end, size_t len)
{
    struct mill_buffer *buffer = &frames->buffer;
    size_t used = (size_t)(frames->at - frames->buffer_at);

    if ((off_t)len > end - frames->at)
        return false;
    if (buffer->len >= used + len)
        return true;
    if (used < buffer->len)
        memmove(buffer->data, buffer->data + used, buffer->len - used);
    buffer->len = used < buffer->len ? buffer->len - used : 0;
    frames->buffer_at = frames->at;
    while (buffer->len < len) {
        off_t from = frames->buffer_at + (off_t)buffer->len;
        size_t most = len > READ_AHEAD ? len : READ_AHEAD;
        size_t wanted = most - buffer->len;
        char *to = mill_buffer_room(buffer, wanted);
        ssize_t got;

        if (!to) {
            errno = ENOMEM;
            return false;
        }
        if ((off_t)wanted > end - from)
            wanted = (size_t)(end - from);
        got = pread(frames->fd, to, wanted, from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        buffer->len += (size_t)got;
    }
    return true;
}

/* The length that the frame at hand claims, which hold() has. */
static uint32_t
length(const struct frames *frames)
{
    uint32_t len;

    memcpy(&len, frames->buffer.data + (frames->at - frames->buffer_at),
           sizeof(len));
    return len;
}

enum entry_read
frames_next(struct frames *frames, off_t end, struct entry *entry)
{
    uint32_t len;
    size_t whole;
    enum entry_read read;

    errno = 0;
    if (!hold(frames, end, ENTRY_HEAD))
        return ENTRY_SHORT;
    len = length(frames);
    if (len < ENTRY_LEAST - ENTRY_HEAD)
        return ENTRY_DAMAGED;
    if (!hold(frames, end, ENTRY_HEAD + (size_t)len))
        return ENTRY_SHORT;

    struct mill_bytes frame = {
        frames->buffer.data + (frames->at - frames->buffer_at),
        ENTRY_HEAD + (size_t)len,
    };

    read = entry_read(frame, entry, &frames->room, &frames->room_count, &whole);
    if (read == ENTRY_READ)
        frames->at += (off_t)whole;
    return read;
}

bool
frames_skip(struct frames *frames, off_t end)
{
    off_t len;

    if (!hold(frames, end, ENTRY_HEAD))
        return false;
    len = (off_t)ENTRY_HEAD + length(frames);
    if (len > end - frames->at)
        return false;
    frames->at += len;
    return true;
}

void
frames_finish(struct frames *frames)
{
    mill_buffer_finish(&frames->buffer);
    free(frames->room);
    *frames = (struct frames){ .fd = frames->fd };
}
