/* SPDX-License-Identifier: Apache-2.0 */

/*
 * registry - the plugins that can be had, by kind and name
 *
 * A folder of plugins holds sources/NAME.so, transforms/NAME.so and
 * sinks/NAME.so.  Where several folders have the same plugin the first one
 * counts, even if it is refused there: --plugin-path, MILLRACE_PLUGIN_PATH, and
 * the installed folder, or that of the build tree when the program runs in one.
 *
 * Creating a registry only lists files.  A plugin is examined in a helper
 * process (probe.h) and loaded when it is first asked for; it stays loaded
 * until the process ends, also after registry_destroy().
 *
 * One thread, and before the program starts any other: the helper is a fork.
 */

#ifndef PLUGIN_REGISTRY_H
#define PLUGIN_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include <millrace/plugin.h>

struct registry;

/* A file that is there, whether it was looked into or not. */
struct registry_entry {
    enum mill_kind kind; /* by the folder that it lies in */
    const char *name;    /* by the file's name */
    const char *path;
};

/* PLUGIN_PATH: folders parted by ':', before all others; or NULL.  The result
 * is the caller's; NULL: no memory. */
struct registry *registry_create(const char *plugin_path);

/* NULL is fine. */
void registry_destroy(struct registry *registry);

/* What is wrong with the folders that were asked for (one that isn't there,
 * say), or NULL; the registry's. */
const char *registry_problem(const struct registry *registry);

/*
 * The plugin, loaded; it outlives the registry.  NULL: *WHY is the reason for
 * which its file was refused, or NULL where there is no such file; the
 * registry's memory.  WHY itself must not be NULL.
 */
const struct mill_plugin *registry_find(struct registry *registry,
                                        enum mill_kind kind, const char *name,
                                        const char **why);

/* All that is there, ordered by kind and name, refused ones included; for
 * lists and for "did you mean". */
size_t registry_count(const struct registry *registry);
const struct registry_entry *registry_at(const struct registry *registry,
                                         size_t index);

/* "source", "transform", "sink". */
const char *registry_kind_name(enum mill_kind kind);

#endif /* PLUGIN_REGISTRY_H */
