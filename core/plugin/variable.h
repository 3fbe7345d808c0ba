/* SPDX-License-Identifier: Apache-2.0 */

/*
 * variable - ${VAR} in the text of a definition
 *
 *     ${VAR}            the environment's value; unset is a fault
 *     ${VAR:-default}   the default where VAR is unset or empty
 *     $${               a literal ${
 *
 * They are put in after the definition was parsed, so no value can change its
 * syntax; a value that holds ${...} itself is left as it is.
 */

#ifndef PLUGIN_VARIABLE_H
#define PLUGIN_VARIABLE_H

#include <stdbool.h>

#include <millrace/json.h>

enum variable_use {
    VARIABLE_PLAIN,
    VARIABLE_TEMPLATE, /* braces of each value doubled, so that they stay */
    /* Each value percent-encoded, the text around it not; but one that the text
     * begins with is the beginning of a URL, and stays as it is. */
    VARIABLE_URL,
    VARIABLE_URL_TEMPLATE, /* the same; braces of that one doubled */
};

/* True where TEXT takes something from the environment. */
bool variable_used(const char *text);

/* Appends TEXT with its variables put in.  False: WHY says which can't be
 * (`${PORT} is not set`), and TO may hold a part. */
bool variable_expand(const char *text, enum variable_use use,
                     struct mill_buffer *to, struct mill_buffer *why);

/* Appends TEXT with all but letters, digits and - . _ ~ as %XX. */
void variable_percent_encode(struct mill_buffer *to, const char *text);

#endif /* PLUGIN_VARIABLE_H */
