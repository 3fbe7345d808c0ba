/* SPDX-License-Identifier: Apache-2.0 */

/*
 * clean_user - the reference's cleaning of user_data
 *
 *     user = { transform = "clean_user"; from = "posts.user_data"; };
 *
 * Out come ind, user_name, age, date_joined: user_name is the first and the
 * last name with a blank between them (null where one is null), date_joined is
 * a timestamp, whichever way it was spelt.
 */

#include "clean/clean.h"

struct clean_user {
    const char *const *key;
    const char *key_type;
    const char *user_name;
    const char *separator;
    const char *age_type;
    const char *const *null_name;
    const char *empty;
    const char *extra;
    const char *on_bad;
    struct clean_table table;
};

static const char *const name_forms[] = { "text", "list", NULL };
static const char *const whole_types[] = { "int", "text", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct clean_user, key,
                "Names that the key column may have; it comes out as ind",
                .fallback = "ind, index"),
    MILL_OPTION(struct clean_user, key_type, "Type of ind", .fallback = "int",
                .choices = whole_types),
    MILL_OPTION(struct clean_user, user_name,
                "Make user_name one text, or the list [first, last]",
                .fallback = "text", .choices = name_forms),
    MILL_OPTION(struct clean_user, separator,
                "Between first and last name; \"\" for nothing",
                .fallback = " "),
    MILL_OPTION(struct clean_user, age_type, "Type of age", .fallback = "int",
                .choices = whole_types),
    MILL_OPTION(struct clean_user, null_name,
                "Values of first_name and last_name that mean null"),
    MILL_OPTION(struct clean_user, empty,
                "Names without a visible character: keep them, or null",
                .fallback = "keep", .choices = clean_empty),
    MILL_OPTION(struct clean_user, extra,
                "Columns of no use here: drop them (counted), or keep them "
                "behind the others",
                .fallback = "drop", .choices = clean_extra),
    MILL_OPTION(struct clean_user, on_bad,
                "A value that can't be read: null (counted), or reject the row",
                .fallback = "null", .choices = clean_on_bad),
    { 0 },
};

static enum mill_verdict
clean_user_check(void *self, struct mill_stage *stage)
{
    struct clean_user *user = self;

    return clean_check_key(stage, user->key);
}

static enum mill_verdict
clean_user_open(void *self, struct mill_stage *stage)
{
    struct clean_user *user = self;
    struct clean_table *table = &user->table;
    bool list = clean_is(user->user_name, "list");
    bool text_age = clean_is(user->age_type, "text");

    (void)stage;
    clean_begin(table, user->on_bad, user->extra);
    clean_add(table, clean_key(user->key, user->key_type));
    clean_add(table,
              (struct clean_column){ .name = "user_name",
                                     .from = { "first_name", "last_name" },
                                     .make = list ? CLEAN_LIST : CLEAN_JOIN,
                                     .separator = user->separator,
                                     .nulls = user->null_name,
                                     .blank = clean_is(user->empty, "null"),
                                     .type = CAST_TEXT });
    clean_add(table,
              (struct clean_column){ .name = "age",
                                     .from = { "age" },
                                     .type = text_age ? CAST_TEXT : CAST_INT });
    clean_add(table, (struct clean_column){ .name = "date_joined",
                                            .from = { "date_joined" },
                                            .type = CAST_TIMESTAMP });
    return MILL_OK;
}

static enum mill_verdict
clean_user_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct clean_user *user = self;

    return clean_apply(&user->table, stage, batch);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "clean_user",
    .version = "1.0",
    .summary = "Clean the rows of the Pinterest table user_data",
    .flags = MILL_SCALES,
    .instance_size = sizeof(struct clean_user),
    .options = options,
    .check = clean_user_check,
    .open = clean_user_open,
    .transform.apply = clean_user_apply,
};
