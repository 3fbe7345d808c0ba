/* SPDX-License-Identifier: Apache-2.0 */

/* reader - read(), with gzip found out and unpacked underneath */

#include "reader.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gunzip.h"

void
reader_init(struct reader *reader, int fd, bool regular)
{
    *reader = (struct reader){ .fd = fd, .regular = regular };
}

void
reader_finish(struct reader *reader)
{
    gunzip_destroy(reader->gzip);
    reader->gzip = NULL;
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
read_gzip(struct reader *reader, char *to, size_t room, size_t *got)
{
    for (;;) {
        size_t len, space;
        enum gunzip_result out = gunzip_read(reader->gzip, to, room, got);

        if (out == GUNZIP_BYTES)
            return READER_BYTES;
        if (out == GUNZIP_BROKEN)
            return broken(reader, gunzip_fault(reader->gzip));

        unsigned char *packed = gunzip_room(reader->gzip, &space);
        enum reader_result in = read_some(reader, packed, space, &len);

        if (in == READER_END && gunzip_is_open(reader->gzip))
            return broken(reader, "the gzip data ends too soon: the file is "
                                  "truncated");
        if (in != READER_BYTES)
            return in;
        gunzip_fed(reader->gzip, len);
    }
}

/* Reads the first two bytes, and decides by them. */
static enum reader_result
look(struct reader *reader)
{
    while (reader->first_len < sizeof(reader->first)) {
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
    reader->known = reader->first_len == sizeof(reader->first);
    if (!reader->known || memcmp(reader->first, "\x1f\x8b", 2) != 0)
        return READER_BYTES;

    reader->gzip = gunzip_create();
    if (!reader->gzip)
        return broken(reader, "no memory to unpack it");

    size_t room;

    memcpy(gunzip_room(reader->gzip, &room), reader->first, 2);
    gunzip_fed(reader->gzip, 2);
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
        if (!reader->gzip && reader->first_len == 0)
            return READER_END;
    }
    if (reader->gzip)
        return read_gzip(reader, to, room, got);
    if (reader->first_len == 0)
        return read_some(reader, to, room, got);

    return give_first(reader, to, room, got);
}

static enum reader_result
skip_unpacked(struct reader *reader, uint64_t *left)
{
    char waste[64 * 1024];
    size_t len;
    enum reader_result result = read_gzip(
        reader, waste, *left < sizeof(waste) ? *left : sizeof(waste), &len);

    if (result == READER_BYTES)
        *left -= len;
    return result;
}

enum reader_result
reader_seek(struct reader *reader, uint64_t *left)
{
    enum reader_result result = READER_BYTES;

    if (!reader->known)
        result = look(reader);
    if (result != READER_BYTES || *left == 0)
        return result;
    if (reader->gzip)
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
