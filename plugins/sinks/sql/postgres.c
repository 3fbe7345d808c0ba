/* SPDX-License-Identifier: Apache-2.0 */

/* postgres - a PostgreSQL server, through libpq: connection and statements */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "postgres.h"
#include "postgres_insert.h"
#include "postgres_type.h"

static void
postgres_disconnect(struct driver *driver)
{
    struct postgres_driver *postgres = postgres_of(driver);

    hangup_watch(&postgres->hangup, -1);
    PQfinish(postgres->connection);
    postgres->connection = NULL;
    postgres->saved = false;
    postgres->open.table = NULL;
    driver->connected = false;
}

/* Any thread.  Whoever reads from the connection finds it at its end. */
static void
postgres_cancel(struct driver *driver)
{
    hangup_now(&postgres_of(driver)->hangup);
}

/* --- errors --- */

/* A state that only a trigger can have raised: SQL keeps 0 to 4 and A to H for
 * itself, PostgreSQL 5, P0 and XX. */
static bool
is_raised(const char *state)
{
    return strcmp(state, "P0001") == 0
           || (strchr("6789IJKLMNOPQRSTUVWXYZ", state[0]) && state[0]
               && strncmp(state, "P0", 2) != 0 && strncmp(state, "XX", 2) != 0);
}

/* Data that can't be, constraints, what a trigger raised, and what is too large
 * for an index: the row's own fault. */
static bool
is_about_a_row(const char *state)
{
    return strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0
           || strncmp(state, "44", 2) == 0 || strncmp(state, "54", 2) == 0
           || is_raised(state);
}

enum mill_verdict
postgres_fail(struct postgres_driver *postgres, PGresult *result,
              const char *what, const char *table)
{
    const struct url *url = postgres->url;
    const char *state = postgres_state(result);
    enum mill_verdict verdict =
        is_about_a_row(state) ? MILL_REJECT : postgres_verdict(state);
    char why[DRIVER_SAID / 2];

    snprintf(postgres->state, sizeof(postgres->state), "%s", state);
    postgres_reason(postgres->connection, result, why, sizeof(why));
    if (verdict == MILL_REJECT)
        driver_fail(&postgres->driver, verdict, "%s", why);
    else
        driver_fail(&postgres->driver, verdict, "cannot %s%s%s at %s:%d: %s%s",
                    what, table[0] ? " " : "", table, url->host,
                    url->port ? url->port : POSTGRES_PORT, why,
                    postgres_advice(state));
    PQclear(result);
    return verdict;
}

enum mill_verdict
postgres_results(struct postgres_driver *postgres, const char *what,
                 const char *table)
{
    enum mill_verdict verdict = MILL_OK;
    PGresult *result;

    while ((result = PQgetResult(postgres->connection))) {
        ExecStatusType status = PQresultStatus(result);

        if (verdict != MILL_OK || status == PGRES_COMMAND_OK
            || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
            PQclear(result);
        else
            verdict = postgres_fail(postgres, result, what, table);
        if (status == PGRES_COPY_IN
            || PQstatus(postgres->connection) != CONNECTION_OK)
            break;
    }
    if (verdict == MILL_OK && PQstatus(postgres->connection) != CONNECTION_OK)
        verdict = postgres_fail(postgres, NULL, what, table);
    return verdict;
}

enum mill_verdict
postgres_run(struct postgres_driver *postgres, const char *sql,
             const char *what, const char *table)
{
    if (!PQsendQuery(postgres->connection, sql))
        return postgres_fail(postgres, NULL, what, table);
    return postgres_results(postgres, what, table);
}

/* --- connection, statements --- */

static enum mill_verdict
set_up(struct postgres_driver *postgres)
{
    char text[320];

    snprintf(text, sizeof(text),
             "SET standard_conforming_strings = on; SET TimeZone = 'UTC'; "
             "SET DateStyle = 'ISO'; SET extra_float_digits = 1; "
             "SET lock_timeout = '60s'; "
             "SET idle_in_transaction_session_timeout = 0; "
             "SET statement_timeout = %" PRId64,
             postgres->timeout_ms);
    return postgres_run(postgres, text, "set up a session", "");
}

static enum mill_verdict
postgres_connect_to(struct driver *driver)
{
    struct postgres_driver *postgres = postgres_of(driver);
    const struct url *url = postgres->url;
    enum mill_verdict verdict;
    char why[DRIVER_SAID / 2];

    postgres->connection =
        postgres_connect(url, postgres->reached, &verdict, why, sizeof(why));
    if (!postgres->connection)
        return driver_fail(
            driver, verdict, "cannot connect to postgresql at %s:%d: %s",
            url->host, url->port ? url->port : POSTGRES_PORT, why);
    hangup_watch(&postgres->hangup, PQsocket(postgres->connection));
    driver->connected = true;
    postgres->reached = true;
    return set_up(postgres);
}

/* COMMIT of a transaction that failed is a ROLLBACK, and no error. */
static enum mill_verdict
commit(struct postgres_driver *postgres)
{
    PGresult *result = PQexec(postgres->connection, "COMMIT");

    postgres->saved = false;
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return postgres_fail(postgres, result, "commit", "");

    bool committed = strcmp(PQcmdStatus(result), "COMMIT") == 0;

    PQclear(result);
    if (!committed)
        return driver_fail(&postgres->driver, MILL_RETRY,
                           "the transaction was rolled back");
    if (postgres->careful > 0)
        postgres->careful--;
    return MILL_OK;
}

static enum mill_verdict
postgres_execute(struct driver *driver, const char *sql)
{
    struct postgres_driver *postgres = postgres_of(driver);
    enum mill_verdict verdict = postgres_end_copy(postgres);

    if (verdict != MILL_OK)
        return verdict;
    if (strcmp(sql, "COMMIT") == 0)
        return commit(postgres);
    return postgres_run(postgres, sql, "write", "");
}

/* For all its IF NOT EXISTS, who comes a moment later than another finds the
 * name taken, and the table with the next try. */
static enum mill_verdict
postgres_define(struct driver *driver, const char *sql)
{
    struct postgres_driver *postgres = postgres_of(driver);
    enum mill_verdict verdict = postgres_end_copy(postgres);

    if (verdict == MILL_OK)
        verdict = postgres_run(postgres, sql, "create the table", "");
    if (verdict == MILL_REJECT && strcmp(postgres->state, "23505") == 0)
        return driver_fail(driver, MILL_RETRY,
                           "another program is creating the same table");
    return verdict;
}

static enum mill_verdict
postgres_query(struct driver *driver, const char *sql, driver_row_fn *row,
               void *arg)
{
    struct postgres_driver *postgres = postgres_of(driver);
    enum mill_verdict verdict = postgres_end_copy(postgres);
    PGresult *result;

    if (verdict != MILL_OK)
        return verdict;
    if (!PQsendQuery(postgres->connection, sql))
        return postgres_fail(postgres, NULL, "read", "");
    while ((result = PQgetResult(postgres->connection))) {
        ExecStatusType status = PQresultStatus(result);

        if (verdict == MILL_OK && status == PGRES_TUPLES_OK
            && !postgres_type_rows(result, row, arg))
            verdict = driver_fail(driver, MILL_RETRY, "no memory for rows");
        if (verdict == MILL_OK && status != PGRES_TUPLES_OK
            && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY)
            verdict = postgres_fail(postgres, result, "read", "");
        else
            PQclear(result);
        if (PQstatus(postgres->connection) != CONNECTION_OK)
            break;
    }
    if (verdict == MILL_OK && PQstatus(postgres->connection) != CONNECTION_OK)
        verdict = postgres_fail(postgres, NULL, "read", "");
    return verdict;
}

static void
postgres_forget(struct driver *driver, struct table *table)
{
    (void)driver;
    free(table->prepared);
    table->prepared = NULL;
}

static void
postgres_destroy(struct driver *driver)
{
    struct postgres_driver *postgres = postgres_of(driver);

    postgres_disconnect(driver);
    hangup_destroy(&postgres->hangup);
    copier_finish(&postgres->copier);
    free(postgres->open.into);
    free(postgres);
}

static const struct driver_class class = {
    .connect = postgres_connect_to,
    .execute = postgres_execute,
    .query = postgres_query,
    .define = postgres_define,
    .insert = postgres_insert,
    .forget = postgres_forget,
    .disconnect = postgres_disconnect,
    .cancel = postgres_cancel,
    .destroy = postgres_destroy,
    .quote = '"',
    .name_most = 63,
    /* What is checked only at the end can't be told from row to row. */
    .begin = "BEGIN ISOLATION LEVEL READ COMMITTED; "
             "SET CONSTRAINTS ALL IMMEDIATE",
    .for_update = " FOR UPDATE",
    .marks = "CREATE TABLE IF NOT EXISTS millrace_marks ("
             "pipeline text, stage text, run text, \"key\" text, "
             "\"position\" numeric(20) NOT NULL, "
             "PRIMARY KEY (pipeline, stage, run, \"key\"))",
    .mark_again = " ON CONFLICT (pipeline, stage, run, \"key\") "
                  "DO UPDATE SET \"position\" = excluded.\"position\"",
    .describe = "SELECT a.attname::text, t.typname::text, 0 "
                "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
                "WHERE a.attnum > 0 AND NOT a.attisdropped "
                "AND a.attgenerated = '' "
                "AND a.attrelid = to_regclass(quote_ident(",
    .describe_end = ")) ORDER BY a.attnum",
    .kind_of = postgres_type_kind,
    .type_name = postgres_type_name,
    .create_end = "",
};

struct driver *
postgres_create(const struct url *url, struct mill_duration timeout)
{
    struct postgres_driver *postgres = calloc(1, sizeof(*postgres));

    if (!postgres)
        return NULL;
    postgres->driver.class = &class;
    postgres->url = url;
    postgres->timeout_ms = timeout.ns / 1000000;
    if (postgres->timeout_ms > INT32_MAX)
        postgres->timeout_ms = INT32_MAX;
    hangup_init(&postgres->hangup);
    return &postgres->driver;
}
