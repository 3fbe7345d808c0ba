/* SPDX-License-Identifier: Apache-2.0 */

/* marks - see marks.h */

#include "marks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first line of a text, at its longest. */
#define HEAD_ROOM 128

bool
marks_set(struct marks *marks, const char *key, uint64_t position,
          uint64_t number)
{
    struct mark *mark = NULL;

    for (size_t i = 0; i < marks->count && !mark; i++)
        if (strcmp(marks->items[i].key, key) == 0)
            mark = &marks->items[i];
    if (mark) {
        if (mark->position < position)
            mark->position = position;
        mark->number = number;
        return true;
    }
    if (marks->count == marks->room) {
        size_t room = marks->room ? marks->room * 2 : 16;
        struct mark *items = realloc(marks->items, room * sizeof(*items));

        if (!items)
            return false;
        marks->items = items;
        marks->room = room;
    }
    mark = &marks->items[marks->count];
    *mark = (struct mark){ strdup(key), position, number };
    if (!mark->key)
        return false;
    marks->count++;
    return true;
}

void
marks_forget(struct marks *marks, uint64_t number)
{
    size_t kept = 0;

    for (size_t i = 0; i < marks->count; i++)
        if (marks->items[i].number == number)
            free(marks->items[i].key);
        else
            marks->items[kept++] = marks->items[i];
    marks->count = kept;
}

void
marks_finish(struct marks *marks)
{
    for (size_t i = 0; i < marks->count; i++)
        free(marks->items[i].key);
    free(marks->items);
    *marks = (struct marks){ 0 };
}

/* --- writing --- */

static void
write_line(struct mill_buffer *to, const struct mark *mark)
{
    mill_buffer_print(to, "%020" PRIu64 " ", mark->position);
    for (const char *at = mark->key; *at; at++) {
        unsigned char byte = (unsigned char)*at;

        if (byte <= ' ' || byte == '%' || byte == 0x7f)
            mill_buffer_print(to, "%%%02X", byte);
        else
            mill_buffer_add(to, at, 1);
    }
    mill_buffer_add(to, "\n", 1);
}

/* Puts lines behind each other, in texts of MARKS_TEXT_MAX at most; PARTS 0:
 * only counts.  The number of texts; 0: a line is too long. */
static size_t
pack(const struct marks *marks, const char *run, uint64_t number, size_t parts,
     struct mill_buffer *to)
{
    struct mill_buffer line = { 0 };
    size_t used = MARKS_TEXT_MAX + 1; /* of the text */
    size_t made = 0;

    for (size_t i = 0; i < marks->count || made == 0; i++) {
        line.len = 0;
        if (i < marks->count)
            write_line(&line, &marks->items[i]);
        if (line.failed || line.len > MARKS_TEXT_MAX - HEAD_ROOM) {
            mill_buffer_finish(&line);
            return 0;
        }
        if (used + line.len > MARKS_TEXT_MAX) {
            if (made > 0)
                mill_buffer_add(to, "", 1);
            mill_buffer_print(to, "millrace 1 %s %" PRIu64 " %zu %zu\n", run,
                              number, made, parts);
            used = HEAD_ROOM;
            made++;
        }
        if (line.len > 0)
            mill_buffer_add(to, line.data, line.len);
        used += line.len;
    }
    mill_buffer_add(to, "", 1);
    mill_buffer_finish(&line);
    return made;
}

size_t
marks_write(const struct marks *marks, const char *run, uint64_t number,
            struct mill_buffer *to)
{
    struct mill_buffer trial = { 0 };
    size_t parts = pack(marks, run, number, 0, &trial);

    mill_buffer_finish(&trial);
    if (parts > 0)
        parts = pack(marks, run, number, parts, to);
    return to->failed ? 0 : parts;
}

/* --- reading --- */

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes %XX in place. */
static bool
decode_key(char *key)
{
    char *to = key;

    for (const char *at = key; *at; at++) {
        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        int high = digit(at[1]);
        int low = high < 0 ? -1 : digit(at[2]);
        if (low < 0 || high * 16 + low == 0)
            return false;
        *to++ = (char)(high * 16 + low);
        at += 2;
    }
    *to = '\0';
    return to > key;
}

static bool
read_line(struct marks *marks, char *line, bool *memory)
{
    uint64_t position = 0;

    for (size_t i = 0; i < 20; i++) {
        int value = digit(line[i]);

        if (value < 0 || value > 9
            || __builtin_mul_overflow(position, 10, &position)
            || __builtin_add_overflow(position, (uint64_t)value, &position))
            return false;
    }
    if (line[20] != ' ' || !decode_key(line + 21))
        return false;
    *memory = marks_set(marks, line + 21, position, 0);
    return *memory;
}

static bool
read_lines(struct marks *marks, const char *run, char *text, uint64_t *number,
           size_t *parts, bool *memory)
{
    char *rest = text;
    char *line = strsep(&rest, "\n");
    char whose[MARKS_RUN_ROOM] = "";
    size_t part;
    int end = 0;

    if (sscanf(line, "millrace 1 %32s %" SCNu64 " %zu %zu%n", whose, number,
               &part, parts, &end)
            != 4
        || line[end] != '\0' || strcmp(whose, run) != 0 || part >= *parts)
        return false;
    while ((line = strsep(&rest, "\n")) && *line)
        if (!read_line(marks, line, memory))
            return false;
    return line && !rest; /* the last line ended, and nothing is behind it */
}

bool
marks_read(struct marks *marks, const char *run, const char *text, size_t len,
           uint64_t *number, size_t *parts, bool *memory)
{
    char *copy = strndup(text, len);
    bool read;

    *memory = copy != NULL;
    read = copy && read_lines(marks, run, copy, number, parts, memory);
    free(copy);
    return read;
}
