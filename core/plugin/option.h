/* SPDX-License-Identifier: Apache-2.0 */

/*
 * option - from settings as they were written to the members of an instance
 *
 * A plugin's option table (millrace/plugin.h) says which member takes which
 * option.  Here the table itself is checked, and then used: every option gets
 * its value or its default, and everything that doesn't fit is a fault with the
 * line of the setting.
 *
 * Where the settings came from doesn't matter: a libconfig file, -e, a test.
 */

#ifndef PLUGIN_OPTION_H
#define PLUGIN_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <millrace/plugin.h>

#include "plugin/fault.h"
#include "record/arena.h"

enum setting_type {
    SETTING_BOOL,
    SETTING_INT,
    SETTING_FLOAT,
    SETTING_TEXT,
    SETTING_LIST,  /* of text; numbers are there as they print */
    SETTING_FAULT, /* what stands there was a fault: given, but no value */
};

/* One `name = value`.  Text still holds its ${VAR}. */
struct setting {
    const char *name;
    enum setting_type type;
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text;
        struct {
            const char *const *items;
            size_t count;
        } list;
    };
    const char *file;
    int line;
};

/* Where a stage stands, for faults that no single setting has. */
struct option_place {
    const char *file;
    int line;
    const char *stage; /* its name; NULL: the settings are the pipeline's */
};

/* The words in a stage that are the core's; no option may be called so.  Ends
 * with NULL. */
extern const char *const option_core_words[];
bool option_is_core_word(const char *name);

/* As messages and `inspect` call it: "text", "size", "list". */
const char *option_type_name(enum mill_option_type type);

/* How many options PLUGIN has. */
size_t option_count(const struct mill_plugin *plugin);

/* Appends NUMBER as a pipeline would spell it for an option of TYPE: "64KiB",
 * "250ms", "8". */
void option_print_number(struct mill_buffer *to, enum mill_option_type type,
                         int64_t number);

/* False: the table of PLUGIN doesn't fit, and WHY says what: `option "from":
 * the name is one of the core's words`.  Looks at nothing but the table and
 * instance_size. */
bool option_check_table(const struct mill_plugin *plugin,
                        struct mill_buffer *why);

/*
 * Fills BLOCK, zeroed memory of the plugin's instance_size: settings, then
 * defaults.  ${VAR}s are put in, values checked; text and lists lie in ARENA.
 * An option that is neither given nor has a default stays zero; text then is
 * NULL, a list is empty but never NULL.  False: FAULTS has why, all of it.
 */
bool option_parse(const struct mill_plugin *plugin,
                  const struct setting *settings, size_t count,
                  const struct option_place *place, struct arena *arena,
                  void *block, struct faults *faults);

/*
 * The same for settings that no plugin has (those of the core): one value of
 * the type that OPTION says, into the member at OPTION->offset of BLOCK.
 * CONTEXT begins the message, before the name: `setting `.
 */
bool option_parse_one(const struct mill_option *option,
                      const struct setting *setting, const char *context,
                      struct arena *arena, void *block, struct faults *faults);

#endif /* PLUGIN_OPTION_H */
