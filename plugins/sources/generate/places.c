/* SPDX-License-Identifier: Apache-2.0 */

/*
 * places - geolocation_data: ind, timestamp, latitude, longitude, country
 *
 * Times are all different, spread evenly over the five years of the real table;
 * coordinates have six digits, as MySQL prints a FLOAT, and crowd at -90 and
 * -180; countries crowd at A.
 */

#include "dice.h"
#include "pen.h"
#include "rows.h"

#define FIRST_TIME INT64_C(1508426022) /* 2017-10-19 15:13:42 UTC */
#define TIME_SPAN UINT32_C(157776045)  /* .. 2022-10-19 17:54:26 */
#define TABLE 2

static const char *const columns[] = { "ind", "timestamp", "latitude",
                                       "longitude", "country" };

/* A permutation of 28 bits that the seed picks: four rounds of Feistel's. */
static uint32_t
shuffle_bits(uint64_t seed, uint32_t bits)
{
    uint32_t left = bits >> 14, right = bits & 0x3fff;

    for (uint64_t round = 0; round < 4; round++) {
        uint32_t mixed = (uint32_t)dice_mix(dice_mix(seed + round) + right);
        uint32_t next = left ^ (mixed & 0x3fff);

        left = right;
        right = next;
    }
    return left << 14 | right;
}

/* The second of row NUMBER; no two rows have the same while there are fewer
 * than seconds. */
static int64_t
second_of(uint64_t seed, uint64_t number)
{
    uint32_t bits = (uint32_t)(number % TIME_SPAN);

    /* Walking on from what lies outside keeps it a permutation. */
    do
        bits = shuffle_bits(seed, bits);
    while (bits >= TIME_SPAN);
    return FIRST_TIME + bits;
}

/* Writes MILLIONTHS with six digits in all and no zero at the end. */
static struct mill_value
write_degrees(struct pen *pen, int64_t millionths)
{
    uint64_t size = (uint64_t)(millionths < 0 ? -millionths : millionths);
    uint64_t unit = size >= 100000000  ? 1000
                    : size >= 10000000 ? 100
                    : size >= 1000000  ? 10
                                       : 1;

    size -= size % unit;
    pen_begin(pen);
    if (millionths < 0 && size > 0)
        pen_char(pen, '-');
    pen_number(pen, size / 1000000, 1);
    if (size % 1000000 == 0)
        return mill_text(MILL_NUMBER, pen->begun, pen_len(pen));
    pen_char(pen, '.');
    pen_number(pen, size % 1000000, 6);
    while (pen->at[-1] == '0')
        pen->at--;
    return mill_text(MILL_NUMBER, pen->begun, pen_len(pen));
}

static const char *
draw_country(struct dice *dice)
{
    /* The first handful is about equally frequent. */
    uint64_t at = dice_skewed(dice, COUNTRY_COUNT) + dice_below(dice, 5);

    return country_names[at % COUNTRY_COUNT];
}

static bool
make_place(struct mill_batch *batch, struct mill_value *row, uint64_t seed,
           uint64_t number)
{
    struct dice dice = dice_for(seed, TABLE, number);
    size_t room;
    struct pen pen = { .at = mill_batch_reserve(batch, PEN_ROOM, &room) };
    char *from = pen.at;

    if (!from)
        return false;
    row[0] = mill_int((int64_t)number);
    row[1] = mill_timestamp(second_of(seed, number) * 1000000);
    row[2] =
        write_degrees(&pen, (int64_t)dice_skewed(&dice, 180000000) - 90000000);
    row[3] =
        write_degrees(&pen, (int64_t)dice_skewed(&dice, 360000000) - 180000000);
    pen_begin(&pen);
    pen_text(&pen, draw_country(&dice));
    row[4] = pen_cell(&pen);
    mill_batch_use(batch, (size_t)(pen.at - from));
    return true;
}

const struct maker maker_places = {
    .stream = "geolocation_data",
    .columns = columns,
    .column_count = sizeof(columns) / sizeof(columns[0]),
    .make = make_place,
};
