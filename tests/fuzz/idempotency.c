/* SPDX-License-Identifier: Apache-2.0 */

/*
 * idempotency - any text is rows that only go up, or bad; and rows written down
 * again are read as they were
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "idempotency.h"

/* More rows than a request has: "0+18446744073709551615" names a few. */
#define ROWS_MOST 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool right)
{
    if (!right)
        abort();
}

static bool
is_behind(const struct idempotency_row *row, const struct idempotency_row *last)
{
    return row->position > last->position
           || (row->position == last->position && row->ordinal > last->ordinal);
}

/* Reads TEXT; how many rows there are, SIZE_MAX where it is bad. */
static size_t
read_all(const char *text, struct idempotency_row rows[ROWS_MOST])
{
    struct idempotency_reader reader;
    enum idempotency_step step = IDEMPOTENCY_BAD;
    size_t scope_len;
    size_t count = 0;

    if (!idempotency_read(&reader, text, &scope_len))
        return SIZE_MAX;
    require(scope_len < strlen(text));
    while (count < ROWS_MOST
           && (step = idempotency_next(&reader, &rows[count]))
                  == IDEMPOTENCY_ROW) {
        require(count == 0 || is_behind(&rows[count], &rows[count - 1]));
        count++;
    }
    return step == IDEMPOTENCY_BAD ? SIZE_MAX : count;
}

static void
check_round_trip(const struct idempotency_row *rows, size_t count)
{
    static struct idempotency_row again[ROWS_MOST];
    struct idempotency_writer writer = { 0 };
    struct mill_buffer text = { 0 };

    idempotency_add_scope(&text, "scope");
    for (size_t i = 0; i < count; i++)
        idempotency_add(&writer, &text, rows[i]);
    idempotency_end(&writer, &text);
    require(read_all(mill_buffer_text(&text), again) == count);
    for (size_t i = 0; i < count; i++) {
        require(again[i].position == rows[i].position);
        require(again[i].ordinal == rows[i].ordinal);
    }
    mill_buffer_finish(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct idempotency_row rows[ROWS_MOST];
    char *text = strndup((const char *)data, size);
    size_t count;

    require(text != NULL);
    count = read_all(text, rows);
    if (count != SIZE_MAX)
        check_round_trip(rows, count);
    free(text);
    return 0;
}
