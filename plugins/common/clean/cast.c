/* SPDX-License-Identifier: Apache-2.0 */

/* cast - see cast.h. */

#include "clean/cast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clean/number.h"

static const struct {
    const char *name;
    const char *expects;
} types[] = {
    [CAST_NONE] = { "any", "anything" },
    [CAST_TEXT] = { "text", "text" },
    [CAST_INT] = { "int", "a whole number of 64 bits" },
    [CAST_COUNT] = { "count", "a count such as 12, 3k or 1.5M" },
    [CAST_COUNT_FLOAT] = { "count_float", "a count such as 12, 3k or 1.5M" },
    [CAST_FLOAT] = { "float", "a number" },
    [CAST_NUMBER] = { "number", "a number" },
    [CAST_BOOL] = { "bool", "true or false" },
    [CAST_TIMESTAMP] = { "timestamp", "a time such as 2020-08-28 03:52:47" },
    [CAST_JSON] = { "json", "JSON" },
};

bool
cast_type_named(const char *name, size_t len, enum cast_type *type)
{
    for (size_t i = CAST_TEXT; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strlen(types[i].name) != len
            || memcmp(types[i].name, name, len) != 0)
            continue;
        *type = (enum cast_type)i;
        return true;
    }
    return false;
}

const char *
cast_expects(enum cast_type type)
{
    return types[type].expects;
}

/* The text without white space at its ends. */
static struct mill_bytes
trimmed(const struct mill_value *value)
{
    const char *from = value->text, *to = from + value->len;

    while (from < to && memchr(" \t\r\n", *from, 4))
        from++;
    while (to > from && memchr(" \t\r\n", to[-1], 4))
        to--;
    return (struct mill_bytes){ from, (size_t)(to - from) };
}

static bool
holds_number_text(const struct mill_value *value)
{
    return value->type == MILL_TEXT || value->type == MILL_NUMBER
           || value->type == MILL_DECIMAL;
}

/* Reads the letter behind a count; the power of ten that it stands for, or 0.
 */
static int
suffix_power(char letter)
{
    switch (letter) {
    case 'k':
    case 'K':
        return 3;
    case 'm':
    case 'M':
        return 6;
    case 'b':
    case 'B':
        return 9;
    default:
        return 0;
    }
}

static bool
text_to_int(struct mill_bytes text, bool suffixes, int64_t *integer)
{
    struct number number;
    int power = 0;

    if (suffixes && text.len > 0)
        power = suffix_power(text.data[text.len - 1]);
    if (!number_read(text.data, text.len - (power > 0), &number))
        return false;
    number.magnitude += power;
    return number_to_int(&number, integer);
}

static bool
double_to_int(double real, int64_t *integer)
{
    /* Both bounds are powers of two and so exact. */
    if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0)
        || real != trunc(real))
        return false;
    *integer = (int64_t)real;
    return true;
}

static enum cast_outcome
to_int(const struct mill_value *from, bool suffixes, struct mill_value *to)
{
    int64_t integer;

    if (from->type == MILL_INT)
        integer = from->integer;
    else if (from->type == MILL_BOOL)
        integer = from->boolean;
    else if (from->type == MILL_DOUBLE) {
        if (!double_to_int(from->real, &integer))
            return CAST_BAD;
    } else if (!holds_number_text(from)
               || !text_to_int(trimmed(from), suffixes, &integer))
        return CAST_BAD;
    *to = mill_int(integer);
    return CAST_DONE;
}

static enum cast_outcome
to_count_float(const struct mill_value *from, struct mill_value *to)
{
    struct mill_value whole;
    enum cast_outcome outcome = CAST_DONE;

    if (from->type == MILL_DOUBLE)
        *to = *from;
    else
        outcome = to_int(from, true, &whole);
    if (outcome == CAST_DONE && from->type != MILL_DOUBLE)
        *to = mill_double((double)whole.integer);
    return outcome;
}

static enum cast_outcome
text_to_float(struct mill_batch *batch, struct mill_bytes text,
              struct mill_value *to)
{
    char near[64];
    struct number number;
    char *copy = near;

    if (!number_read(text.data, text.len, &number))
        return CAST_BAD;
    if (text.len >= sizeof(near)) {
        copy = mill_batch_alloc(batch, text.len + 1);
        if (!copy)
            return CAST_NO_MEMORY;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    double real = strtod(copy, NULL);
    if (!isfinite(real))
        return CAST_BAD;
    *to = mill_double(real);
    return CAST_DONE;
}

static enum cast_outcome
to_float(struct mill_batch *batch, const struct mill_value *from,
         struct mill_value *to)
{
    if (from->type == MILL_INT || from->type == MILL_DOUBLE) {
        *to = mill_double(from->type == MILL_INT ? (double)from->integer
                                                 : from->real);
        return CAST_DONE;
    }
    if (!holds_number_text(from))
        return CAST_BAD;
    return text_to_float(batch, trimmed(from), to);
}

/* "+007.5" is a number, but JSON spells it "7.5". */
static enum cast_outcome
spell_number(struct mill_batch *batch, struct mill_bytes text,
             struct mill_value *to)
{
    bool negative = text.data[0] == '-';
    size_t at = negative || text.data[0] == '+';

    while (at + 1 < text.len && text.data[at] == '0' && text.data[at + 1] >= '0'
           && text.data[at + 1] <= '9')
        at++;
    if (negative && at == 1)
        at = 0;
    if (!negative || at == 0) {
        *to = mill_text(MILL_NUMBER, text.data + at, text.len - at);
        return CAST_DONE;
    }
    char *copy = mill_batch_alloc(batch, text.len - at + 1);
    if (!copy)
        return CAST_NO_MEMORY;
    copy[0] = '-';
    memcpy(copy + 1, text.data + at, text.len - at);
    *to = mill_text(MILL_NUMBER, copy, text.len - at + 1);
    return CAST_DONE;
}

static enum cast_outcome
to_number(struct mill_batch *batch, const struct mill_value *from,
          struct mill_value *to)
{
    struct mill_bytes text;
    struct number number;
    int64_t integer;

    if (from->type == MILL_INT || from->type == MILL_DOUBLE
        || from->type == MILL_NUMBER || from->type == MILL_DECIMAL) {
        *to = *from;
        return CAST_DONE;
    }
    if (from->type == MILL_BOOL)
        return to_int(from, false, to);
    if (from->type != MILL_TEXT)
        return CAST_BAD;
    text = trimmed(from);
    if (!number_read(text.data, text.len, &number))
        return CAST_BAD;
    /* What is written as a whole number is one; "5.0" stays as it is. */
    if (!memchr(text.data, '.', text.len) && !memchr(text.data, 'e', text.len)
        && !memchr(text.data, 'E', text.len)
        && number_to_int(&number, &integer)) {
        *to = mill_int(integer);
        return CAST_DONE;
    }
    return spell_number(batch, text, to);
}

static bool
text_to_bool(struct mill_bytes text, bool *boolean)
{
    static const char *const words[] = { "false", "true", "no", "yes", "f",
                                         "t",     "0",    "1",  NULL };

    for (size_t i = 0; words[i]; i++) {
        if (strlen(words[i]) != text.len
            || strncasecmp(words[i], text.data, text.len) != 0)
            continue;
        *boolean = i % 2 == 1;
        return true;
    }
    return false;
}

static enum cast_outcome
to_bool(const struct mill_value *from, struct mill_value *to)
{
    bool boolean = false;

    if (from->type == MILL_BOOL)
        boolean = from->boolean;
    else if (from->type == MILL_INT) {
        if (from->integer != 0 && from->integer != 1)
            return CAST_BAD;
        boolean = from->integer == 1;
    } else if (from->type != MILL_TEXT
               || !text_to_bool(trimmed(from), &boolean))
        return CAST_BAD;
    *to = mill_bool(boolean);
    return CAST_DONE;
}

static enum cast_outcome
to_timestamp(const struct mill_value *from, struct mill_value *to)
{
    struct mill_bytes text;
    int64_t microseconds;

    if (from->type == MILL_TIMESTAMP) {
        *to = *from;
        return CAST_DONE;
    }
    if (from->type != MILL_TEXT)
        return CAST_BAD;
    text = trimmed(from);
    if (!mill_timestamp_parse(text.data, text.len, &microseconds))
        return CAST_BAD;
    *to = mill_timestamp(microseconds);
    return CAST_DONE;
}

/* Text of what isn't text: the way JSON would write it, without the quotes. */
static enum cast_outcome
print_as_text(struct mill_batch *batch, const struct mill_value *from,
              struct mill_value *to)
{
    struct mill_buffer buffer = { 0 };
    char *copy;

    if (from->type == MILL_TIMESTAMP) {
        char *room = mill_buffer_room(&buffer, MILL_TIMESTAMP_ROOM);

        if (room)
            buffer.len = mill_timestamp_print(room, from->integer, ' ');
    } else {
        mill_json_write(&buffer, from, NULL);
    }
    copy =
        buffer.failed ? NULL : mill_batch_store(batch, buffer.data, buffer.len);
    if (copy)
        *to = mill_text(MILL_TEXT, copy, buffer.len);
    mill_buffer_finish(&buffer);
    return copy ? CAST_DONE : CAST_NO_MEMORY;
}

static enum cast_outcome
to_text(struct mill_batch *batch, const struct mill_value *from,
        struct mill_value *to)
{
    switch (from->type) {
    case MILL_TEXT:
        *to = *from;
        return CAST_DONE;
    case MILL_NUMBER:
    case MILL_DECIMAL:
        *to = mill_text(MILL_TEXT, from->text, from->len);
        to->flags = MILL_PLAIN;
        return CAST_DONE;
    case MILL_BYTES:
        if (!mill_utf8_valid(from->text, from->len))
            return CAST_BAD;
        *to = mill_text(MILL_TEXT, from->text, from->len);
        return CAST_DONE;
    default:
        return print_as_text(batch, from, to);
    }
}

static enum cast_outcome
to_json(struct mill_batch *batch, const struct mill_value *from,
        struct mill_value *to)
{
    struct mill_json_error error = { 0 };
    struct mill_value value;

    if (from->type != MILL_TEXT) {
        *to = *from;
        return CAST_DONE;
    }
    if (!mill_json_read(batch, (struct mill_bytes){ from->text, from->len },
                        &value, &error))
        return error.what && strcmp(error.what, "no memory") == 0
                   ? CAST_NO_MEMORY
                   : CAST_BAD;
    *to = value;
    return CAST_DONE;
}

enum cast_outcome
cast_value(struct mill_batch *batch, enum cast_type type,
           const struct mill_value *from, struct mill_value *to)
{
    if (mill_is_null(from) || type == CAST_NONE) {
        *to = *from;
        return CAST_DONE;
    }
    switch (type) {
    case CAST_TEXT:
        return to_text(batch, from, to);
    case CAST_INT:
        return to_int(from, false, to);
    case CAST_COUNT:
        return to_int(from, true, to);
    case CAST_COUNT_FLOAT:
        return to_count_float(from, to);
    case CAST_FLOAT:
        return to_float(batch, from, to);
    case CAST_NUMBER:
        return to_number(batch, from, to);
    case CAST_BOOL:
        return to_bool(from, to);
    case CAST_TIMESTAMP:
        return to_timestamp(from, to);
    default:
        return to_json(batch, from, to);
    }
}

void
cast_quote(const struct mill_value *value, char *to, size_t room)
{
    struct mill_buffer buffer = { 0 };
    size_t len;

    mill_json_write(&buffer, value, NULL);
    len = buffer.failed ? 0 : buffer.len;
    if (len >= room) {
        len = room - 1;
        while (len > 0 && ((unsigned char)buffer.data[len] & 0xc0) == 0x80)
            len--;
    }
    if (len > 0)
        memcpy(to, buffer.data, len);
    to[len] = '\0';
    mill_buffer_finish(&buffer);
}
