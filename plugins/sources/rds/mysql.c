/* SPDX-License-Identifier: Apache-2.0 */

/*
 * mysql - a MySQL or MariaDB server, through libmariadb
 *
 * Rows come in the text protocol, which is the fastest that libmariadb has, and
 * one at a time while the server sends.  The fields of a row lie side by side
 * in libmariadb's buffer, so that a row is copied on in one piece.
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <mysql.h>
#include <mysqld_error.h>

#include "hangup.h"
#include "maria.h"
#include "mysql_schema.h"
#include "mysql_wire.h"
#include "sql.h"

struct mysql_driver {
    struct driver driver; /* first */
    const struct url *url;
    unsigned read_seconds;
    bool
        reached; /* a connection worked before, so TLS and password are right */
    MYSQL *mysql;
    MYSQL_RES *result;
    struct wire wire;  /* reads the result where it can */
    const char *table; /* that the query reads */
    struct mill_value *cells;
    size_t cell_room;
    struct hangup hangup; /* for cancel */
};

static const struct sql_dialect dialect = { .quote = '`',
                                            .text_before = "_utf8mb4 ",
                                            .text_behind = "" };

static struct mysql_driver *
mysql_of(struct driver *driver)
{
    return (struct mysql_driver *)driver;
}

/* Any thread.  Whoever reads from the connection finds it at its end. */
static void
mysql_cancel(struct driver *driver)
{
    hangup_now(&mysql_of(driver)->hangup);
}

static void
mysql_disconnect(struct driver *driver)
{
    struct mysql_driver *mysql = mysql_of(driver);

    /* libmariadb reads an open result to its end before it lets go of it; that
     * end is nearer on a socket that is shut down. */
    if (mysql->result)
        mysql_cancel(driver);
    hangup_watch(&mysql->hangup, -1);
    wire_close(&mysql->wire);
    mysql_free_result(mysql->result);
    mysql->result = NULL;
    if (mysql->mysql)
        mysql_close(mysql->mysql);
    mysql->mysql = NULL;
    driver->connected = false;
}

/* A result that was read to its end is let go; any other costs the connection.
 */
static void
mysql_finish(struct driver *driver)
{
    struct mysql_driver *mysql = mysql_of(driver);

    if (!mysql->result)
        return;
    if (mysql->wire.result || !mysql_eof(mysql->result)) {
        mysql_disconnect(driver);
        return;
    }
    mysql_free_result(mysql->result);
    mysql->result = NULL;
}

static const char *
advice_of(unsigned number)
{
    switch (number) {
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_COLUMNACCESS_DENIED_ERROR:
        return "; the user needs SELECT on it";
    case ER_NO_SUCH_TABLE:
    case ER_BAD_TABLE_ERROR:
        return "; look at the option tables";
    case ER_BAD_FIELD_ERROR:
        return "; look at the option key";
    default:
        return maria_advice(number);
    }
}

/* Says what was tried and why it failed, and drops the connection. */
static enum mill_verdict
fail_because(struct mysql_driver *mysql, const char *what, const char *table,
             unsigned number, const char *why)
{
    enum mill_verdict verdict = maria_verdict(number, mysql->reached);
    const struct url *url = mysql->url;

    driver_fail(&mysql->driver, verdict, "cannot %s %s%sat %s:%d: %s%s", what,
                table, table[0] ? " " : "", url->host,
                url->port ? url->port : MARIA_PORT, why, advice_of(number));
    mysql_disconnect(&mysql->driver);
    return verdict;
}

/* The same with libmariadb's own reason. */
static enum mill_verdict
fail(struct mysql_driver *mysql, const char *what, const char *table)
{
    return fail_because(mysql, what, table, mysql_errno(mysql->mysql),
                        mysql_error(mysql->mysql));
}

static enum mill_verdict
run(struct mysql_driver *mysql, const char *text, const char *table)
{
    return mysql_real_query(mysql->mysql, text, strlen(text)) == 0
               ? MILL_OK
               : fail(mysql, table[0] ? "read table" : "set up a session",
                      table);
}

static enum mill_verdict
mysql_connect_to(struct driver *driver)
{
    struct mysql_driver *mysql = mysql_of(driver);

    mysql->mysql = mysql_init(NULL);
    if (!mysql->mysql)
        return driver_fail(driver, MILL_RETRY, "no memory for a connection");
    if (!maria_connect(mysql->mysql, mysql->url, mysql->read_seconds, 0))
        return fail(mysql, "connect to mysql", "");
    hangup_watch(&mysql->hangup, mysql_get_socket(mysql->mysql));
    driver->connected = true;
    mysql->reached = true;

    /* Times in UTC; and a pipeline that stands still for long is no reason for
     * the server to hang up. */
    return run(mysql,
               "SET SESSION time_zone = '+00:00', "
               "net_write_timeout = 31536000, sql_mode = ''",
               "");
}

static enum mill_verdict
no_result(struct mysql_driver *mysql)
{
    return fail(mysql, "read table", mysql->table);
}

/* Runs FORMAT about TABLE, leaving its result to be fetched. */
static enum mill_verdict
ask(struct mysql_driver *mysql, const char *before, const char *table,
    const char *behind)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    mill_buffer_print(&text, "%s", before);
    sql_name(&text, &dialect, table);
    mill_buffer_print(&text, "%s", behind);
    mysql->table = table;
    verdict = run(mysql, mill_buffer_text(&text), table);
    mill_buffer_finish(&text);
    if (verdict != MILL_OK)
        return verdict;
    mysql->result = mysql_store_result(mysql->mysql);
    return mysql->result ? MILL_OK : no_result(mysql);
}

static void
let_go(struct mysql_driver *mysql)
{
    mysql_free_result(mysql->result);
    mysql->result = NULL;
}

static enum mill_verdict
describe_columns(struct mysql_driver *mysql, struct table *table)
{
    enum mill_verdict verdict =
        ask(mysql, "SELECT * FROM ", table->name, " LIMIT 0");
    bool fine;

    if (verdict != MILL_OK)
        return verdict;
    fine = schema_columns(mysql->result, table);
    let_go(mysql);
    return fine ? MILL_OK
                : driver_fail(&mysql->driver, MILL_RETRY,
                              "no memory for columns");
}

static enum mill_verdict
mysql_describe(struct driver *driver, struct table *table)
{
    struct mysql_driver *mysql = mysql_of(driver);
    enum mill_verdict verdict = describe_columns(mysql, table);

    if (verdict == MILL_OK)
        verdict = ask(mysql, "SHOW INDEX FROM ", table->name, "");
    if (verdict != MILL_OK)
        return verdict;
    schema_key(mysql->result, table);
    let_go(mysql);
    return MILL_OK;
}

static enum mill_verdict
was_altered(struct mysql_driver *mysql, const struct table *table)
{
    mysql_disconnect(&mysql->driver);
    return driver_fail(&mysql->driver, MILL_FATAL,
                       "table %s was altered while it was read; start again",
                       table->name);
}

static enum mill_verdict
make_cells(struct mysql_driver *mysql, size_t count)
{
    if (count <= mysql->cell_room)
        return MILL_OK;
    free(mysql->cells);
    mysql->cells = calloc(count, sizeof(*mysql->cells));
    mysql->cell_room = mysql->cells ? count : 0;
    if (mysql->cells)
        return MILL_OK;
    mysql_disconnect(&mysql->driver);
    return driver_fail(&mysql->driver, MILL_RETRY, "no memory for a row");
}

static enum mill_verdict
mysql_select(struct driver *driver, const struct query *query)
{
    struct mysql_driver *mysql = mysql_of(driver);
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    mysql->table = query->table->name;
    sql_select(&text, &dialect, query);
    verdict = run(mysql, mill_buffer_text(&text), mysql->table);
    mill_buffer_finish(&text);
    if (verdict != MILL_OK)
        return verdict;
    mysql->result = mysql_use_result(mysql->mysql);
    if (!mysql->result)
        return no_result(mysql);
    if (!query->keys_only && !schema_is_same(mysql->result, query->table))
        return was_altered(mysql, query->table);
    wire_open(&mysql->wire, mysql->mysql, mysql->result);
    return make_cells(mysql, mysql_num_fields(mysql->result));
}

/* The same over libmariadb: the fields of one row. */
static enum mill_verdict
fetch_row(struct mysql_driver *mysql, struct row *row)
{
    MYSQL_ROW fields = mysql_fetch_row(mysql->result);
    const unsigned long *lengths;
    const char *end = NULL;

    if (!fields) {
        if (mysql_errno(mysql->mysql) != 0)
            return no_result(mysql);
        let_go(mysql);
        return MILL_END;
    }
    lengths = mysql_fetch_lengths(mysql->result);
    for (size_t i = 0; i < row->count; i++) {
        if (!fields[i]) {
            mysql->cells[i] = mill_null();
            continue;
        }
        if (!end)
            row->block.data = fields[i];
        end = fields[i] + lengths[i];
        row->size += lengths[i];
        mysql->cells[i] = mill_text(MILL_TEXT, fields[i], lengths[i]);
    }
    if (end)
        row->block.len = (size_t)(end - row->block.data);
    return MILL_OK;
}

static enum mill_verdict
lost(struct mysql_driver *mysql, enum wire_found found)
{
    unsigned number = found == WIRE_ERROR ? mysql->wire.error : 0;
    const char *why = "the connection was lost";

    if (found == WIRE_ERROR)
        why = mysql->wire.text;
    else if (found == WIRE_TIMEOUT)
        why = "no answer within timeout";
    else if (found == WIRE_MEMORY)
        why = "no memory for a row";
    return fail_because(mysql, "read table", mysql->table, number, why);
}

/* Splits a row that was read from the wire into its fields. */
static enum mill_verdict
split(struct mysql_driver *mysql, struct row *row)
{
    const char *at = row->block.data;
    const char *end = at + row->block.len;

    row->size = row->block.len;
    row->readable = mysql->wire.data + mysql->wire.room;
    for (size_t i = 0; i < row->count; i++) {
        const char *field;
        size_t len;

        if (!wire_field(&at, end, &field, &len))
            return fail_because(mysql, "read table", mysql->table, 0,
                                "a row ends too early");
        mysql->cells[i] =
            field ? mill_text(MILL_TEXT, field, len) : mill_null();
    }
    return MILL_OK;
}

static enum mill_verdict
mysql_fetch(struct driver *driver, int patience_ms, struct row *row)
{
    struct mysql_driver *mysql = mysql_of(driver);
    int most_ms = (int)(mysql->read_seconds * 1000);

    *row = (struct row){ .cells = mysql->cells,
                         .count = mysql->result->field_count };
    if (!mysql->wire.result)
        return fetch_row(mysql, row);

    enum wire_found found = wire_next(&mysql->wire, patience_ms, most_ms,
                                      &row->block.data, &row->block.len);

    if (found == WIRE_ROW)
        return split(mysql, row);
    if (found == WIRE_IDLE)
        return MILL_IDLE;
    if (found != WIRE_END)
        return lost(mysql, found);
    let_go(mysql);
    return MILL_END;
}

static void
mysql_destroy(struct driver *driver)
{
    struct mysql_driver *mysql = mysql_of(driver);

    mysql_disconnect(driver);
    hangup_destroy(&mysql->hangup);
    free(mysql->cells);
    free(mysql);
}

static const struct driver_class class = {
    .connect = mysql_connect_to,
    .describe = mysql_describe,
    .select = mysql_select,
    .fetch = mysql_fetch,
    .finish = mysql_finish,
    .disconnect = mysql_disconnect,
    .cancel = mysql_cancel,
    .destroy = mysql_destroy,
};

struct driver *
mysql_create(const struct url *url, struct mill_duration timeout)
{
    struct mysql_driver *mysql = calloc(1, sizeof(*mysql));
    int64_t seconds = timeout.ns / 1000000000;

    if (!mysql)
        return NULL;
    mysql->driver.class = &class;
    mysql->url = url;
    mysql->read_seconds =
        seconds < INT_MAX / 1000 ? (unsigned)seconds : INT_MAX / 1000;
    hangup_init(&mysql->hangup);
    return &mysql->driver;
}
