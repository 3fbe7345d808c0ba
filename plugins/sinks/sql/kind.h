/* SPDX-License-Identifier: Apache-2.0 */

/* kind - what a column must hold, guessed from the rows of a first batch */

#ifndef SQL_KIND_H
#define SQL_KIND_H

#include "table.h"

/* The kind, and the scale, that holds every value of COLUMN of the batch as it
 * is.  KIND_TEXT where there is no value. */
struct column kind_guess(struct mill_batch *batch, int column);

/* True where a double holds the number that VALUE, a MILL_NUMBER, spells. */
bool kind_fits_double(const struct mill_value *value);

#endif /* SQL_KIND_H */
