/* SPDX-License-Identifier: Apache-2.0 */

/*
 * entry - items of list options that say something of a column
 *
 * An entry is COLUMN:REST.  A colon in a column's name is written \:, a
 * backslash \\; the rest is taken as it stands.
 */

#ifndef CLEAN_ENTRY_H
#define CLEAN_ENTRY_H

#include <millrace/plugin.h>

#include "clean/cast.h"

/* The length of the name at TEXT, up to its end or one of STOPS that no
 * backslash stands before. */
size_t entry_name_length(const char *text, const char *stops);

/* A copy without the backslashes; the caller frees it.  NULL: no memory. */
char *entry_unescape(const char *text, size_t len);

/* Cuts ENTRY of OPTION, which has this FORM ("COLUMN:TYPE").  The caller frees
 * *COLUMN, *REST points into ENTRY.  Not OK: mill_fail() was called, and there
 * is no column. */
enum mill_verdict entry_cut(struct mill_stage *stage, const char *option,
                            const char *entry, const char *form, char **column,
                            const char **rest);

/* What NAME, the type that OPTION gives COLUMN, is. */
enum mill_verdict entry_type(struct mill_stage *stage, const char *option,
                             const char *column, const char *name,
                             enum cast_type *type);

#endif /* CLEAN_ENTRY_H */
