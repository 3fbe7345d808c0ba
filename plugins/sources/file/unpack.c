/* SPDX-License-Identifier: Apache-2.0 */

/* unpack - what all kinds of packed files have in common */

#include "unpack.h"

#include <string.h>

static const struct {
    enum unpack_kind kind;
    unsigned char mask; /* of the first byte */
    const char *magic;
    size_t len;
} kinds[] = {
    { UNPACK_GZIP, 0xff, "\x1f\x8b", 2 },
    { UNPACK_ZSTD, 0xff, "\x28\xb5\x2f\xfd", 4 },
    { UNPACK_ZSTD, 0xf0, "\x50\x2a\x4d\x18", 4 }, /* a frame to be skipped */
};

enum unpack_kind
unpack_kind(const unsigned char *first, size_t len)
{
    enum unpack_kind found = len == 0 ? UNPACK_PERHAPS : UNPACK_NOTHING;

    for (size_t i = 0; len > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *magic = kinds[i].magic;
        size_t most = len < kinds[i].len ? len : kinds[i].len;

        if ((first[0] & kinds[i].mask) != (unsigned char)magic[0]
            || memcmp(first + 1, magic + 1, most - 1) != 0)
            continue;
        if (len >= kinds[i].len)
            return kinds[i].kind;
        found = UNPACK_PERHAPS;
    }
    return found;
}

struct unpack *
unpack_create(enum unpack_kind kind)
{
    return kind == UNPACK_ZSTD ? unzstd_create() : gunzip_create();
}

void
unpack_destroy(struct unpack *unpack)
{
    if (unpack)
        unpack->destroy(unpack);
}

unsigned char *
unpack_room(struct unpack *unpack, size_t *room)
{
    *room = sizeof(unpack->packed);
    return unpack->packed;
}

void
unpack_fed(struct unpack *unpack, size_t len)
{
    unpack->next = unpack->packed;
    unpack->left = len;
}

enum unpack_result
unpack_read(struct unpack *unpack, char *to, size_t room, size_t *got)
{
    *got = 0;
    while (!unpack->fault) {
        size_t left = unpack->left;

        unpack->step(unpack, to, room, got);
        if (*got > 0)
            return UNPACK_BYTES;
        if (unpack->left == 0 || unpack->left == left)
            break;
    }
    return unpack->fault ? UNPACK_BROKEN : UNPACK_HUNGRY;
}
