/* SPDX-License-Identifier: Apache-2.0 */

/* reader - read(), with what is packed found out and unpacked underneath */

#include "reader.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
reader_init(struct reader *reader, int fd, bool regular)
{
    *reader = (struct reader){ .fd = fd, .regular = regular };
}

void
reader_finish(struct reader *reader)
{
    unpack_destroy(reader->unpack);
    reader->unpack = NULL;
    if (reader->fd > STDIN_FILENO)
        close(reader->fd);
    reader->fd = -1;
}

static enum reader_result
broken(struct reader *reader, const char *why)
{
    snprintf(reader->fault, sizeof(reader->fault), "%s", why);
    return READER_BROKEN;
}

/* Asks first, since a pipe that was handed to us may be a blocking one. */
static bool
is_ready(const struct reader *reader)
{
    struct pollfd ready = { .fd = reader->fd, .events = POLLIN };

    return reader->regular || poll(&ready, 1, 0) != 0;
}

static enum reader_result
read_some(struct reader *reader, void *to, size_t room, size_t *got)
{
    ssize_t len;

    if (!is_ready(reader))
        return READER_WAIT;
    do
        len = read(reader->fd, to, room);
    while (len < 0 && errno == EINTR);
    if (len > 0) {
        *got = (size_t)len;
        return READER_BYTES;
    }
    if (len == 0)
        return READER_END;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return READER_WAIT;
    return broken(reader, strerror(errno));
}

static enum reader_result
read_packed(struct reader *reader, char *to, size_t room, size_t *got)
{
    struct unpack *unpack = reader->unpack;

    for (;;) {
        size_t len, space;
        enum unpack_result out = unpack_read(unpack, to, room, got);

        if (out == UNPACK_BYTES)
            return READER_BYTES;
        if (out == UNPACK_BROKEN)
            return broken(reader, unpack->fault);

        unsigned char *packed = unpack_room(unpack, &space);
        enum reader_result in = read_some(reader, packed, space, &len);

        if (in == READER_END && unpack->open)
            return broken(reader, unpack->truncated);
        if (in != READER_BYTES)
            return in;
        unpack_fed(unpack, len);
    }
}

/* Reads the first bytes, no more than are needed, and decides by them. */
static enum reader_result
look(struct reader *reader)
{
    enum unpack_kind kind;

    while ((kind = unpack_kind(reader->first, reader->first_len))
           == UNPACK_PERHAPS) {
        size_t len;
        enum reader_result result =
            read_some(reader, reader->first + reader->first_len,
                      sizeof(reader->first) - reader->first_len, &len);

        if (result == READER_END)
            break;
        if (result != READER_BYTES)
            return result;
        reader->first_len += len;
    }
    /* A growing file may still be empty: look again when there is more. */
    reader->known = kind != UNPACK_PERHAPS;
    if (!reader->known || kind == UNPACK_NOTHING)
        return READER_BYTES;

    reader->unpack = unpack_create(kind);
    if (!reader->unpack)
        return broken(reader, "no memory to unpack it");

    size_t room;

    memcpy(unpack_room(reader->unpack, &room), reader->first,
           reader->first_len);
    unpack_fed(reader->unpack, reader->first_len);
    reader->first_len = 0;
    return READER_BYTES;
}

/* Gives on what look() read, and what else is there. */
static enum reader_result
give_first(struct reader *reader, char *to, size_t room, size_t *got)
{
    size_t len = reader->first_len < room ? reader->first_len : room;
    size_t more = 0;

    memcpy(to, reader->first, len);
    memmove(reader->first, reader->first + len, reader->first_len - len);
    reader->first_len -= len;
    reader->known = true;
    /* Where this gives nothing, the next read will say why. */
    if (len < room
        && read_some(reader, to + len, room - len, &more) != READER_BYTES)
        more = 0;
    *got = len + more;
    return READER_BYTES;
}

enum reader_result
reader_read(struct reader *reader, char *to, size_t room, size_t *got)
{
    if (!reader->known) {
        enum reader_result result = look(reader);

        if (result != READER_BYTES)
            return result;
        if (!reader->unpack && reader->first_len == 0)
            return READER_END;
    }
    if (reader->unpack)
        return read_packed(reader, to, room, got);
    if (reader->first_len == 0)
        return read_some(reader, to, room, got);

    return give_first(reader, to, room, got);
}

static enum reader_result
skip_unpacked(struct reader *reader, uint64_t *left)
{
    char waste[64 * 1024];
    size_t len;
    enum reader_result result = read_packed(
        reader, waste, *left < sizeof(waste) ? *left : sizeof(waste), &len);

    if (result == READER_BYTES)
        *left -= len;
    return result;
}

bool
reader_rewind(struct reader *reader)
{
    unpack_destroy(reader->unpack);
    reader->unpack = NULL;
    reader->known = false;
    reader->first_len = 0;
    return lseek(reader->fd, 0, SEEK_SET) == 0;
}

enum reader_result
reader_seek(struct reader *reader, uint64_t *left)
{
    enum reader_result result = READER_BYTES;

    if (!reader->known)
        result = look(reader);
    if (result != READER_BYTES || *left == 0)
        return result;
    if (reader->unpack)
        return skip_unpacked(reader, left);

    off_t end = lseek(reader->fd, 0, SEEK_END);

    if (end < 0 || lseek(reader->fd, (off_t)*left, SEEK_SET) < 0)
        return broken(reader, strerror(errno));
    if ((uint64_t)end < *left)
        return READER_END;
    reader->known = true;
    reader->first_len = 0;
    *left = 0;
    return READER_BYTES;
}
