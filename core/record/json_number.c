/* SPDX-License-Identifier: Apache-2.0 */

/* json_number - numbers: what fits 64 bits is counted, the rest kept as it is
 */

#include "record/json_read.h"

static inline bool
is_digit(const char *at, const char *end)
{
    return at < end && (unsigned char)(*at - '0') < 10;
}

static const char *
skip_digits(const char *at, const char *end)
{
    while (is_digit(at, end))
        at++;
    return at;
}

/* The fraction and exponent, where there are any. */
static const char *
read_rest(struct json_reader *reader, const char *at)
{
    const char *end = reader->end;

    if (at < end && *at == '.') {
        if (!is_digit(at + 1, end))
            return json_fault(reader, at + 1, "a digit is missing");
        at = skip_digits(at + 1, end);
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        if (!is_digit(at, end))
            return json_fault(reader, at, "a digit is missing");
        at = skip_digits(at, end);
    }
    return at;
}

/* Makes an integer of DIGITS .. END, unless it needs more than 64 bits. */
static bool
fits(const char *digits, const char *end, bool negative, int64_t *integer)
{
    uint64_t sum = 0;

    if (end - digits > 19)
        return false;
    for (; digits < end; digits++)
        sum = sum * 10 + (unsigned char)(*digits - '0');
    if (sum > (uint64_t)INT64_MAX + negative || (sum == 0 && negative))
        return false;
    *integer = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

const char *
json_read_number(struct json_reader *reader, const char *at,
                 struct mill_value *value)
{
    const char *end = reader->end;
    const char *digits = at + (*at == '-');
    int64_t integer;

    if (!is_digit(digits, end))
        return json_fault(reader, digits, "a digit is missing");
    const char *stop = skip_digits(digits, end);
    if (*digits == '0' && stop - digits > 1)
        return json_fault(reader, digits, "a number starts with 0");
    if ((stop == end || (*stop != '.' && (*stop | 0x20) != 'e'))
        && fits(digits, stop, digits > at, &integer)) {
        *value = mill_int(integer);
        return stop;
    }
    stop = read_rest(reader, stop);
    if (!stop)
        return NULL;
    *value = mill_text(MILL_NUMBER, at, (size_t)(stop - at));
    return stop;
}
