/* SPDX-License-Identifier: Apache-2.0 */

/*
 * pages - the Nth row of a table, over and over, without asking each time
 *
 * The rows, in the order of the key, are thought of as pages.  One pass over
 * the keys alone finds where each page begins; a page is then read by one short
 * query the first time one of its rows is wanted, and kept while there is room.
 * A table without a key is read by LIMIT and OFFSET.  What is kept is taken to
 * be still true: the table shouldn't change meanwhile.
 */

#ifndef RDS_PAGES_H
#define RDS_PAGES_H

#include "driver.h"

struct pages;

/* Knows the first MOST rows of TABLE, which is described, and keeps about KEEP
 * bytes.  TABLE is borrowed.  NULL: no memory. */
struct pages *pages_create(const struct table *table, uint64_t most,
                           size_t keep);
void pages_destroy(struct pages *pages);

/* ROW is that at OFFSET, until the next call.  END: there is no such row, and
 * *COUNT is how many there are. */
enum mill_verdict pages_row(struct pages *pages, struct driver *driver,
                            uint64_t offset, struct row *row, uint64_t *count);

#endif /* RDS_PAGES_H */
