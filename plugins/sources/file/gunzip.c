/* SPDX-License-Identifier: Apache-2.0 */

/* gunzip - zlib's inflate over a buffer of packed bytes */

#include "gunzip.h"

#include <stdlib.h>
#include <zlib.h>

/* zlib's way to ask for a gzip header and no other. */
#define GZIP_WINDOW (15 + 16)

struct gunzip {
    z_stream stream;
    bool open;     /* inside a member */
    bool finished; /* one member at least is complete */
    const char *fault;
    unsigned char packed[64 * 1024];
};

struct gunzip *
gunzip_create(void)
{
    struct gunzip *gunzip = calloc(1, sizeof(*gunzip));

    if (!gunzip)
        return NULL;
    if (inflateInit2(&gunzip->stream, GZIP_WINDOW) != Z_OK) {
        free(gunzip);
        return NULL;
    }
    return gunzip;
}

void
gunzip_destroy(struct gunzip *gunzip)
{
    if (!gunzip)
        return;
    inflateEnd(&gunzip->stream);
    free(gunzip);
}

unsigned char *
gunzip_room(struct gunzip *gunzip, size_t *room)
{
    *room = sizeof(gunzip->packed);
    return gunzip->packed;
}

void
gunzip_fed(struct gunzip *gunzip, size_t len)
{
    gunzip->stream.next_in = gunzip->packed;
    gunzip->stream.avail_in = (uInt)len;
}

/* Between two members: tapes and some tools pad with zeros there. */
static bool
skip_to_member(struct gunzip *gunzip)
{
    z_stream *stream = &gunzip->stream;

    while (gunzip->finished && stream->avail_in > 0 && *stream->next_in == 0) {
        stream->next_in++;
        stream->avail_in--;
    }
    if (stream->avail_in == 0)
        return false;
    if (*stream->next_in != 0x1f)
        gunzip->fault = "what follows the gzip data isn't gzip";
    else
        gunzip->open = true;
    return gunzip->open;
}

static void
take_verdict(struct gunzip *gunzip, int verdict)
{
    if (verdict == Z_STREAM_END) {
        gunzip->open = false;
        gunzip->finished = true;
        if (inflateReset(&gunzip->stream) != Z_OK)
            gunzip->fault = "the unpacker can't start again";
        return;
    }
    if (verdict == Z_MEM_ERROR)
        gunzip->fault = "no memory to unpack it";
    else if (verdict != Z_OK && verdict != Z_BUF_ERROR)
        gunzip->fault = "the gzip data is corrupt";
}

enum gunzip_result
gunzip_read(struct gunzip *gunzip, char *to, size_t room, size_t *got)
{
    z_stream *stream = &gunzip->stream;

    while (!gunzip->fault) {
        if (!gunzip->open && !skip_to_member(gunzip))
            break;
        stream->next_out = (unsigned char *)to;
        stream->avail_out = (uInt)room;
        take_verdict(gunzip, inflate(stream, Z_NO_FLUSH));
        *got = room - stream->avail_out;
        if (*got > 0)
            return GUNZIP_BYTES;
        if (stream->avail_in == 0)
            break;
    }
    return gunzip->fault ? GUNZIP_BROKEN : GUNZIP_HUNGRY;
}

bool
gunzip_is_open(const struct gunzip *gunzip)
{
    return gunzip->open;
}

const char *
gunzip_fault(const struct gunzip *gunzip)
{
    return gunzip->fault;
}
