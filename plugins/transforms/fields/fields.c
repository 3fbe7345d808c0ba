/* SPDX-License-Identifier: Apache-2.0 */

/*
 * fields - change columns: rename, drop, null, cast, put together
 *
 *     plain = { transform = "fields"; from = "posts";
 *               rename = [ "index:ind" ];
 *               null_if = [ "poster_name:User Info Error" ];
 *               drop = [ "downloaded" ]; };
 *
 * Whatever order the options are written in, they take effect in this one:
 *
 *     1. null_if        4. concat, array     7. rename
 *     2. strip_prefix   5. keep              8. order
 *     3. cast           6. drop
 *
 * So all but `order` use the names that came in, or that concat and array made.
 * A colon in a column's name is written \:, a + in that of a part \+.
 *
 * A column that the rows of a stream don't have is left out, with a warning,
 * once; a row that lacks a column which others have keeps lacking it.  Where a
 * renamed column meets one that has its new name already, both become one: the
 * renamed one's value counts where the row has it.
 */

#include <stddef.h>

#include "layout.h"
#include "plan.h"
#include "steps.h"

struct fields {
    const char *const *null_if;
    const char *const *strip_prefix;
    const char *const *cast;
    const char *const *concat;
    const char *separator;
    const char *const *array;
    const char *const *keep;
    const char *const *drop;
    const char *const *rename;
    const char *const *order;
    const char *on_bad;
    struct plan plan;
};

static const char *const bad_choices[] = { "null", "reject", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct fields, null_if,
                "COLUMN:VALUE; where the cell is exactly that text, number or "
                "boolean it becomes null (counted)"),
    MILL_OPTION(struct fields, strip_prefix,
                "COLUMN:PREFIX; taken off the front of texts that have it"),
    MILL_OPTION(struct fields, cast,
                "COLUMN:TYPE; int, count (12, 3k, 1.5M), float, number "
                "(exact), text, bool, timestamp or json"),
    MILL_OPTION(struct fields, concat,
                "NEW:COLUMN+COLUMN; their texts joined, null where one is"),
    MILL_OPTION(struct fields, separator, "Between the texts of concat",
                .fallback = " "),
    MILL_OPTION(struct fields, array,
                "NEW:COLUMN+COLUMN; the list of their values"),
    MILL_OPTION(struct fields, keep,
                "The only columns to go on; empty: all of them"),
    MILL_OPTION(struct fields, drop, "Columns that go no further"),
    MILL_OPTION(struct fields, rename, "OLD:NEW"),
    MILL_OPTION(struct fields, order,
                "Columns, by their last names, that come first; the others "
                "follow as they were"),
    MILL_OPTION(struct fields, on_bad,
                "A value that can't be cast: null (counted), or reject the row",
                .fallback = "null", .choices = bad_choices),
    { 0 },
};

static struct fields_options
options_of(const struct fields *fields)
{
    return (struct fields_options){
        .null_if = fields->null_if,
        .strip_prefix = fields->strip_prefix,
        .cast = fields->cast,
        .concat = fields->concat,
        .separator = fields->separator,
        .array = fields->array,
        .keep = fields->keep,
        .drop = fields->drop,
        .rename = fields->rename,
        .order = fields->order,
        .on_bad = fields->on_bad,
    };
}

static void
fields_close(void *self)
{
    struct fields *fields = self;

    plan_finish(&fields->plan);
}

static enum mill_verdict
fields_open(void *self, struct mill_stage *stage)
{
    struct fields *fields = self;
    struct fields_options given = options_of(fields);

    return plan_make(&fields->plan, &given, stage);
}

static enum mill_verdict
fields_check(void *self, struct mill_stage *stage)
{
    enum mill_verdict verdict = fields_open(self, stage);

    fields_close(self);
    return verdict;
}

static enum mill_verdict
fields_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct fields *fields = self;
    struct fields_options given = options_of(fields);
    enum mill_verdict verdict = steps_run(&fields->plan, &given, stage, batch);

    if (verdict != MILL_OK)
        return verdict;
    if (!layout_apply(&fields->plan, &given, stage, batch))
        return mill_fail(stage, MILL_FATAL, "no memory for columns of %s",
                         batch->stream);
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "fields",
    .version = "1.0",
    .summary = "Rename, drop, order, null, cast and join columns",
    .flags = MILL_SCALES,
    .instance_size = sizeof(struct fields),
    .options = options,
    .check = fields_check,
    .open = fields_open,
    .close = fields_close,
    .transform.apply = fields_apply,
};
