/* SPDX-License-Identifier: Apache-2.0 */

/* json_double - numbers become text */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/json_write.h"

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

char *
json_put_integer(char *to, int64_t integer)
{
    char digits[JSON_INTEGER_ROOM];
    char *at = digits + sizeof(digits);
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;

    if (integer < 0)
        *to++ = '-';
    for (; rest >= 100; rest /= 100) {
        at -= 2;
        memcpy(at, pairs + rest % 100 * 2, 2);
    }
    if (rest >= 10) {
        at -= 2;
        memcpy(at, pairs + rest * 2, 2);
    } else {
        *--at = (char)('0' + rest);
    }
    size_t len = (size_t)(digits + sizeof(digits) - at);
    memcpy(to, at, len);
    return to + len;
}

/* A double taken apart: its fewest digits, and the power of ten of the first.
 */
struct digits {
    char text[24];
    int count;
    int exponent;
};

/* 15 digits are always kept by a double, 17 always keep one. */
static void
find_digits(struct digits *digits, double real)
{
    char text[40];
    int precision = 14;

    do
        snprintf(text, sizeof(text), "%.*e", precision, real);
    while (strtod(text, NULL) != real && ++precision < 17);
    char *exponent = strchr(text, 'e');
    digits->exponent = (int)strtol(exponent + 1, NULL, 10);
    digits->text[0] = text[0];
    size_t rest = (size_t)(exponent - text) - 2;
    memcpy(digits->text + 1, text + 2, rest);
    digits->count = (int)rest + 1;
    while (digits->count > 1 && digits->text[digits->count - 1] == '0')
        digits->count--;
}

static char *
put(char *to, const char *from, int count)
{
    memcpy(to, from, (size_t)count);
    return to + count;
}

static char *
put_zeros(char *to, int count)
{
    memset(to, '0', (size_t)count);
    return to + count;
}

/* With the point where it belongs: 0.00123, 123.0, 12.3. */
static char *
put_plain(char *to, const struct digits *digits)
{
    int whole = digits->exponent + 1;

    if (whole <= 0) {
        to = put(to, "0.", 2);
        to = put_zeros(to, -whole);
        return put(to, digits->text, digits->count);
    }
    if (whole >= digits->count) {
        to = put(to, digits->text, digits->count);
        to = put_zeros(to, whole - digits->count);
        return put(to, ".0", 2);
    }
    to = put(to, digits->text, whole);
    *to++ = '.';
    return put(to, digits->text + whole, digits->count - whole);
}

/* With an exponent: 1.23E-7; POINT asks for a digit behind the point. */
static char *
put_scientific(char *to, const struct digits *digits, char letter, bool point)
{
    *to++ = digits->text[0];
    if (digits->count > 1) {
        *to++ = '.';
        to = put(to, digits->text + 1, digits->count - 1);
    } else if (point) {
        to = put(to, ".0", 2);
    }
    *to++ = letter;
    return json_put_integer(to, digits->exponent);
}

static char *
put_double(char *to, double real, bool java)
{
    struct digits digits;

    if (!isfinite(real))
        return put(to, "null", 4);
    if (signbit(real))
        *to++ = '-';
    real = fabs(real);
    if (real == 0)
        return put(to, "0.0", 3);
    find_digits(&digits, real);
    bool plain = java ? real >= 1e-3 && real < 1e7
                      : digits.exponent >= -5 && digits.exponent < 16;
    return plain ? put_plain(to, &digits)
                 : put_scientific(to, &digits, java ? 'E' : 'e', java);
}

char *
json_put_double(char *to, double real)
{
    return put_double(to, real, false);
}

char *
json_put_java_double(char *to, double real)
{
    return put_double(to, real, true);
}

static const char *
digits_end(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

bool
json_is_number(const char *text, size_t len)
{
    const char *end = text + len;
    const char *at = text + (len > 0 && *text == '-');
    const char *stop = digits_end(at, end);

    if (stop == at || (*at == '0' && stop - at > 1))
        return false;
    if (stop < end && *stop == '.') {
        at = stop + 1;
        stop = digits_end(at, end);
        if (stop == at)
            return false;
    }
    if (stop < end && (*stop | 0x20) == 'e') {
        at = stop + 1;
        at += at < end && (*at == '+' || *at == '-');
        stop = digits_end(at, end);
        if (stop == at)
            return false;
    }
    return stop == end;
}
