/* SPDX-License-Identifier: Apache-2.0 */

#include "core/fake_registry.h"

#include <string.h>

static const char *const modes[] = { "all", "emulate", NULL };

static const struct mill_option source_options[] = {
    MILL_OPTION(struct fake_source, path, "File to read", .required = true),
    MILL_OPTION(struct fake_source, poll, "How often to look",
                .fallback = "250ms"),
    MILL_OPTION(struct fake_source, rows, "How many", .fallback = "0",
                .least = 0, .most = INT64_MAX),
    { 0 },
};

static const struct mill_option db_options[] = {
    MILL_OPTION(struct fake_db, url, "Where it is", .required = true,
                .secret = true),
    MILL_OPTION(struct fake_db, password, "Password", .secret = true),
    MILL_OPTION(struct fake_db, tables, "Tables to read"),
    MILL_OPTION(struct fake_db, mode, "How to read", .fallback = "all",
                .choices = modes),
    { 0 },
};

static const struct mill_option fields_options[] = {
    MILL_OPTION(struct fake_fields, drop, "Columns to drop"),
    MILL_OPTION(struct fake_fields, keep, "Columns to keep",
                .fallback = "index, title"),
    { 0 },
};

static const struct mill_option sink_options[] = {
    MILL_OPTION(struct fake_sink, path, "File to write", .required = true),
    MILL_OPTION(struct fake_sink, size, "When to rotate", .fallback = "64MiB",
                .least = 1024, .most = INT64_C(1) << 40),
    MILL_OPTION(struct fake_sink, ratio, "Some share", .fallback = "0.5",
                .least = 0, .most = 1),
    MILL_OPTION(struct fake_sink, sync, "Reach the disk", .fallback = "yes"),
    { 0 },
};

static const struct mill_plugin plugins[] = {
    { .kind = MILL_SOURCE,
      .name = "db",
      .instance_size = sizeof(struct fake_db),
      .options = db_options },
    { .kind = MILL_SOURCE,
      .name = "file",
      .instance_size = sizeof(struct fake_source),
      .options = source_options },
    { .kind = MILL_TRANSFORM, .name = "broken" },
    { .kind = MILL_TRANSFORM,
      .name = "fields",
      .flags = MILL_SCALES,
      .instance_size = sizeof(struct fake_fields),
      .options = fields_options },
    { .kind = MILL_TRANSFORM, .name = "one" },
    { .kind = MILL_SINK,
      .name = "file",
      .instance_size = sizeof(struct fake_sink),
      .options = sink_options },
    { .kind = MILL_SINK, .name = "stdout" },
};

#define COUNT (sizeof(plugins) / sizeof(plugins[0]))

static struct registry_entry entries[COUNT];

/* Only its address is used. */
struct registry {
    int unused;
};

struct registry *
fake_registry(void)
{
    static struct registry registry;

    for (size_t i = 0; i < COUNT; i++)
        entries[i] = (struct registry_entry){ .kind = plugins[i].kind,
                                              .name = plugins[i].name,
                                              .path = "nowhere" };
    return &registry;
}

const struct mill_plugin *
registry_find(struct registry *registry, enum mill_kind kind, const char *name,
              const char **why)
{
    (void)registry;
    *why = NULL;
    for (size_t i = 0; i < COUNT; i++) {
        if (plugins[i].kind != kind || strcmp(plugins[i].name, name) != 0)
            continue;
        if (strcmp(name, "broken") != 0)
            return &plugins[i];
        *why = "it is broken";
    }
    return NULL;
}

size_t
registry_count(const struct registry *registry)
{
    (void)registry;
    return COUNT;
}

const struct registry_entry *
registry_at(const struct registry *registry, size_t index)
{
    (void)registry;
    return &entries[index];
}

const char *
registry_kind_name(enum mill_kind kind)
{
    static const char *const names[] = { "?", "source", "transform", "sink" };

    return names[kind];
}
