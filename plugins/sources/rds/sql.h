/* SPDX-License-Identifier: Apache-2.0 */

/*
 * sql - the one statement that rds needs, for each dialect
 *
 * Key values are written into the text as literals, all text of them as
 * hexadecimal digits, so that nothing has to be escaped.  PostgreSQL takes the
 * type of a literal in quotes from what it is compared with, so there all are
 * in quotes.
 */

#ifndef RDS_SQL_H
#define RDS_SQL_H

#include "driver.h"

struct sql_dialect {
    char quote;              /* around names */
    const char *text_before; /* a text literal: before and behind x'..' */
    const char *text_behind;
    bool quoted; /* all literals are in quotes, with those within doubled */
    bool lists;  /* selects its columns one by one */
};

/* Appends NAME, quoted. */
void sql_name(struct mill_buffer *to, const struct sql_dialect *dialect,
              const char *name);

/* Appends the SELECT. */
void sql_select(struct mill_buffer *to, const struct sql_dialect *dialect,
                const struct query *query);

#endif /* RDS_SQL_H */
