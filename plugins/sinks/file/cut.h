/* SPDX-License-Identifier: Apache-2.0 */

/*
 * cut - where one file ends and the next begins, by source positions
 *
 * A part covers the positions from `start`, filtered rows included, up to where
 * the next one starts.  Cuts depend on positions and on the rows' bytes alone,
 * so that a run that goes on after a crash makes the same ones.
 */

#ifndef FILE_CUT_H
#define FILE_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cut_rule {
    uint64_t rows;  /* positions a part covers at most; 0: any number */
    uint64_t bytes; /* of JSON before compression; 0: any number */
};

/* A part that holds a row. */
struct cut_part {
    uint64_t start; /* the first position it covers */
    uint64_t last;  /* of its last row */
    uint64_t bytes;
};

/* True where a row of LEN bytes at POSITION has to go into another part. */
bool cut_before(const struct cut_rule *rule, const struct cut_part *part,
                uint64_t position, size_t len);

/* True where no later position can go into this part. */
bool cut_is_full(const struct cut_rule *rule, const struct cut_part *part);

/* What the next part covers at the least, when PART ends before POSITION. */
uint64_t cut_next(const struct cut_rule *rule, const struct cut_part *part,
                  uint64_t position);

/* The start of the part that POSITION goes into, NEXT or more. */
uint64_t cut_start(const struct cut_rule *rule, uint64_t next,
                   uint64_t position);

#endif /* FILE_CUT_H */
