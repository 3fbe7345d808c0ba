/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_verify - the engine and the indexes of a table, from the schema */

#include "mysql_verify.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text.h"

struct look {
    const char *const *key;
    bool is_table;   /* it has an engine */
    bool transacts;  /* which does */
    char index[256]; /* that is being looked at */
    size_t columns;  /* of it */
    size_t in_key;   /* of those */
    bool counts_up;  /* one is AUTO_INCREMENT */
    bool found;      /* an index is the key */
    char other[256]; /* one that isn't */
};

static void
end_index(struct look *look)
{
    size_t count = 0;

    while (look->key[count])
        count++;
    if (look->columns == 0)
        return;
    if (look->columns == count && look->in_key == count)
        look->found = true;
    else if (!look->counts_up)
        snprintf(look->other, sizeof(look->other), "%s", look->index);
    look->columns = look->in_key = 0;
    look->counts_up = false;
}

static bool
same_text(const struct mill_value *value, const char *text)
{
    return value->len == strlen(text)
           && strncasecmp(value->text, text, value->len) == 0;
}

static bool
take_index(void *arg, const char *const *names, const struct mill_value *cells,
           size_t count)
{
    struct look *look = arg;

    (void)names;
    if (!cells || count != 3) {
        end_index(look);
        return true;
    }
    if (!same_text(&cells[0], look->index))
        end_index(look);
    snprintf(look->index, sizeof(look->index), "%.*s", (int)cells[0].len,
             cells[0].text);
    look->columns++;
    for (size_t i = 0; look->key[i]; i++)
        look->in_key += same_text(&cells[1], look->key[i]);
    if (cells[2].type == MILL_INT && cells[2].integer)
        look->counts_up = true;
    return true;
}

static bool
take_engine(void *arg, const char *const *names, const struct mill_value *cells,
            size_t count)
{
    struct look *look = arg;

    (void)names;
    if (cells && count == 1) {
        look->is_table = true;
        look->transacts = same_text(&cells[0], "YES");
    }
    return true;
}

static enum mill_verdict
look_up(struct driver *driver, const char *before, const char *table,
        const char *behind, driver_row_fn *row, struct look *look)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;

    mill_buffer_print(&text, "%s", before);
    text_literal(&text, table);
    mill_buffer_print(&text, "%s", behind);
    verdict = driver->class->query(driver, mill_buffer_text(&text), row, look);
    mill_buffer_finish(&text);
    return verdict;
}

static enum mill_verdict
verify_key(struct driver *driver, const struct table *table, struct look *look)
{
    enum mill_verdict verdict = look_up(
        driver,
        "SELECT s.INDEX_NAME, s.COLUMN_NAME, "
        "c.EXTRA LIKE '%auto_increment%' FROM information_schema.STATISTICS s "
        "JOIN information_schema.COLUMNS c USING (TABLE_SCHEMA, TABLE_NAME, "
        "COLUMN_NAME) WHERE s.NON_UNIQUE = 0 AND TABLE_SCHEMA = DATABASE() "
        "AND TABLE_NAME = ",
        table->name, " ORDER BY s.INDEX_NAME, s.SEQ_IN_INDEX", take_index,
        look);

    if (verdict != MILL_OK)
        return verdict;
    if (!look->found)
        return driver_fail(driver, MILL_FATAL,
                           "table %s has no primary key or unique index of "
                           "just the columns of the option key, so an upsert "
                           "would double rows",
                           table->name);
    if (look->other[0])
        return driver_fail(driver, MILL_FATAL,
                           "table %s has another unique index, %s: MySQL may "
                           "upsert by that one instead of the option key",
                           table->name, look->other);
    return MILL_OK;
}

enum mill_verdict
mysql_verify(struct driver *driver, const struct table *table,
             const char *const *key)
{
    struct look look = { .key = key, .transacts = false };
    enum mill_verdict verdict =
        look_up(driver,
                "SELECT TRANSACTIONS FROM information_schema.TABLES "
                "JOIN information_schema.ENGINES USING (ENGINE) "
                "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ",
                table->name, "", take_engine, &look);

    if (verdict != MILL_OK)
        return verdict;
    if (!look.is_table)
        return driver_fail(driver, MILL_FATAL,
                           "%s is a view, and whether what is behind it has "
                           "transactions can't be seen: name the table itself",
                           table->name);
    if (!look.transacts)
        return driver_fail(driver, MILL_FATAL,
                           "table %s has no transactions, so its rows could "
                           "come twice: ALTER TABLE ... ENGINE=InnoDB",
                           table->name);
    return key[0] ? verify_key(driver, table, &look) : MILL_OK;
}
