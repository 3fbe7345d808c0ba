/* SPDX-License-Identifier: Apache-2.0 */

/*
 * folders - where plugins are looked for
 *
 * In this order: the folders of --plugin-path, those of MILLRACE_PLUGIN_PATH,
 * and last the installed one; in its place that of the build tree, when the
 * program was started out of one.
 */

#ifndef PLUGIN_FOLDERS_H
#define PLUGIN_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>

struct folder {
    char *path;
    const char *asked_by; /* "--plugin-path", ..., static; NULL: the default */
};

/* Zeroed memory is an empty list. */
struct folders {
    struct folder *items;
    size_t count;
};

/* Fills an empty list.  PLUGIN_PATH: folders parted by ':', or NULL.  False:
 * no memory. */
bool folders_init(struct folders *folders, const char *plugin_path);
void folders_finish(struct folders *folders);

#endif /* PLUGIN_FOLDERS_H */
