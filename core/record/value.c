/* SPDX-License-Identifier: Apache-2.0 */

/* value - cells are compared and named here */

#include <string.h>

#include <millrace/batch.h>

const char *
mill_type_name(enum mill_type type)
{
    static const char *const names[] = {
        [MILL_MISSING] = "missing", [MILL_NULL] = "null",
        [MILL_BOOL] = "bool",       [MILL_INT] = "int",
        [MILL_DOUBLE] = "double",   [MILL_NUMBER] = "number",
        [MILL_DECIMAL] = "decimal", [MILL_TEXT] = "text",
        [MILL_BYTES] = "bytes",     [MILL_TIMESTAMP] = "timestamp",
        [MILL_LIST] = "list",       [MILL_MAP] = "map",
    };
    size_t index = (size_t)type;

    return index < sizeof(names) / sizeof(names[0]) ? names[index] : "unknown";
}

bool
mill_value_is(const struct mill_value *value, const char *literal)
{
    size_t len = strlen(literal);

    return value->type == MILL_TEXT && value->len == len
           && memcmp(value->text, literal, len) == 0;
}

static bool
items_equal(const struct mill_value *a, const struct mill_value *b,
            size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!mill_value_equal(&a[i], &b[i]))
            return false;
    return true;
}

bool
mill_value_equal(const struct mill_value *a, const struct mill_value *b)
{
    if (a->type != b->type || a->len != b->len)
        return false;
    switch ((enum mill_type)a->type) {
    case MILL_MISSING:
    case MILL_NULL:
        return true;
    case MILL_BOOL:
        return a->boolean == b->boolean;
    case MILL_INT:
    case MILL_TIMESTAMP:
        return a->integer == b->integer;
    case MILL_DOUBLE:
        return a->real == b->real;
    case MILL_NUMBER:
    case MILL_DECIMAL:
    case MILL_TEXT:
    case MILL_BYTES:
        return a->len == 0 || memcmp(a->text, b->text, a->len) == 0;
    case MILL_LIST:
        return items_equal(a->items, b->items, a->len);
    case MILL_MAP:
        return items_equal(a->items, b->items, 2 * (size_t)a->len);
    }
    return false;
}
