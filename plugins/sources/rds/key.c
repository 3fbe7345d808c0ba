/* SPDX-License-Identifier: Apache-2.0 */

/* key - key values, kept, compared, printed and read */

#include "key.h"

#include <stdlib.h>
#include <string.h>

static bool
has_text(const struct mill_value *value)
{
    return value->type >= MILL_NUMBER && value->type <= MILL_BYTES;
}

/* Copies what VALUES point to, so that the key stands for itself. */
static bool
own_texts(struct key *key)
{
    size_t need = 1;
    char *at;

    for (size_t i = 0; i < key->count; i++)
        need += has_text(&key->values[i]) ? key->values[i].len : 0;
    if (need > key->room) {
        free(key->data);
        key->room = 0;
        key->data = malloc(need * 2);
        if (!key->data)
            return false;
        key->room = need * 2;
    }
    at = key->data;
    for (size_t i = 0; i < key->count; i++) {
        struct mill_value *value = &key->values[i];

        if (!has_text(value))
            continue;
        memcpy(at, value->text, value->len);
        value->text = at;
        at += value->len;
    }
    return true;
}

static bool
set_count(struct key *key, size_t count)
{
    if (key->values && key->count == count)
        return true;

    struct mill_value *values =
        realloc(key->values, (count ? count : 1) * sizeof(*values));

    if (!values)
        return false;
    key->values = values;
    key->count = count;
    return true;
}

/* Where the row's texts aren't the key's own, they may be copied over it. */
static bool
keep(struct key *key)
{
    if (own_texts(key))
        return true;
    key->count = 0;
    return false;
}

bool
key_take(struct key *key, const struct table *table, const struct row *row)
{
    if (!set_count(key, table->key_count))
        return false;
    for (size_t i = 0; i < key->count; i++)
        key->values[i] = row->cells[table->key[i]];
    return keep(key);
}

bool
key_take_all(struct key *key, const struct row *row)
{
    if (!set_count(key, row->count))
        return false;
    memcpy(key->values, row->cells, row->count * sizeof(*key->values));
    return keep(key);
}

bool
key_is_of(const struct key *key, const struct table *table,
          const struct row *row)
{
    if (key->count != table->key_count)
        return false;
    for (size_t i = 0; i < key->count; i++)
        if (!mill_value_equal(&key->values[i], &row->cells[table->key[i]]))
            return false;
    return true;
}

static void
print_bytes(struct mill_buffer *to, const struct mill_value *value)
{
    mill_buffer_print(to, "[\"");
    for (size_t i = 0; i < value->len; i++)
        mill_buffer_print(to, "%02x", (unsigned char)value->text[i]);
    mill_buffer_print(to, "\"]");
}

void
key_print(const struct key *key, struct mill_buffer *to)
{
    mill_buffer_print(to, "[");
    for (size_t i = 0; i < key->count; i++) {
        const struct mill_value *value = &key->values[i];

        if (i > 0)
            mill_buffer_print(to, ",");
        if (value->type == MILL_BYTES
            || (value->type == MILL_TEXT
                && !mill_utf8_valid(value->text, value->len)))
            print_bytes(to, value);
        else
            mill_json_write(to, value, NULL);
    }
    mill_buffer_print(to, "]");
}

static int
nibble(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Turns a list of one hexadecimal text into bytes. */
static bool
read_bytes(struct mill_batch *batch, struct mill_value *value)
{
    if (value->len != 1 || value->items[0].type != MILL_TEXT)
        return false;

    struct mill_value hex = value->items[0];
    char *bytes = mill_batch_alloc(batch, hex.len / 2 + 1);

    if (!bytes || hex.len % 2)
        return false;
    for (size_t i = 0; i < hex.len / 2; i++) {
        int high = nibble(hex.text[2 * i]);
        int low = nibble(hex.text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bytes[i] = (char)(high << 4 | low);
    }
    *value = mill_text(MILL_BYTES, bytes, hex.len / 2);
    return true;
}

bool
key_read(struct key *key, size_t count, struct mill_batch *batch,
         const char *cursor)
{
    struct mill_json_error error;
    struct mill_value list;

    if (!mill_json_read(batch, (struct mill_bytes){ cursor, strlen(cursor) },
                        &list, &error)
        || list.type != MILL_LIST || list.len != count
        || !set_count(key, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct mill_value value = list.items[i];

        key->values[i] = mill_null();
        if (value.type == MILL_NUMBER)
            value = mill_double(strtod(value.text, NULL));
        if (value.type == MILL_LIST && !read_bytes(batch, &value))
            return false;
        if (value.type != MILL_INT && value.type != MILL_DOUBLE
            && value.type != MILL_BOOL && !has_text(&value))
            return false;
        key->values[i] = value;
    }
    return keep(key);
}

void
key_finish(struct key *key)
{
    free(key->values);
    free(key->data);
    *key = (struct key){ 0 };
}
