/* SPDX-License-Identifier: Apache-2.0 */

/* descriptor - see the header */

#include "plugin/descriptor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plugin/option.h"
#include "plugin/registry.h"

/* All bits of enum mill_flags, up to the last. */
#define FLAGS_KNOWN ((uint32_t)MILL_HOLDS_BACK * 2 - 1)

bool
reason_set(struct reason *why, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why->text, sizeof(why->text), format, args);
    va_end(args);
    return false;
}

/* Nothing behind these three may be read unless they are right. */
static bool
abi_fits(const struct mill_plugin *plugin, struct reason *why)
{
    if (plugin->abi != MILL_ABI_VERSION)
        return reason_set(why,
                          "it was built for ABI %u and this millrace has ABI "
                          "%u: build it again",
                          plugin->abi, MILL_ABI_VERSION);
    if (plugin->size != sizeof(struct mill_plugin))
        return reason_set(why,
                          "its mill_plugin has %u bytes instead of %zu: build "
                          "it against the headers of this millrace",
                          plugin->size, sizeof(struct mill_plugin));
    if (plugin->option_size != sizeof(struct mill_option))
        return reason_set(why,
                          "its options have %u bytes each instead of %zu: "
                          "build it against the headers of this millrace",
                          plugin->option_size, sizeof(struct mill_option));
    return true;
}

static bool
kind_fits(const struct mill_plugin *plugin, enum mill_kind kind,
          struct reason *why)
{
    if (plugin->kind != MILL_SOURCE && plugin->kind != MILL_TRANSFORM
        && plugin->kind != MILL_SINK)
        return reason_set(why, "its kind is %d, which is none",
                          (int)plugin->kind);
    if (plugin->kind != kind)
        return reason_set(why,
                          "it is a %s, but lies in the folder \"%ss\": "
                          "move it to \"%ss\"",
                          registry_kind_name(plugin->kind),
                          registry_kind_name(kind),
                          registry_kind_name(plugin->kind));
    return true;
}

static bool
name_fits(const struct mill_plugin *plugin, const char *name,
          struct reason *why)
{
    if (!plugin->name)
        return reason_set(why, "it has no name");
    if (strcmp(plugin->name, name) != 0)
        return reason_set(why,
                          "it calls itself \"%.64s\", but its file is called "
                          "\"%s.so\": they must agree",
                          plugin->name, name);
    return true;
}

static bool
is_one_line(const char *text)
{
    return text && *text && !strchr(text, '\n');
}

static bool
texts_fit(const struct mill_plugin *plugin, struct reason *why)
{
    if (!is_one_line(plugin->version))
        return reason_set(why, "it has no version, or not one line of it");
    if (!is_one_line(plugin->summary))
        return reason_set(why, "it has no summary, or not one line of it");
    return true;
}

static bool
instance_fits(const struct mill_plugin *plugin, struct reason *why)
{
    if (plugin->flags & ~FLAGS_KNOWN)
        return reason_set(why, "it sets flags 0x%x, which this ABI hasn't",
                          plugin->flags & ~FLAGS_KNOWN);
    if (plugin->instance_size > DESCRIPTOR_INSTANCE_MAX)
        return reason_set(why,
                          "its instance_size is %zu bytes, more than the %zu "
                          "that are allowed",
                          plugin->instance_size, DESCRIPTOR_INSTANCE_MAX);
    return true;
}

static bool
callbacks_fit(const struct mill_plugin *plugin, struct reason *why)
{
    if (plugin->kind == MILL_SOURCE && !plugin->source.read)
        return reason_set(why, "it is a source without .source.read");
    if (plugin->kind == MILL_TRANSFORM && !plugin->transform.apply)
        return reason_set(why, "it is a transform without .transform.apply");
    if (plugin->kind == MILL_SINK && !plugin->sink.write)
        return reason_set(why, "it is a sink without .sink.write");
    return true;
}

static bool
options_fit(const struct mill_plugin *plugin, struct reason *why)
{
    struct mill_buffer text = { 0 };
    bool fine = option_check_table(plugin, &text);

    if (!fine)
        reason_set(why, "its options do not fit: %s", mill_buffer_text(&text));
    mill_buffer_finish(&text);
    return fine;
}

bool
descriptor_check(const struct mill_plugin *plugin, enum mill_kind kind,
                 const char *name, struct reason *why)
{
    return abi_fits(plugin, why) && kind_fits(plugin, kind, why)
           && name_fits(plugin, name, why) && texts_fit(plugin, why)
           && instance_fits(plugin, why) && callbacks_fit(plugin, why)
           && options_fit(plugin, why);
}
