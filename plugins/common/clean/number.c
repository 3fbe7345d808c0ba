/* SPDX-License-Identifier: Apache-2.0 */

/* number - see number.h. */

#include "clean/number.h"

#include <string.h>

/* Far beyond any text that fits in memory, and far from overflow. */
#define EXPONENT_MOST INT64_C(1000000000000)

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t
skip_digits(const char *text, size_t len, size_t at)
{
    while (at < len && is_digit(text[at]))
        at++;
    return at;
}

/* Reads what follows the e; false where it isn't a whole exponent. */
static bool
read_exponent(const char *text, size_t len, int64_t *exponent)
{
    bool negative = len > 0 && text[0] == '-';
    size_t at = len > 0 && (text[0] == '-' || text[0] == '+');
    int64_t value = 0;

    if (at == len || skip_digits(text, len, at) != len)
        return false;
    for (; at < len; at++)
        if (value < EXPONENT_MOST)
            value = value * 10 + (text[at] - '0');
    *exponent = negative ? -value : value;
    return true;
}

/* Cuts zeros at both ends of WHOLE.FRACTION and notes where the point was. */
static void
set_digits(struct number *number, const char *text, size_t len, size_t whole)
{
    size_t from = 0, to = len;

    while (from < to && (text[from] == '0' || text[from] == '.'))
        from++;
    while (to > from && (text[to - 1] == '0' || text[to - 1] == '.'))
        to--;
    number->digits = text + from;
    number->len = to - from;
    /* The point itself stands between whole and fraction. */
    number->magnitude = from < whole
                            ? (int64_t)(whole - from)
                            : -(int64_t)(from - whole - (from > whole));
}

bool
number_read(const char *text, size_t len, struct number *number)
{
    size_t start = len > 0 && (text[0] == '-' || text[0] == '+');
    size_t whole = skip_digits(text, len, start);
    size_t end = whole;
    int64_t exponent = 0;

    if (whole == start)
        return false;
    if (end < len && text[end] == '.') {
        end = skip_digits(text, len, whole + 1);
        if (end == whole + 1)
            return false;
    }
    if (end < len
        && ((text[end] != 'e' && text[end] != 'E')
            || !read_exponent(text + end + 1, len - end - 1, &exponent)))
        return false;
    number->negative = text[0] == '-';
    set_digits(number, text + start, end - start, whole - start);
    number->magnitude += exponent;
    if (number->len == 0)
        *number = (struct number){ .digits = text };
    return true;
}

void
number_of_int(int64_t integer, char text[NUMBER_INT_ROOM],
              struct number *number)
{
    uint64_t rest = integer < 0 ? -(uint64_t)integer : (uint64_t)integer;
    size_t at = NUMBER_INT_ROOM;

    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    size_t len = NUMBER_INT_ROOM - at;
    *number = (struct number){ .negative = integer < 0 };
    set_digits(number, &text[at], len, len);
}

/* Compares two runs of digits as if each began behind "0." */
static int
compare_digits(const struct number *a, const struct number *b)
{
    size_t i = 0, j = 0;

    for (;;) {
        i += i < a->len && a->digits[i] == '.';
        j += j < b->len && b->digits[j] == '.';
        if (i == a->len || j == b->len)
            return (i < a->len) - (j < b->len);
        if (a->digits[i] != b->digits[j])
            return a->digits[i] < b->digits[j] ? -1 : 1;
        i++;
        j++;
    }
}

int
number_compare(const struct number *a, const struct number *b)
{
    int sign_a = a->len == 0 ? 0 : a->negative ? -1 : 1;
    int sign_b = b->len == 0 ? 0 : b->negative ? -1 : 1;

    if (sign_a != sign_b)
        return sign_a < sign_b ? -1 : 1;
    if (sign_a == 0)
        return 0;
    if (a->magnitude != b->magnitude)
        return (a->magnitude < b->magnitude ? -1 : 1) * sign_a;
    return compare_digits(a, b) * sign_a;
}

bool
number_to_int(const struct number *number, int64_t *integer)
{
    uint64_t value = 0;
    int64_t left = number->magnitude; /* digits before the point */

    if (number->len == 0) {
        *integer = 0;
        return true;
    }
    if (left < 1 || left > 19)
        return false;
    for (size_t i = 0; i < number->len; i++) {
        if (number->digits[i] == '.')
            continue;
        if (left-- == 0)
            return false;
        value = value * 10 + (uint64_t)(number->digits[i] - '0');
    }
    while (left-- > 0)
        value *= 10;
    if (value > (uint64_t)INT64_MAX + number->negative)
        return false;
    *integer = number->negative ? (int64_t)-value : (int64_t)value;
    return true;
}
