/* SPDX-License-Identifier: Apache-2.0 */

/* pack - zlib's deflate, with its tables used again */

#include "pack.h"

#include <stdlib.h>
#include <zlib.h>

/* zlib's way to ask for a gzip header and trailer. */
#define GZIP_WINDOW (15 + 16)
#define GZIP_MEMORY 8

static z_stream *
make_stream(void)
{
    z_stream *stream = calloc(1, sizeof(*stream));

    if (!stream)
        return NULL;
    if (deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
                     GZIP_MEMORY, Z_DEFAULT_STRATEGY)
        == Z_OK)
        return stream;
    free(stream);
    return NULL;
}

bool
pack_gzip(void **state, struct mill_bytes text, struct mill_buffer *to)
{
    z_stream *stream = *state ? *state : make_stream();

    if (!stream)
        return false;
    *state = stream;
    deflateReset(stream);

    size_t most = deflateBound(stream, text.len);
    char *room = mill_buffer_room(to, most);

    if (!room)
        return false;
    stream->next_in = (unsigned char *)(uintptr_t)text.data;
    stream->avail_in = (uInt)text.len;
    stream->next_out = (unsigned char *)room;
    stream->avail_out = (uInt)most;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END)
        return false;
    to->len += most - stream->avail_out;
    return true;
}

void
pack_destroy(void *state)
{
    if (!state)
        return;
    deflateEnd(state);
    free(state);
}
