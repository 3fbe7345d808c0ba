/* SPDX-License-Identifier: Apache-2.0 */

/* compare - see compare.h. */

#include "compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean/number.h"

/* Room for any double with 17 digits. */
#define DOUBLE_ROOM 40
/* Integers up to this size are doubles too. */
#define DOUBLE_EXACT (INT64_C(1) << 53)

static enum compared
order(int sign)
{
    return sign < 0 ? COMPARED_LESS : sign > 0 ? COMPARED_MORE : COMPARED_EQUAL;
}

static enum compared
compare_ints(int64_t a, int64_t b)
{
    return order((a > b) - (a < b));
}

static enum compared
compare_doubles(double a, double b)
{
    return order((a > b) - (a < b));
}

static bool
is_number(const struct mill_value *value)
{
    return value->type == MILL_INT || value->type == MILL_DOUBLE
           || value->type == MILL_NUMBER || value->type == MILL_DECIMAL;
}

static bool
is_bytes(const struct mill_value *value)
{
    return value->type == MILL_TEXT || value->type == MILL_BYTES;
}

static void
print_shortest(double real, char *text)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, DOUBLE_ROOM, "%.*g", digits, real);
        if (strtod(text, NULL) == real)
            return;
    }
}

/* ROOM holds the digits of what isn't text already. */
static bool
as_number(const struct mill_value *value, char room[DOUBLE_ROOM],
          struct number *number)
{
    if (value->type == MILL_INT) {
        number_of_int(value->integer, room, number);
        return true;
    }
    if (value->type != MILL_DOUBLE)
        return number_read(value->text, value->len, number);
    print_shortest(value->real, room);
    return number_read(room, strlen(room), number);
}

static bool
is_exact_double(const struct mill_value *value, double *real)
{
    if (value->type == MILL_DOUBLE) {
        *real = value->real;
        return true;
    }
    *real = (double)value->integer;
    return value->type == MILL_INT && value->integer <= DOUBLE_EXACT
           && value->integer >= -DOUBLE_EXACT;
}

static enum compared
compare_numbers(const struct mill_value *a, const struct mill_value *b)
{
    char room_a[DOUBLE_ROOM], room_b[DOUBLE_ROOM];
    struct number number_a, number_b;
    double real_a, real_b;

    if (a->type == MILL_INT && b->type == MILL_INT)
        return compare_ints(a->integer, b->integer);
    if (is_exact_double(a, &real_a) && is_exact_double(b, &real_b))
        return compare_doubles(real_a, real_b);
    if (!as_number(a, room_a, &number_a) || !as_number(b, room_b, &number_b))
        return COMPARED_NEVER;
    return order(number_compare(&number_a, &number_b));
}

static enum compared
compare_bytes(const struct mill_value *a, const struct mill_value *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int sign = len > 0 ? memcmp(a->text, b->text, len) : 0;

    return sign != 0 ? order(sign) : compare_ints(a->len, b->len);
}

static enum compared
compare_with_time(const struct mill_value *time, const struct mill_value *text)
{
    int64_t microseconds;

    if (!mill_timestamp_parse(text->text, text->len, &microseconds))
        return COMPARED_NEVER;
    return compare_ints(time->integer, microseconds);
}

/* The other way round. */
static enum compared
turned(enum compared compared)
{
    return compared == COMPARED_LESS   ? COMPARED_MORE
           : compared == COMPARED_MORE ? COMPARED_LESS
                                       : compared;
}

enum compared
compare_values(const struct mill_value *a, const struct mill_value *b)
{
    if (is_number(a) && is_number(b))
        return compare_numbers(a, b);
    if (is_bytes(a) && is_bytes(b))
        return compare_bytes(a, b);
    if (a->type == MILL_TIMESTAMP && b->type == MILL_TEXT)
        return compare_with_time(a, b);
    if (a->type == MILL_TEXT && b->type == MILL_TIMESTAMP)
        return turned(compare_with_time(b, a));
    if (a->type != b->type)
        return COMPARED_NEVER;
    if (a->type == MILL_TIMESTAMP)
        return compare_ints(a->integer, b->integer);
    if (a->type == MILL_BOOL)
        return compare_ints(a->boolean, b->boolean);
    return mill_value_equal(a, b) ? COMPARED_EQUAL : COMPARED_UNEQUAL;
}
