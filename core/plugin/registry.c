/* SPDX-License-Identifier: Apache-2.0 */

/* registry - see the header */

#include "plugin/registry.h"

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <ltdl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/cache.h"
#include "plugin/folders.h"
#include "plugin/probe.h"

#define SUFFIX ".so"

struct plugin_file {
    struct registry_entry entry;
    char *path;  /* what entry.path lends */
    char *name;  /* what entry.name lends */
    size_t rank; /* of its folder: the lowest counts */
    const struct mill_plugin *plugin;
    struct reason *why; /* once refused */
};

struct registry {
    struct plugin_file *files;
    size_t count;
    size_t room;
    struct cache *cache; /* NULL until the first plugin is asked for */
    bool cache_opened;
    char problem[PATH_MAX + 256];
};

const char *
registry_kind_name(enum mill_kind kind)
{
    switch (kind) {
    case MILL_SOURCE:
        return "source";
    case MILL_TRANSFORM:
        return "transform";
    case MILL_SINK:
        return "sink";
    }
    return "stage";
}

/* ---- listing -------------------------------------------------------------
 */

/* Letters that a name may have: those that a pipeline can spell. */
static bool
is_name(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_'
            && text[i] != '-')
            return false;
    return len > 0;
}

static bool
registry_add(struct registry *registry, enum mill_kind kind, const char *folder,
             const char *file, size_t rank)
{
    struct plugin_file *files = registry->files;
    struct plugin_file added = { .entry.kind = kind, .rank = rank };

    if (registry->count == registry->room) {
        registry->room = registry->room * 2 + 16;
        files = realloc(files, registry->room * sizeof(*files));
        if (!files)
            return false;
        registry->files = files;
    }
    added.name = strndup(file, strlen(file) - strlen(SUFFIX));
    if (asprintf(&added.path, "%s/%s", folder, file) < 0)
        added.path = NULL;
    added.entry.name = added.name;
    added.entry.path = added.path;
    files[registry->count++] = added;
    return added.name && added.path;
}

/* Adds all the NAME.so in a folder.  False: no memory.  *FOUND: it is there. */
static bool
list_files(struct registry *registry, enum mill_kind kind, const char *folder,
           size_t rank, bool *found)
{
    DIR *dir = opendir(folder);
    const struct dirent *item;
    bool fine = true;

    if (!dir)
        return true;
    *found = true;
    while (fine && (item = readdir(dir))) {
        size_t len = strlen(item->d_name);

        if (len <= strlen(SUFFIX) || item->d_name[0] == '.'
            || strcmp(item->d_name + len - strlen(SUFFIX), SUFFIX) != 0)
            continue;
        fine = registry_add(registry, kind, folder, item->d_name, rank);
    }
    closedir(dir);
    return fine;
}

/* Lists the three folders in FOLDER; each may be one that libtool built in. */
static bool
list_folder(struct registry *registry, const char *folder, size_t rank,
            bool *found)
{
    for (enum mill_kind kind = MILL_SOURCE; kind <= MILL_SINK; kind++) {
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/%ss", folder,
                 registry_kind_name(kind));
        if (!list_files(registry, kind, path, rank, found))
            return false;
        snprintf(path, sizeof(path), "%s/%ss/.libs", folder,
                 registry_kind_name(kind));
        if (!list_files(registry, kind, path, rank, found))
            return false;
    }
    return true;
}

static int
compare_names(enum mill_kind kind, const char *name,
              const struct plugin_file *file)
{
    if (kind != file->entry.kind)
        return kind < file->entry.kind ? -1 : 1;
    return strcmp(name, file->entry.name);
}

static int
compare_files(const void *left, const void *right)
{
    const struct plugin_file *a = left;
    const struct plugin_file *b = right;
    int order = compare_names(a->entry.kind, a->entry.name, b);

    if (order != 0)
        return order;
    return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static void
file_finish(struct plugin_file *file)
{
    free(file->name);
    free(file->path);
    free(file->why);
}

/* Sorts the files and leaves one of each kind and name. */
static void
settle_files(struct registry *registry)
{
    size_t kept = 0;

    if (registry->count > 1)
        qsort(registry->files, registry->count, sizeof(*registry->files),
              compare_files);
    for (size_t i = 0; i < registry->count; i++) {
        struct plugin_file *file = &registry->files[i];

        if (kept > 0
            && compare_names(file->entry.kind, file->entry.name,
                             &registry->files[kept - 1])
                   == 0)
            file_finish(file);
        else
            registry->files[kept++] = *file;
    }
    registry->count = kept;
}

/* A folder that somebody asked for is to be there. */
static void
note_problem(struct registry *registry, const struct folder *folder)
{
    struct stat info;
    const char *why = "it holds no folder \"sources\", \"transforms\" or "
                      "\"sinks\"";

    if (!folder->asked_by || *registry->problem)
        return;
    if (stat(folder->path, &info) != 0)
        why = strerror(errno);
    else if (!S_ISDIR(info.st_mode))
        why = "it is no folder";
    snprintf(registry->problem, sizeof(registry->problem),
             "%s: cannot look for plugins in %s: %s", folder->asked_by,
             folder->path, why);
}

static bool
list_all(struct registry *registry, const char *plugin_path)
{
    struct folders folders = { 0 };
    bool fine = folders_init(&folders, plugin_path);

    for (size_t i = 0; fine && i < folders.count; i++) {
        bool found = false;

        fine = list_folder(registry, folders.items[i].path, i, &found);
        if (!found)
            note_problem(registry, &folders.items[i]);
    }
    folders_finish(&folders);
    return fine;
}

struct registry *
registry_create(const char *plugin_path)
{
    struct registry *registry = calloc(1, sizeof(*registry));

    if (!registry)
        return NULL;
    if (!list_all(registry, plugin_path)) {
        registry_destroy(registry);
        return NULL;
    }
    settle_files(registry);
    return registry;
}

void
registry_destroy(struct registry *registry)
{
    if (!registry)
        return;
    cache_close(registry->cache);
    for (size_t i = 0; i < registry->count; i++)
        file_finish(&registry->files[i]);
    free(registry->files);
    free(registry);
}

const char *
registry_problem(const struct registry *registry)
{
    return *registry->problem ? registry->problem : NULL;
}

size_t
registry_count(const struct registry *registry)
{
    return registry->count;
}

const struct registry_entry *
registry_at(const struct registry *registry, size_t index)
{
    assert(index < registry->count);
    return &registry->files[index].entry;
}

/* ---- loading -------------------------------------------------------------
 */

/*
 * Loads through libltdl, for good: there is no lt_dlclose() and no lt_dlexit().
 * libltdl binds lazily, so everything is bound here first: where the cache
 * knows a plugin but a library under it has changed since, that is refused too
 * and not found out in the middle of a run.
 */
static const struct mill_plugin *
load(const struct registry_entry *entry, struct reason *why)
{
    const struct mill_plugin *plugin =
        probe_open(entry->path, entry->kind, entry->name, why);
    lt_dladvise advice;
    lt_dlhandle handle = NULL;

    if (!plugin)
        return NULL;
    if (lt_dlinit() == 0 && lt_dladvise_init(&advice) == 0) {
        if (lt_dladvise_local(&advice) == 0
            && lt_dladvise_resident(&advice) == 0)
            handle = lt_dlopenadvise(entry->path, advice);
        lt_dladvise_destroy(&advice);
    }
    if (!handle || lt_dlsym(handle, "mill_plugin") != plugin) {
        const char *error = lt_dlerror();

        reason_set(why, "libltdl cannot load it: %s",
                   error ? error : "it found another mill_plugin");
        return NULL;
    }
    return plugin;
}

/* Whether the file may be loaded at all, found out without loading it here. */
static bool
is_fit(struct registry *registry, const struct registry_entry *entry,
       struct reason *why)
{
    if (!is_name(entry->name, strlen(entry->name)))
        return reason_set(why, "its name may only hold letters, digits, _ and "
                               "-: rename it");
    if (!registry->cache_opened)
        registry->cache = cache_open();
    registry->cache_opened = true;
    if (cache_has(registry->cache, entry->path))
        return true;
    if (!probe_plugin(entry->path, entry->kind, entry->name, why))
        return false;
    cache_add(registry->cache, entry->path);
    return true;
}

static struct plugin_file *
find_file(struct registry *registry, enum mill_kind kind, const char *name)
{
    size_t low = 0;
    size_t high = registry->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_names(kind, name, &registry->files[middle]);

        if (order == 0)
            return &registry->files[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct mill_plugin *
registry_find(struct registry *registry, enum mill_kind kind, const char *name,
              const char **why)
{
    struct plugin_file *file = find_file(registry, kind, name);
    struct reason reason = { "no memory" };

    *why = NULL;
    if (!file || file->plugin)
        return file ? file->plugin : NULL;
    if (!file->why && is_fit(registry, &file->entry, &reason))
        file->plugin = load(&file->entry, &reason);
    if (file->plugin)
        return file->plugin;
    if (!file->why) {
        file->why = malloc(sizeof(*file->why));
        if (!file->why) {
            *why = "no memory";
            return NULL;
        }
        *file->why = reason;
    }
    *why = file->why->text;
    return NULL;
}
