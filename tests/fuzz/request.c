/* SPDX-License-Identifier: Apache-2.0 */

/*
 * request - any bytes as the body of a request to the source http
 *
 * The first byte chooses what is asked for.  Aborts where
 *
 *   - a record's key or value isn't a piece of the body;
 *   - a JSON value isn't read as one by the core, or holds a newline;
 *   - a body that is taken isn't JSON to the core, or one that is refused as
 *     malformed is;
 *   - a refusal has no status, no code or no text.
 *
 * What is taken then goes through a frame of the spool and must come back; and
 * any bytes are read as such a frame.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "../../plugins/sources/http/entry.h"
#include "../../plugins/sources/http/request.h"
#include "record/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void
check_piece(const char *body, size_t len, struct mill_bytes piece)
{
    if (!piece.data)
        return;
    require(piece.data >= body && piece.len <= len
                && (size_t)(piece.data - body) <= len - piece.len,
            "a piece stands outside of the body");
}

static bool
is_json(struct mill_bytes text, struct mill_json_error *error)
{
    struct pool *pool = pool_create(0);
    struct batch *batch = batch_create(pool);
    struct mill_value value;
    bool good = mill_json_read(&batch->pub, text, &value, error);

    batch_release(batch);
    pool_destroy(pool);
    return good;
}

/* Half a surrogate pair goes on as it is; whoever decodes it refuses it. */
static bool
is_json_to_us(struct mill_bytes text)
{
    struct mill_json_error error = { 0, "" };

    return is_json(text, &error)
           || strcmp(error.what, "half a surrogate pair") == 0;
}

static void
check_records(const struct request *request, const char *body, size_t len)
{
    require(request->count > 0, "taken without a record");
    for (size_t i = 0; i < request->count; i++) {
        const struct record *record = &request->records[i];

        require(record->index == i, "records are out of order");
        require(record->partition >= -1, "not a partition");
        if (record->value.len != 4 || memcmp(record->value.data, "null", 4))
            check_piece(body, len, record->value);
        check_piece(body, len, record->key);
        if (record->format != MILL_JSON)
            continue;
        require(is_json_to_us(record->value), "a value is no JSON");
        require(!memchr(record->value.data, '\n', record->value.len),
                "a value holds a newline");
    }
}

/* Through a frame and back. */
static void
check_frame(struct request *request)
{
    struct mill_buffer frame = { 0 };
    struct entry entry = { .first = 7,
                           .total = (uint32_t)request->count,
                           .topic = { "t", 1 },
                           .records = request->records,
                           .count = request->count };
    struct entry back;
    struct record *room = NULL;
    size_t count = 0;
    size_t len = 0;

    entry_order(request->records, request->count);
    entry_write(&frame, &entry);
    require(entry_read((struct mill_bytes){ frame.data, frame.len }, &back,
                       &room, &count, &len)
                    == ENTRY_READ
                && len == frame.len && back.count == request->count,
            "a frame isn't what was written");
    for (size_t i = 0; i < back.count; i++)
        require(back.records[i].value.len == request->records[i].value.len
                    && memcmp(back.records[i].value.data,
                              request->records[i].value.data,
                              back.records[i].value.len)
                           == 0
                    && back.records[i].index == request->records[i].index
                    && !back.records[i].key.data
                           == !request->records[i].key.data,
                "a record isn't what was written");
    free(room);
    mill_buffer_finish(&frame);
}

/* Any bytes as a frame, with a CRC that is right where that can be. */
static void
read_as_frame(const uint8_t *data, size_t size)
{
    struct entry entry;
    struct record *room = NULL;
    size_t count = 0;
    size_t len;

    entry_read((struct mill_bytes){ (const char *)data, size }, &entry, &room,
               &count, &len);
    free(room);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t choice = size > 0 ? data[0] : 0;
    struct request_style style = {
        .kind = choice % 3,
        .binary = choice & 4,
        .binary_json = choice & 8,
        .one_place = choice & 16,
        .unwrap = choice & 32,
        .max_record = 1000,
    };
    size_t len = size > 0 ? size - 1 : 0;
    char *body = malloc(len > 0 ? len : 1);
    struct request request;
    struct refusal why;
    struct mill_json_error error;
    bool strict;
    bool json;

    memcpy(body, data + (size > 0), len);
    strict = is_json((struct mill_bytes){ body, len }, &error);
    json = is_json_to_us((struct mill_bytes){ body, len });
    if (request_parse(&request, &style, body, len, &why)) {
        require(json, "a body that is no JSON was taken");
        check_records(&request, body, len);
        check_frame(&request);
    } else {
        require(why.status >= 400 && why.code >= 400 && why.text[0],
                "a refusal says nothing");
        require(!strict || strncmp(why.text, "Malformed", 9) != 0,
                "JSON was called malformed");
    }
    request_finish(&request);
    free(body);
    read_as_frame(data, size);
    return 0;
}
