/* SPDX-License-Identifier: Apache-2.0 */

/* cursor - how the place in a file is written down, and files are named */

#include "input.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
input_cursor_print(const struct input_cursor *cursor, char *to)
{
    snprintf(to, INPUT_CURSOR_ROOM,
             "row=%" PRIu64 " offset=%" PRIu64 " device=%" PRIu64
             " inode=%" PRIu64 " head=%016" PRIx64 "/%zu written=%" PRId64,
             cursor->row, cursor->offset, cursor->device, cursor->inode,
             cursor->head, cursor->head_len, cursor->written);
}

bool
input_cursor_parse(const char *text, struct input_cursor *cursor)
{
    struct input_cursor found;
    int len = 0;
    int count =
        sscanf(text,
               "row=%" SCNu64 " offset=%" SCNu64 " device=%" SCNu64
               " inode=%" SCNu64 " head=%" SCNx64 "/%zu written=%" SCNd64 "%n",
               &found.row, &found.offset, &found.device, &found.inode,
               &found.head, &found.head_len, &found.written, &len);

    if (count != 7 || text[len] != '\0' || found.head_len > INPUT_HEAD)
        return false;
    *cursor = found;
    return true;
}

/* FNV-1a */
uint64_t
input_hash(const void *data, size_t len)
{
    const unsigned char *bytes = data;
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

char *
input_stem(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t len = strlen(base);

    if (len > 3 && strcmp(base + len - 3, ".gz") == 0)
        len -= 3;
    else if (len > 4 && strcmp(base + len - 4, ".zst") == 0)
        len -= 4;

    const char *dot = memrchr(base, '.', len);

    if (dot && dot > base)
        len = (size_t)(dot - base);
    return strndup(len > 0 ? base : path, len > 0 ? len : strlen(path));
}
