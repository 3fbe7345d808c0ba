/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sql - write rows into tables of a database, each exactly once
 *
 *     lake = {
 *         sink  = "sql";
 *         from  = [ "pin", "geo", "user" ];
 *         url   = "postgresql://${DB_USER}:${DB_PASSWORD}@127.0.0.1/pinterest";
 *         table = "${USER_ID:-demo}_{from}_table";
 *         mode  = "upsert";
 *         key   = [ "ind" ];
 *     };
 *
 * The url is sqlite:PATH, or with user:password@host:port/database behind it
 * mysql:// or postgresql://.  A dot in a table's name is part of the name.
 *
 * A table that isn't there is created from the columns and values of the first
 * batch, and never changed: a column that comes later, and that it lacks, ends
 * the run.  A column that no row of a batch has is left to its default; for an
 * upsert it stays as it was.
 *
 * What came since the last checkpoint is one transaction, which also stores how
 * far the sink has come, in the table millrace_marks: so a row is there exactly
 * once, whatever is killed.
 */

#include "sql.h"

#include <stdlib.h>
#include <string.h>

#include "database.h"

static const char *const creates[] = { "auto", "never", NULL };
static const char *const modes[] = { "append", "upsert", NULL };
static const char *const formats[] = { "auto", "table", "csv", "json", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct sql, url,
                "Database: sqlite:PATH, or user:password@host:port/database "
                "behind mysql:// or postgresql://",
                .required = true),
    MILL_OPTION(struct sql, table,
                "Table of each batch, such as \"{from}\" or \"{stream}_clean\"",
                .fallback = "{from}"),
    MILL_OPTION(struct sql, create,
                "auto: a table that isn't there is created from the columns "
                "and values of the first batch",
                .fallback = "auto", .choices = creates),
    MILL_OPTION(struct sql, mode,
                "append: each row is a new one; upsert: it takes the place of "
                "the one with the same key",
                .fallback = "append", .choices = modes),
    MILL_OPTION(struct sql, key,
                "Columns of the key: of a table that is created its primary "
                "key; of others there must be one, or a unique index, for an "
                "upsert"),
    MILL_OPTION(struct sql, types,
                "Types of columns that are created, \"column:TYPE\" as the "
                "database spells it, where the first rows say too little"),
    MILL_OPTION(struct sql, timeout,
                "How long the server may take over an answer before the "
                "connection counts as lost",
                .fallback = "5m", .least = 1000000000, .most = INT64_MAX),
    MILL_OPTION(struct sql, queries,
                "Files with queries to run once all sources have ended, such "
                "as \"queries/*.sql\"; their answers go to standard output"),
    MILL_OPTION(struct sql, queries_format,
                "How answers look; auto: a table on a terminal, CSV elsewhere",
                .fallback = "auto", .choices = formats),
    { 0 },
};

static enum mill_verdict
check_table(const struct sql *sql, struct mill_stage *stage)
{
    static const char *const fields[] = { "offset", "yyyy", "MM",
                                          "dd",     "HH",   "mm" };

    if (!sql->table.text[0])
        return mill_fail(stage, MILL_FATAL, "table: the name is empty");
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (mill_template_has(&sql->table, fields[i]))
            return mill_fail(stage, MILL_FATAL,
                             "table: {%s} has no place in a table's name",
                             fields[i]);
    return MILL_OK;
}

static enum mill_verdict
check_lists(const struct sql *sql, struct mill_stage *stage)
{
    if (strcmp(sql->mode, "upsert") == 0 && !sql->key[0])
        return mill_fail(stage, MILL_FATAL,
                         "key: an upsert needs the columns that tell rows "
                         "apart, such as key = [\"ind\"]");
    for (size_t i = 0; sql->key[i]; i++)
        if (!sql->key[i][0])
            return mill_fail(stage, MILL_FATAL, "key: a name is empty");
    for (size_t i = 0; sql->types[i]; i++) {
        const char *colon = strchr(sql->types[i], ':');

        if (!colon || colon == sql->types[i] || !colon[1])
            return mill_fail(stage, MILL_FATAL,
                             "types: \"%s\" isn't \"column:TYPE\"",
                             sql->types[i]);
    }
    return MILL_OK;
}

static enum mill_verdict
sql_check(void *self, struct mill_stage *stage)
{
    struct sql *sql = self;
    enum mill_verdict verdict = check_table(sql, stage);

    if (verdict == MILL_OK)
        verdict = check_lists(sql, stage);
    return verdict == MILL_OK ? database_check(stage, sql->url.text) : verdict;
}

static bool
make_driver(struct sql *sql)
{
    const char *why;

    url_finish(&sql->parsed);
    if (!url_parse(&sql->parsed, sql->url.text, &why))
        return false;
    switch (database_of(&sql->parsed)) {
    case DATABASE_MYSQL:
        sql->driver = mysql_create(&sql->parsed, sql->timeout);
        break;
    case DATABASE_POSTGRES:
        sql->driver = postgres_create(&sql->parsed, sql->timeout);
        break;
    default:
        sql->driver = sqlite_create(&sql->parsed);
    }
    return sql->driver != NULL;
}

static enum mill_verdict
sql_open(void *self, struct mill_stage *stage)
{
    struct sql *sql = self;
    enum mill_verdict verdict = sql_check(self, stage);

    if (verdict != MILL_OK)
        return verdict;
    verdict = queries_check(sql, stage);
    if (verdict != MILL_OK)
        return verdict;
    sql->upsert = strcmp(sql->mode, "upsert") == 0;
    if (!sql->driver && !make_driver(sql))
        return mill_fail(stage, MILL_RETRY, "no memory to open the database");
    return session_open(sql, stage);
}

static void
sql_close(void *self)
{
    struct sql *sql = self;

    if (sql->driver) {
        session_end(sql);
        sql->driver->class->destroy(sql->driver);
    }
    sql->driver = NULL;
    table_finish(&sql->tables);
    url_finish(&sql->parsed);
    sql->parsed = (struct url){ 0 };
    free(sql->into);
    free(sql->from);
    free(sql->to);
    sql->into = NULL;
    sql->from = NULL;
    sql->to = NULL;
    sql->into_room = 0;
    sql->in_doubt = sql->done = sql->others_gone = false;
}

static void
sql_cancel(void *self)
{
    struct sql *sql = self;

    if (sql->driver)
        sql->driver->class->cancel(sql->driver);
}

static enum mill_verdict
sql_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct sql *sql = self;
    enum mill_verdict verdict = session_begin(sql, stage);
    struct table *table;

    if (verdict != MILL_OK || sql->done)
        return verdict;
    verdict = target_of(sql, stage, batch, &table);
    if (verdict == MILL_OK)
        verdict = write_batch(sql, stage, batch, table);
    return verdict;
}

static enum mill_verdict
sql_flush(void *self, struct mill_stage *stage)
{
    return session_commit(self, stage);
}

static enum mill_verdict
sql_finish(void *self, struct mill_stage *stage)
{
    return queries_run(self, stage);
}

enum mill_verdict
sql_fail(struct sql *sql, struct mill_stage *stage, enum mill_verdict verdict)
{
    if (verdict != MILL_REJECT)
        session_end(sql);
    return mill_fail(stage, verdict, "%s", sql->driver->said);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "sql",
    .version = "1.0",
    .summary = "Write rows into tables of SQLite, MySQL or PostgreSQL",
    .flags = MILL_TRANSACTS | MILL_EXACTLY_ONCE,
    .instance_size = sizeof(struct sql),
    .options = options,
    .check = sql_check,
    .open = sql_open,
    .close = sql_close,
    .cancel = sql_cancel,
    .sink.write = sql_write,
    .sink.flush = sql_flush,
    .sink.finish = sql_finish,
};
