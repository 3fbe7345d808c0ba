/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_type - tables of types, and rows by them */

#include "postgres_type.h"

#include <stdlib.h>
#include <string.h>

/* The object ids of types, as pg_type.dat has them. */
enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700,
};

/* Column I of a row, which lives as long as the result. */
static struct mill_value
value_at(const PGresult *result, int row, int i)
{
    const char *text = PQgetvalue(result, row, i);
    size_t len = (size_t)PQgetlength(result, row, i);

    if (PQgetisnull(result, row, i))
        return mill_null();
    switch (PQftype(result, i)) {
    case OID_BOOL:
        return mill_bool(text[0] == 't');
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        return mill_int(strtoll(text, NULL, 10));
    case OID_FLOAT4:
    case OID_FLOAT8:
    case OID_NUMERIC: /* or NaN, which is none */
        return mill_text(strpbrk(text, "NI") ? MILL_TEXT : MILL_NUMBER, text,
                         len);
    default:
        return mill_text(MILL_TEXT, text, len);
    }
}

bool
postgres_type_rows(const PGresult *result, driver_row_fn *row, void *arg)
{
    size_t count = (size_t)PQnfields(result);
    const char **names = calloc(count + 1, sizeof(*names));
    struct mill_value *cells = calloc(count + 1, sizeof(*cells));
    bool fine = names && cells;

    for (size_t i = 0; fine && i < count; i++)
        names[i] = PQfname(result, (int)i);
    fine = fine && row(arg, names, NULL, count);
    for (int k = 0; fine && k < PQntuples(result); k++) {
        for (size_t i = 0; i < count; i++)
            cells[i] = value_at(result, k, (int)i);
        fine = row(arg, names, cells, count);
    }
    fine = fine && row(arg, NULL, NULL, 0);
    free(names);
    free(cells);
    return fine;
}

enum kind
postgres_type_kind(const char *type)
{
    static const struct {
        const char *name;
        enum kind kind;
    } kinds[] = {
        { "bool", KIND_BOOL },      { "int2", KIND_INT },
        { "int4", KIND_INT },       { "int8", KIND_INT },
        { "float4", KIND_DOUBLE },  { "float8", KIND_DOUBLE },
        { "numeric", KIND_NUMBER }, { "bytea", KIND_BYTES },
        { "json", KIND_JSON },      { "jsonb", KIND_JSON },
        { "text", KIND_TEXT },      { "varchar", KIND_TEXT },
        { "bpchar", KIND_TEXT },
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(kinds[i].name, type) == 0)
            return kinds[i].kind;
    return KIND_ANY;
}

void
postgres_type_name(const struct driver *driver, const struct column *column,
                   struct mill_buffer *to)
{
    static const char *const names[] = {
        [KIND_ANY] = "text",
        [KIND_BOOL] = "boolean",
        [KIND_INT] = "bigint",
        [KIND_UNSIGNED] = "numeric(20)",
        [KIND_DOUBLE] = "double precision",
        [KIND_NUMBER] = "numeric",
        [KIND_NUMERAL] = "numeric",
        [KIND_TEXT] = "text",
        [KIND_BYTES] = "bytea",
        [KIND_TIMESTAMP] = "timestamp",
        [KIND_JSON] = "json",
    };

    (void)driver;
    mill_buffer_print(to, "%s", names[column->kind]);
}
