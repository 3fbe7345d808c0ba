/* SPDX-License-Identifier: Apache-2.0 */

/* kind - a walk down a column, noting what is met */

#include "kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The largest whole numbers that a double holds without a gap. */
#define DOUBLE_WHOLE ((int64_t)1 << 53)

enum seen {
    SEEN_BOOL = 1 << 0,
    SEEN_INT = 1 << 1,
    SEEN_NEGATIVE = 1 << 2,
    SEEN_LONG = 1 << 3, /* an integer that a double doesn't hold */
    SEEN_UNSIGNED = 1 << 4,
    SEEN_DOUBLE = 1 << 5,
    SEEN_DECIMAL = 1 << 6,
    SEEN_EXPONENT = 1 << 7, /* and not a double's */
    SEEN_TEXT = 1 << 8,
    SEEN_BYTES = 1 << 9,
    SEEN_TIMESTAMP = 1 << 10,
    SEEN_JSON = 1 << 11,
};

#define SEEN_WHOLE (SEEN_INT | SEEN_NEGATIVE | SEEN_LONG)
#define SEEN_EXACT                                                             \
    (SEEN_WHOLE | SEEN_UNSIGNED | SEEN_DECIMAL | SEEN_DOUBLE | SEEN_EXPONENT)

/* The significant digits of a number, and where its point is: 0.d * 10^power.
 */
struct digits {
    char digits[64];
    size_t count;
    long power;
};

static void
drop_zeros(struct digits *to)
{
    while (to->count > 0 && to->digits[to->count - 1] == '0')
        to->count--;
    if (to->count == 0)
        to->power = 0;
}

/* False: more digits than any double needs. */
static bool
take_digits(const char *text, size_t len, struct digits *to)
{
    bool point = false;

    *to = (struct digits){ .count = 0 };
    for (size_t i = text[0] == '-'; i < len; i++) {
        if (text[i] == 'e' || text[i] == 'E') {
            to->power += strtol(text + i + 1, NULL, 10);
            break;
        }
        if (text[i] == '.') {
            point = true;
        } else if (text[i] != '0' || to->count > 0) {
            if (to->count == sizeof(to->digits))
                return false;
            to->digits[to->count++] = text[i];
            to->power += !point;
        } else {
            to->power -= point;
        }
    }
    drop_zeros(to);
    return true;
}

static bool
same_digits(const struct digits *a, const struct digits *b)
{
    return a->count == b->count && a->power == b->power
           && memcmp(a->digits, b->digits, a->count) == 0;
}

bool
kind_fits_double(const struct mill_value *value)
{
    char text[128];
    char again[64];
    struct digits wanted;
    struct digits had;

    if (value->len >= sizeof(text))
        return false;
    memcpy(text, value->text, value->len);
    text[value->len] = '\0';
    if (!take_digits(text, value->len, &wanted))
        return false;
    for (int precision = 14; precision <= 16; precision++) {
        int len = snprintf(again, sizeof(again), "%.*e", precision,
                           strtod(text, NULL));

        if (take_digits(again, (size_t)len, &had) && same_digits(&wanted, &had))
            return true;
    }
    return false;
}

static unsigned
see_integer(int64_t integer)
{
    unsigned seen = SEEN_INT;

    if (integer < 0)
        seen |= SEEN_NEGATIVE;
    if (integer > DOUBLE_WHOLE || integer < -DOUBLE_WHOLE)
        seen |= SEEN_LONG;
    return seen;
}

static bool
is_unsigned(const struct mill_value *value)
{
    static const char most[] = "18446744073709551615";

    if (value->len > 20)
        return false;
    for (size_t i = 0; i < value->len; i++)
        if (value->text[i] < '0' || value->text[i] > '9')
            return false;
    return value->len < 20 || memcmp(value->text, most, 20) <= 0;
}

static unsigned
see_number(const struct mill_value *value, unsigned *scale)
{
    const char *point = memchr(value->text, '.', value->len);
    size_t behind = point ? (size_t)(value->text + value->len - point) - 1 : 0;

    if (is_unsigned(value))
        return SEEN_UNSIGNED;
    if (kind_fits_double(value)) {
        if (behind > *scale)
            *scale = (unsigned)behind;
        return SEEN_DOUBLE;
    }
    if (memchr(value->text, 'e', value->len)
        || memchr(value->text, 'E', value->len))
        return SEEN_EXPONENT;
    if (behind > *scale)
        *scale = (unsigned)behind;
    return SEEN_DECIMAL;
}

static unsigned
see(const struct mill_value *value, unsigned *scale)
{
    switch (value->type) {
    case MILL_BOOL:
        return SEEN_BOOL;
    case MILL_INT:
        return see_integer(value->integer);
    case MILL_DOUBLE:
        return SEEN_DOUBLE;
    case MILL_NUMBER:
        return see_number(value, scale);
    case MILL_DECIMAL:
        if (value->scale > *scale)
            *scale = value->scale;
        return SEEN_DECIMAL;
    case MILL_TEXT:
        return SEEN_TEXT;
    case MILL_BYTES:
        return SEEN_BYTES;
    case MILL_TIMESTAMP:
        return SEEN_TIMESTAMP;
    case MILL_LIST:
    case MILL_MAP:
        return SEEN_JSON;
    default:
        return 0;
    }
}

static bool
only(unsigned seen, unsigned these)
{
    return (seen & ~these) == 0;
}

static enum kind
number_kind(unsigned seen)
{
    if (only(seen, SEEN_WHOLE))
        return KIND_INT;
    if (only(seen, SEEN_INT | SEEN_LONG | SEEN_UNSIGNED))
        return KIND_UNSIGNED;
    if (only(seen, SEEN_INT | SEEN_NEGATIVE | SEEN_DOUBLE))
        return KIND_DOUBLE;
    return seen & SEEN_EXPONENT ? KIND_NUMERAL : KIND_NUMBER;
}

static enum kind
kind_of(unsigned seen)
{
    if (seen == SEEN_BOOL)
        return KIND_BOOL;
    if (seen && only(seen, SEEN_EXACT))
        return number_kind(seen);
    if (seen == SEEN_TIMESTAMP)
        return KIND_TIMESTAMP;
    if (seen & SEEN_JSON)
        return KIND_JSON;
    return seen & SEEN_BYTES ? KIND_BYTES : KIND_TEXT;
}

struct column
kind_guess(struct mill_batch *batch, int column)
{
    struct column guess = { .name = NULL };
    unsigned seen = 0;

    for (size_t row = 0; row < batch->rows; row++)
        seen |= see(&mill_batch_row(batch, row)[column], &guess.scale);
    guess.kind = kind_of(seen);
    return guess;
}
