/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sqlite - a file, or rather SQLite's view of it
 *
 * Values have the type that they were stored with, whatever the column says;
 * dates in DATETIME and TIMESTAMP columns, which SQLite stores as text, are the
 * exception.  The file is opened for reading only and must exist.
 */

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lite.h"

#include "sql.h"

/* How long to wait for a writer before asking the core to try again. */
#define BUSY_MS 1000

struct sqlite_driver {
    struct driver driver; /* first */
    const char *path;
    const char *table; /* that the statement reads */
    sqlite3_stmt *statement;
    struct mill_value *cells;
    size_t cell_room;

    pthread_mutex_t lock; /* of db, which cancel looks at */
    sqlite3 *db;
};

static const struct sql_dialect dialect = { .quote = '"',
                                            .text_before = "CAST(",
                                            .text_behind = " AS TEXT)" };

static struct sqlite_driver *
sqlite_of(struct driver *driver)
{
    return (struct sqlite_driver *)driver;
}

static void
sqlite_finish(struct driver *driver)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);

    sqlite3_finalize(sqlite->statement);
    sqlite->statement = NULL;
}

static void
sqlite_disconnect(struct driver *driver)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);

    sqlite_finish(driver);
    pthread_mutex_lock(&sqlite->lock);
    sqlite3_close(sqlite->db);
    sqlite->db = NULL;
    pthread_mutex_unlock(&sqlite->lock);
    driver->connected = false;
}

/* Says what was tried, and drops the connection. */
static enum mill_verdict
fail(struct sqlite_driver *sqlite, int result, const char *what,
     const char *table)
{
    enum mill_verdict verdict = lite_verdict(result);
    const char *why =
        sqlite->db ? sqlite3_errmsg(sqlite->db) : sqlite3_errstr(result);

    driver_fail(&sqlite->driver, verdict, "cannot %s %s%sof %s: %s%s", what,
                table, table[0] ? " " : "", sqlite->path, why,
                lite_advice(result));
    sqlite_disconnect(&sqlite->driver);
    return verdict;
}

static enum mill_verdict
sqlite_connect(struct driver *driver)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);
    sqlite3 *db = NULL;
    int result;

    if (access(sqlite->path, R_OK) != 0)
        return driver_fail(driver, MILL_FATAL, "cannot read %s: %s",
                           sqlite->path, strerror(errno));
    result = sqlite3_open_v2(sqlite->path, &db, SQLITE_OPEN_READONLY, NULL);
    pthread_mutex_lock(&sqlite->lock);
    sqlite->db = db;
    pthread_mutex_unlock(&sqlite->lock);
    if (result == SQLITE_OK)
        /* A file that isn't a database is only found out by reading it. */
        result = sqlite3_exec(db, "PRAGMA schema_version", NULL, NULL, NULL);
    if (result != SQLITE_OK)
        return fail(sqlite, result, "open", "the database");
    sqlite3_busy_timeout(db, BUSY_MS);
    driver->connected = true;
    return MILL_OK;
}

static enum mill_verdict
prepare(struct sqlite_driver *sqlite, const char *text, const char *table)
{
    int result =
        sqlite3_prepare_v2(sqlite->db, text, -1, &sqlite->statement, NULL);

    return result == SQLITE_OK ? MILL_OK : fail(sqlite, result, "read", table);
}

/* PRAGMA name(argument). */
static enum mill_verdict
prepare_pragma(struct sqlite_driver *sqlite, const char *pragma,
               const char *argument, const char *table)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    mill_buffer_print(&text, "PRAGMA %s(", pragma);
    sql_name(&text, &dialect, argument);
    mill_buffer_print(&text, ")");
    verdict = prepare(sqlite, mill_buffer_text(&text), table);
    mill_buffer_finish(&text);
    return verdict;
}

/* SQLite's own rule is as loose: a type is what its name has in it. */
static bool
declares(const char *declared, const char *word)
{
    for (; *declared; declared++)
        if (strncasecmp(declared, word, strlen(word)) == 0)
            return true;
    return false;
}

/* A list of column names, each a copy. */
struct names {
    char *names[64]; /* more columns than that in a key are no key for us */
    size_t count;
};

static void
names_finish(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    names->count = 0;
}

static void
names_add(struct names *names, const char *name)
{
    char *copy = names->count < 64 && name ? strdup(name) : NULL;

    if (copy)
        names->names[names->count++] = copy;
}

/* What table_xinfo says in its last column. */
enum { XINFO_HIDDEN = 1 }; /* 2 and 3 are computed, and in SELECT * */

static bool
add_column(struct sqlite_driver *sqlite, struct table *table)
{
    sqlite3_stmt *row = sqlite->statement;
    const char *name = (const char *)sqlite3_column_text(row, 1);
    const char *declared = (const char *)sqlite3_column_text(row, 2);
    struct column column = { .len = (size_t)sqlite3_column_bytes(row, 1),
                             .type = COLUMN_ANY,
                             .comparable = true,
                             .not_null = sqlite3_column_int(row, 3) };

    if (!name || !declared)
        return false;
    if (sqlite3_column_int(row, 6) == XINFO_HIDDEN)
        return true;
    if (declares(declared, "datetime") || declares(declared, "timestamp")) {
        column.type = COLUMN_TIMESTAMP;
        column.loose = true;
    }
    column.integer = declares(declared, "int");
    return table_add_column(table, name, &column);
}

/* Steps through the open pragma.  True: it has a row. */
static bool
step(struct sqlite_driver *sqlite, enum mill_verdict *verdict,
     const char *table)
{
    int result = sqlite3_step(sqlite->statement);

    *verdict = MILL_OK;
    if (result == SQLITE_ROW)
        return true;
    if (result == SQLITE_DONE)
        sqlite_finish(&sqlite->driver);
    else
        *verdict = fail(sqlite, result, "read", table);
    return false;
}

static enum mill_verdict
describe_columns(struct sqlite_driver *sqlite, struct table *table)
{
    enum mill_verdict verdict =
        prepare_pragma(sqlite, "table_xinfo", table->name, table->name);

    if (verdict != MILL_OK)
        return verdict;
    while (step(sqlite, &verdict, table->name))
        if (!add_column(sqlite, table))
            return fail(sqlite, SQLITE_NOMEM, "describe", table->name);
    if (verdict == MILL_OK && table->column_count == 0)
        return driver_fail(&sqlite->driver, MILL_FATAL,
                           "%s has no table %s; look at the option tables",
                           sqlite->path, table->name);
    return verdict;
}

/* The primary key's columns, which table_info numbers from 1. */
static enum mill_verdict
find_primary(struct sqlite_driver *sqlite, const struct table *table,
             struct names *names)
{
    for (int number = 1; number > 0; number++) {
        enum mill_verdict verdict =
            prepare_pragma(sqlite, "table_info", table->name, table->name);
        size_t before = names->count;

        if (verdict != MILL_OK)
            return verdict;
        while (step(sqlite, &verdict, table->name))
            if (sqlite3_column_int(sqlite->statement, 5) == number)
                names_add(names, (const char *)sqlite3_column_text(
                                     sqlite->statement, 1));
        if (verdict != MILL_OK || names->count == before)
            return verdict;
    }
    return MILL_OK;
}

/* The indexes that are unique and hold every row. */
static enum mill_verdict
find_unique(struct sqlite_driver *sqlite, const struct table *table,
            struct names *indexes)
{
    enum mill_verdict verdict =
        prepare_pragma(sqlite, "index_list", table->name, table->name);

    if (verdict != MILL_OK)
        return verdict;
    while (step(sqlite, &verdict, table->name))
        if (sqlite3_column_int(sqlite->statement, 2)
            && !sqlite3_column_int(sqlite->statement, 4))
            names_add(indexes,
                      (const char *)sqlite3_column_text(sqlite->statement, 1));
    return verdict;
}

/* The columns of an index; none where one of them may be NULL. */
static enum mill_verdict
index_columns(struct sqlite_driver *sqlite, const struct table *table,
              const char *index, struct names *names)
{
    bool fine = true;
    enum mill_verdict verdict =
        prepare_pragma(sqlite, "index_info", index, table->name);

    if (verdict != MILL_OK)
        return verdict;
    while (step(sqlite, &verdict, table->name)) {
        const char *name =
            (const char *)sqlite3_column_text(sqlite->statement, 2);
        long column = name ? table_column(table, name) : -1;

        fine = fine && column >= 0 && table->columns[column].not_null;
        names_add(names, name);
    }
    if (!fine)
        names_finish(names);
    return verdict;
}

static enum mill_verdict
find_key(struct sqlite_driver *sqlite, const struct table *table,
         struct names *names)
{
    struct names indexes = { .count = 0 };
    enum mill_verdict verdict = find_primary(sqlite, table, names);

    if (verdict == MILL_OK && names->count == 0)
        verdict = find_unique(sqlite, table, &indexes);
    for (size_t i = 0; i < indexes.count; i++)
        if (verdict == MILL_OK && names->count == 0)
            verdict = index_columns(sqlite, table, indexes.names[i], names);
    names_finish(&indexes);
    return verdict;
}

static enum mill_verdict
sqlite_describe(struct driver *driver, struct table *table)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);
    struct names names = { .count = 0 };
    enum mill_verdict verdict = describe_columns(sqlite, table);

    if (verdict == MILL_OK)
        verdict = find_key(sqlite, table, &names);
    if (verdict == MILL_OK && names.count > 0)
        table_set_key(table, (const char *const *)names.names, names.count,
                      true);
    names_finish(&names);
    return verdict;
}

static enum mill_verdict
sqlite_select(struct driver *driver, const struct query *query)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    sqlite_finish(driver);
    sql_select(&text, &dialect, query);
    verdict = prepare(sqlite, mill_buffer_text(&text), query->table->name);
    mill_buffer_finish(&text);
    if (verdict != MILL_OK)
        return verdict;

    size_t count = (size_t)sqlite3_column_count(sqlite->statement);

    sqlite->table = query->table->name;
    if (!query->keys_only && count != query->table->column_count) {
        sqlite_disconnect(driver);
        return driver_fail(driver, MILL_FATAL,
                           "table %s of %s was altered while it was read; "
                           "start again",
                           query->table->name, sqlite->path);
    }
    if (count <= sqlite->cell_room)
        return MILL_OK;
    free(sqlite->cells);
    sqlite->cells = calloc(count, sizeof(*sqlite->cells));
    sqlite->cell_room = sqlite->cells ? count : 0;
    return sqlite->cells
               ? MILL_OK
               : fail(sqlite, SQLITE_NOMEM, "read", query->table->name);
}

static enum mill_verdict
sqlite_fetch(struct driver *driver, int patience_ms, struct row *row)
{
    struct sqlite_driver *sqlite = sqlite_of(driver);
    int result = sqlite3_step(sqlite->statement);

    (void)patience_ms; /* the next row is always at hand */
    if (result == SQLITE_DONE) {
        sqlite_finish(driver);
        return MILL_END;
    }
    if (result != SQLITE_ROW)
        return fail(sqlite, result, "read", sqlite->table);
    *row = (struct row){ .cells = sqlite->cells,
                         .count =
                             (size_t)sqlite3_column_count(sqlite->statement) };
    for (size_t i = 0; i < row->count; i++) {
        sqlite->cells[i] = lite_value(sqlite->statement, (int)i);
        row->size += sqlite->cells[i].len;
    }
    return MILL_OK;
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
    free(sqlite->cells);
    free(sqlite);
}

static const struct driver_class class = {
    .connect = sqlite_connect,
    .describe = sqlite_describe,
    .select = sqlite_select,
    .fetch = sqlite_fetch,
    .finish = sqlite_finish,
    .disconnect = sqlite_disconnect,
    .cancel = sqlite_cancel,
    .destroy = sqlite_destroy,
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
