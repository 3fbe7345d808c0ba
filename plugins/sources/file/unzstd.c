/* SPDX-License-Identifier: Apache-2.0 */

/* unzstd - libzstd's streams as an unpack */

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "unpack.h"

struct unzstd {
    struct unpack unpack;
    ZSTD_DStream *stream;
};

static void
unzstd_destroy(struct unpack *unpack)
{
    struct unzstd *unzstd = (struct unzstd *)unpack;

    ZSTD_freeDStream(unzstd->stream);
    free(unzstd);
}

static const char *
explain(size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        return "no memory to unpack it";
    case ZSTD_error_prefix_unknown:
        return "what follows the zstd data isn't zstd";
    case ZSTD_error_frameParameter_windowTooLarge:
        return "the zstd data needs a window of more than 128 MiB: pack it "
               "again without --ultra or --long";
    case ZSTD_error_dictionary_wrong:
        return "the zstd data was packed with a dictionary";
    case ZSTD_error_checksum_wrong:
        return "the zstd data is corrupt: its checksum is wrong";
    default:
        return "the zstd data is corrupt";
    }
}

static void
unzstd_step(struct unpack *unpack, char *to, size_t room, size_t *got)
{
    struct unzstd *unzstd = (struct unzstd *)unpack;
    ZSTD_inBuffer in = { unpack->next, unpack->left, 0 };
    ZSTD_outBuffer out = { to, room, 0 };

    /* A frame whose end came with no room left still has bytes to give. */
    if (unpack->left == 0 && !unpack->open)
        return;

    size_t result = ZSTD_decompressStream(unzstd->stream, &out, &in);

    *got = out.pos;
    unpack->next += in.pos;
    unpack->left -= in.pos;
    if (ZSTD_isError(result))
        unpack->fault = explain(result);
    else
        unpack->open = result != 0;
}

struct unpack *
unzstd_create(void)
{
    struct unzstd *unzstd = calloc(1, sizeof(*unzstd));

    if (!unzstd)
        return NULL;
    unzstd->unpack.step = unzstd_step;
    unzstd->unpack.destroy = unzstd_destroy;
    unzstd->unpack.truncated = "the zstd data ends too soon: the file is "
                               "truncated";
    unzstd->stream = ZSTD_createDStream();
    if (unzstd->stream)
        return &unzstd->unpack;
    free(unzstd);
    return NULL;
}
