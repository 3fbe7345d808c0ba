/* SPDX-License-Identifier: Apache-2.0 */

/* json_read - values of any kind; see json_read.h */

#include "record/json_read.h"

#include <stdlib.h>

#include "record/batch.h"
#include "record/json_map.h"

void
json_reader_finish(struct json_reader *reader)
{
    free(reader->items);
    reader->items = NULL;
}

/* Where the next item goes; it counts once item_count does.  NULL: no memory.
 */
static struct mill_value *
item_slot(struct json_reader *reader)
{
    if (reader->item_count == reader->item_room) {
        size_t room = reader->item_room ? reader->item_room * 2 : 64;
        struct mill_value *items =
            realloc(reader->items, room * sizeof(*items));

        if (!items)
            return NULL;
        reader->items = items;
        reader->item_room = room;
    }
    return &reader->items[reader->item_count];
}

/* Moves the items from FIRST on into the arena, as VALUE. */
static bool
items_take(struct json_reader *reader, size_t first, enum mill_type type,
           struct mill_value *value)
{
    size_t count = reader->item_count - first;
    struct mill_value *from = count ? reader->items + first : NULL;

    reader->item_count = first;
    if (type == MILL_MAP && !json_map_unify(from, &count))
        return false;
    struct mill_value *items =
        arena_alloc(reader->arena, count * sizeof(*items));
    if (!items)
        return false;
    if (count)
        memcpy(items, from, count * sizeof(*items));
    *value = mill_items(type, items, type == MILL_MAP ? count / 2 : count);
    return true;
}

/* A key with its colon; AT is at the key. */
static const char *
read_key(struct json_reader *reader, const char *at)
{
    struct mill_value *key = item_slot(reader);

    if (!key)
        return json_no_memory(reader, at);
    if (at == reader->end || *at != '"')
        return json_fault(reader, at, "a key is missing");
    at = json_read_text(reader, at + 1, key);
    if (!at)
        return NULL;
    reader->item_count++;
    at = json_skip_space(at, reader->end);
    if (at == reader->end || *at != ':')
        return json_fault(reader, at, "a colon is missing");
    return at + 1;
}

/* An item.  One without items of its own is read to where it stays; others may
 * move what is there. */
static const char *
read_item(struct json_reader *reader, const char *at)
{
    struct mill_value *slot = item_slot(reader);
    struct mill_value nested;

    at = json_skip_space(at, reader->end);
    if (slot && at < reader->end && (*at == '{' || *at == '[')) {
        at = json_read_value(reader, at, &nested);
        slot = item_slot(reader);
        if (at && slot)
            *slot = nested;
    } else if (slot) {
        at = json_read_value(reader, at, slot);
    }
    if (at && !slot)
        return json_no_memory(reader, at);
    if (at)
        reader->item_count++;
    return at;
}

/* What a list or map holds up to its CLOSE, pushed; AT is behind the opening
 * bracket. */
static const char *
read_items(struct json_reader *reader, const char *at, char close)
{
    at = json_skip_space(at, reader->end);
    if (at < reader->end && *at == close)
        return at + 1;
    while (true) {
        if (close == '}')
            at = read_key(reader, json_skip_space(at, reader->end));
        if (at)
            at = read_item(reader, at);
        if (!at)
            return NULL;
        at = json_skip_space(at, reader->end);
        if (at < reader->end && *at == close)
            return at + 1;
        if (at == reader->end || *at != ',')
            return json_fault(reader, at,
                              close == '}' ? "a comma or } is missing"
                                           : "a comma or ] is missing");
        at++;
    }
}

static const char *
read_nested(struct json_reader *reader, const char *at,
            struct mill_value *value)
{
    enum mill_type type = *at == '{' ? MILL_MAP : MILL_LIST;
    size_t first = reader->item_count;

    if (reader->depth == MILL_JSON_DEPTH)
        return json_fault(reader, at, "it is nested too deeply");
    reader->depth++;
    at = read_items(reader, at + 1, type == MILL_MAP ? '}' : ']');
    reader->depth--;
    if (at && !items_take(reader, first, type, value))
        return json_no_memory(reader, at);
    return at;
}

static const char *
read_word(struct json_reader *reader, const char *at, const char *word,
          struct mill_value meaning, struct mill_value *value)
{
    size_t len = strlen(word);

    if ((size_t)(reader->end - at) < len || memcmp(at, word, len) != 0)
        return json_fault(reader, at, "an unknown word");
    *value = meaning;
    return at + len;
}

const char *
json_read_value(struct json_reader *reader, const char *at,
                struct mill_value *value)
{
    at = json_skip_space(at, reader->end);
    if (at == reader->end)
        return json_fault(reader, at, "a value is missing");
    switch (*at) {
    case '"':
        return json_read_text(reader, at + 1, value);
    case '{':
    case '[':
        return read_nested(reader, at, value);
    case 't':
        return read_word(reader, at, "true", mill_bool(true), value);
    case 'f':
        return read_word(reader, at, "false", mill_bool(false), value);
    case 'n':
        return read_word(reader, at, "null", mill_null(), value);
    default:
        break;
    }
    if (*at == '-' || (*at >= '0' && *at <= '9'))
        return json_read_number(reader, at, value);
    if (reader->end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        return json_fault(reader, at, "a byte order mark");
    return json_fault(reader, at, "a value is missing");
}

const char *
json_read_end(struct json_reader *reader, const char *at)
{
    at = json_skip_space(at, reader->end);
    if (at < reader->end)
        return json_fault(reader, at, "something follows the value");
    return at;
}

bool
mill_json_read(struct mill_batch *pub, struct mill_bytes text,
               struct mill_value *value, struct mill_json_error *error)
{
    struct json_reader reader = { .arena = &batch_of(pub)->arena,
                                  .begin = text.data,
                                  .end = text.data + text.len };
    struct mill_value read;
    const char *at = NULL;

    if (text.len > UINT32_MAX)
        json_fault(&reader, text.data, "it is larger than 4 GiB");
    else
        at = json_read_value(&reader, text.data, &read);
    if (at)
        at = json_read_end(&reader, at);
    if (at)
        *value = read;
    else
        *error = (struct mill_json_error){
            .offset = (size_t)(reader.fault - text.data), .what = reader.what
        };
    json_reader_finish(&reader);
    return at;
}
