/* SPDX-License-Identifier: Apache-2.0 */

/*
 * describe - a plugin in words, or as JSON
 *
 * Everything comes from the plugin's descriptor and option table, so that there
 * is nothing beside the code to keep up to date.
 */

#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include <stdio.h>

#include "plugin/registry.h"

/* For a person.  AGAIN: it isn't the first, and is set apart. */
void describe_plugin(FILE *to, const struct registry_entry *entry,
                     const struct mill_plugin *plugin, bool again);

/* For a person: what a definition may set beside the options of plugins. */
void describe_settings(FILE *to);

/* The guarantees that the flags of a plugin stand for, one a call; NULL: there
 * are no more. */
const char *describe_guarantee(const struct mill_plugin *plugin, size_t index);

/* ---- as one JSON document ------------------------------------------------
 */

struct catalogue;

/* NULL: no memory.  The others take NULL and do nothing. */
struct catalogue *catalogue_create(void);
void catalogue_destroy(struct catalogue *catalogue);
void catalogue_add(struct catalogue *catalogue,
                   const struct registry_entry *entry,
                   const struct mill_plugin *plugin);
void catalogue_add_refused(struct catalogue *catalogue,
                           const struct registry_entry *entry, const char *why);
/* The same settings. */
void catalogue_add_settings(struct catalogue *catalogue);
void catalogue_print(const struct catalogue *catalogue, FILE *to);

#endif /* CLI_DESCRIBE_H */
