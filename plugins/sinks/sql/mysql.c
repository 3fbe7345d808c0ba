/* SPDX-License-Identifier: Apache-2.0 */

/*
 * mysql - rows into MySQL or MariaDB, by INSERT of many rows at once
 *
 * InnoDB undoes a statement that fails and keeps the transaction, so no
 * savepoints are needed.  CREATE TABLE would end the transaction: it has a
 * connection of its own.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mysql.h>

#include "hangup.h"
#include "maria.h"
#include "mysql_error.h"
#include "mysql_row.h"
#include "mysql_type.h"
#include "mysql_verify.h"
#include "text.h"

/* A statement is sent when it is about this long, or half of what the server
 * takes. */
#define STATEMENT ((size_t)1024 * 1024)

struct mysql_driver {
    struct driver driver; /* first */
    const struct url *url;
    unsigned seconds;
    bool reached; /* a connection worked before */
    MYSQL *mysql;
    size_t packet_max; /* the longest statement that the server takes */
    const char *collation;
    struct mill_buffer text;
    struct hangup hangup; /* for cancel */
};

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

    hangup_watch(&mysql->hangup, -1);
    if (mysql->mysql)
        mysql_close(mysql->mysql);
    mysql->mysql = NULL;
    driver->connected = false;
}

static enum mill_verdict
fail(struct mysql_driver *mysql, MYSQL *connection, const char *what,
     const char *table)
{
    const struct url *url = mysql->url;
    unsigned number = mysql_errno(connection);
    /* What a trigger signals may have any number. */
    bool signalled = strcmp(mysql_sqlstate(connection), "45000") == 0;
    enum mill_verdict verdict =
        signalled ? MILL_REJECT : mysql_error_verdict(number, mysql->reached);

    if (verdict == MILL_REJECT)
        return driver_fail(&mysql->driver, verdict, "%s",
                           mysql_error(connection));
    return driver_fail(&mysql->driver, verdict, "cannot %s%s%s at %s:%d: %s%s",
                       what, table[0] ? " " : "", table, url->host,
                       url->port ? url->port : MARIA_PORT,
                       mysql_error(connection), maria_advice(number));
}

/* --- statements --- */

static enum mill_verdict
run(struct mysql_driver *mysql, MYSQL *connection, const char *text, size_t len,
    const char *what, const char *table)
{
    if (mysql_real_query(connection, text, len) != 0)
        return fail(mysql, connection, what, table);
    return MILL_OK;
}

static enum mill_verdict
mysql_execute(struct driver *driver, const char *sql)
{
    struct mysql_driver *mysql = mysql_of(driver);
    bool commits = strcmp(sql, "COMMIT") == 0;

    return run(mysql, mysql->mysql, sql, strlen(sql),
               commits ? "commit" : "write", "");
}

static bool
give_rows(MYSQL_RES *result, driver_row_fn *give, void *arg)
{
    unsigned count = mysql_num_fields(result);
    const MYSQL_FIELD *fields = mysql_fetch_fields(result);
    const char **names = calloc(count + 1, sizeof(*names));
    struct mill_value *cells = calloc(count + 1, sizeof(*cells));
    bool fine = names && cells;
    MYSQL_ROW row;

    for (unsigned i = 0; fine && i < count; i++)
        names[i] = fields[i].name;
    fine = fine && give(arg, names, NULL, count);
    while (fine && (row = mysql_fetch_row(result))) {
        unsigned long *lens = mysql_fetch_lengths(result);

        for (unsigned i = 0; i < count; i++)
            cells[i] = mysql_type_value(&fields[i], row[i], lens[i]);
        fine = give(arg, names, cells, count);
    }
    fine = fine && give(arg, NULL, NULL, 0);
    free(names);
    free(cells);
    return fine;
}

static enum mill_verdict
mysql_query_rows(struct driver *driver, const char *sql, driver_row_fn *row,
                 void *arg)
{
    struct mysql_driver *mysql = mysql_of(driver);
    enum mill_verdict verdict =
        run(mysql, mysql->mysql, sql, strlen(sql), "read", "");
    int more = 0;

    while (verdict == MILL_OK && more == 0) {
        MYSQL_RES *result = mysql_store_result(mysql->mysql);

        if (!result && mysql_field_count(mysql->mysql) > 0)
            return fail(mysql, mysql->mysql, "read", "");
        if (result && !give_rows(result, row, arg))
            verdict = driver_fail(driver, MILL_RETRY, "no memory for rows");
        mysql_free_result(result);
        more = mysql_next_result(mysql->mysql);
        if (more > 0)
            verdict = fail(mysql, mysql->mysql, "read", "");
    }
    return verdict;
}

/* --- connecting --- */

static bool
take_settings(void *arg, const char *const *names,
              const struct mill_value *cells, size_t count)
{
    struct mysql_driver *mysql = arg;
    char text[32];

    (void)names;
    if (!cells || count != 2 || cells[1].type != MILL_TEXT)
        return true;
    if (cells[0].type == MILL_INT)
        mysql->packet_max = (size_t)cells[0].integer;
    snprintf(text, sizeof(text), "%.*s", (int)cells[1].len, cells[1].text);
    if (memmem(cells[1].text, cells[1].len, "MariaDB", 7))
        mysql->collation = "utf8mb4_nopad_bin";
    else
        mysql->collation =
            strtol(text, NULL, 10) >= 8 ? "utf8mb4_0900_bin" : "utf8mb4_bin";
    return true;
}

/* READ COMMITTED: what others write between our statements is none of our
 * business, and they shall not be locked out of it. */
static const char session[] =
    "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,"
    "NO_BACKSLASH_ESCAPES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO',"
    "autocommit = 1; "
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; "
    "SELECT @@max_allowed_packet, VERSION()";

/* A connection, or NULL. */
static MYSQL *
make_connection(struct mysql_driver *mysql, enum mill_verdict *verdict)
{
    MYSQL *connection = mysql_init(NULL);

    *verdict = MILL_OK;
    if (!connection)
        *verdict = driver_fail(&mysql->driver, MILL_RETRY,
                               "no memory for a connection");
    else if (!maria_connect(connection, mysql->url, mysql->seconds,
                            CLIENT_MULTI_STATEMENTS))
        *verdict = fail(mysql, connection, "connect to mysql", "");
    if (*verdict == MILL_OK)
        return connection;
    if (connection)
        mysql_close(connection);
    return NULL;
}

static enum mill_verdict
mysql_connect_to(struct driver *driver)
{
    struct mysql_driver *mysql = mysql_of(driver);
    enum mill_verdict verdict;

    mysql->mysql = make_connection(mysql, &verdict);
    if (!mysql->mysql)
        return verdict;
    hangup_watch(&mysql->hangup, mysql_get_socket(mysql->mysql));
    driver->connected = true;
    mysql->reached = true;
    mysql->packet_max = STATEMENT;
    return mysql_query_rows(driver, session, take_settings, mysql);
}

static enum mill_verdict
mysql_define(struct driver *driver, const char *sql)
{
    struct mysql_driver *mysql = mysql_of(driver);
    enum mill_verdict verdict;
    MYSQL *side = make_connection(mysql, &verdict);

    if (!side)
        return verdict;
    verdict = run(mysql, side, sql, strlen(sql), "create the table", "");
    mysql_close(side);
    return verdict;
}

/* --- rows --- */

static void
begin_insert(struct mill_buffer *to, const struct rows *rows)
{
    to->len = 0;
    mill_buffer_print(to, "INSERT INTO ");
    text_name(to, '`', rows->table->name);
    mill_buffer_print(to, " (");
    text_columns(to, '`', rows);
    mill_buffer_print(to, ") VALUES ");
}

static void
end_insert(struct mill_buffer *to, const struct rows *rows)
{
    bool any = false;

    for (size_t pass = 0; rows->upsert && pass < 2 && !any; pass++)
        for (size_t i = 0; i < rows->count; i++) {
            const char *name = rows->table->columns[rows->into[i]].name;

            /* A row of nothing but its key stays as it is. */
            if (text_is_key(rows, i) != (pass == 1) || (pass == 1 && any))
                continue;
            mill_buffer_print(to, any ? ", " : " ON DUPLICATE KEY UPDATE ");
            text_name(to, '`', name);
            mill_buffer_print(to, " = VALUES(");
            text_name(to, '`', name);
            mill_buffer_add(to, ")", 1);
            any = true;
        }
}

/* What is wrong with the first row; or the rows before it are sent. */
static enum mill_verdict
refuse(struct mysql_driver *mysql, const char *column)
{
    if (column)
        return driver_fail(&mysql->driver, MILL_REJECT,
                           "column \"%s\" has too few digits behind the point "
                           "for this number",
                           column);
    return driver_fail(&mysql->driver, MILL_REJECT,
                       "the row is longer than the server takes, which is %zu "
                       "bytes (max_allowed_packet)",
                       mysql->packet_max);
}

/* What stands behind the rows takes no more, with the packet's own bytes. */
static size_t
end_most(const struct rows *rows)
{
    size_t size = 64;

    for (size_t i = 0; rows->upsert && i < rows->count; i++)
        /* The name is there twice, and a quote in it is doubled. */
        size += 4 * strlen(rows->table->columns[rows->into[i]].name) + 32;
    return size;
}

/* Appends rows until there are enough; how many.  REJECT: not even one. */
static enum mill_verdict
add_rows(struct mysql_driver *mysql, const struct rows *rows, size_t *taken)
{
    struct mill_buffer *text = &mysql->text;
    size_t end = end_most(rows);
    size_t most = mysql->packet_max > end ? mysql->packet_max - end : 0;
    size_t enough = most / 2 < STATEMENT ? most / 2 : STATEMENT;

    *taken = 0;
    while (rows->first + *taken < rows->behind
           && (*taken == 0 || text->len < enough)) {
        size_t before = text->len;

        if (*taken > 0)
            mill_buffer_add(text, ",", 1);

        const char *column = mysql_row(text, rows, rows->first + *taken);

        if (column || text->len > most) {
            text->len = before;
            if (*taken > 0)
                break;
            *taken = 1;
            return refuse(mysql, column);
        }
        ++*taken;
    }
    return MILL_OK;
}

static enum mill_verdict
mysql_insert(struct driver *driver, const struct rows *rows, size_t *taken)
{
    struct mysql_driver *mysql = mysql_of(driver);
    struct mill_buffer *text = &mysql->text;
    enum mill_verdict verdict;

    begin_insert(text, rows);
    verdict = add_rows(mysql, rows, taken);
    if (verdict != MILL_OK)
        return verdict;
    end_insert(text, rows);
    if (text->failed) {
        mill_buffer_finish(text);
        return driver_fail(driver, MILL_RETRY, "no memory to write %zu rows",
                           *taken);
    }
    return run(mysql, mysql->mysql, text->data, text->len, "write to table",
               rows->table->name);
}

static void
type_name(const struct driver *driver, const struct column *column,
          struct mill_buffer *to)
{
    const struct mysql_driver *mysql = (const struct mysql_driver *)driver;

    mysql_type_name(column, mysql->collation, to);
}

static void
mysql_destroy(struct driver *driver)
{
    struct mysql_driver *mysql = mysql_of(driver);

    mysql_disconnect(driver);
    hangup_destroy(&mysql->hangup);
    mill_buffer_finish(&mysql->text);
    free(mysql);
}

static const struct driver_class class = {
    .connect = mysql_connect_to,
    .execute = mysql_execute,
    .query = mysql_query_rows,
    .define = mysql_define,
    .insert = mysql_insert,
    .disconnect = mysql_disconnect,
    .cancel = mysql_cancel,
    .destroy = mysql_destroy,
    .quote = '`',
    .begin = "START TRANSACTION",
    .for_update = " FOR UPDATE",
    .marks = "CREATE TABLE IF NOT EXISTS millrace_marks ("
             "pipeline VARBINARY(255), stage VARBINARY(255), "
             "run VARBINARY(32), `key` VARBINARY(1100), "
             "`position` BIGINT UNSIGNED NOT NULL, "
             "PRIMARY KEY (pipeline, stage, run, `key`)) ENGINE=InnoDB",
    .mark_again = " ON DUPLICATE KEY UPDATE `position` = VALUES(`position`)",
    .describe = "SELECT COLUMN_NAME, DATA_TYPE, "
                "CAST(COALESCE(NUMERIC_SCALE, 0) AS SIGNED) "
                "FROM information_schema.COLUMNS "
                "WHERE COALESCE(GENERATION_EXPRESSION, '') = '' "
                "AND TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ",
    .describe_end = " ORDER BY ORDINAL_POSITION",
    .kind_of = mysql_type_kind,
    .verify = mysql_verify,
    .type_name = type_name,
    .create_end = " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4",
};

struct driver *
mysql_create(const struct url *url, struct mill_duration timeout)
{
    struct mysql_driver *mysql = calloc(1, sizeof(*mysql));

    if (!mysql)
        return NULL;
    mysql->driver.class = &class;
    mysql->url = url;
    mysql->seconds = timeout.ns / 1000000000 > 1000000
                         ? 1000000u
                         : (unsigned)(timeout.ns / 1000000000);
    mysql->collation = "utf8mb4_bin";
    hangup_init(&mysql->hangup);
    return &mysql->driver;
}
