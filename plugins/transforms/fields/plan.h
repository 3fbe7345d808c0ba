/* SPDX-License-Identifier: Apache-2.0 */

/*
 * plan - the options of fields, taken apart
 *
 * A plan is made once; for each batch it is only looked up where the columns
 * are.
 */

#ifndef FIELDS_PLAN_H
#define FIELDS_PLAN_H

#include <millrace/plugin.h>

#include "clean/cast.h"
#include "clean/number.h"

struct fields_options {
    const char *const *null_if;
    const char *const *strip_prefix;
    const char *const *cast;
    const char *const *concat;
    const char *separator;
    const char *const *array;
    const char *const *keep;
    const char *const *drop;
    const char *const *rename;
    const char *const *order;
    const char *on_bad;
};

enum step_kind { STEP_NULL_IF, STEP_STRIP, STEP_CAST, STEP_CONCAT, STEP_ARRAY };

/* What is done to a column; in the order of enum step_kind. */
struct step {
    enum step_kind kind;
    char *column; /* for concat and array: the new one */
    char *value;  /* placeholder or prefix */
    size_t len;   /* of value */
    bool is_number;
    struct number number; /* value, where it is one */
    double real;          /* the same */
    enum cast_type type;
    char **parts; /* of concat and array */
    size_t part_count;

    int place; /* in the batch at hand; -1: it has no such column */
    int *part_places;
    uint64_t bad; /* of the batch at hand */
    uint64_t nulled;
    bool warned; /* about a column that isn't there */
};

struct renaming {
    char *from;
    char *to;
};

struct plan {
    struct step *steps;
    size_t step_count;
    struct renaming *renamings;
    size_t renaming_count;
};

/* Zeroed memory is an empty plan.  What isn't OK was said; the plan is to be
 * finished all the same. */
enum mill_verdict plan_make(struct plan *plan,
                            const struct fields_options *options,
                            struct mill_stage *stage);

/* Frees everything and leaves an empty plan. */
void plan_finish(struct plan *plan);

#endif /* FIELDS_PLAN_H */
