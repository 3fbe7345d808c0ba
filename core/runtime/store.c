/* SPDX-License-Identifier: Apache-2.0 */

/* store - the checkpoint in SQLite; see store.h */

#include "runtime/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <millrace/plugin.h>

#include "runtime/folder.h"

/* Grows when the tables change; an older program refuses a newer file. */
#define LAYOUT "1"

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS facts("
    " fact TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS stages("
    " stage TEXT PRIMARY KEY, plugin TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS lanes("
    " source TEXT, stream TEXT, partition TEXT, position INTEGER NOT NULL,"
    " cursor TEXT, PRIMARY KEY(source, stream, partition)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS marks("
    " sink TEXT, origin TEXT, source TEXT, stream TEXT, partition TEXT,"
    " position INTEGER NOT NULL,"
    " PRIMARY KEY(sink, origin, source, stream, partition)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS states("
    " stage TEXT, key TEXT, value TEXT NOT NULL,"
    " PRIMARY KEY(stage, key)) WITHOUT ROWID;"
    "INSERT OR IGNORE INTO facts VALUES('layout', '" LAYOUT "');";

enum statement {
    PUT_LANE,
    PUT_MARK,
    PUT_STATE,
    DROP_STATE,
    PUT_PLUGIN,
    PUT_FACT,
    GET_FACT,
    STATEMENTS,
};

static const char *const texts[STATEMENTS] = {
    [PUT_LANE] = "INSERT OR REPLACE INTO lanes VALUES(?1, ?2, ?3, ?4, ?5)",
    [PUT_MARK] = "INSERT OR REPLACE INTO marks VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_STATE] = "INSERT OR REPLACE INTO states VALUES(?1, ?2, ?3)",
    [DROP_STATE] = "DELETE FROM states WHERE stage = ?1 AND key = ?2",
    [PUT_PLUGIN] = "INSERT OR REPLACE INTO stages VALUES(?1, ?2)",
    [PUT_FACT] = "INSERT OR REPLACE INTO facts VALUES(?1, ?2)",
    [GET_FACT] = "SELECT value FROM facts WHERE fact = ?1",
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    int lock;  /* file descriptor; -1: none held */
    bool open; /* a transaction is */
    char error[STORE_ERROR_ROOM];
};

static bool
failed(struct store *store)
{
    snprintf(store->error, sizeof(store->error), "%s",
             sqlite3_errmsg(store->db));
    return false;
}

static bool
execute(struct store *store, const char *sql)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
           || failed(store);
}

/* --- opening ---------------------------------------------------------------
 */

static bool
take_lock(struct store *store, const char *dir, char *error)
{
    char path[PATH_MAX];
    char pid[32] = "";

    snprintf(path, sizeof(path), "%s/lock", dir);
    store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (store->lock < 0) {
        snprintf(error, STORE_ERROR_ROOM, "cannot open %s: %s", path,
                 strerror(errno));
        return false;
    }
    if (flock(store->lock, LOCK_EX | LOCK_NB) != 0) {
        ssize_t got = read(store->lock, pid, sizeof(pid) - 1);
        pid[got > 0 ? got : 0] = '\0';
        pid[strcspn(pid, "\n")] = '\0';
        snprintf(error, STORE_ERROR_ROOM,
                 "the state in %s is in use by another millrace (process %s):"
                 " stop that one, or give this pipeline another name",
                 dir, pid);
        return false;
    }
    /* Only a hint for the message above, so nobody minds where it fails. */
    int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    if (ftruncate(store->lock, 0) == 0 && write(store->lock, pid, (size_t)len))
        return true;
    return true;
}

static bool
prepare(struct store *store, enum store_mode mode)
{
    sqlite3_busy_timeout(store->db, 10000);
    if (mode == STORE_RUN
        && (!execute(store, "PRAGMA journal_mode = WAL")
            || !execute(store, "PRAGMA synchronous = FULL")
            || !execute(store, tables)))
        return false;
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v2(store->db, texts[i], -1, &store->statements[i],
                               NULL)
            != SQLITE_OK)
            return failed(store);
    return true;
}

static bool
right_layout(struct store *store, const char *path, char *error)
{
    char *layout = store_fact(store, "layout");
    bool right = layout && strcmp(layout, LAYOUT) == 0;

    if (!right)
        snprintf(error, STORE_ERROR_ROOM,
                 "%s has layout %s, and this millrace knows %s: run the"
                 " version that made it, or `millrace state reset`",
                 path, layout ? layout : "unknown", LAYOUT);
    free(layout);
    return right;
}

static void
print_path(char path[PATH_MAX], const char *dir)
{
    snprintf(path, PATH_MAX, "%s/state.db", dir);
}

bool
store_is_there(const char *dir)
{
    char path[PATH_MAX];

    print_path(path, dir);
    return access(path, F_OK) == 0 || errno != ENOENT;
}

static bool
open_file(struct store *store, const char *dir, enum store_mode mode,
          char *error)
{
    char path[PATH_MAX];
    int flags = mode == STORE_RUN ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                  : SQLITE_OPEN_READWRITE;

    print_path(path, dir ? dir : "");
    if (dir && mode == STORE_RUN && !folder_make(dir)) {
        snprintf(error, STORE_ERROR_ROOM, "cannot make the folder %s: %s", dir,
                 strerror(errno));
        return false;
    }
    if (dir && mode == STORE_RUN && !take_lock(store, dir, error))
        return false;
    if (sqlite3_open_v2(dir ? path : ":memory:", &store->db, flags, NULL)
            != SQLITE_OK
        || !prepare(store, mode)) {
        snprintf(error, STORE_ERROR_ROOM, "cannot open the state in %s: %s",
                 path, sqlite3_errmsg(store->db));
        return false;
    }
    return right_layout(store, path, error);
}

struct store *
store_open(const char *dir, enum store_mode mode, char error[STORE_ERROR_ROOM])
{
    struct store *store = calloc(1, sizeof(*store));
    if (!store) {
        snprintf(error, STORE_ERROR_ROOM, "no memory for the state");
        return NULL;
    }
    store->lock = -1;
    if (!open_file(store, dir, mode, error)) {
        store_close(store);
        return NULL;
    }
    return store;
}

void
store_close(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    if (store->lock >= 0)
        close(store->lock);
    free(store);
}

const char *
store_error(const struct store *store)
{
    return store->error;
}

/* --- writing ---------------------------------------------------------------
 */

bool
store_begin(struct store *store)
{
    if (store->open)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->open = execute(store, "BEGIN IMMEDIATE");
    return store->open;
}

bool
store_commit(struct store *store)
{
    mill_fail_point("store-before-commit");
    if (!execute(store, "COMMIT"))
        return false;
    store->open = false;
    mill_fail_point("store-after-commit");
    return true;
}

static void
bind(struct store *store, enum statement which, int at, const char *text)
{
    sqlite3_stmt *statement = store->statements[which];

    if (text)
        sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, at);
}

/* Runs a statement that returns no row. */
static bool
put(struct store *store, enum statement which)
{
    sqlite3_stmt *statement = store->statements[which];
    bool done = sqlite3_step(statement) == SQLITE_DONE || failed(store);

    sqlite3_reset(statement);
    return done;
}

bool
store_put_lane(struct store *store, const struct store_lane *lane,
               uint64_t position, const char *cursor)
{
    bind(store, PUT_LANE, 1, lane->source);
    bind(store, PUT_LANE, 2, lane->stream);
    bind(store, PUT_LANE, 3, lane->partition);
    sqlite3_bind_int64(store->statements[PUT_LANE], 4, (int64_t)position);
    bind(store, PUT_LANE, 5, cursor);
    return put(store, PUT_LANE);
}

bool
store_put_mark(struct store *store, const char *sink, const char *from,
               const struct store_lane *lane, uint64_t position)
{
    bind(store, PUT_MARK, 1, sink);
    bind(store, PUT_MARK, 2, from);
    bind(store, PUT_MARK, 3, lane->source);
    bind(store, PUT_MARK, 4, lane->stream);
    bind(store, PUT_MARK, 5, lane->partition);
    sqlite3_bind_int64(store->statements[PUT_MARK], 6, (int64_t)position);
    return put(store, PUT_MARK);
}

bool
store_put_state(struct store *store, const char *stage, const char *key,
                const char *value)
{
    enum statement which = value ? PUT_STATE : DROP_STATE;

    bind(store, which, 1, stage);
    bind(store, which, 2, key);
    if (value)
        bind(store, which, 3, value);
    return put(store, which);
}

bool
store_put_plugin(struct store *store, const char *stage, const char *plugin)
{
    bind(store, PUT_PLUGIN, 1, stage);
    bind(store, PUT_PLUGIN, 2, plugin);
    return put(store, PUT_PLUGIN);
}

bool
store_put_fact(struct store *store, const char *fact, const char *value)
{
    bind(store, PUT_FACT, 1, fact);
    bind(store, PUT_FACT, 2, value);
    return put(store, PUT_FACT);
}

/* Runs one of the rare statements that aren't worth keeping prepared. */
static bool
run_once(struct store *store, const char *sql, const char *const *values,
         int count)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return failed(store);
    for (int i = 0; i < count; i++)
        sqlite3_bind_text(statement, i + 1, values[i], -1, SQLITE_STATIC);
    bool done = sqlite3_step(statement) == SQLITE_DONE || failed(store);
    sqlite3_finalize(statement);
    return done;
}

bool
store_forget(struct store *store, const char *stage)
{
    static const char *const all[] = {
        "DELETE FROM lanes", "DELETE FROM marks", "DELETE FROM states",
        "DELETE FROM stages", "DELETE FROM facts WHERE fact <> 'layout'"
    };
    static const char *const one[] = {
        "DELETE FROM lanes WHERE source = ?1",
        "DELETE FROM marks WHERE sink = ?1 OR source = ?1",
        "DELETE FROM states WHERE stage = ?1",
        "DELETE FROM stages WHERE stage = ?1",
        "DELETE FROM facts WHERE fact = 'finished' AND ?1 <> ''",
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (!run_once(store, stage ? one[i] : all[i], &stage, stage ? 1 : 0))
            return false;
    return true;
}

bool
store_forget_states(struct store *store, const char *stage)
{
    return run_once(store, "DELETE FROM states WHERE stage = ?1", &stage, 1);
}

bool
store_forget_lanes(struct store *store)
{
    return run_once(store, "DELETE FROM lanes", NULL, 0);
}

/* --- reading ---------------------------------------------------------------
 */

static const char *
text_at(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

static sqlite3_stmt *
query(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
        failed(store);
    return statement;
}

/* Ends a query whose last step returned RESULT. */
static bool
finish(struct store *store, sqlite3_stmt *statement, int result)
{
    bool done = result == SQLITE_DONE || failed(store);

    sqlite3_finalize(statement);
    return done;
}

bool
store_lanes(struct store *store, store_lane_fn *each, void *arg)
{
    sqlite3_stmt *row = query(store, "SELECT source, stream, partition,"
                                     " position, cursor FROM lanes");
    int result = SQLITE_DONE;

    if (!row)
        return false;
    while ((result = sqlite3_step(row)) == SQLITE_ROW)
        each(arg,
             &(struct store_lane){ text_at(row, 0), text_at(row, 1),
                                   text_at(row, 2) },
             (uint64_t)sqlite3_column_int64(row, 3), text_at(row, 4));
    return finish(store, row, result);
}

bool
store_marks(struct store *store, store_mark_fn *each, void *arg)
{
    sqlite3_stmt *row = query(store, "SELECT sink, origin, source, stream,"
                                     " partition, position FROM marks");
    int result = SQLITE_DONE;

    if (!row)
        return false;
    while ((result = sqlite3_step(row)) == SQLITE_ROW)
        each(arg, text_at(row, 0), text_at(row, 1),
             &(struct store_lane){ text_at(row, 2), text_at(row, 3),
                                   text_at(row, 4) },
             (uint64_t)sqlite3_column_int64(row, 5));
    return finish(store, row, result);
}

static bool
each_text(struct store *store, const char *sql, store_text_fn *each, void *arg)
{
    sqlite3_stmt *row = query(store, sql);
    int result = SQLITE_DONE;

    if (!row)
        return false;
    while ((result = sqlite3_step(row)) == SQLITE_ROW)
        each(arg, text_at(row, 0), text_at(row, 1), text_at(row, 2));
    return finish(store, row, result);
}

bool
store_states(struct store *store, store_text_fn *each, void *arg)
{
    return each_text(store,
                     "SELECT stage, key, value FROM states"
                     " ORDER BY stage, key",
                     each, arg);
}

bool
store_plugins(struct store *store, store_text_fn *each, void *arg)
{
    return each_text(store, "SELECT stage, plugin, '' FROM stages", each, arg);
}

char *
store_fact(struct store *store, const char *fact)
{
    sqlite3_stmt *row = store->statements[GET_FACT];
    char *value = NULL;

    bind(store, GET_FACT, 1, fact);
    if (sqlite3_step(row) == SQLITE_ROW)
        value = strdup(text_at(row, 0));
    sqlite3_reset(row);
    return value;
}
