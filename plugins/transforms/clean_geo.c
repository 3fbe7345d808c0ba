/* SPDX-License-Identifier: Apache-2.0 */

/*
 * clean_geo - the reference's cleaning of geolocation_data
 *
 *     geo = { transform = "clean_geo"; from = "posts.geolocation_data"; };
 *
 * Out come ind, country, coordinates, timestamp: coordinates is the list
 * [latitude, longitude], each number as it came (a number that came as text is
 * a number again), timestamp is a timestamp, whichever way it was spelt.
 */

#include "clean/clean.h"

struct clean_geo {
    const char *const *key;
    const char *key_type;
    const char *coordinates;
    const char *coordinate_type;
    const char *separator;
    const char *const *null_country;
    const char *match;
    const char *empty;
    const char *extra;
    const char *on_bad;
    struct clean_table table;
};

static const char *const forms[] = { "list", "text", "columns", NULL };
static const char *const number_types[] = { "number", "float", "text", NULL };
static const char *const whole_types[] = { "int", "text", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct clean_geo, key,
                "Names that the key column may have; it comes out as ind",
                .fallback = "ind, index"),
    MILL_OPTION(struct clean_geo, key_type, "Type of ind", .fallback = "int",
                .choices = whole_types),
    MILL_OPTION(struct clean_geo, coordinates,
                "Make coordinates a list, one text, or leave the columns "
                "latitude and longitude",
                .fallback = "list", .choices = forms),
    MILL_OPTION(struct clean_geo, coordinate_type,
                "Type of both: number is exact, float a double",
                .fallback = "number", .choices = number_types),
    MILL_OPTION(struct clean_geo, separator,
                "Between both where coordinates is text", .fallback = ", "),
    MILL_OPTION(struct clean_geo, null_country,
                "Values of country that mean null"),
    MILL_OPTION(struct clean_geo, match,
                "Compare null_country with the whole country, or look for it "
                "in there",
                .fallback = "exact", .choices = clean_match),
    MILL_OPTION(struct clean_geo, empty,
                "A country without a visible character: keep it, or null",
                .fallback = "keep", .choices = clean_empty),
    MILL_OPTION(struct clean_geo, extra,
                "Columns of no use here: drop them (counted), or keep them "
                "behind the others",
                .fallback = "drop", .choices = clean_extra),
    MILL_OPTION(struct clean_geo, on_bad,
                "A value that can't be read: null (counted), or reject the row",
                .fallback = "null", .choices = clean_on_bad),
    { 0 },
};

static enum mill_verdict
clean_geo_check(void *self, struct mill_stage *stage)
{
    struct clean_geo *geo = self;

    return clean_check_key(stage, geo->key);
}

static void
add_coordinates(struct clean_geo *geo)
{
    enum cast_type type = clean_is(geo->coordinate_type, "text") ? CAST_TEXT
                          : clean_is(geo->coordinate_type, "float")
                              ? CAST_FLOAT
                              : CAST_NUMBER;
    bool text = clean_is(geo->coordinates, "text");

    if (clean_is(geo->coordinates, "columns")) {
        clean_add(&geo->table, (struct clean_column){ .name = "latitude",
                                                      .from = { "latitude" },
                                                      .type = type });
        clean_add(&geo->table, (struct clean_column){ .name = "longitude",
                                                      .from = { "longitude" },
                                                      .type = type });
        return;
    }
    clean_add(&geo->table,
              (struct clean_column){ .name = "coordinates",
                                     .from = { "latitude", "longitude" },
                                     .make = text ? CLEAN_JOIN : CLEAN_LIST,
                                     .separator = geo->separator,
                                     .type = type });
}

static enum mill_verdict
clean_geo_open(void *self, struct mill_stage *stage)
{
    struct clean_geo *geo = self;
    struct clean_table *table = &geo->table;

    (void)stage;
    clean_begin(table, geo->on_bad, geo->extra);
    clean_add(table, clean_key(geo->key, geo->key_type));
    clean_add(table, (struct clean_column){
                         .name = "country",
                         .from = { "country" },
                         .nulls = geo->null_country,
                         .contains = clean_is(geo->match, "contains"),
                         .blank = clean_is(geo->empty, "null"),
                         .type = CAST_TEXT });
    add_coordinates(geo);
    clean_add(table, (struct clean_column){ .name = "timestamp",
                                            .from = { "timestamp" },
                                            .type = CAST_TIMESTAMP });
    return MILL_OK;
}

static enum mill_verdict
clean_geo_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct clean_geo *geo = self;

    return clean_apply(&geo->table, stage, batch);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "clean_geo",
    .version = "1.0",
    .summary = "Clean the rows of the Pinterest table geolocation_data",
    .flags = MILL_SCALES,
    .instance_size = sizeof(struct clean_geo),
    .options = options,
    .check = clean_geo_check,
    .open = clean_geo_open,
    .transform.apply = clean_geo_apply,
};
