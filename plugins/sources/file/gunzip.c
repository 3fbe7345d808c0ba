/* SPDX-License-Identifier: Apache-2.0 */

/* gunzip - zlib's inflate as an unpack */

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#include "unpack.h"

/* zlib's way to ask for a gzip header and no other. */
#define GZIP_WINDOW (15 + 16)

struct gunzip {
    struct unpack unpack;
    z_stream stream;
    bool finished; /* one member at least is complete */
};

static void
gunzip_destroy(struct unpack *unpack)
{
    struct gunzip *gunzip = (struct gunzip *)unpack;

    inflateEnd(&gunzip->stream);
    free(gunzip);
}

/* Between two members: tapes and some tools pad with zeros there. */
static bool
skip_to_member(struct gunzip *gunzip)
{
    struct unpack *unpack = &gunzip->unpack;

    while (gunzip->finished && unpack->left > 0 && *unpack->next == 0) {
        unpack->next++;
        unpack->left--;
    }
    if (unpack->left == 0)
        return false;
    if (*unpack->next != 0x1f)
        unpack->fault = "what follows the gzip data isn't gzip";
    else
        unpack->open = true;
    return unpack->open;
}

static void
take_verdict(struct gunzip *gunzip, int verdict)
{
    struct unpack *unpack = &gunzip->unpack;

    if (verdict == Z_STREAM_END) {
        unpack->open = false;
        gunzip->finished = true;
        if (inflateReset(&gunzip->stream) != Z_OK)
            unpack->fault = "the unpacker can't start again";
        return;
    }
    if (verdict == Z_MEM_ERROR)
        unpack->fault = "no memory to unpack it";
    else if (verdict != Z_OK && verdict != Z_BUF_ERROR)
        unpack->fault = "the gzip data is corrupt";
}

static void
gunzip_step(struct unpack *unpack, char *to, size_t room, size_t *got)
{
    struct gunzip *gunzip = (struct gunzip *)unpack;
    z_stream *stream = &gunzip->stream;

    if (!unpack->open && !skip_to_member(gunzip))
        return;
    stream->next_in = (unsigned char *)(uintptr_t)unpack->next;
    stream->avail_in = (uInt)unpack->left;
    stream->next_out = (unsigned char *)to;
    stream->avail_out = (uInt)room;
    take_verdict(gunzip, inflate(stream, Z_NO_FLUSH));
    *got = room - stream->avail_out;
    unpack->next = stream->next_in;
    unpack->left = stream->avail_in;
}

struct unpack *
gunzip_create(void)
{
    struct gunzip *gunzip = calloc(1, sizeof(*gunzip));

    if (!gunzip)
        return NULL;
    gunzip->unpack.step = gunzip_step;
    gunzip->unpack.destroy = gunzip_destroy;
    gunzip->unpack.truncated = "the gzip data ends too soon: the file is "
                               "truncated";
    if (inflateInit2(&gunzip->stream, GZIP_WINDOW) == Z_OK)
        return &gunzip->unpack;
    free(gunzip);
    return NULL;
}
