/* SPDX-License-Identifier: Apache-2.0 */

/* record - see record.h */

#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LANE "lane:"

void
record_print(const struct record *record, struct mill_buffer *to)
{
    mill_buffer_print(to, "next=%" PRIu64, record->next);
    if (record->part)
        mill_buffer_print(to,
                          " start=%" PRIu64 " last=%" PRIu64 " bytes=%" PRIu64
                          " born=%" PRId64 " length=%" PRIu64 " path=%s",
                          record->span.start, record->span.last,
                          record->span.bytes, record->born, record->length,
                          record->path);
}

bool
record_parse(const char *text, struct record *record)
{
    struct record found = { 0 };
    int at = 0;
    int count = sscanf(text, "next=%" SCNu64 "%n", &found.next, &at);

    if (count != 1)
        return false;
    if (text[at] != '\0') {
        int end = 0;

        count = sscanf(text + at,
                       " start=%" SCNu64 " last=%" SCNu64 " bytes=%" SCNu64
                       " born=%" SCNd64 " length=%" SCNu64 " path=%n",
                       &found.span.start, &found.span.last, &found.span.bytes,
                       &found.born, &found.length, &end);
        if (count != 5 || end == 0)
            return false;
        found.part = true;
        found.path = text + at + end;
    }
    *record = found;
    return true;
}

void
record_print_key(const char *from, const char *stream, const char *partition,
                 struct mill_buffer *to)
{
    mill_buffer_print(to, LANE "%zu:%zu:%s %s %s", strlen(from), strlen(stream),
                      from, stream, partition);
}

bool
record_parse_key(const char *key, char *names[3])
{
    size_t from, stream;
    int at = 0;

    if (sscanf(key, LANE "%zu:%zu:%n", &from, &stream, &at) != 2 || at == 0)
        return false;
    key += at;
    if (from > strlen(key) || stream > strlen(key)
        || from + stream + 2 > strlen(key))
        return false;
    names[0] = strndup(key, from);
    names[1] = strndup(key + from + 1, stream);
    names[2] = strdup(key + from + 1 + stream + 1);
    if (names[0] && names[1] && names[2])
        return true;
    for (int i = 0; i < 3; i++)
        free(names[i]);
    return false;
}

void
record_print_sealed(uint64_t length, const char *path, struct mill_buffer *to)
{
    mill_buffer_print(to, "%" PRIu64 " %zu %s\n", length, strlen(path), path);
}

bool
record_next_sealed(const char **at, uint64_t *length, char **path)
{
    size_t len;
    int skip = 0;

    if (sscanf(*at, "%" SCNu64 " %zu%n", length, &len, &skip) != 2
        || (*at)[skip] != ' ' || strnlen(*at + skip + 1, len) < len)
        return false;
    *path = strndup(*at + skip + 1, len);
    if (!*path)
        return false;
    *at += (size_t)skip + 1 + len;
    *at += **at == '\n';
    return true;
}
