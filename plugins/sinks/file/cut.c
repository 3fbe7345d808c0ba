/* SPDX-License-Identifier: Apache-2.0 */

/* cut - see cut.h */

#include "cut.h"

bool
cut_before(const struct cut_rule *rule, const struct cut_part *part,
           uint64_t position, size_t len)
{
    /* Rows that were made from one row have its position and stay together. */
    if (position == part->last)
        return false;
    if (rule->rows && position - part->start >= rule->rows)
        return true;
    return rule->bytes && part->bytes + len > rule->bytes;
}

bool
cut_is_full(const struct cut_rule *rule, const struct cut_part *part)
{
    return rule->rows && part->last - part->start + 1 >= rule->rows;
}

uint64_t
cut_next(const struct cut_rule *rule, const struct cut_part *part,
         uint64_t position)
{
    if (rule->rows && position - part->start >= rule->rows)
        return part->start + rule->rows;
    return part->last + 1;
}

uint64_t
cut_start(const struct cut_rule *rule, uint64_t next, uint64_t position)
{
    if (!rule->rows)
        return next;
    return next + (position - next) / rule->rows * rule->rows;
}
