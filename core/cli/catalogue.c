/* SPDX-License-Identifier: Apache-2.0 */

/* catalogue - plugins as one JSON document; see describe.h */

#include <json.h>
#include <stdlib.h>

#include "cli/describe.h"
#include "pipeline/definition.h"
#include "plugin/option.h"

struct catalogue {
    struct json_object *root;
    struct json_object *plugins; /* root's */
    struct json_object *refused; /* root's */
};

struct catalogue *
catalogue_create(void)
{
    struct catalogue *catalogue = calloc(1, sizeof(*catalogue));

    if (!catalogue)
        return NULL;
    catalogue->root = json_object_new_object();
    catalogue->plugins = json_object_new_array();
    catalogue->refused = json_object_new_array();
    json_object_object_add(catalogue->root, "plugins", catalogue->plugins);
    json_object_object_add(catalogue->root, "refused", catalogue->refused);
    return catalogue;
}

void
catalogue_destroy(struct catalogue *catalogue)
{
    if (!catalogue)
        return;
    json_object_put(catalogue->root);
    free(catalogue);
}

static void
put_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key,
                           text ? json_object_new_string(text) : NULL);
}

static void
put_bool(struct json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

static struct json_object *
choices_as_json(const char *const *choices)
{
    struct json_object *list = json_object_new_array();

    for (; *choices; choices++)
        json_object_array_add(list, json_object_new_string(*choices));
    return list;
}

static struct json_object *
option_as_json(const struct mill_option *option)
{
    struct json_object *object = json_object_new_object();

    put_text(object, "name", option->name);
    put_text(object, "type", option_type_name(option->type));
    put_text(object, "help", option->help);
    put_text(object, "default", option->fallback);
    put_bool(object, "required", option->required);
    put_bool(object, "secret", option->secret);
    if (option->choices)
        json_object_object_add(object, "choices",
                               choices_as_json(option->choices));
    if (option->least != 0 || option->most != 0) {
        json_object_object_add(object, "least",
                               json_object_new_int64(option->least));
        json_object_object_add(object, "most",
                               json_object_new_int64(option->most));
    }
    return object;
}

static struct json_object *
options_as_json(const struct mill_option *options)
{
    struct json_object *list = json_object_new_array();

    for (; options && options->name; options++)
        json_object_array_add(list, option_as_json(options));
    return list;
}

static struct json_object *
guarantees_as_json(const struct mill_plugin *plugin)
{
    struct json_object *list = json_object_new_array();
    const char *text;

    for (size_t i = 0; (text = describe_guarantee(plugin, i)); i++)
        json_object_array_add(list, json_object_new_string(text));
    return list;
}

static struct json_object *
entry_as_json(const struct registry_entry *entry)
{
    struct json_object *object = json_object_new_object();

    put_text(object, "kind", registry_kind_name(entry->kind));
    put_text(object, "name", entry->name);
    put_text(object, "path", entry->path);
    return object;
}

void
catalogue_add(struct catalogue *catalogue, const struct registry_entry *entry,
              const struct mill_plugin *plugin)
{
    struct json_object *object;

    if (!catalogue)
        return;
    object = entry_as_json(entry);
    put_text(object, "version", plugin->version);
    put_text(object, "summary", plugin->summary);
    put_bool(object, "replays", plugin->flags & MILL_REPLAYS);
    put_bool(object, "keeps_cells", plugin->flags & MILL_KEEPS_CELLS);
    put_bool(object, "scales", plugin->flags & MILL_SCALES);
    put_bool(object, "exactly_once", plugin->flags & MILL_EXACTLY_ONCE);
    json_object_object_add(object, "guarantees", guarantees_as_json(plugin));
    json_object_object_add(object, "options", options_as_json(plugin->options));
    json_object_array_add(catalogue->plugins, object);
}

void
catalogue_add_refused(struct catalogue *catalogue,
                      const struct registry_entry *entry, const char *why)
{
    struct json_object *object;

    if (!catalogue)
        return;
    object = entry_as_json(entry);
    put_text(object, "reason", why);
    json_object_array_add(catalogue->refused, object);
}

void
catalogue_add_settings(struct catalogue *catalogue)
{
    if (!catalogue)
        return;
    json_object_object_add(catalogue->root, "settings",
                           options_as_json(definition_settings));
    json_object_object_add(catalogue->root, "words",
                           options_as_json(definition_words));
}

void
catalogue_print(const struct catalogue *catalogue, FILE *to)
{
    if (!catalogue)
        return;
    fprintf(to, "%s\n",
            json_object_to_json_string_ext(
                catalogue->root,
                JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}
