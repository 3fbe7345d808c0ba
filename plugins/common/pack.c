/* SPDX-License-Identifier: Apache-2.0 */

/* pack - zlib's deflate and libzstd, with their tables used again */

#include "pack.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

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

static bool
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

static ZSTD_CCtx *
make_context(void)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();

    /* With a checksum a reader notices what a disk did to it. */
    if (context
        && ZSTD_isError(
            ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))) {
        ZSTD_freeCCtx(context);
        return NULL;
    }
    return context;
}

static bool
pack_zstd(void **state, struct mill_bytes text, struct mill_buffer *to)
{
    ZSTD_CCtx *context = *state ? *state : make_context();

    if (!context)
        return false;
    *state = context;

    size_t most = ZSTD_compressBound(text.len);
    char *room = mill_buffer_room(to, most);

    if (!room)
        return false;

    size_t len = ZSTD_compress2(context, room, most, text.data, text.len);

    if (ZSTD_isError(len))
        return false;
    to->len += len;
    return true;
}

bool
pack_text(enum pack_kind kind, void **state, struct mill_bytes text,
          struct mill_buffer *to)
{
    return kind == PACK_ZSTD ? pack_zstd(state, text, to)
                             : pack_gzip(state, text, to);
}

void
pack_destroy(enum pack_kind kind, void *state)
{
    if (!state)
        return;
    if (kind == PACK_ZSTD) {
        ZSTD_freeCCtx(state);
        return;
    }
    deflateEnd(state);
    free(state);
}
