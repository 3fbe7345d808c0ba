/* SPDX-License-Identifier: Apache-2.0 */

/*
 * number - decimal numbers as text, compared and converted without rounding
 *
 * A number here is only a view of the text that it was read from: no digits are
 * copied and none are lost, however many there are.
 */

#ifndef CLEAN_NUMBER_H
#define CLEAN_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 0.DIGITS x 10^magnitude.  `digits` runs from the first digit that isn't zero
 * to the last one, and may hold the point; zero has none. */
struct number {
    bool negative;
    const char *digits;
    size_t len;
    int64_t magnitude;
};

/* Room for any int64_t as text. */
#define NUMBER_INT_ROOM 24

/* Reads [+-]digits[.digits][e[+-]digits], all of TEXT, which must outlive the
 * number.  False: TEXT is something else. */
bool number_read(const char *text, size_t len, struct number *number);

/* The same for an integer; TEXT holds its digits. */
void number_of_int(int64_t integer, char text[NUMBER_INT_ROOM],
                   struct number *number);

/* Less than 0, 0, or more than 0, as A is less than, equal to or more than B.
 * Exact. */
int number_compare(const struct number *a, const struct number *b);

/* False: there is a fraction, or it doesn't fit. */
bool number_to_int(const struct number *number, int64_t *integer);

#endif /* CLEAN_NUMBER_H */
