/* SPDX-License-Identifier: Apache-2.0 */

/*
 * secret - where the value of a secret option may come from
 *
 * A definition is kept, shown and sent around, so a secret never stands in it:
 * it comes from ${VAR}, or from a file (`password = "@/run/secrets/db"`). Of
 * any URL the password has to.
 */

#ifndef PLUGIN_SECRET_H
#define PLUGIN_SECRET_H

#include <stdbool.h>

#include <millrace/json.h>

/* Longer ones are not a secret but the wrong file. */
#define SECRET_MAX 65536

/* Appends what the file that PATH names holds, without the newline at its end;
 * PATH may hold ${VAR}.  False: WHY says why not. */
bool secret_read(const char *path, struct mill_buffer *to,
                 struct mill_buffer *why);

/* True where TEXT, as a definition has it, gives the secret away; WHY says what
 * to do instead. */
bool secret_is_plain(const char *text, bool url, struct mill_buffer *why);

#endif /* PLUGIN_SECRET_H */
