/* SPDX-License-Identifier: Apache-2.0 */

/*
 * json_cases - RFC 8259's whole grammar, case by case, each with a name
 *
 *   y_  the RFC says that it is JSON
 *   n_  the RFC says that it is none
 *   i_  the RFC leaves it to us: numbers of any size are kept as they were
 *       written; half a surrogate pair is refused, since no UTF-8 could hold
 *       it; so is a byte order mark, which the RFC forbids to write
 */

#ifndef TESTS_CORE_JSON_CASES_H
#define TESTS_CORE_JSON_CASES_H

#include <millrace/batch.h>

struct json_case {
    const char *name;
    struct mill_bytes text;
    const char *written; /* how it is written again; NULL: as it was */
    size_t offset;       /* what is said of it: where, and what, which is */
    const char *what;    /* NULL where it is JSON */
};

/* Each ends with a nameless one. */
extern const struct json_case json_cases_read[];
extern const struct json_case json_cases_refused_numbers[];
extern const struct json_case json_cases_refused_texts[];
extern const struct json_case json_cases_refused_structures[];

#endif /* TESTS_CORE_JSON_CASES_H */
