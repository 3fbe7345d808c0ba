/* SPDX-License-Identifier: Apache-2.0 */

/*
 * value - one setting into one member of an instance
 *
 * The step that option.h takes for every option: what the setting says is
 * brought to the type of the member, and held against choices and range.
 */

#ifndef PLUGIN_VALUE_H
#define PLUGIN_VALUE_H

#include "plugin/option.h"

/* A value on its way into its member. */
struct value_target {
    const struct mill_option *option;
    const char *context; /* begins messages: `stage "lake": option ` */
    const char *file;
    int line;
    bool literal; /* a default: no ${VAR}, no @FILE */
    struct arena *arena;
    void *block;
    struct faults *faults;
};

/* False: what is wrong was added to the faults. */
bool value_set(const struct value_target *target,
               const struct setting *setting);

/* The same with the option's default, which it must have; in option.c. */
bool option_set_fallback(const struct value_target *target);

#endif /* PLUGIN_VALUE_H */
