/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/quantity.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Fractions are kept to so many digits; the rest is cut. */
#define FRACTION_DIGITS 9

struct unit {
    const char *name;
    int64_t factor;
};

/* Printing takes the first that divides, so the large ones come first. */
static const struct unit size_units[] = {
    { "TiB", INT64_C(1) << 40 },
    { "GiB", INT64_C(1) << 30 },
    { "MiB", INT64_C(1) << 20 },
    { "KiB", INT64_C(1) << 10 },
    { "TB", INT64_C(1000000000000) },
    { "GB", INT64_C(1000000000) },
    { "MB", INT64_C(1000000) },
    { "KB", INT64_C(1000) },
    { "kB", INT64_C(1000) },
    { "B", INT64_C(1) },
    { 0 },
};

static const struct unit duration_units[] = {
    { "d", INT64_C(86400000000000) },
    { "h", INT64_C(3600000000000) },
    { "m", INT64_C(60000000000) },
    { "s", INT64_C(1000000000) },
    { "ms", INT64_C(1000000) },
    { "us", INT64_C(1000) },
    { "ns", INT64_C(1) },
    { 0 },
};

bool
quantity_bool(const char *text, bool *value)
{
    bool yes = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0;
    bool no = strcmp(text, "false") == 0 || strcmp(text, "no") == 0;

    if (yes || no)
        *value = yes;
    return yes || no;
}

bool
quantity_int(const char *text, int64_t *value)
{
    size_t sign = *text == '-' || *text == '+';
    size_t digits = strspn(text + sign, "0123456789");
    long long read;

    if (digits == 0 || text[sign + digits] != '\0')
        return false;
    errno = 0;
    read = strtoll(text, NULL, 10);
    if (errno != 0)
        return false;
    *value = read;
    return true;
}

bool
quantity_float(const char *text, double *value)
{
    char *end;
    double read;

    /* strtod() also takes white space, hex, "inf" and "nan" */
    if (*text == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    read = strtod(text, &end);
    if (*end != '\0' || !isfinite(read))
        return false;
    *value = read;
    return true;
}

/* A number in parts, as long as it isn't known what to multiply it by. */
struct number {
    int64_t whole;
    int64_t fraction; /* of 10^digits */
    int64_t divisor;
};

static bool
read_number(const char **at, struct number *number)
{
    const char *c = *at;
    int digits = 0;

    *number = (struct number){ .divisor = 1 };
    if (!isdigit((unsigned char)*c))
        return false;
    for (; isdigit((unsigned char)*c); c++)
        if (__builtin_mul_overflow(number->whole, 10, &number->whole)
            || __builtin_add_overflow(number->whole, *c - '0', &number->whole))
            return false;
    if (*c == '.' && isdigit((unsigned char)c[1]))
        for (c++; isdigit((unsigned char)*c); c++) {
            if (digits++ >= FRACTION_DIGITS)
                continue;
            number->fraction = number->fraction * 10 + (*c - '0');
            number->divisor *= 10;
        }
    *at = c;
    return true;
}

static const struct unit *
read_unit(const char **at, const struct unit *units)
{
    size_t len = 0;

    while (isalpha((unsigned char)(*at)[len]))
        len++;
    for (const struct unit *unit = units; unit->name; unit++) {
        if (strlen(unit->name) == len && memcmp(*at, unit->name, len) == 0) {
            *at += len;
            return unit;
        }
    }
    return NULL;
}

static bool
scale(const struct number *number, int64_t factor, int64_t *value)
{
    __extension__ __int128 part = (__int128)number->fraction * factor;
    int64_t whole;

    return !__builtin_mul_overflow(number->whole, factor, &whole)
           && !__builtin_add_overflow(whole, (int64_t)(part / number->divisor),
                                      value);
}

bool
quantity_size(const char *text, int64_t *bytes)
{
    struct number number;
    const struct unit *unit;
    int64_t plain;

    if (isdigit((unsigned char)*text) && quantity_int(text, &plain)) {
        *bytes = plain;
        return true;
    }
    if (!read_number(&text, &number))
        return false;
    text += *text == ' ';
    unit = read_unit(&text, size_units);
    return unit && *text == '\0' && scale(&number, unit->factor, bytes);
}

bool
quantity_duration(const char *text, int64_t *ns)
{
    int64_t sum = 0;

    if (strcmp(text, "0") == 0) {
        *ns = 0;
        return true;
    }
    do {
        struct number number;
        const struct unit *unit;
        int64_t part;

        if (!read_number(&text, &number))
            return false;
        text += *text == ' ';
        unit = read_unit(&text, duration_units);
        if (!unit || !scale(&number, unit->factor, &part)
            || __builtin_add_overflow(sum, part, &sum))
            return false;
        text += *text == ' ' && text[1] != '\0';
    } while (*text);
    *ns = sum;
    return true;
}

static void
print(struct mill_buffer *to, int64_t number, const struct unit *units)
{
    const struct unit *unit = units;

    while (unit->factor > 1 && (number == 0 || number % unit->factor != 0))
        unit++;
    mill_buffer_print(to, "%" PRId64 "%s", number / unit->factor, unit->name);
}

void
quantity_print_size(struct mill_buffer *to, int64_t bytes)
{
    print(to, bytes, size_units);
}

void
quantity_print_duration(struct mill_buffer *to, int64_t ns)
{
    if (ns == 0)
        mill_buffer_print(to, "0s"); /* not 0ns */
    else
        print(to, ns, duration_units);
}
