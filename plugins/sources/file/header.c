/* SPDX-License-Identifier: Apache-2.0 */

/* header - the columns of a CSV file that is gone on with in the middle */

#include <inttypes.h>
#include <stdlib.h>

#include "input.h"

#define PIECE ((size_t)16 * 1024)

/* Is the whole header there, from *FROM on? */
static bool
is_whole(const struct mill_buffer *text, char delimiter, bool ended,
         size_t *from, size_t *len)
{
    struct csv_scan scan = { 0 };

    *from = csv_mark(text->data, text->len);
    *len = text->len - *from;

    enum csv_found found = csv_scan(&scan, delimiter, text->data + *from, *len);

    if (found == CSV_PART && ended && *len > 0)
        found = csv_scan_end(&scan, *len);
    *len = scan.end;
    return found == CSV_WHOLE;
}

static enum mill_verdict
unreadable(struct input *input, struct mill_stage *stage, const char *why)
{
    return mill_fail(stage, MILL_FATAL,
                     "cannot go on in %s: its header can't be read again: %s",
                     input->path, why);
}

static enum mill_verdict
learn(struct input *input, struct mill_stage *stage, struct mill_buffer *text)
{
    struct table *table = &input->lines.table;
    size_t from, len;
    bool ended = false;

    do {
        char *room = mill_buffer_room(text, PIECE);
        size_t got = 0;

        if (!room)
            return unreadable(input, stage, "no memory");
        if (mill_stopping(stage))
            return MILL_IDLE;
        if (ended || text->len > input->lines.max)
            return unreadable(input, stage, "it has no end");

        enum reader_result result =
            reader_read(&input->reader, room, PIECE, &got);

        if (result == READER_BROKEN)
            return unreadable(input, stage, input->reader.fault);
        text->len += got;
        ended = result != READER_BYTES;
    } while (!is_whole(text, table->rules->delimiter, ended, &from, &len));

    if (!table_take_header(table, stage, text->data + from,
                           csv_strip(text->data + from, len)))
        return unreadable(input, stage, table->fault);
    if (!reader_rewind(&input->reader))
        return unreadable(input, stage, "it can't be gone back in");
    return MILL_OK;
}

enum mill_verdict
input_learn(struct input *input, struct mill_stage *stage)
{
    struct table *table = &input->lines.table;
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict = MILL_OK;

    if (!table->rules)
        return MILL_OK;
    if (table_needs_header(table))
        verdict = learn(input, stage, &text);
    table->headed = true;
    mill_buffer_finish(&text);
    if (verdict == MILL_IDLE)
        input_close(input);
    return verdict;
}
