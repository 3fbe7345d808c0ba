/* SPDX-License-Identifier: Apache-2.0 */

/* pack_parts - see pack_parts.h */

#include "core/pack_parts.h"

#include <stdio.h>
#include <string.h>

#include "core/one_batch.h"
#include "record/pack.h"
#include "suite.h"

struct mill_bytes
pack_bytes(const char *content)
{
    size_t len = strlen(content);

    return (struct mill_bytes){ mill_batch_store(pub, content, len), len };
}

struct mill_value
pack_text(enum mill_type type, const char *content)
{
    struct mill_bytes stored = pack_bytes(content);

    return mill_text(type, stored.data, stored.len);
}

void
pack_add_payload(enum mill_format format, const char *payload,
                 uint64_t position)
{
    ck_assert(
        mill_batch_add_payload(pub, format, pack_bytes(payload), position));
}

/* --- batches to pack --- */

/* One row with a column of each type. */
void
pack_add_every_type(void)
{
    static const struct mill_value none[1];
    struct mill_value *inner = mill_batch_alloc(pub, 4 * sizeof(*inner));
    struct mill_value *pairs = mill_batch_alloc(pub, 4 * sizeof(*pairs));
    struct mill_value all[16] = {
        [1] = mill_null(),
        [2] = mill_bool(true),
        [3] = mill_bool(false),
        [4] = mill_int(INT64_MIN),
        [5] = mill_double(-0.0),
        [6] = pack_text(MILL_NUMBER, "1e400"),
        [7] = pack_text(MILL_DECIMAL, "-12.50"),
        [8] = pack_text(MILL_TEXT, "plain"),
        [9] = mill_text(MILL_BYTES, mill_batch_store(pub, "\0\xff\n", 3), 3),
        [10] = mill_timestamp(-1),
        [11] = mill_items(MILL_LIST, inner, 4),
        [12] = mill_items(MILL_MAP, pairs, 2),
        [13] = mill_items(MILL_LIST, none, 0),
        [14] = mill_items(MILL_MAP, NULL, 0),
        [15] = mill_text(MILL_TEXT, NULL, 0),
    };

    all[7].scale = 2;
    all[8].flags = MILL_PLAIN;
    inner[0] = all[8];
    inner[1] = all[12];
    inner[2] = mill_value_of(MILL_MISSING, 0);
    inner[3] = all[7];
    pairs[0] = pack_text(MILL_TEXT, "key");
    pairs[1] = all[9];
    pairs[2] = pack_text(MILL_TEXT, "");
    pairs[3] = all[13];
    for (int i = 0; i < 16; i++) {
        char name[16];
        int len = snprintf(name, sizeof(name), "col \"%d\"", i);

        ck_assert_int_eq(mill_batch_add_column(pub, name, (size_t)len), i);
    }
    struct mill_value *cells = mill_batch_add_row(pub, pub->rows);
    memcpy(cells, all, sizeof(all));
}

void
pack_fill_payloads(unsigned rows)
{
    for (unsigned row = 0; row < rows; row++) {
        char line[64];

        snprintf(line, sizeof(line),
                 row % 100 == 7 ? "{\"n\":%u,\"list\":["
                                : "{\"n\":%u,\"s\":\"\\n\"}",
                 row);
        pack_add_payload(MILL_JSON, line, (uint64_t)row * 3);
    }
    mill_batch_set_stream(pub, "pins", "7");
}

/* --- the same, to the last flag --- */

static void
check_bytes(const struct mill_bytes *a, const struct mill_bytes *b)
{
    ck_assert_uint_eq(a->len, b->len);
    ck_assert_int_eq(a->data == NULL, b->data == NULL);
    if (a->len > 0)
        ck_assert_mem_eq(a->data, b->data, a->len);
}

static void
check_value(const struct mill_value *a, const struct mill_value *b)
{
    size_t items = a->type == MILL_MAP ? 2 * (size_t)a->len : a->len;

    ck_assert_uint_eq(a->type, b->type);
    ck_assert_uint_eq(a->flags, b->flags);
    ck_assert_uint_eq(a->scale, b->scale);
    ck_assert_uint_eq(a->len, b->len);
    if (a->type == MILL_LIST || a->type == MILL_MAP)
        for (size_t i = 0; i < items; i++)
            check_value(&a->items[i], &b->items[i]);
    else if (a->type == MILL_DOUBLE)
        ck_assert_mem_eq(&a->real, &b->real, sizeof(a->real));
    else
        ck_assert(mill_value_equal(a, b));
}

void
pack_check_columns(struct batch *a, struct batch *b)
{
    ck_assert_uint_eq(a->pub.columns, b->pub.columns);
    for (uint32_t i = 0; i < a->pub.columns; i++) {
        const struct mill_bytes *name = &b->pub.names[i];

        check_bytes(&a->pub.names[i], name);
        check_bytes(&a->labels[i], &b->labels[i]);
        ck_assert_int_eq(name->data[name->len], '\0');
    }
    ck_assert_ptr_eq(b->pub.names, b->names);
}

void
pack_check_rows(struct batch *a, struct batch *b)
{
    ck_assert_uint_eq(a->pub.rows, b->pub.rows);
    ck_assert_int_eq(a->pub.payloads == NULL, b->pub.payloads == NULL);
    ck_assert_int_eq(a->pub.keys == NULL, b->pub.keys == NULL);
    for (uint32_t row = 0; row < a->pub.rows; row++) {
        ck_assert_uint_eq(a->pub.positions[row], b->pub.positions[row]);
        if (a->pub.payloads)
            check_bytes(&a->pub.payloads[row], &b->pub.payloads[row]);
        if (a->pub.keys)
            check_bytes(&a->pub.keys[row], &b->pub.keys[row]);
    }
}

void
pack_check_cells(struct batch *a, struct batch *b)
{
    ck_assert_int_eq(a->pub.cells == NULL, b->pub.cells == NULL);
    for (uint32_t row = 0; a->pub.cells && row < a->pub.rows; row++)
        for (uint32_t i = 0; i < a->pub.columns; i++)
            check_value(&mill_batch_row(&a->pub, row)[i],
                        &mill_batch_row(&b->pub, row)[i]);
}

void
pack_check_rest(const struct batch *a, const struct batch *b)
{
    ck_assert_str_eq(a->pub.stream, b->pub.stream);
    ck_assert_str_eq(a->pub.partition, b->pub.partition);
    ck_assert_pstr_eq(a->cursor, b->cursor);
    ck_assert_uint_eq(a->pub.first, b->pub.first);
    ck_assert_int_eq(a->first_is_set, b->first_is_set);
    ck_assert_int_eq(a->parted, b->parted);
    ck_assert_uint_eq(a->before, b->before);
    ck_assert_int_eq(a->pub.format, b->pub.format);
    ck_assert_uint_eq(a->payload_bytes, b->payload_bytes);
    ck_assert_uint_eq(a->stored_bytes, b->stored_bytes);
    ck_assert_int_eq(a->edited, b->edited);
    ck_assert_int_eq(b->failed, false);
    ck_assert_ptr_null(b->entry);
    ck_assert_ptr_null(b->parent);
    ck_assert_uint_eq(b->refs, 1);
    ck_assert_uint_eq(b->rejection_count, 0);
    ck_assert_ptr_null(b->marks);
    ck_assert_ptr_null(b->origins);
}

struct batch *
pack_undo(void)
{
    const char *why = "";
    struct batch *other = batch_unpack(pool, out.data, out.len, &why);

    ck_assert_msg(other, "%s", why);
    ck_assert_ptr_null(why);
    return other;
}
