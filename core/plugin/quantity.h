/* SPDX-License-Identifier: Apache-2.0 */

/*
 * quantity - numbers, sizes and durations as people write them
 *
 * All of a text has to fit; nothing is rounded away but a fraction of a byte or
 * nanosecond.  What doesn't fit 64 bits is refused, never cut.
 */

#ifndef PLUGIN_QUANTITY_H
#define PLUGIN_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include <millrace/json.h>

/* "true", "yes", "false", "no". */
bool quantity_bool(const char *text, bool *value);

/* Decimal digits, perhaps with a sign. */
bool quantity_int(const char *text, int64_t *value);

/* "0.5", "3", "1e-3"; finite. */
bool quantity_float(const char *text, double *value);

/* "512", "64KiB", "1.5GB": bytes, not negative. */
bool quantity_size(const char *text, int64_t *bytes);

/* "250ms", "1h30m", "1.5s", "0": nanoseconds, not negative. */
bool quantity_duration(const char *text, int64_t *ns);

/* Appends what the two above read back as the same. */
void quantity_print_size(struct mill_buffer *to, int64_t bytes);
void quantity_print_duration(struct mill_buffer *to, int64_t ns);

#endif /* PLUGIN_QUANTITY_H */
