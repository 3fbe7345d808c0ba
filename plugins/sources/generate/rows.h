/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rows - what the three tables are made of
 *
 * Each maker writes row NUMBER of its table into cells that the batch has
 * already; the texts go into the batch.
 */

#ifndef GENERATE_ROWS_H
#define GENERATE_ROWS_H

#include <millrace/plugin.h>

struct maker {
    const char *stream; /* the table's name */
    const char *const *columns;
    size_t column_count;
    /* False: no memory.  ROW has column_count cells. */
    bool (*make)(struct mill_batch *batch, struct mill_value *row,
                 uint64_t seed, uint64_t number);
};

extern const struct maker maker_pins;
extern const struct maker maker_places;
extern const struct maker maker_people;

#define COUNTRY_COUNT 243
extern const char *const country_names[COUNTRY_COUNT];

/* The real tables have so many rows; what depends on the place in the table
 * begins again behind them. */
#define TABLE_ROWS 11154

#endif /* GENERATE_ROWS_H */
