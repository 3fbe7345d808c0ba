/* SPDX-License-Identifier: Apache-2.0 */

/* postgres_schema - types by their numbers, and the key */

#include "postgres_schema.h"

#include <string.h>

/* The built-in types are numbered once and for all (pg_type.dat). */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_OID = 26,
    TYPE_JSON = 114,
    TYPE_FLOAT4 = 700,
    TYPE_FLOAT8 = 701,
    TYPE_BPCHAR = 1042,
    TYPE_VARCHAR = 1043,
    TYPE_TIMESTAMP = 1114,
    TYPE_TIMESTAMPTZ = 1184,
    TYPE_NUMERIC = 1700,
    TYPE_JSONB = 3802,
};

static const struct {
    Oid type;
    struct column column;
} types[] = {
    { TYPE_BOOL,
      { .type = COLUMN_BOOL, .comparable = true, .behind = "::bool" } },
    { TYPE_BYTEA,
      { .type = COLUMN_BYTES, .comparable = true, .behind = "::bytea" } },
    { TYPE_INT8,
      { .type = COLUMN_INT,
        .comparable = true,
        .integer = true,
        .behind = "::int8" } },
    { TYPE_JSON, { .type = COLUMN_JSON, .behind = "::text" } },
    { TYPE_JSONB, { .type = COLUMN_JSON, .behind = "::text" } },
    { TYPE_FLOAT8,
      { .type = COLUMN_NUMBER,
        .comparable = true,
        .special = true,
        .behind = "::text" } },
    /* char(n)'s own cast to text takes the blanks at the end away. */
    { TYPE_BPCHAR,
      { .type = COLUMN_TEXT, .comparable = true, .behind = "::bpchar" } },
    { TYPE_TIMESTAMP,
      { .type = COLUMN_TIMESTAMP,
        .comparable = true,
        .special = true,
        .behind = "::text" } },
    { TYPE_TIMESTAMPTZ,
      { .type = COLUMN_TIMESTAMP,
        .comparable = true,
        .special = true,
        .before = "(",
        .behind = "::timestamptz AT TIME ZONE 'UTC')::text" } },
    { TYPE_NUMERIC,
      { .type = COLUMN_DECIMAL,
        .comparable = true,
        .special = true,
        .scale = COLUMN_ANY_SCALE,
        .behind = "::text" } },
};

/* Types without an order of their own, which no key can be made of. */
static bool
has_no_order(Oid type)
{
    /* xml, point, lseg, path, box, polygon, line, circle */
    static const Oid none[] = { 142, 600, 601, 602, 603, 604, 628, 718 };

    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        if (none[i] == type)
            return true;
    return false;
}

static Oid
wider(Oid type)
{
    if (type == TYPE_INT2 || type == TYPE_INT4 || type == TYPE_OID)
        return TYPE_INT8;
    return type == TYPE_FLOAT4 ? TYPE_FLOAT8 : type;
}

static struct column
column_of(const PGresult *result, int i)
{
    struct column column = { .type = COLUMN_TEXT,
                             .comparable = !has_no_order(PQftype(result, i)),
                             .behind = "::text" };
    Oid type = wider(PQftype(result, i));

    for (size_t k = 0; k < sizeof(types) / sizeof(*types); k++)
        if (types[k].type == type)
            column = types[k].column;
    column.len = strlen(PQfname(result, i));
    return column;
}

bool
postgres_schema_columns(const PGresult *result, struct table *table)
{
    for (int i = 0; i < PQnfields(result); i++) {
        struct column column = column_of(result, i);

        if (!table_add_column(table, PQfname(result, i), &column))
            return false;
    }
    return true;
}

bool
postgres_schema_is_same(const PGresult *result, const struct table *table)
{
    if ((size_t)PQnfields(result) != table->column_count)
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        struct column column = column_of(result, (int)i);

        if (strcmp(PQfname(result, (int)i), table->columns[i].name) != 0
            || column.type != table->columns[i].type)
            return false;
    }
    return true;
}

const char *const postgres_schema_session_query =
    "SELECT set_config(s.name, v.value, false) FROM pg_settings s "
    "JOIN (VALUES ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), "
    "('IntervalStyle', 'postgres'), ('extra_float_digits', '3'), "
    "('standard_conforming_strings', 'on'), ('bytea_output', 'hex'), "
    "('statement_timeout', '0'), "
    "('idle_in_transaction_session_timeout', '0'), "
    "('idle_session_timeout', '0'), "
    "('default_transaction_read_only', 'on')) v(name, value) "
    "ON lower(s.name) = lower(v.name)";

/* An index counts where it holds every row and no column of it may be NULL;
 * the primary key's first, then the shortest. */
const char *const postgres_schema_key_query =
    "WITH best AS ("
    "SELECT x.indexrelid, x.indrelid, x.indkey, x.indnkeyatts "
    "FROM pg_catalog.pg_index x "
    "WHERE x.indrelid = to_regclass(quote_ident($1)) AND x.indisunique "
    "AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a, "
    "generate_series(0, x.indnkeyatts - 1) n WHERE a.attrelid = x.indrelid "
    "AND a.attnum = x.indkey[n] AND NOT a.attnotnull) "
    "ORDER BY x.indisprimary DESC, x.indnkeyatts, x.indexrelid LIMIT 1) "
    "SELECT a.attname FROM best b, generate_series(0, b.indnkeyatts - 1) n, "
    "pg_catalog.pg_attribute a "
    "WHERE a.attrelid = b.indrelid AND a.attnum = b.indkey[n] ORDER BY n";

void
postgres_schema_key(const PGresult *result, struct table *table)
{
    const char *names[64]; /* an index has at most 32 columns */
    size_t count = (size_t)PQntuples(result);

    if (count == 0 || count > sizeof(names) / sizeof(*names))
        return;
    for (size_t i = 0; i < count; i++)
        names[i] = PQgetvalue(result, (int)i, 0);
    table_set_key(table, names, count, true);
}
