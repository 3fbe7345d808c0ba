/* SPDX-License-Identifier: Apache-2.0 */

/*
 * postgres_insert - rows into PostgreSQL, by COPY
 *
 * While more rows of a kind are at hand one COPY takes batch after batch: to
 * begin and to end one is two round trips, which were a fifth of the time of a
 * table on its way from MariaDB.  Where the database then refuses a row, nobody
 * knows which batch it was in: the transaction is given up, the core hands its
 * batches again, and each has a COPY of its own, behind a savepoint, for an
 * error would otherwise cost the whole transaction.
 *
 * An upsert is copied into a temporary table and goes on from there in one
 * statement, the last row of each key.
 */

#include "postgres_insert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "text.h"

/* An open COPY doesn't get older: the server's statement_timeout counts. */
#define OPEN_MOST_NS ((int64_t)1000 * 1000 * 1000)

/* Rows that are refused seldom come alone. */
#define CAREFUL_TRANSACTIONS 64

/* Where an upsert's rows wait: a table of the session. */
struct stage {
    char name[40];
};

static void
copy_statement(const struct postgres_driver *postgres, struct mill_buffer *to,
               const struct rows *rows, bool save)
{
    const struct stage *stage = rows->table->prepared;

    if (save)
        mill_buffer_print(to, "%sSAVEPOINT millrace; ",
                          postgres->saved ? "RELEASE SAVEPOINT millrace; "
                                          : "");
    if (stage)
        mill_buffer_print(to, "TRUNCATE %s; COPY %s (millrace_row, ",
                          stage->name, stage->name);
    else {
        mill_buffer_print(to, "COPY ");
        text_name(to, '"', rows->table->name);
        mill_buffer_print(to, " (");
    }
    text_columns(to, '"', rows);
    mill_buffer_print(to, ") FROM STDIN");
}

/* Sends the statement and takes the results before COPY's own. */
static enum mill_verdict
begin_copy(struct postgres_driver *postgres, const struct rows *rows, bool save)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict = MILL_OK;
    PGresult *result;
    int sent;

    copy_statement(postgres, &text, rows, save);
    sent = PQsendQuery(postgres->connection, mill_buffer_text(&text));
    mill_buffer_finish(&text);
    if (!sent)
        return postgres_fail(postgres, NULL, "write to table",
                             rows->table->name);
    do {
        result = PQgetResult(postgres->connection);
        if (PQresultStatus(result) == PGRES_COPY_IN) {
            postgres->saved = postgres->saved || save;
            PQclear(result);
            return MILL_OK;
        }
        if (PQresultStatus(result) == PGRES_COMMAND_OK)
            PQclear(result);
        else
            verdict = postgres_fail(postgres, result, "write to table",
                                    rows->table->name);
    } while (verdict == MILL_OK);
    /* What isn't about a row here ends the connection. */
    return verdict == MILL_REJECT ? MILL_FATAL : verdict;
}

static enum mill_verdict
send_rows(struct postgres_driver *postgres, const struct rows *rows)
{
    if (copier_send(&postgres->copier, postgres->connection, rows))
        return MILL_OK;
    if (!postgres->copier.piece.failed)
        return postgres_fail(postgres, NULL, "write to table",
                             rows->table->name);
    copier_finish(&postgres->copier);
    return driver_fail(&postgres->driver, MILL_RETRY,
                       "no memory to write %zu rows",
                       rows->behind - rows->first);
}

static enum mill_verdict
end_copy(struct postgres_driver *postgres, const struct table *table)
{
    if (PQputCopyEnd(postgres->connection, NULL) != 1)
        return postgres_fail(postgres, NULL, "write to table", table->name);
    return postgres_results(postgres, "write to table", table->name);
}

static enum mill_verdict
copy(struct postgres_driver *postgres, const struct rows *rows)
{
    enum mill_verdict verdict = begin_copy(postgres, rows, true);

    if (verdict == MILL_OK)
        verdict = send_rows(postgres, rows);
    return verdict == MILL_OK ? end_copy(postgres, rows->table) : verdict;
}

/* --- one COPY for several batches --- */

enum mill_verdict
postgres_end_copy(struct postgres_driver *postgres)
{
    const struct table *table = postgres->open.table;
    enum mill_verdict verdict;
    char why[DRIVER_SAID];

    if (!table)
        return MILL_OK;
    postgres->open.table = NULL;
    verdict = end_copy(postgres, table);
    if (verdict != MILL_REJECT)
        return verdict;
    postgres->careful = CAREFUL_TRANSACTIONS;
    snprintf(why, sizeof(why), "%s", postgres->driver.said);
    return driver_fail(&postgres->driver, MILL_RETRY,
                       "table %s refuses a row (%s): to find it, what isn't "
                       "committed is written again batch by batch",
                       table->name, why);
}

/* An upsert never leaves a COPY open, so none of its rows fit. */
static bool
takes_more(const struct open_copy *open, const struct rows *rows)
{
    return open->table == rows->table && open->count == rows->count
           && memcmp(open->into, rows->into, rows->count * sizeof(*rows->into))
                  == 0
           && clock_ns() - open->since_ns < OPEN_MOST_NS;
}

static enum mill_verdict
open_copy(struct postgres_driver *postgres, const struct rows *rows)
{
    struct open_copy *open = &postgres->open;
    enum mill_verdict verdict;

    if (open->room < rows->count) {
        free(open->into);
        open->into = calloc(rows->count, sizeof(*open->into));
        open->room = open->into ? rows->count : 0;
        if (!open->into)
            return driver_fail(&postgres->driver, MILL_RETRY, "no memory");
    }
    verdict = begin_copy(postgres, rows, false);
    if (verdict != MILL_OK)
        return verdict;
    memcpy(open->into, rows->into, rows->count * sizeof(*open->into));
    open->count = rows->count;
    open->since_ns = clock_ns();
    open->table = rows->table;
    return MILL_OK;
}

/* The rows go into the COPY that is open, or into one that stays open. */
static enum mill_verdict
stream(struct postgres_driver *postgres, const struct rows *rows)
{
    enum mill_verdict verdict = MILL_OK;

    if (!postgres->open.table)
        verdict = open_copy(postgres, rows);
    if (verdict == MILL_OK)
        verdict = send_rows(postgres, rows);
    if (verdict == MILL_OK && !rows->more)
        verdict = postgres_end_copy(postgres);
    return verdict;
}

/* --- upserts --- */

static void
merge_statement(struct mill_buffer *to, const struct rows *rows)
{
    const struct stage *stage = rows->table->prepared;

    mill_buffer_print(to, "INSERT INTO ");
    text_name(to, '"', rows->table->name);
    mill_buffer_print(to, " (");
    text_columns(to, '"', rows);
    mill_buffer_print(to, ") SELECT DISTINCT ON (");
    text_key(to, '"', rows);
    mill_buffer_print(to, ") ");
    text_columns(to, '"', rows);
    mill_buffer_print(to, " FROM %s ORDER BY ", stage->name);
    text_key(to, '"', rows);
    mill_buffer_print(to, ", millrace_row DESC");
    text_on_conflict(to, rows);
}

static enum mill_verdict
merge(struct postgres_driver *postgres, const struct rows *rows)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    merge_statement(&text, rows);
    verdict = postgres_run(postgres, mill_buffer_text(&text), "write to table",
                           rows->table->name);
    mill_buffer_finish(&text);
    return verdict;
}

/* Where an upsert's rows wait has the columns of the table, without its
 * constraints, and a number that tells which row came last. */
static enum mill_verdict
make_stage(struct postgres_driver *postgres, struct table *table)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;
    struct stage *stage;

    if (table->prepared)
        return MILL_OK;
    stage = calloc(1, sizeof(*stage));
    if (!stage)
        return driver_fail(&postgres->driver, MILL_RETRY, "no memory");
    snprintf(stage->name, sizeof(stage->name), "pg_temp.millrace_stage_%u",
             postgres->stages++);
    mill_buffer_print(&text,
                      "CREATE TEMPORARY TABLE %s ON COMMIT DELETE ROWS AS "
                      "SELECT 0::bigint AS millrace_row, * FROM ",
                      stage->name);
    text_name(&text, '"', table->name);
    mill_buffer_print(&text, " WITH NO DATA");
    verdict = postgres_run(postgres, mill_buffer_text(&text), "prepare table",
                           table->name);
    mill_buffer_finish(&text);
    if (verdict == MILL_OK)
        table->prepared = stage;
    else
        free(stage);
    return verdict;
}

/* One batch, or a part of it, with a savepoint to fall back to. */
static enum mill_verdict
insert_alone(struct postgres_driver *postgres, const struct rows *rows)
{
    enum mill_verdict verdict =
        rows->upsert ? make_stage(postgres, rows->table) : MILL_OK;
    char why[DRIVER_SAID];

    if (verdict == MILL_OK)
        verdict = copy(postgres, rows);
    if (verdict == MILL_OK && rows->upsert)
        verdict = merge(postgres, rows);
    if (verdict != MILL_REJECT)
        return verdict;
    snprintf(why, sizeof(why), "%s", postgres->driver.said);
    verdict = postgres_run(postgres, "ROLLBACK TO SAVEPOINT millrace",
                           "go on after", why);
    return verdict == MILL_OK
               ? driver_fail(&postgres->driver, MILL_REJECT, "%s", why)
               : verdict;
}

enum mill_verdict
postgres_insert(struct driver *driver, const struct rows *rows, size_t *taken)
{
    struct postgres_driver *postgres = postgres_of(driver);
    bool fits = takes_more(&postgres->open, rows);
    enum mill_verdict verdict = fits ? MILL_OK : postgres_end_copy(postgres);

    *taken = rows->behind - rows->first;
    if (verdict != MILL_OK)
        return verdict;
    if (fits || (rows->more && !rows->upsert && postgres->careful == 0))
        return stream(postgres, rows);
    return insert_alone(postgres, rows);
}
