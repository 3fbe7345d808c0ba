/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rds - read tables of a database: all rows, or what the emulator draws
 *
 *     posts = {
 *         source = "rds";
 *         url    =
 * "mysql://${RDS_USER}:${RDS_PASSWORD}@db.example/pinterest_data?ssl_ca=ca.pem";
 *         tables = ["pinterest_data", "geolocation_data", "user_data"];
 *         mode   = "emulate";
 *         rows   = 571;
 *     };
 *
 * The url is sqlite:PATH, or postgresql://user:password@host:port/database with
 * what plugins/common/postgres.h says of its settings (sslmode, sslrootcert,
 * sslcert, sslkey, socket, schema), or mysql://user:password@host:port/database
 * with
 *
 *     ssl=disabled          no TLS; what happens where neither is given
 *     ssl=required          TLS, whoever answers; with ssl_ca its certificate
 *                           must come from that authority
 *     ssl=verify_identity   and it must be made out to the host; what happens
 *                           where only ssl_ca is given
 *     ssl_ca=FILE           the certificates to trust, PEM
 *     socket=PATH           connect there instead of to the host
 *
 * Each table is a stream of its name, of the one partition "0".
 */

#include "rds.h"

#include <stdlib.h>
#include <string.h>

#include "database.h"

#include "emulate.h"
#include "whole.h"

static const char *const modes[] = { "all", "emulate", "incremental", NULL };
static const char *const zero_date_ways[] = { "null", "text", "reject", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct rds, url,
                "Database: sqlite:PATH, "
                "mysql://user:password@host:port/database?ssl_ca=FILE or "
                "postgresql://user:password@host:port/database?"
                "sslrootcert=FILE",
                .required = true),
    MILL_OPTION(struct rds, tables, "Tables to read, each a stream",
                .required = true),
    MILL_OPTION(struct rds, mode,
                "all: whole tables in the order of their keys; emulate: the "
                "rows that the bootcamp's emulator draws; incremental: all, "
                "and then for ever the rows whose value in `column` is past "
                "the last",
                .fallback = "all", .choices = modes),
    MILL_OPTION(struct rds, key,
                "Columns to order by, \"column\" or \"table.column\", where it "
                "isn't the primary or a unique key"),
    MILL_OPTION(struct rds, column,
                "incremental: the column that grows, \"column\" or "
                "\"table.column\": a number that is counted up, a time of "
                "change.  Missed, unless within overlap, is a row that is "
                "committed after one with a higher value was read; always, "
                "one whose value is NULL, and that one was deleted"),
    MILL_OPTION(struct rds, interval,
                "incremental: from the end of a look to the next",
                .fallback = "1s", .least = 1000000, .most = INT64_MAX),
    MILL_OPTION(struct rds, overlap,
                "incremental: how far behind the last value to look again for "
                "rows that were committed late, a number or a duration; what "
                "was sent isn't sent again.  Some thousand rows may lie in it",
                .fallback = "0"),
    MILL_OPTION(struct rds, seed, "emulate: what Python's random.seed() gets",
                .fallback = "100"),
    MILL_OPTION(struct rds, rows, "emulate: how many draws; 0: for ever",
                .fallback = "0", .least = 0, .most = INT64_MAX),
    MILL_OPTION(struct rds, pace,
                "emulate: between draws, none, a duration, or emulator: the 0 "
                "or 1 s that it draws",
                .fallback = "none"),
    MILL_OPTION(struct rds, draw_max, "emulate: the largest offset to draw",
                .fallback = "11000", .least = 0, .most = UINT32_MAX),
    MILL_OPTION(struct rds, zero_dates,
                "What becomes of a date that is none, as 0000-00-00 00:00:00",
                .fallback = "null", .choices = zero_date_ways),
    MILL_OPTION(struct rds, timeout,
                "How long the server may take over an answer before the "
                "connection counts as lost",
                .fallback = "5m", .least = 1000000000, .most = INT64_MAX),
    MILL_OPTION(struct rds, connections,
                "all, incremental: how many tables to read at once, each over "
                "a connection of its own, which reads up to 1 MiB, or a row "
                "or two, ahead beside `memory`",
                .fallback = "1", .least = 1, .most = 64),
    { 0 },
};

static enum mill_verdict
check_tables(struct rds *rds, struct mill_stage *stage)
{
    if (!rds->tables[0])
        return mill_fail(stage, MILL_FATAL, "tables: name at least one table");
    for (size_t i = 0; rds->tables[i]; i++) {
        if (!rds->tables[i][0])
            return mill_fail(stage, MILL_FATAL, "tables: a name is empty");
        for (size_t j = 0; j < i; j++)
            if (strcmp(rds->tables[i], rds->tables[j]) == 0)
                return mill_fail(stage, MILL_FATAL,
                                 "tables: \"%s\" is there twice",
                                 rds->tables[i]);
    }
    return MILL_OK;
}

static enum mill_verdict
check_incremental(struct rds *rds, struct mill_stage *stage)
{
    bool incremental = strcmp(rds->mode, "incremental") == 0;

    if (!overlap_parse(rds->overlap, &rds->span))
        return mill_fail(stage, MILL_FATAL,
                         "overlap: \"%s\" is neither a number nor a duration "
                         "such as 5s",
                         rds->overlap);
    if (incremental && !rds->column[0])
        return mill_fail(stage, MILL_FATAL,
                         "mode = \"incremental\" needs the column that grows: "
                         "name it in the option column");
    if (!incremental && rds->column[0])
        return mill_fail(stage, MILL_FATAL,
                         "column is of use with mode = \"incremental\" only");
    rds->incremental = incremental;
    return MILL_OK;
}

/* What the tables are like can't be seen from here. */
static void
check_promise(const struct rds *rds, struct mill_stage *stage)
{
    if (strcmp(rds->mode, "all") == 0)
        mill_promise_except(stage,
                            "a table that has no primary or unique key, and no "
                            "column that the option key names, is read again "
                            "from its first row, and its rows come twice");
}

static enum mill_verdict
check_connections(const struct rds *rds, struct mill_stage *stage)
{
    if (rds->connections > 1 && strcmp(rds->mode, "emulate") == 0)
        return mill_fail(stage, MILL_FATAL,
                         "connections: mode = \"emulate\" draws all tables in "
                         "turn, over one connection; leave the option out");
    return MILL_OK;
}

static enum mill_verdict
rds_check(void *self, struct mill_stage *stage)
{
    struct rds *rds = self;
    enum mill_verdict verdict = check_tables(rds, stage);
    int64_t pace;

    if (verdict != MILL_OK)
        return verdict;
    if (!emulate_pace(rds->pace, &pace))
        return mill_fail(stage, MILL_FATAL,
                         "pace: \"%s\" is neither none nor emulator nor a "
                         "duration such as 250ms",
                         rds->pace);
    check_promise(rds, stage);
    verdict = check_incremental(rds, stage);
    if (verdict == MILL_OK)
        verdict = check_connections(rds, stage);
    return verdict == MILL_OK ? database_check(stage, rds->url.text) : verdict;
}

static bool
make_tables(struct rds *rds)
{
    while (rds->tables[rds->count])
        rds->count++;
    rds->list = calloc(rds->count, sizeof(*rds->list));
    if (!rds->list)
        return false;
    for (size_t i = 0; i < rds->count; i++)
        rds->list[i].name = rds->tables[i];
    return true;
}

struct driver *
rds_make_driver(const struct rds *rds)
{
    switch (database_of(&rds->parsed)) {
    case DATABASE_MYSQL:
        return mysql_create(&rds->parsed, rds->timeout);
    case DATABASE_POSTGRES:
        return postgres_create(&rds->parsed, rds->timeout);
    default:
        return sqlite_create(&rds->parsed);
    }
}

static bool
make_driver(struct rds *rds)
{
    const char *why;

    if (!url_parse(&rds->parsed, rds->url.text, &why))
        return false;
    rds->driver = rds_make_driver(rds);
    return rds->driver != NULL;
}

static bool
make_mode(struct rds *rds, struct mill_stage *stage)
{
    if (strcmp(rds->mode, "emulate") == 0)
        return emulate_create(rds, stage) != NULL;
    rds->whole = whole_create(rds);
    return rds->whole != NULL;
}

static enum mill_verdict
rds_open(void *self, struct mill_stage *stage)
{
    struct rds *rds = self;
    enum mill_verdict verdict = rds_check(self, stage);

    if (verdict != MILL_OK)
        return verdict;
    if (rds->incremental
        || (strcmp(rds->mode, "emulate") == 0 && rds->rows == 0))
        mill_endless(stage);
    if (!make_tables(rds) || !make_driver(rds))
        return mill_fail(stage, MILL_RETRY, "no memory to open the database");
    for (size_t i = 0; i < rds->count; i++) {
        verdict = rds_prepare(rds, stage, rds->driver, &rds->list[i]);
        if (verdict != MILL_OK)
            return mill_fail(stage, verdict, "%s", rds->driver->said);
    }
    if (!make_mode(rds, stage))
        return mill_fail(stage, MILL_RETRY, "no memory to open the database");
    return MILL_OK;
}

static void
rds_close(void *self)
{
    struct rds *rds = self;
    struct driver *driver = rds->driver;

    emulate_destroy(rds->emulate);
    whole_destroy(rds->whole);
    rds->driver = NULL;
    if (driver)
        driver->class->destroy(driver);
    for (size_t i = 0; rds->list && i < rds->count; i++)
        table_reset(&rds->list[i]);
    free(rds->list);
    url_finish(&rds->parsed);
    mill_buffer_finish(&rds->text);
    rds->emulate = NULL;
    rds->whole = NULL;
    rds->list = NULL;
    rds->count = 0;
    rds->parsed = (struct url){ 0 };
    rds->dead = NULL;
}

static void
rds_cancel(void *self)
{
    struct rds *rds = self;
    struct driver *driver = rds->driver;
    struct whole *whole = rds->whole;

    if (driver)
        driver->class->cancel(driver);
    if (whole)
        whole_cancel(whole);
}

static enum mill_verdict
rds_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct rds *rds = self;

    if (rds->dead)
        return mill_fail(stage, MILL_FATAL, "%s", rds->dead->said);
    if (rds->emulate)
        return emulate_read(rds, stage, batch);
    return whole_read(rds, stage, batch);
}

/* Rows are read by the column, and by the key where that is equal. */
static enum mill_verdict
lead_key(struct rds *rds, struct driver *driver, struct table *table)
{
    const char *bad;

    if (table->key_count == 0)
        return driver_fail(driver, MILL_FATAL,
                           "table %s has no primary or unique key to tell rows "
                           "with the same value apart; name one in the option "
                           "key",
                           table->name);
    if (!table_lead_key(table, rds->column, &bad))
        return driver_fail(driver, MILL_FATAL,
                           bad[0] ? "table %s can't be read in the order of "
                                    "\"%s\": its values can't be compared "
                                    "exactly; name another in the option column"
                                  : "table %s has no column that the option "
                                    "column names%s",
                           table->name, bad);
    table->described = true;
    return MILL_OK;
}

static enum mill_verdict
describe(struct rds *rds, struct mill_stage *stage, struct driver *driver,
         struct table *table)
{
    const char *bad;

    table_reset(table);

    enum mill_verdict verdict = driver->class->describe(driver, table);

    if (verdict != MILL_OK)
        return verdict;
    if (table->column_count > MILL_COLUMNS_MAX)
        return driver_fail(driver, MILL_FATAL,
                           "table %s has %zu columns, a batch can have %u",
                           table->name, table->column_count, MILL_COLUMNS_MAX);
    if (!table_choose_key(table, rds->key, &bad))
        return driver_fail(driver, MILL_FATAL,
                           "table %s can't be read in the order of \"%s\": its "
                           "values can't be compared exactly; name another "
                           "column in the option key",
                           table->name, bad);
    if (rds->incremental)
        return lead_key(rds, driver, table);
    if (table->key_count == 0)
        mill_log(stage, MILL_WARN,
                 "table %s has no primary or unique key and the option key "
                 "names no column of it: its rows come in no certain order, "
                 "and a restart begins again",
                 table->name);
    table->described = true;
    return MILL_OK;
}

enum mill_verdict
rds_prepare(struct rds *rds, struct mill_stage *stage, struct driver *driver,
            struct table *table)
{
    if (!driver->connected) {
        enum mill_verdict verdict = driver->class->connect(driver);

        if (verdict != MILL_OK)
            return verdict;
    }
    return table->described ? MILL_OK : describe(rds, stage, driver, table);
}

enum mill_verdict
rds_stop(struct rds *rds, struct mill_stage *stage, const struct driver *driver,
         const struct mill_batch *batch, enum mill_verdict verdict)
{
    if (verdict == MILL_OK)
        return MILL_OK;
    rds->dead = verdict == MILL_FATAL ? driver : NULL;
    if (batch->rows == 0)
        return mill_fail(stage, verdict, "%s", driver->said);
    if (!rds->dead)
        mill_log(stage, MILL_WARN, "%s; going on from there", driver->said);
    return MILL_OK;
}

struct converter
rds_converter(struct rds *rds, struct mill_stage *stage,
              const struct table *table)
{
    struct converter converter = { .stage = stage, .table = table };

    if (mill_json_will_do(stage))
        converter.text = &rds->text;

    while (strcmp(zero_date_ways[converter.zero_dates], rds->zero_dates) != 0)
        converter.zero_dates++;
    return converter;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "rds",
    .version = "1.0",
    .summary = "Read tables of a MySQL, MariaDB, PostgreSQL or SQLite "
               "database",
    .flags = MILL_REPLAYS,
    .instance_size = sizeof(struct rds),
    .options = options,
    .check = rds_check,
    .open = rds_open,
    .close = rds_close,
    .cancel = rds_cancel,
    .source.read = rds_read,
};
