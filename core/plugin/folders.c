/* SPDX-License-Identifier: Apache-2.0 */

/* folders - see the header */

#include "plugin/folders.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
folders_add(struct folders *folders, const char *path, size_t len,
            const char *asked_by)
{
    struct folder *items =
        realloc(folders->items, (folders->count + 1) * sizeof(*items));

    if (!items)
        return false;
    folders->items = items;
    items[folders->count].path = strndup(path, len);
    items[folders->count].asked_by = asked_by;
    return items[folders->count++].path != NULL;
}

/* Adds each of the folders in PATHS; empty ones are none. */
static bool
folders_split(struct folders *folders, const char *paths, const char *asked_by)
{
    while (paths && *paths) {
        size_t len = strcspn(paths, ":");

        if (len > 0 && !folders_add(folders, paths, len, asked_by))
            return false;
        paths += len + (paths[len] == ':');
    }
    return true;
}

/* Cuts the last component off PATH if it is NAME. */
static bool
cut_component(char *path, const char *name)
{
    char *slash = strrchr(path, '/');

    if (!slash || strcmp(slash + 1, name) != 0)
        return false;
    *slash = '\0';
    return true;
}

/* The build tree's plugins, when the program lies in TREE/core/ or, as libtool
 * has it, in TREE/core/.libs/.  TO has PATH_MAX bytes. */
static bool
find_build_tree(char *to)
{
    char probe[PATH_MAX + sizeof("/config.status")];
    ssize_t len = readlink("/proc/self/exe", to, PATH_MAX - 1);
    char *slash;

    if (len <= 0)
        return false;
    to[len] = '\0';
    slash = strrchr(to, '/');
    if (!slash)
        return false;
    *slash = '\0';
    cut_component(to, ".libs");
    if (!cut_component(to, "core"))
        return false;
    snprintf(probe, sizeof(probe), "%s/config.status", to);
    if (access(probe, F_OK) != 0 || strlen(to) + sizeof("/plugins") > PATH_MAX)
        return false;
    memcpy(to + strlen(to), "/plugins", sizeof("/plugins"));
    return true;
}

bool
folders_init(struct folders *folders, const char *plugin_path)
{
    char tree[PATH_MAX];
    const char *last = find_build_tree(tree) ? tree : PLUGIN_DIR;

    return folders_split(folders, plugin_path, "--plugin-path")
           && folders_split(folders, getenv("MILLRACE_PLUGIN_PATH"),
                            "MILLRACE_PLUGIN_PATH")
           && folders_add(folders, last, strlen(last), NULL);
}

void
folders_finish(struct folders *folders)
{
    for (size_t i = 0; i < folders->count; i++)
        free(folders->items[i].path);
    free(folders->items);
    *folders = (struct folders){ 0 };
}
