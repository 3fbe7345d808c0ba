/* SPDX-License-Identifier: Apache-2.0 */

/*
 * json - any bytes as JSON, against json-c, and against ourselves
 *
 * Aborts where
 *
 *   - we and json-c (strict, UTF-8 validated) don't agree whether it is JSON,
 *     or which value it is, outside of the list in is_known();
 *   - what we write of a value isn't read as the same value again;
 *   - the lines, as rows of one batch, don't become what each is by itself.
 */

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "record/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    bool good;
    struct mill_value value;
    struct mill_json_error error;
};

static void
require(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static struct reading
read_one(struct batch *batch, struct mill_bytes text)
{
    struct reading reading = { .error = { 0, "" } };

    reading.good =
        mill_json_read(&batch->pub, text, &reading.value, &reading.error);
    require(reading.good || reading.error.offset <= text.len,
            "the fault stands behind the text");
    return reading;
}

static bool
contains(struct mill_bytes text, const char *what)
{
    return memmem(text.data, text.len, what, strlen(what)) != NULL;
}

/*
 * What json-c 0.16 takes and RFC 8259 doesn't.  Each entry is a reason that we
 * gave, with what the text must contain for it to be excused.
 */
static bool
is_known(struct mill_bytes text, const struct mill_json_error *error)
{
    const char *what = error->what;
    const char *at = text.data + error->offset;

    /* It ends at a NUL. */
    if (memchr(text.data, '\0', text.len))
        return true;
    /* It takes NaN, Infinity and -Infinity. */
    if (contains(text, "NaN") || contains(text, "Infinity"))
        return true;
    /* It puts U+FFFD for half a pair. */
    if (strcmp(what, "half a surrogate pair") == 0)
        return true;
    /* It takes control characters in a text. */
    if (strcmp(what, "a control character in a text") == 0)
        return true;
    /* It takes overlong forms and surrogates, and looks at no key. */
    if (strcmp(what, "invalid UTF-8") == 0)
        return true;
    /* It takes keys in single quotes. */
    if (strcmp(what, "a key is missing") == 0)
        return error->offset < text.len && *at == '\'';
    /* It takes 1., 1.e5 and -.5; and 00, 00.5 and -012, though not 012. */
    if (strcmp(what, "a digit is missing") == 0)
        return error->offset > 0
               && (at[-1] == '.' || (error->offset < text.len && *at == '.'));
    return strcmp(what, "a number starts with 0") == 0;
}

/* --- against json-c ------------------------------------------------------- */

static bool same(const struct mill_value *ours, json_object *theirs);

static bool
same_number(const struct mill_value *ours, json_object *theirs)
{
    char *text = strndup(ours->text, ours->len);
    bool whole = strpbrk(text, ".eE") == NULL;
    bool equal;

    if (json_object_is_type(theirs, json_type_double))
        equal = strtod(text, NULL) == json_object_get_double(theirs);
    else /* it cuts to 64 bits */
        equal =
            whole
            && (strtoull(text, NULL, 10) == json_object_get_uint64(theirs)
                || strtoll(text, NULL, 10) == json_object_get_int64(theirs));
    free(text);
    return equal;
}

static bool
same_list(const struct mill_value *ours, json_object *theirs)
{
    if (json_object_array_length(theirs) != ours->len)
        return false;
    for (uint32_t i = 0; i < ours->len; i++)
        if (!same(&ours->items[i], json_object_array_get_idx(theirs, i)))
            return false;
    return true;
}

/* A key ends at its first NUL for json-c, so such a map can't be compared. */
static bool
same_map(const struct mill_value *ours, json_object *theirs)
{
    for (uint32_t i = 0; i < ours->len; i++) {
        const struct mill_value *key = &ours->items[2 * (size_t)i];

        if (memchr(key->text, '\0', key->len))
            return true;
    }
    if ((uint32_t)json_object_object_length(theirs) != ours->len)
        return false;
    for (uint32_t i = 0; i < ours->len; i++) {
        const struct mill_value *key = &ours->items[2 * (size_t)i];
        char *name = strndup(key->text, key->len);
        json_object *found;
        bool there = json_object_object_get_ex(theirs, name, &found);

        free(name);
        if (!there || !same(key + 1, found))
            return false;
    }
    return true;
}

static bool
same(const struct mill_value *ours, json_object *theirs)
{
    switch ((enum mill_type)ours->type) {
    case MILL_NULL:
        return theirs == NULL;
    case MILL_BOOL:
        return json_object_is_type(theirs, json_type_boolean)
               && json_object_get_boolean(theirs) == ours->boolean;
    case MILL_INT:
        return json_object_is_type(theirs, json_type_int)
               && json_object_get_int64(theirs) == ours->integer;
    case MILL_NUMBER:
        return same_number(ours, theirs);
    case MILL_TEXT:
        return json_object_is_type(theirs, json_type_string)
               && (size_t)json_object_get_string_len(theirs) == ours->len
               && memcmp(json_object_get_string(theirs), ours->text, ours->len)
                      == 0;
    case MILL_LIST:
        return json_object_is_type(theirs, json_type_array)
               && same_list(ours, theirs);
    case MILL_MAP:
        return json_object_is_type(theirs, json_type_object)
               && same_map(ours, theirs);
    default:
        return false;
    }
}

static void
compare(struct mill_bytes text, const struct reading *ours)
{
    struct json_tokener *tokener = json_tokener_new_ex(MILL_JSON_DEPTH + 1);

    require(tokener, "no memory");
    json_tokener_set_flags(tokener,
                           JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* The NUL tells it that the text ends here. */
    char *copy = calloc(1, text.len + 1);
    require(copy, "no memory");
    memcpy(copy, text.data, text.len);
    json_object *theirs =
        json_tokener_parse_ex(tokener, copy, (int)text.len + 1);
    bool good = json_tokener_get_error(tokener) == json_tokener_success;

    if (good && !ours->good)
        require(is_known(text, &ours->error), ours->error.what);
    else if (!good)
        require(!ours->good, "json-c refuses it");
    else
        require(same(&ours->value, theirs), "json-c reads another value");
    json_object_put(theirs);
    json_tokener_free(tokener);
    free(copy);
}

/* --- against ourselves ---------------------------------------------------- */

static void
write_again(struct batch *batch, const struct mill_value *value)
{
    struct mill_buffer text = { 0 };

    mill_json_write(&text, value, NULL);
    require(!text.failed, "no memory");
    struct reading again =
        read_one(batch, (struct mill_bytes){ text.data, text.len });
    require(again.good, "what we wrote isn't JSON");
    require(mill_value_equal(&again.value, value), "it isn't the same again");
    mill_buffer_finish(&text);
}

static void
check_row(struct batch *rows, uint32_t row, struct batch *batch)
{
    struct reading alone = read_one(batch, rows->payloads[row]);
    const struct mill_value *cells = mill_batch_row(&rows->pub, row);
    bool gone = rows->marks && rows->marks[row] == ROW_REJECTED;
    uint32_t there = 0;

    if (rows->pub.columns == MILL_COLUMNS_MAX)
        return;
    require(gone != (alone.good && alone.value.type == MILL_MAP),
            "a row is no row by itself, or the other way round");
    for (uint32_t i = 0; i < rows->pub.columns; i++)
        there += cells[i].type != MILL_MISSING;
    require(there == (gone ? 0 : alone.value.len), "a row has other columns");
    for (uint32_t i = 0; i < there; i++) {
        const struct mill_value *key = &alone.value.items[2 * (size_t)i];
        uint32_t column = 0;

        while (column < rows->pub.columns
               && (rows->names[column].len != key->len
                   || memcmp(rows->names[column].data, key->text, key->len)))
            column++;
        require(column < rows->pub.columns
                    && mill_value_equal(&cells[column], key + 1),
                "a row has other values");
    }
}

static void
check_rows(struct pool *pool, struct batch *batch, struct mill_bytes text)
{
    struct batch *rows = batch_create(pool);
    const char *end = text.data + text.len;
    uint64_t position = 0;

    require(rows, "no memory");
    for (const char *at = text.data; at < end; at++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct mill_bytes line = { at, (size_t)((stop ? stop : end) - at) };

        require(mill_batch_add_payload(&rows->pub, MILL_JSON, line, position++),
                "no memory");
        at = line.data + line.len;
    }
    require(batch_decode(rows), "no memory");
    for (uint32_t row = 0; row < rows->pub.rows; row++)
        check_row(rows, row, batch);
    batch_release(rows);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool *pool = pool_create((size_t)1 << 20);
    struct batch *batch = pool ? batch_create(pool) : NULL;
    char *copy = malloc(size ? size : 1);

    require(batch && copy, "no memory");
    if (size)
        memcpy(copy, data, size);
    struct mill_bytes text = { copy, size };
    struct reading ours = read_one(batch, text);
    compare(text, &ours);
    if (ours.good)
        write_again(batch, &ours.value);
    check_rows(pool, batch, text);
    batch_release(batch);
    require(pool_used(pool) == 0, "memory is left over");
    pool_destroy(pool);
    free(copy);
    return 0;
}
