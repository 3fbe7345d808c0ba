/* SPDX-License-Identifier: Apache-2.0 */

/*
 * session - a connection, and transactions that are counted
 *
 * The table millrace_marks of the target holds, for this pipeline, stage and
 * run, a row a lane: how far the sink has come there.  One row more, whose key
 * is empty, holds the number of the last transaction.  Each transaction begins
 * by locking that row: so it waits for whatever an earlier connection of ours
 * left behind at the server, and where that one's COMMIT was never answered it
 * sees by the number whether it came about.
 *
 * A run begins where the pipeline's state does: its id is kept there, so marks
 * of an earlier run, whose state was reset, don't count.
 */

#include "sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "text.h"

/* --- the connection --- */

void
session_end(struct sql *sql)
{
    struct driver *driver = sql->driver;

    for (struct table *table = sql->tables; table; table = table->next) {
        if (driver->class->forget)
            driver->class->forget(driver, table);
        /* It may have been created in the transaction that is gone now. */
        table_forget(table);
    }
    driver->class->disconnect(driver);
    sql->in_transaction = false;
}

static enum mill_verdict
execute(struct sql *sql, struct mill_stage *stage, const char *text)
{
    enum mill_verdict verdict = sql->driver->class->execute(sql->driver, text);

    if (verdict == MILL_REJECT) /* nothing here is about a row */
        verdict = MILL_FATAL;
    return verdict == MILL_OK ? MILL_OK : sql_fail(sql, stage, verdict);
}

enum mill_verdict
session_define(struct sql *sql, struct mill_stage *stage, const char *text)
{
    enum mill_verdict verdict = sql->driver->class->define(sql->driver, text);

    if (verdict == MILL_REJECT)
        verdict = MILL_FATAL;
    return verdict == MILL_OK ? MILL_OK : sql_fail(sql, stage, verdict);
}

static enum mill_verdict
execute_buffer(struct sql *sql, struct mill_stage *stage,
               struct mill_buffer *text)
{
    enum mill_verdict verdict =
        text->failed ? mill_fail(stage, MILL_RETRY, "no memory for a statement")
                     : execute(sql, stage, mill_buffer_text(text));

    mill_buffer_finish(text);
    return verdict;
}

static enum mill_verdict
query(struct sql *sql, struct mill_stage *stage, struct mill_buffer *text,
      driver_row_fn *row, void *arg)
{
    enum mill_verdict verdict = sql->driver->class->query(
        sql->driver, mill_buffer_text(text), row, arg);

    mill_buffer_finish(text);
    if (verdict == MILL_REJECT)
        verdict = MILL_FATAL;
    return verdict == MILL_OK ? MILL_OK : sql_fail(sql, stage, verdict);
}

enum mill_verdict
session_connect(struct sql *sql, struct mill_stage *stage)
{
    enum mill_verdict verdict;

    if (sql->driver->connected)
        return MILL_OK;
    verdict = sql->driver->class->connect(sql->driver);
    return verdict == MILL_OK ? MILL_OK : sql_fail(sql, stage, verdict);
}

/* --- the run --- */

static enum mill_verdict
make_run(struct sql *sql, struct mill_stage *stage)
{
    const char *known = mill_state_get(stage, "run");
    unsigned char bytes[(SQL_RUN_ROOM - 1) / 2];

    if (known) {
        snprintf(sql->run, sizeof(sql->run), "%s", known);
        return MILL_OK;
    }
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return mill_fail(stage, MILL_RETRY, "no random numbers to be had");
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(sql->run + 2 * i, 3, "%02x", bytes[i]);
    mill_state_put(stage, "run", sql->run);
    return mill_state_store(stage);
}

/* --- marks --- */

static void
where_ours(struct mill_buffer *to, const struct mill_stage *stage)
{
    mill_buffer_print(to, " WHERE pipeline = ");
    text_literal(to, mill_pipeline_name(stage));
    mill_buffer_print(to, " AND stage = ");
    text_literal(to, mill_stage_name(stage));
    mill_buffer_print(to, " AND run");
}

static void
key_name(const struct sql *sql, struct mill_buffer *to)
{
    text_name(to, sql->driver->class->quote, "key");
}

static void
position_name(const struct sql *sql, struct mill_buffer *to)
{
    text_name(to, sql->driver->class->quote, "position");
}

static void
add_mark(const struct sql *sql, const struct mill_stage *stage,
         struct mill_buffer *to, const struct mill_mark *mark)
{
    mill_buffer_add(to, "(", 1);
    text_literal(to, mill_pipeline_name(stage));
    mill_buffer_add(to, ", ", 2);
    text_literal(to, mill_stage_name(stage));
    mill_buffer_print(to, ", '%s', ", sql->run);
    text_literal(to, mark->key);
    mill_buffer_print(to, ", '%" PRIu64 "')", mark->position);
}

static void
insert_marks(const struct sql *sql, struct mill_buffer *to)
{
    mill_buffer_print(to, "INSERT INTO millrace_marks (pipeline, stage, run, ");
    key_name(sql, to);
    mill_buffer_add(to, ", ", 2);
    position_name(sql, to);
    mill_buffer_print(to, ") VALUES ");
}

/* The marks of this flush and the transaction's number, in one statement. */
static enum mill_verdict
put_marks(struct sql *sql, struct mill_stage *stage)
{
    struct mill_buffer text = { 0 };
    struct mill_mark mark = { "", sql->number + 1 };

    insert_marks(sql, &text);
    add_mark(sql, stage, &text, &mark);
    for (size_t i = 0; mill_mark_at(stage, i, &mark); i++) {
        mill_buffer_add(&text, ", ", 2);
        add_mark(sql, stage, &text, &mark);
    }
    mill_buffer_print(&text, "%s", sql->driver->class->mark_again);
    return execute_buffer(sql, stage, &text);
}

static enum mill_verdict
put_anchor(struct sql *sql, struct mill_stage *stage)
{
    struct mill_buffer text = { 0 };
    struct mill_mark mark = { "", 0 };

    insert_marks(sql, &text);
    add_mark(sql, stage, &text, &mark);
    return execute_buffer(sql, stage, &text);
}

/* A text or a number, as the engine has it. */
static uint64_t
number_of(const struct mill_value *value)
{
    char text[32] = "";

    if (value->type == MILL_INT)
        return (uint64_t)value->integer;
    if (value->type < MILL_NUMBER || value->type > MILL_BYTES
        || value->len >= sizeof(text))
        return 0;
    memcpy(text, value->text, value->len);
    return strtoull(text, NULL, 10);
}

struct anchor {
    bool found;
    uint64_t number;
};

static bool
take_anchor(void *arg, const char *const *names, const struct mill_value *cells,
            size_t count)
{
    struct anchor *anchor = arg;

    (void)names;
    if (!cells || count != 1)
        return true;
    anchor->found = true;
    anchor->number = number_of(&cells[0]);
    return true;
}

/* Locks the row that tells the last transaction's number. */
static enum mill_verdict
lock_anchor(struct sql *sql, struct mill_stage *stage, struct anchor *anchor)
{
    struct mill_buffer text = { 0 };

    mill_buffer_print(&text, "SELECT ");
    position_name(sql, &text);
    mill_buffer_print(&text, " FROM millrace_marks");
    where_ours(&text, stage);
    mill_buffer_print(&text, " = '%s' AND ", sql->run);
    key_name(sql, &text);
    mill_buffer_print(&text, " = ''%s", sql->driver->class->for_update);
    return query(sql, stage, &text, take_anchor, anchor);
}

static bool
take_mark(void *arg, const char *const *names, const struct mill_value *cells,
          size_t count)
{
    struct mill_mark mark;
    bool fine = true;

    (void)names;
    if (cells && count == 2 && cells[0].len > 0) {
        char *key = strndup(cells[0].text, cells[0].len);

        mark = (struct mill_mark){ key, number_of(&cells[1]) };
        fine = key && mill_mark_found(arg, &mark);
        free(key);
    }
    return fine;
}

static enum mill_verdict
read_marks(struct sql *sql, struct mill_stage *stage)
{
    struct mill_buffer text = { 0 };

    mill_buffer_print(&text, "SELECT ");
    key_name(sql, &text);
    mill_buffer_add(&text, ", ", 2);
    position_name(sql, &text);
    mill_buffer_print(&text, " FROM millrace_marks");
    where_ours(&text, stage);
    mill_buffer_print(&text, " = '%s'", sql->run);
    return query(sql, stage, &text, take_mark, stage);
}

static enum mill_verdict
remove_others(struct sql *sql, struct mill_stage *stage)
{
    struct mill_buffer text = { 0 };

    mill_buffer_print(&text, "DELETE FROM millrace_marks");
    where_ours(&text, stage);
    mill_buffer_print(&text, " <> '%s'", sql->run);
    return execute_buffer(sql, stage, &text);
}

/* --- opening --- */

static bool
take_any(void *arg, const char *const *names, const struct mill_value *cells,
         size_t count)
{
    bool *any = arg;

    (void)names;
    (void)count;
    if (cells)
        *any = true;
    return true;
}

/* Created only where it isn't there: that needs fewer rights. */
static enum mill_verdict
make_marks(struct sql *sql, struct mill_stage *stage)
{
    struct mill_buffer text = { 0 };
    bool there = false;
    enum mill_verdict verdict;

    text_describe(&text, sql->driver->class, "millrace_marks");
    verdict = query(sql, stage, &text, take_any, &there);
    if (verdict != MILL_OK || there)
        return verdict;
    return session_define(sql, stage, sql->driver->class->marks);
}

static enum mill_verdict
read_all(struct sql *sql, struct mill_stage *stage)
{
    struct anchor anchor = { .found = false };
    enum mill_verdict verdict = lock_anchor(sql, stage, &anchor);

    if (verdict != MILL_OK)
        return verdict;
    sql->number = anchor.number;
    return anchor.found ? read_marks(sql, stage) : put_anchor(sql, stage);
}

enum mill_verdict
session_open(struct sql *sql, struct mill_stage *stage)
{
    enum mill_verdict verdict = session_connect(sql, stage);

    if (verdict == MILL_OK)
        verdict = make_run(sql, stage);
    if (verdict == MILL_OK)
        verdict = make_marks(sql, stage);
    if (verdict == MILL_OK)
        verdict = execute(sql, stage, sql->driver->class->begin);
    if (verdict == MILL_OK)
        verdict = read_all(sql, stage);
    if (verdict == MILL_OK)
        verdict = execute(sql, stage, "COMMIT");
    return verdict;
}

/* --- transactions --- */

/* What the number says about the transaction before. */
static enum mill_verdict
settle_doubt(struct sql *sql, struct mill_stage *stage,
             const struct anchor *anchor)
{
    if (!anchor->found) {
        session_end(sql);
        return mill_fail(stage, MILL_FATAL,
                         "somebody removed this pipeline's rows from the table "
                         "millrace_marks while it ran; what was written is "
                         "there, but how far that was is not known: reset the "
                         "state to start over");
    }
    if (sql->in_doubt && anchor->number == sql->number + 1) {
        sql->done = true;
        sql->in_doubt = false;
        return execute(sql, stage, "ROLLBACK");
    }
    if (anchor->number != sql->number) {
        session_end(sql);
        return mill_fail(stage, MILL_FATAL,
                         "another process writes as the same pipeline and "
                         "stage, with a copy of its state: stop one of them");
    }
    sql->in_doubt = false;
    sql->in_transaction = true;
    return MILL_OK;
}

enum mill_verdict
session_begin(struct sql *sql, struct mill_stage *stage)
{
    struct anchor anchor = { .found = false };
    enum mill_verdict verdict;

    if (sql->in_transaction || sql->done)
        return MILL_OK;
    verdict = session_connect(sql, stage);
    if (verdict == MILL_OK)
        verdict = execute(sql, stage, sql->driver->class->begin);
    if (verdict == MILL_OK)
        verdict = lock_anchor(sql, stage, &anchor);
    if (verdict == MILL_OK)
        verdict = settle_doubt(sql, stage, &anchor);
    if (verdict == MILL_OK && sql->in_transaction && !sql->others_gone)
        verdict = remove_others(sql, stage);
    return verdict;
}

static enum mill_verdict
commit(struct sql *sql, struct mill_stage *stage)
{
    enum mill_verdict verdict = put_marks(sql, stage);

    if (verdict != MILL_OK)
        return verdict;
    mill_fail_point("sql-before-commit");
    sql->in_doubt = true;
    verdict = execute(sql, stage, "COMMIT");
    if (verdict != MILL_OK)
        return verdict;
    mill_fail_point("sql-after-commit");
    sql->done = true;
    return MILL_OK;
}

enum mill_verdict
session_commit(struct sql *sql, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    if (sql->in_doubt && !sql->done)
        verdict = session_begin(sql, stage);
    if (verdict == MILL_OK && sql->in_transaction && !sql->done)
        verdict = commit(sql, stage);
    if (verdict != MILL_OK || !sql->done)
        return verdict;
    sql->number++;
    sql->others_gone = true;
    sql->in_transaction = sql->in_doubt = sql->done = false;
    return MILL_OK;
}
