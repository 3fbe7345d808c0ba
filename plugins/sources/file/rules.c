/* SPDX-License-Identifier: Apache-2.0 */

/* rules - the options of CSV, taken apart and checked; see table.h */

#include <stdlib.h>
#include <string.h>

#include "clean/entry.h"
#include "table.h"

static enum mill_verdict
read_types(struct table_rules *rules, const struct table_options *options,
           struct mill_stage *stage)
{
    size_t count = 0;

    while (options->types[count])
        count++;
    rules->types = calloc(count + 1, sizeof(*rules->types));
    if (!rules->types)
        return mill_fail(stage, MILL_FATAL, "no memory for the options");
    for (size_t i = 0; i < count; i++) {
        struct table_type *type = &rules->types[i];
        const char *rest;
        enum mill_verdict verdict =
            entry_cut(stage, "types", options->types[i], "COLUMN:TYPE",
                      &type->column, &rest);

        if (verdict != MILL_OK)
            return verdict;
        rules->type_count++;
        verdict = entry_type(stage, "types", type->column, rest, &type->type);
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_OK;
}

static bool
is_listed(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static enum mill_verdict
check_columns(const struct table_rules *rules, struct mill_stage *stage)
{
    if (!rules->header && rules->column_count == 0)
        return mill_fail(stage, MILL_FATAL,
                         "without a header nothing names the columns: give "
                         "them with `columns`");
    if (rules->column_count > MILL_COLUMNS_MAX)
        return mill_fail(stage, MILL_FATAL,
                         "`columns` has %zu names, and %u are the most",
                         rules->column_count, MILL_COLUMNS_MAX);
    for (size_t i = 0; i < rules->column_count; i++)
        if (is_listed(rules->columns + i + 1, rules->columns[i]))
            return mill_fail(stage, MILL_FATAL, "`columns` names \"%s\" twice",
                             rules->columns[i]);
    for (size_t i = 0; i < rules->type_count; i++)
        if (rules->column_count > 0
            && !is_listed(rules->columns, rules->types[i].column))
            return mill_fail(stage, MILL_FATAL,
                             "`types` names \"%s\", which isn't among "
                             "`columns`",
                             rules->types[i].column);
    return MILL_OK;
}

enum mill_verdict
table_rules_make(struct table_rules *rules, const struct table_options *options,
                 struct mill_stage *stage)
{
    *rules = (struct table_rules){
        .header = options->header,
        .null = { options->null, strlen(options->null) },
        .columns = options->columns,
    };
    while (options->columns[rules->column_count])
        rules->column_count++;
    if (!csv_delimiter(options->delimiter, &rules->delimiter))
        return mill_fail(stage, MILL_FATAL,
                         "`delimiter` must be one ASCII character, and neither "
                         "a quote nor a line's end");

    enum mill_verdict verdict = read_types(rules, options, stage);

    return verdict == MILL_OK ? check_columns(rules, stage) : verdict;
}

void
table_rules_finish(struct table_rules *rules)
{
    for (size_t i = 0; i < rules->type_count; i++)
        free(rules->types[i].column);
    free(rules->types);
    *rules = (struct table_rules){ 0 };
}
