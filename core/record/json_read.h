/* SPDX-License-Identifier: Apache-2.0 */

/*
 * json_read - the reader behind mill_json_read() and batch_decode()
 *
 * A reader walks over one text that is held in memory.  Its functions take
 * where they stand and return where they got to, or NULL with fault and what
 * set.  The text of a value is pointed into where it has no escapes, and
 * unescaped into the arena where it has.
 */

#ifndef RECORD_JSON_READ_H
#define RECORD_JSON_READ_H

#include <millrace/json.h>

#include "record/arena.h"
#include "record/json_index.h"
#include "record/scan.h"
#include "record/utf8.h"

struct json_reader {
    struct arena *arena;
    const char *begin;
    const char *end;
    const char *fault;
    const char *what;
    bool starved; /* it isn't the text's fault: there was no memory */
    unsigned depth;

    /* Of the whole text, which then is known to be UTF-8; or NULL. */
    const struct json_index *index;

    /* Items of the lists and maps that are open. */
    struct mill_value *items;
    size_t item_count;
    size_t item_room;
};

/* Frees what the reader took from the heap. */
void json_reader_finish(struct json_reader *reader);

static inline const char *
json_fault(struct json_reader *reader, const char *at, const char *what)
{
    reader->fault = at;
    reader->what = what;
    return NULL;
}

static inline const char *
json_no_memory(struct json_reader *reader, const char *at)
{
    reader->starved = true;
    return json_fault(reader, at, "no memory");
}

/* Any value; AT is at its first byte, or at white space, or at the end. */
const char *json_read_value(struct json_reader *reader, const char *at,
                            struct mill_value *value);

/* Nothing but white space may follow; else a fault. */
const char *json_read_end(struct json_reader *reader, const char *at);

/* A number; AT is at its minus or first digit. */
const char *json_read_number(struct json_reader *reader, const char *at,
                             struct mill_value *value);

/* The rest of a text that starts at BEGIN and stopped at AT for something else
 * than its closing quote. */
const char *json_read_escaped(struct json_reader *reader, const char *begin,
                              const char *at, struct mill_value *value);

static inline const char *
json_skip_space(const char *at, const char *end)
{
    while (at < end
           && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* A text; AT is behind its opening quote. */
static inline const char *
json_read_text(struct json_reader *reader, const char *at,
               struct mill_value *value)
{
    const char *begin = reader->begin;
    uint32_t high = 0;
    const char *stop;

    if (reader->index)
        stop = begin + json_index_next(reader->index, (size_t)(at - begin));
    else
        stop = scan_text(at, begin, reader->end, &high);

    if (stop == reader->end || *stop != '"')
        return json_read_escaped(reader, at, stop, value);
    if (high && !utf8_valid(at, stop))
        return json_fault(reader, utf8_check(at, stop), "invalid UTF-8");
    *value = (struct mill_value){ .type = MILL_TEXT,
                                  .flags = MILL_PLAIN,
                                  .len = (uint32_t)(stop - at),
                                  .text = at };
    return stop + 1;
}

#endif /* RECORD_JSON_READ_H */
