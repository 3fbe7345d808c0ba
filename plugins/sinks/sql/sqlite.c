/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sqlite - rows into a file, by one prepared statement a table
 *
 * SQLite keeps what it is given as long as the column's affinity lets it: exact
 * numbers are therefore text, in columns whose declared type says so.
 */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sqlite3.h>

#include "lite.h"

#include "sqlite_bind.h"
#include "text.h"

/* How long to wait for another writer before asking the core to try again. */
#define BUSY_MS 5000

struct sqlite_driver {
    struct driver driver; /* first */
    const char *path;
    struct mill_buffer text; /* of the value that is being bound */

    pthread_mutex_t lock; /* of db, which cancel looks at */
    sqlite3 *db;
};

/* What is prepared for a table, and for which of its columns. */
struct prepared {
    sqlite3_stmt *statement;
    bool upsert;
    size_t count;
    unsigned into[];
};

static struct sqlite_driver *
sqlite_of(struct driver *driver)
{
    return (struct sqlite_driver *)driver;
}

static void
sqlite_forget(struct driver *driver, struct table *table)
{
    struct prepared *prepared = table->prepared;

    (void)driver;
    if (!prepared)
        return;
    sqlite3_finalize(prepared->statement);
    free(prepared);
    table->prepared = NULL;
}

static void
sqlite_disconnect(struct driver *driver)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);

    pthread_mutex_lock(&sqlite->lock);
    sqlite3_close(sqlite->db);
    sqlite->db = NULL;
    pthread_mutex_unlock(&sqlite->lock);
    driver->connected = false;
}

/* What is wrong with a row is told by itself. */
static enum mill_verdict
verdict_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
        return MILL_REJECT;
    default:
        return lite_verdict(result);
    }
}

/* Says what was tried; the connection stays for REJECT alone. */
static enum mill_verdict
fail(struct sqlite_driver *sqlite, int result, const char *what,
     const char *table)
{
    enum mill_verdict verdict = verdict_of(result);
    const char *why =
        sqlite->db ? sqlite3_errmsg(sqlite->db) : sqlite3_errstr(result);

    if (verdict == MILL_REJECT)
        return driver_fail(&sqlite->driver, verdict, "%s", why);
    driver_fail(&sqlite->driver, verdict, "cannot %s%s%s in %s: %s%s", what,
                table[0] ? " " : "", table, sqlite->path, why,
                lite_advice(result));
    return verdict;
}

static enum mill_verdict
sqlite_execute(struct driver *driver, const char *sql)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);
    int result = sqlite3_exec(sqlite->db, sql, NULL, NULL, NULL);

    return result == SQLITE_OK ? MILL_OK : fail(sqlite, result, "write", "");
}

static enum mill_verdict
sqlite_connect(struct driver *driver)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);
    sqlite3 *db = NULL;
    int result = sqlite3_open_v2(
        sqlite->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

    pthread_mutex_lock(&sqlite->lock);
    sqlite->db = db;
    pthread_mutex_unlock(&sqlite->lock);
    if (result == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_busy_timeout(db, BUSY_MS);
        /* A file that isn't a database is only found out by reading it. */
        result = sqlite3_exec(db,
                              "PRAGMA foreign_keys = ON;"
                              "PRAGMA schema_version",
                              NULL, NULL, NULL);
    }
    if (result != SQLITE_OK)
        return fail(sqlite, result, "open the database", "");
    driver->connected = true;
    return MILL_OK;
}

/* Steps through a statement with columns. */
static int
give_rows(sqlite3_stmt *statement, driver_row_fn *row, void *arg)
{
    size_t count = (size_t)sqlite3_column_count(statement);
    const char **names = calloc(count, sizeof(*names));
    struct mill_value *cells = calloc(count, sizeof(*cells));
    bool fine = names && cells;
    int result = SQLITE_NOMEM;

    for (size_t i = 0; fine && i < count; i++)
        names[i] = sqlite3_column_name(statement, (int)i);
    fine = fine && row(arg, names, NULL, count);
    while (fine && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        for (size_t i = 0; i < count; i++)
            cells[i] = lite_value(statement, (int)i);
        fine = row(arg, names, cells, count);
    }
    fine = fine && row(arg, NULL, NULL, 0);
    free(names);
    free(cells);
    return fine ? result : SQLITE_NOMEM;
}

static enum mill_verdict
sqlite_query(struct driver *driver, const char *sql, driver_row_fn *row,
             void *arg)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);

    while (*sql) {
        sqlite3_stmt *statement = NULL;
        int result = sqlite3_prepare_v2(sqlite->db, sql, -1, &statement, &sql);

        if (result != SQLITE_OK)
            return fail(sqlite, result, "read", "");
        if (statement)
            result = sqlite3_column_count(statement) > 0
                         ? give_rows(statement, row, arg)
                         : sqlite3_step(statement);
        else
            result = SQLITE_DONE;
        if (result != SQLITE_DONE && result != SQLITE_ROW) {
            enum mill_verdict verdict = fail(sqlite, result, "read", "");

            sqlite3_finalize(statement);
            return verdict;
        }
        sqlite3_finalize(statement);
    }
    return MILL_OK;
}

/* --- rows --- */

static bool
is_prepared(const struct prepared *prepared, const struct rows *rows)
{
    return prepared && prepared->count == rows->count
           && prepared->upsert == rows->upsert
           && memcmp(prepared->into, rows->into,
                     rows->count * sizeof(*rows->into))
                  == 0;
}

static void
insert_text(struct mill_buffer *to, const struct rows *rows)
{
    mill_buffer_print(to, "INSERT INTO ");
    text_name(to, '"', rows->table->name);
    mill_buffer_print(to, " (");
    text_columns(to, '"', rows);
    mill_buffer_print(to, ") VALUES (?");
    for (size_t i = 1; i < rows->count; i++)
        mill_buffer_add(to, ", ?", 3);
    mill_buffer_add(to, ")", 1);
    if (rows->upsert)
        text_on_conflict(to, rows);
}

static enum mill_verdict
prepare(struct sqlite_driver *sqlite, const struct rows *rows)
{
    size_t size = rows->count * sizeof(*rows->into);
    struct mill_buffer text = { 0 };
    struct prepared *prepared;
    int result;

    if (is_prepared(rows->table->prepared, rows))
        return MILL_OK;
    sqlite_forget(&sqlite->driver, rows->table);
    prepared = malloc(sizeof(*prepared) + size);
    if (!prepared)
        return driver_fail(&sqlite->driver, MILL_RETRY, "no memory");
    prepared->upsert = rows->upsert;
    prepared->count = rows->count;
    memcpy(prepared->into, rows->into, size);
    insert_text(&text, rows);
    result = sqlite3_prepare_v3(sqlite->db, mill_buffer_text(&text), -1,
                                SQLITE_PREPARE_PERSISTENT, &prepared->statement,
                                NULL);
    mill_buffer_finish(&text);
    if (result != SQLITE_OK) {
        free(prepared);
        return fail(sqlite, result, "write to table", rows->table->name);
    }
    rows->table->prepared = prepared;
    return MILL_OK;
}

/* Tells which column it was, as SQLite doesn't where a value isn't taken. */
static enum mill_verdict
refuse(struct sqlite_driver *sqlite, const struct rows *rows, size_t i)
{
    return driver_fail(&sqlite->driver, MILL_REJECT,
                       "column \"%s\": the number is larger than SQLite's "
                       "integers; a column of type DECIMAL_TEXT holds it",
                       rows->table->columns[rows->into[i]].name);
}

static enum mill_verdict
insert_row(struct sqlite_driver *sqlite, const struct rows *rows, size_t row)
{
    const struct prepared *prepared = rows->table->prepared;
    const struct mill_value *cells = mill_batch_row(rows->batch, row);
    sqlite3_stmt *statement = prepared->statement;
    int result = SQLITE_OK;

    for (size_t i = 0; i < rows->count; i++) {
        result = sqlite_bind(&sqlite->text, statement, (int)i + 1,
                             &cells[rows->from[i]],
                             &rows->table->columns[rows->into[i]]);
        if (result == SQLITE_TOOBIG)
            return refuse(sqlite, rows, i);
        if (result != SQLITE_OK)
            return fail(sqlite, result, "write to table", rows->table->name);
    }
    result = sqlite3_step(statement);
    if (result == SQLITE_DONE) {
        sqlite3_reset(statement);
        return MILL_OK;
    }

    enum mill_verdict verdict =
        fail(sqlite, result, "write to table", rows->table->name);

    sqlite3_reset(statement);
    return verdict;
}

static enum mill_verdict
sqlite_insert(struct driver *driver, const struct rows *rows, size_t *taken)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);
    enum mill_verdict verdict = prepare(sqlite, rows);

    *taken = 0;
    while (verdict == MILL_OK && rows->first + *taken < rows->behind) {
        verdict = insert_row(sqlite, rows, rows->first + *taken);
        /* Those before it are in: it is refused when its turn comes again. */
        if (verdict == MILL_REJECT && *taken > 0)
            return MILL_OK;
        ++*taken;
    }
    return verdict;
}

/* --- SQL --- */

static bool
declares(const char *declared, const char *word)
{
    for (; *declared; declared++)
        if (strncasecmp(declared, word, strlen(word)) == 0)
            return true;
    return false;
}

/* SQLite's own rule: a type is what its name has in it. */
static enum kind
kind_of(const char *type)
{
    if (declares(type, "DECIMAL_TEXT"))
        return KIND_NUMERAL;
    if (declares(type, "JSON"))
        return KIND_JSON;
    if (declares(type, "INT"))
        return KIND_INT;
    if (declares(type, "CHAR") || declares(type, "CLOB")
        || declares(type, "TEXT"))
        return KIND_TEXT;
    return KIND_ANY;
}

static void
type_name(const struct driver *driver, const struct column *column,
          struct mill_buffer *to)
{
    static const char *const names[] = {
        [KIND_ANY] = "TEXT",
        [KIND_BOOL] = "BOOLEAN",
        [KIND_INT] = "INTEGER",
        [KIND_UNSIGNED] = "DECIMAL_TEXT",
        [KIND_DOUBLE] = "REAL",
        [KIND_NUMBER] = "DECIMAL_TEXT",
        [KIND_NUMERAL] = "DECIMAL_TEXT",
        [KIND_TEXT] = "TEXT",
        [KIND_BYTES] = "BLOB",
        [KIND_TIMESTAMP] = "TIMESTAMP",
        [KIND_JSON] = "JSON",
    };

    (void)driver;
    mill_buffer_print(to, "%s", names[column->kind]);
}

static void
sqlite_cancel(struct driver *driver)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);

    pthread_mutex_lock(&sqlite->lock);
    if (sqlite->db)
        sqlite3_interrupt(sqlite->db);
    pthread_mutex_unlock(&sqlite->lock);
}

static void
sqlite_destroy(struct driver *driver)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);

    sqlite_disconnect(driver);
    pthread_mutex_destroy(&sqlite->lock);
    mill_buffer_finish(&sqlite->text);
    free(sqlite);
}

static const struct driver_class class = {
    .connect = sqlite_connect,
    .execute = sqlite_execute,
    .query = sqlite_query,
    .define = sqlite_execute,
    .insert = sqlite_insert,
    .forget = sqlite_forget,
    .disconnect = sqlite_disconnect,
    .cancel = sqlite_cancel,
    .destroy = sqlite_destroy,
    .quote = '"',
    .begin = "BEGIN IMMEDIATE",
    .for_update = "",
    .marks = "CREATE TABLE IF NOT EXISTS millrace_marks ("
             "pipeline TEXT NOT NULL, stage TEXT NOT NULL, "
             "run TEXT NOT NULL, \"key\" TEXT NOT NULL, "
             "\"position\" TEXT NOT NULL, "
             "PRIMARY KEY (pipeline, stage, run, \"key\"))",
    .mark_again = " ON CONFLICT (pipeline, stage, run, \"key\") "
                  "DO UPDATE SET \"position\" = excluded.\"position\"",
    .describe = "SELECT name, type, 0 FROM pragma_table_info(",
    .describe_end = ")",
    .kind_of = kind_of,
    .type_name = type_name,
    .create_end = "",
};

struct driver *
sqlite_create(const struct url *url)
{
    struct sqlite_driver *sqlite = calloc(1, sizeof(*sqlite));

    if (!sqlite)
        return NULL;
    sqlite->driver.class = &class;
    sqlite->path = url->path;
    pthread_mutex_init(&sqlite->lock, NULL);
    return &sqlite->driver;
}
