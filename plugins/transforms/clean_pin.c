/* SPDX-License-Identifier: Apache-2.0 */

/*
 * clean_pin - the reference's cleaning of pinterest_data
 *
 *     pin = { transform = "clean_pin"; from = "posts.pinterest_data"; };
 *
 * Out come ind, unique_id, title, description, follower_count, poster_name,
 * tag_list, is_image_or_video, image_src, save_location, category.  The
 * placeholders of each column become null, follower_count a whole number (12k
 * is 12000, 1.5M is 1500000), save_location loses "Local save in ", index is
 * called ind, downloaded is dropped.
 *
 * The defaults are the reference's rules; everything that other runs of this
 * course did otherwise is an option.  A placeholder counts as "nulled COLUMN",
 * a value that can't be read as "bad COLUMN", an absent one as
 * "missing COLUMN".
 */

#include <string.h>

#include "clean/clean.h"

struct clean_pin {
    const char *const *key;
    const char *key_type;
    const char *const *null_unique_id;
    const char *const *null_title;
    const char *const *null_description;
    const char *const *null_follower_count;
    const char *const *null_poster_name;
    const char *const *null_tag_list;
    const char *const *null_image_src;
    const char *const *null_category;
    const char *match;
    const char *empty;
    const char *instead_of_text;
    const char *instead_of_count;
    const char *follower_type;
    const char *tags;
    const char *multi_video;
    const char *location_prefix;
    const char *downloaded;
    const char *extra;
    const char *on_bad;
    struct clean_table table;
};

static const char *const whole_types[] = { "int", "text", NULL };
static const char *const count_types[] = { "int", "float", NULL };
static const char *const zero_or_null[] = { "null", "zero", NULL };
static const char *const tag_forms[] = { "text", "list", NULL };
static const char *const video_choices[] = { "keep", "null", "video", NULL };
static const char *const downloaded_choices[] = { "drop", "int", "bool", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct clean_pin, key,
                "Names that the key column may have; it comes out as ind",
                .fallback = "ind, index"),
    MILL_OPTION(struct clean_pin, key_type, "Type of ind", .fallback = "int",
                .choices = whole_types),
    MILL_OPTION(struct clean_pin, null_unique_id,
                "Values of unique_id that mean null"),
    MILL_OPTION(struct clean_pin, null_title, "Values of title that mean null",
                .fallback = "No Title Data Available"),
    MILL_OPTION(struct clean_pin, null_description,
                "Values of description that mean null; the plain \"No "
                "description available\" is a description unless listed here",
                .fallback = "No description available Story format"),
    MILL_OPTION(struct clean_pin, null_follower_count,
                "Values of follower_count that mean null",
                .fallback = "User Info Error"),
    MILL_OPTION(struct clean_pin, null_poster_name,
                "Values of poster_name that mean null",
                .fallback = "User Info Error"),
    MILL_OPTION(struct clean_pin, null_tag_list,
                "Values of tag_list that mean null, also with a comma between "
                "all letters (N,o, ,T,a,g,s), as the table has them",
                .fallback = "No Tags Available"),
    MILL_OPTION(struct clean_pin, null_image_src,
                "Values of image_src that mean null",
                .fallback = "Image src error."),
    MILL_OPTION(struct clean_pin, null_category,
                "Values of category that mean null"),
    MILL_OPTION(struct clean_pin, match,
                "Compare those with the whole text, or look for them in it",
                .fallback = "exact", .choices = clean_match),
    MILL_OPTION(struct clean_pin, empty,
                "Texts without a visible character: keep them, or null",
                .fallback = "keep", .choices = clean_empty),
    MILL_OPTION(struct clean_pin, instead_of_text,
                "Text to put where a placeholder was, such as None; \"\" puts "
                "null",
                .fallback = ""),
    MILL_OPTION(struct clean_pin, instead_of_count,
                "What a placeholder of follower_count becomes",
                .fallback = "null", .choices = zero_or_null),
    MILL_OPTION(struct clean_pin, follower_type, "Type of follower_count",
                .fallback = "int", .choices = count_types),
    MILL_OPTION(struct clean_pin, tags,
                "Leave tag_list one text, or cut it at commas into a list",
                .fallback = "text", .choices = tag_forms),
    MILL_OPTION(struct clean_pin, multi_video,
                "What is_image_or_video = \"multi-video(story page format)\" "
                "becomes",
                .fallback = "keep", .choices = video_choices),
    MILL_OPTION(struct clean_pin, location_prefix,
                "Taken off save_location; without the blank at its end one "
                "stays in front of the path",
                .fallback = "Local save in "),
    MILL_OPTION(struct clean_pin, downloaded,
                "Drop downloaded, or keep it as a number or a boolean",
                .fallback = "drop", .choices = downloaded_choices),
    MILL_OPTION(struct clean_pin, extra,
                "Columns of no use here: drop them (counted), or keep them "
                "behind the others",
                .fallback = "drop", .choices = clean_extra),
    MILL_OPTION(struct clean_pin, on_bad,
                "A value that can't be read: null (counted), or reject the row",
                .fallback = "null", .choices = clean_on_bad),
    { 0 },
};

static const char multi_video[] = "multi-video(story page format)";
static const char *const only_multi_video[] = { multi_video, NULL };
static const char *const left_out[] = { "downloaded", NULL };

static enum mill_verdict
clean_pin_check(void *self, struct mill_stage *stage)
{
    struct clean_pin *pin = self;

    return clean_check_key(stage, pin->key);
}

static struct clean_column
text_column(const struct clean_pin *pin, const char *name,
            const char *const *nulls)
{
    struct clean_column column = {
        .name = name,
        .from = { name },
        .nulls = nulls,
        .contains = clean_is(pin->match, "contains"),
        .blank = clean_is(pin->empty, "null"),
        .type = CAST_TEXT,
    };

    if (*pin->instead_of_text)
        column.instead = mill_text(MILL_TEXT, pin->instead_of_text,
                                   strlen(pin->instead_of_text));
    else
        column.instead = mill_null();
    return column;
}

static struct clean_column
follower_column(const struct clean_pin *pin)
{
    struct clean_column column =
        text_column(pin, "follower_count", pin->null_follower_count);
    bool real = clean_is(pin->follower_type, "float");

    column.type = real ? CAST_COUNT_FLOAT : CAST_COUNT;
    column.instead = mill_null();
    if (clean_is(pin->instead_of_count, "zero"))
        column.instead = real ? mill_double(0) : mill_int(0);
    return column;
}

static struct clean_column
tag_column(const struct clean_pin *pin)
{
    struct clean_column column =
        text_column(pin, "tag_list", pin->null_tag_list);

    column.spelt = true;
    if (clean_is(pin->tags, "list")) {
        column.make = CLEAN_SPLIT;
        column.separator = ",";
    }
    return column;
}

static struct clean_column
kind_column(const struct clean_pin *pin)
{
    struct clean_column column = text_column(pin, "is_image_or_video", NULL);

    column.contains = false;
    if (clean_is(pin->multi_video, "null")) {
        column.nulls = only_multi_video;
    } else if (clean_is(pin->multi_video, "video")) {
        column.swap = multi_video;
        column.swap_to = "video";
    }
    return column;
}

static struct clean_column
location_column(const struct clean_pin *pin)
{
    struct clean_column column = text_column(pin, "save_location", NULL);

    column.prefix = pin->location_prefix;
    return column;
}

static void
add_downloaded(struct clean_pin *pin)
{
    if (clean_is(pin->downloaded, "drop")) {
        pin->table.known = left_out;
        return;
    }
    bool whole = clean_is(pin->downloaded, "int");
    clean_add(&pin->table,
              (struct clean_column){ .name = "downloaded",
                                     .from = { "downloaded" },
                                     .type = whole ? CAST_INT : CAST_BOOL });
}

static enum mill_verdict
clean_pin_open(void *self, struct mill_stage *stage)
{
    struct clean_pin *pin = self;
    struct clean_table *table = &pin->table;

    (void)stage;
    clean_begin(table, pin->on_bad, pin->extra);
    clean_add(table, clean_key(pin->key, pin->key_type));
    clean_add(table, text_column(pin, "unique_id", pin->null_unique_id));
    clean_add(table, text_column(pin, "title", pin->null_title));
    clean_add(table, text_column(pin, "description", pin->null_description));
    clean_add(table, follower_column(pin));
    clean_add(table, text_column(pin, "poster_name", pin->null_poster_name));
    clean_add(table, tag_column(pin));
    clean_add(table, kind_column(pin));
    clean_add(table, text_column(pin, "image_src", pin->null_image_src));
    clean_add(table, location_column(pin));
    clean_add(table, text_column(pin, "category", pin->null_category));
    add_downloaded(pin);
    return MILL_OK;
}

static enum mill_verdict
clean_pin_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct clean_pin *pin = self;

    return clean_apply(&pin->table, stage, batch);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "clean_pin",
    .version = "1.0",
    .summary = "Clean the rows of the Pinterest table pinterest_data",
    .flags = MILL_SCALES,
    .instance_size = sizeof(struct clean_pin),
    .options = options,
    .check = clean_pin_check,
    .open = clean_pin_open,
    .transform.apply = clean_pin_apply,
};
