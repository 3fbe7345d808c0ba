/* SPDX-License-Identifier: Apache-2.0 */

/*
 * cast - any text goes into any type, or doesn't; what comes out is of that
 * type, can be written as JSON that reads back, and goes in once more unchanged
 *
 * The first byte picks the type.
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clean/cast.h"
#include "clean/number.h"
#include "record/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool right)
{
    if (!right)
        abort();
}

static bool
is_of(enum cast_type type, const struct mill_value *value)
{
    switch (type) {
    case CAST_TEXT:
        return value->type == MILL_TEXT;
    case CAST_INT:
    case CAST_COUNT:
        return value->type == MILL_INT;
    case CAST_FLOAT:
    case CAST_COUNT_FLOAT:
        return value->type == MILL_DOUBLE && isfinite(value->real);
    case CAST_NUMBER:
        return value->type == MILL_INT || value->type == MILL_NUMBER;
    case CAST_BOOL:
        return value->type == MILL_BOOL;
    case CAST_TIMESTAMP:
        return value->type == MILL_TIMESTAMP;
    default:
        return true;
    }
}

static void
check_value(struct mill_batch *batch, enum cast_type type,
            const struct mill_value *value)
{
    struct mill_buffer json = { 0 };
    struct mill_json_error error;
    struct mill_value back, again;

    require(is_of(type, value));
    mill_json_write(&json, value, NULL);
    require(!json.failed);
    require(mill_json_read(batch, (struct mill_bytes){ json.data, json.len },
                           &back, &error));
    if (type != CAST_JSON) {
        require(cast_value(batch, type, value, &again) == CAST_DONE);
        require(mill_value_equal(value, &again));
    }
    mill_buffer_finish(&json);
}

/* Whatever is a number is equal to itself and fits where it says. */
static void
check_number(const char *text, size_t len)
{
    struct number number, integer;
    char room[NUMBER_INT_ROOM];
    int64_t whole;

    if (!number_read(text, len, &number))
        return;
    require(number_compare(&number, &number) == 0);
    if (!number_to_int(&number, &whole))
        return;
    number_of_int(whole, room, &integer);
    require(number_compare(&number, &integer) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mill_value from, to;
    const char *text = (const char *)data + 1;

    if (size < 1 || !mill_utf8_valid(text, size - 1))
        return 0;
    struct pool *pool = pool_create(0);
    struct batch *batch = batch_create(pool);
    enum cast_type type = CAST_TEXT + data[0] % CAST_JSON;

    from = mill_text(MILL_TEXT, text, size - 1);
    check_number(text, size - 1);
    if (cast_value(&batch->pub, type, &from, &to) == CAST_DONE)
        check_value(&batch->pub, type, &to);
    batch_release(batch);
    pool_destroy(pool);
    return 0;
}
