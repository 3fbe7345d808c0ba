/* SPDX-License-Identifier: Apache-2.0 */

/*
 * postgres - a PostgreSQL server, through libpq
 *
 * Rows come by COPY (SELECT ...) TO STDOUT (FORMAT binary): a message a row, no
 * result to be built around each, and lengths instead of escapes.  Each column
 * is cast so that only three forms are left, see postgres_schema.h; the fields
 * of a row lie side by side, so that it is copied on in one piece.
 */

#include "postgres.h"
#include "hangup.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "postgres_row.h"
#include "postgres_schema.h"
#include "sql.h"
#include "wake.h"

struct postgres_driver {
    struct driver driver; /* first */
    const struct url *url;
    int read_ms;
    bool reached; /* a connection worked before */
    PGconn *connection;
    const struct table *table; /* that the query reads */
    bool keys_only;
    bool begun; /* the header of the copy was taken */
    int wake_at;
    char *data; /* the last message; libpq's */
    struct mill_value *cells;
    size_t cell_room;
    struct hangup hangup; /* for cancel */
};

static const struct sql_dialect dialect = { .quote = '"',
                                            .quoted = true,
                                            .lists = true };

static struct postgres_driver *
postgres_of(struct driver *driver)
{
    return (struct postgres_driver *)driver;
}

/* Any thread.  Whoever waits for the server finds the connection at its end.
 * PQcancel() isn't used: it waits for a server that may hang.  That nobody
 * listens any more, a server sees by itself (client_connection_check_interval).
 */
static void
postgres_cancel(struct driver *driver)
{
    hangup_now(&postgres_of(driver)->hangup);
}

static void
postgres_disconnect(struct driver *driver)
{
    struct postgres_driver *postgres = postgres_of(driver);

    PQfreemem(postgres->data);
    postgres->data = NULL;
    hangup_watch(&postgres->hangup, -1);
    PQfinish(postgres->connection);
    postgres->connection = NULL;
    postgres->table = NULL;
    driver->connected = false;
}

/* A query that isn't read to its end costs the connection. */
static void
postgres_finish(struct driver *driver)
{
    if (postgres_of(driver)->table)
        postgres_disconnect(driver);
}

/* Says what was tried and why it failed, and drops the connection. */
static enum mill_verdict
fail_because(struct postgres_driver *postgres, const char *table,
             const char *state, const char *why)
{
    enum mill_verdict verdict = postgres_verdict(state);
    const struct url *url = postgres->url;
    const char *advice = strcmp(state, "42P01") == 0
                             ? "; look at the option tables"
                             : postgres_advice(state);

    driver_fail(&postgres->driver, verdict, "cannot %s%s at %s:%d: %s%s",
                table ? "read table " : "set up a session", table ? table : "",
                url->host, url->port ? url->port : POSTGRES_PORT, why, advice);
    postgres_disconnect(&postgres->driver);
    return verdict;
}

/* The same for what the server or libpq said; RESULT, which may be NULL, is let
 * go. */
static enum mill_verdict
fail(struct postgres_driver *postgres, const char *table, PGresult *result)
{
    char why[512];
    char state[POSTGRES_STATE_ROOM];

    postgres_reason(postgres->connection, result, why, sizeof(why));
    snprintf(state, sizeof(state), "%s", postgres_state(result));
    PQclear(result);
    return fail_because(postgres, table, state,
                        why[0] ? why : "the connection was lost");
}

/* Waits for the server, and takes in what it sent.  IDLE: PATIENCE_MS, where
 * that isn't negative, has passed before that was much; it may be something. */
static enum mill_verdict
wait_for_more(struct postgres_driver *postgres, int patience_ms,
              const char *table)
{
    struct pollfd ready = { .fd = PQsocket(postgres->connection),
                            .events = POLLIN };
    int most = patience_ms < 0 ? postgres->read_ms : patience_ms;
    int count;

    wake_at(ready.fd, &postgres->wake_at, patience_ms < 0 ? 1 : WAKE_MANY);
    count = poll(&ready, 1, most);
    if (count == 0 && patience_ms < 0)
        return fail_because(postgres, table, "", "no answer within timeout");
    if (count < 0 && errno == EINTR)
        return MILL_OK;
    if (!PQconsumeInput(postgres->connection))
        return fail(postgres, table, NULL);
    return count == 0 ? MILL_IDLE : MILL_OK;
}

/* The next result of what was sent: *RESULT is the caller's, NULL: that was
 * all. */
static enum mill_verdict
next_result(struct postgres_driver *postgres, const char *table,
            PGresult **result)
{
    *result = NULL;
    while (PQisBusy(postgres->connection)) {
        enum mill_verdict verdict = wait_for_more(postgres, -1, table);

        if (verdict != MILL_OK)
            return verdict;
    }
    *result = PQgetResult(postgres->connection);
    return MILL_OK;
}

/* Takes the one result of what was sent, which has to have STATUS. */
static enum mill_verdict
only_result(struct postgres_driver *postgres, const char *table,
            ExecStatusType status, PGresult **result)
{
    enum mill_verdict verdict = next_result(postgres, table, result);
    PGresult *end = NULL;

    if (verdict != MILL_OK)
        return verdict;
    if (PQresultStatus(*result) != status)
        return fail(postgres, table, *result);
    verdict = next_result(postgres, table, &end);
    if (verdict != MILL_OK)
        PQclear(*result);
    PQclear(end);
    return verdict;
}

static enum mill_verdict
ask(struct postgres_driver *postgres, const char *text, const char *table,
    PGresult **result)
{
    if (!PQsendQuery(postgres->connection, text))
        return fail(postgres, table, NULL);
    return only_result(postgres, table, PGRES_TUPLES_OK, result);
}

/* A server soon lets go of a query that nobody reads any more, if it can (from
 * 14 on, not on every system); where it can't, that is no fault. */
static enum mill_verdict
notice_our_end(struct postgres_driver *postgres)
{
    PGresult *result;
    enum mill_verdict verdict;

    if (!PQsendQuery(postgres->connection,
                     "SET client_connection_check_interval = '2s'"))
        return fail(postgres, NULL, NULL);
    do {
        verdict = next_result(postgres, NULL, &result);
        PQclear(result);
    } while (verdict == MILL_OK && result);
    return verdict;
}

static enum mill_verdict
set_up(struct postgres_driver *postgres)
{
    PGresult *result;
    enum mill_verdict verdict =
        ask(postgres, postgres_schema_session_query, NULL, &result);

    if (verdict != MILL_OK)
        return verdict;
    PQclear(result);
    return notice_our_end(postgres);
}

static enum mill_verdict
postgres_connect_to(struct driver *driver)
{
    struct postgres_driver *postgres = postgres_of(driver);
    const struct url *url = postgres->url;
    enum mill_verdict verdict;
    char why[512];

    postgres->connection =
        postgres_connect(url, postgres->reached, &verdict, why, sizeof(why));
    if (!postgres->connection)
        return driver_fail(
            driver, verdict, "cannot connect to postgresql at %s:%d: %s",
            url->host, url->port ? url->port : POSTGRES_PORT, why);
    hangup_watch(&postgres->hangup, PQsocket(postgres->connection));
    postgres->wake_at = 1;
    driver->connected = true;
    postgres->reached = true;
    return set_up(postgres);
}

static enum mill_verdict
ask_for_columns(struct postgres_driver *postgres, const struct table *table,
                PGresult **result)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    mill_buffer_print(&text, "SELECT * FROM ");
    sql_name(&text, &dialect, table->name);
    mill_buffer_print(&text, " LIMIT 0");
    verdict = ask(postgres, mill_buffer_text(&text), table->name, result);
    mill_buffer_finish(&text);
    return verdict;
}

static enum mill_verdict
postgres_describe(struct driver *driver, struct table *table)
{
    struct postgres_driver *postgres = postgres_of(driver);
    const char *const values[] = { table->name };
    PGresult *result;
    enum mill_verdict verdict = ask_for_columns(postgres, table, &result);

    if (verdict != MILL_OK)
        return verdict;

    bool fine = postgres_schema_columns(result, table);

    PQclear(result);
    if (!fine)
        return driver_fail(driver, MILL_RETRY, "no memory for columns");
    if (!PQsendQueryParams(postgres->connection, postgres_schema_key_query, 1,
                           NULL, values, NULL, NULL, 0))
        return fail(postgres, table->name, NULL);
    verdict = only_result(postgres, table->name, PGRES_TUPLES_OK, &result);
    if (verdict != MILL_OK)
        return verdict;
    postgres_schema_key(result, table);
    PQclear(result);
    return MILL_OK;
}

static enum mill_verdict
check_columns(struct postgres_driver *postgres, const struct table *table)
{
    PGresult *result;
    enum mill_verdict verdict = ask_for_columns(postgres, table, &result);

    if (verdict != MILL_OK)
        return verdict;

    bool same = postgres_schema_is_same(result, table);

    PQclear(result);
    if (same)
        return MILL_OK;
    postgres_disconnect(&postgres->driver);
    return driver_fail(&postgres->driver, MILL_FATAL,
                       "table %s was altered while it was read; start again",
                       table->name);
}

static enum mill_verdict
begin_copy(struct postgres_driver *postgres, const struct query *query)
{
    const char *table = query->table->name;
    struct mill_buffer text = { 0 };
    PGresult *result;
    bool sent;

    mill_buffer_print(&text, "COPY (");
    sql_select(&text, &dialect, query);
    mill_buffer_print(&text, ") TO STDOUT (FORMAT binary)");
    sent = PQsendQuery(postgres->connection, mill_buffer_text(&text));
    mill_buffer_finish(&text);
    if (!sent)
        return fail(postgres, table, NULL);

    enum mill_verdict verdict = next_result(postgres, table, &result);

    if (verdict != MILL_OK)
        return verdict;
    if (PQresultStatus(result) != PGRES_COPY_OUT)
        return fail(postgres, table, result);
    PQclear(result);
    return MILL_OK;
}

static enum mill_verdict
postgres_select(struct driver *driver, const struct query *query)
{
    struct postgres_driver *postgres = postgres_of(driver);
    const struct table *table = query->table;
    enum mill_verdict verdict = check_columns(postgres, table);

    if (verdict == MILL_OK
        && !postgres_row_room(&postgres->cells, &postgres->cell_room,
                              table->column_count))
        verdict =
            fail_because(postgres, table->name, "", "no memory for a row");
    if (verdict == MILL_OK)
        verdict = begin_copy(postgres, query);
    if (verdict != MILL_OK)
        return verdict;
    postgres->table = table;
    postgres->keys_only = query->keys_only;
    postgres->begun = false;
    return MILL_OK;
}

/* A message of the copy.  IDLE: it holds no row. */
static enum mill_verdict
take_message(struct postgres_driver *postgres, size_t len, struct row *row)
{
    size_t skip =
        postgres->begun ? 0 : postgres_row_header(postgres->data, len);
    const char *why = "a row isn't what was asked for";

    if (!postgres->begun && skip == 0)
        return fail_because(postgres, postgres->table->name, "", why);
    postgres->begun = true;
    row->block = (struct mill_bytes){ postgres->data + skip, len - skip };
    row->cells = postgres->cells;
    if (postgres_row_is_trailer(&row->block))
        return MILL_IDLE;
    if (!postgres_row_split(postgres->table, postgres->keys_only,
                            postgres->cells, row))
        return fail_because(postgres, postgres->table->name, "", why);
    return MILL_OK;
}

static enum mill_verdict
end_copy(struct postgres_driver *postgres)
{
    const char *table = postgres->table->name;
    PGresult *result;
    enum mill_verdict verdict =
        only_result(postgres, table, PGRES_COMMAND_OK, &result);

    if (verdict != MILL_OK)
        return verdict;
    PQclear(result);
    postgres->table = NULL;
    return MILL_END;
}

/* The next message into `data`, and its length; END: there is none. */
static enum mill_verdict
next_message(struct postgres_driver *postgres, int patience_ms, size_t *len)
{
    /* TLS may hold bytes which the socket doesn't show any more, of a record
     * of at most 16 KiB: two reads take them. */
    int unseen = PQsslInUse(postgres->connection) ? 2 : 0;
    bool late = false;

    for (;;) {
        int got = PQgetCopyData(postgres->connection, &postgres->data, 1);
        enum mill_verdict verdict = MILL_OK;

        if (got == -1)
            return MILL_END;
        if (got > 0) {
            *len = (size_t)got;
            return MILL_OK;
        }
        if (got == 0 && late)
            return MILL_IDLE;
        if (got == 0 && unseen-- <= 0)
            verdict =
                wait_for_more(postgres, patience_ms, postgres->table->name);
        else if (got < 0 || !PQconsumeInput(postgres->connection))
            verdict = fail(postgres, postgres->table->name, NULL);
        late = verdict == MILL_IDLE;
        if (verdict != MILL_OK && !late)
            return verdict;
    }
}

static enum mill_verdict
postgres_fetch(struct driver *driver, int patience_ms, struct row *row)
{
    struct postgres_driver *postgres = postgres_of(driver);

    *row = (struct row){ .cells = postgres->cells };
    for (;;) {
        size_t len = 0;

        PQfreemem(postgres->data);
        postgres->data = NULL;

        enum mill_verdict verdict = next_message(postgres, patience_ms, &len);

        if (verdict == MILL_END)
            return end_copy(postgres);
        if (verdict != MILL_OK)
            return verdict;
        verdict = take_message(postgres, len, row);
        if (verdict != MILL_IDLE)
            return verdict;
    }
}

static void
postgres_destroy(struct driver *driver)
{
    struct postgres_driver *postgres = postgres_of(driver);

    postgres_disconnect(driver);
    hangup_destroy(&postgres->hangup);
    free(postgres->cells);
    free(postgres);
}

static const struct driver_class class = {
    .connect = postgres_connect_to,
    .describe = postgres_describe,
    .select = postgres_select,
    .fetch = postgres_fetch,
    .finish = postgres_finish,
    .disconnect = postgres_disconnect,
    .cancel = postgres_cancel,
    .destroy = postgres_destroy,
};

struct driver *
postgres_create(const struct url *url, struct mill_duration timeout)
{
    struct postgres_driver *postgres = calloc(1, sizeof(*postgres));
    int64_t ms = timeout.ns / 1000000;

    if (!postgres)
        return NULL;
    postgres->driver.class = &class;
    postgres->url = url;
    postgres->read_ms = ms < INT_MAX ? (int)ms : INT_MAX;
    hangup_init(&postgres->hangup);
    return &postgres->driver;
}
