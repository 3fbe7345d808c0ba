/* SPDX-License-Identifier: Apache-2.0 */

/* frames - see frames.h */

#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_AHEAD ((size_t)256 * 1024)

/* What a disk writes as a whole or not at all. */
#define SECTOR ((size_t)512)

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

/* The LEN bytes at hand, which hold() has. */
static struct mill_bytes
at_hand(const struct frames *frames, size_t len)
{
    const char *data = frames->buffer.data + (frames->at - frames->buffer_at);

    return (struct mill_bytes){ data, len };
}

static bool
is_old(struct frames *frames, off_t end)
{
    size_t len;

    entry_is_old(at_hand(frames, ENTRY_HEAD), &len);
    return hold(frames, end, len) && entry_is_old(at_hand(frames, len), &len);
}

enum entry_read
frames_next(struct frames *frames, off_t end, struct entry *entry)
{
    size_t len;
    enum entry_read read;

    errno = 0;
    if (!hold(frames, end, ENTRY_HEAD))
        return ENTRY_SHORT;
    if (!entry_head(at_hand(frames, ENTRY_HEAD).data, &len))
        return is_old(frames, end) ? ENTRY_OTHER : ENTRY_DAMAGED;
    if (!hold(frames, end, ENTRY_HEAD + len))
        return ENTRY_SHORT;
    read = entry_read(at_hand(frames, ENTRY_HEAD + len), entry, &frames->room,
                      &frames->room_count, &len);
    if (read == ENTRY_READ)
        frames->at += (off_t)len;
    return read;
}

bool
frames_has_hole(struct frames *frames, off_t end)
{
    static const char nothing[SECTOR];
    size_t len = 0;
    size_t part;

    errno = 0;
    if (!hold(frames, end, ENTRY_HEAD))
        return false;
    if (!entry_head(at_hand(frames, ENTRY_HEAD).data, &len))
        len = 0;
    len += ENTRY_HEAD;
    if (!hold(frames, end, len))
        return false;
    for (size_t i = 0; i < len; i += part) {
        part = SECTOR - (size_t)(frames->at + (off_t)i) % SECTOR;
        if (part > len - i)
            part = len - i;
        if (memcmp(at_hand(frames, len).data + i, nothing, part) == 0)
            return true;
    }
    return false;
}

bool
frames_seek(struct frames *frames, off_t end)
{
    size_t len;

    errno = 0;
    for (;;) {
        frames->at++;
        if (!hold(frames, end, ENTRY_HEAD))
            return false;
        if (entry_head(at_hand(frames, ENTRY_HEAD).data, &len))
            return true;
    }
}

void
frames_finish(struct frames *frames)
{
    mill_buffer_finish(&frames->buffer);
    free(frames->room);
    *frames = (struct frames){ .fd = frames->fd };
}
