/* SPDX-License-Identifier: Apache-2.0 */

/*
 * descriptor - whether what a plugin says of itself holds together
 *
 * Looks only at the constant `mill_plugin`: it calls nothing of the plugin's.
 * A descriptor of another ABI is refused before anything but its first members
 * is read; one that points anywhere may crash the reader, which is why a helper
 * process reads it first.
 */

#ifndef PLUGIN_DESCRIPTOR_H
#define PLUGIN_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

#include <millrace/plugin.h>

/* The largest instance_size; a larger one is a mistake. */
#define DESCRIPTOR_INSTANCE_MAX ((size_t)64 << 20)

/* Why something was refused; the caller's memory. */
struct reason {
    char text[1024];
};

/* Sets the reason and returns false, so that a check ends with it. */
bool reason_set(struct reason *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* KIND and NAME are what the folder and the file say.  False: see *WHY. */
bool descriptor_check(const struct mill_plugin *plugin, enum mill_kind kind,
                      const char *name, struct reason *why);

#endif /* PLUGIN_DESCRIPTOR_H */
