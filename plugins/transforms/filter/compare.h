/* SPDX-License-Identifier: Apache-2.0 */

/*
 * compare - two values, exactly
 *
 * Numbers compare as numbers, whatever type they have, without rounding; a
 * double counts as the shortest text that reads back as it, which is how it is
 * written.  Texts and bytes compare byte by byte, timestamps with timestamps
 * and with text that is one, false is less than true, lists and maps are only
 * equal or not.
 */

#ifndef FILTER_COMPARE_H
#define FILTER_COMPARE_H

#include <millrace/plugin.h>

enum compared {
    COMPARED_LESS = -1,
    COMPARED_EQUAL = 0,
    COMPARED_MORE = 1,
    COMPARED_UNEQUAL, /* without an order */
    COMPARED_NEVER,   /* the types don't fit */
};

/* Neither is null. */
enum compared compare_values(const struct mill_value *a,
                             const struct mill_value *b);

#endif /* FILTER_COMPARE_H */
