/* SPDX-License-Identifier: Apache-2.0 */

/* inspect - what plugins there are, and what each can do */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/describe.h"
#include "plugin/fault.h"
#include "plugin/registry.h"

struct inspection {
    const struct command *command;
    const char *plugin_path;
    bool json;
    bool settings;    /* --settings: those, and no plugin */
    const char *name; /* NULL: all */
    size_t shown;
    size_t refused;
    size_t width; /* of the longest name */
};

static void
show_line(const struct registry_entry *entry, const struct mill_plugin *plugin,
          size_t width)
{
    printf("%-9s  %-*s  %-7s  %s\n", registry_kind_name(entry->kind),
           (int)width, entry->name, plugin->version, plugin->summary);
}

static void
tell_refused(const struct registry_entry *entry, const char *why)
{
    fprintf(stderr, "millrace: %s \"%s\" is refused: %s (%s)\n",
            registry_kind_name(entry->kind), entry->name, why, entry->path);
}

static void
inspect_one(struct inspection *inspection, struct registry *registry,
            size_t index, struct catalogue *catalogue)
{
    const struct registry_entry *entry = registry_at(registry, index);
    const struct mill_plugin *plugin;
    const char *why;

    if (inspection->name && strcmp(inspection->name, entry->name) != 0)
        return;
    plugin = registry_find(registry, entry->kind, entry->name, &why);
    if (!plugin) {
        inspection->refused++;
        tell_refused(entry, why);
        catalogue_add_refused(catalogue, entry, why);
        return;
    }
    if (catalogue)
        catalogue_add(catalogue, entry, plugin);
    else if (!inspection->name)
        show_line(entry, plugin, inspection->width);
    else
        describe_plugin(stdout, entry, plugin, inspection->shown > 0);
    inspection->shown++;
}

/* What may have been meant instead of a name that there isn't. */
static int
tell_unknown(const struct inspection *inspection,
             const struct registry *registry)
{
    size_t count = registry_count(registry);
    const char **names = calloc(count + 1, sizeof(*names));
    struct mill_buffer hint = { 0 };

    for (size_t i = 0; names && i < count; i++)
        names[i] = registry_at(registry, i)->name;
    if (names)
        suggest(&hint, inspection->name, names, count);
    fprintf(stderr, "millrace inspect: there is no plugin \"%s\"%s\n",
            inspection->name, mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
    free(names);
    return EXIT_USAGE;
}

static int
inspect_all(struct inspection *inspection, struct registry *registry)
{
    struct catalogue *catalogue = NULL;

    if (inspection->json && !(catalogue = catalogue_create())) {
        fputs("millrace: no memory\n", stderr);
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < registry_count(registry); i++) {
        size_t len = strlen(registry_at(registry, i)->name);

        if (len > inspection->width)
            inspection->width = len;
    }
    for (size_t i = 0; i < registry_count(registry); i++)
        inspect_one(inspection, registry, i, catalogue);
    if (!inspection->name)
        catalogue_add_settings(catalogue);
    catalogue_print(catalogue, stdout);
    catalogue_destroy(catalogue);
    if (!inspection->name || inspection->shown > 0)
        return EXIT_DONE;
    return inspection->refused > 0 ? EXIT_FAILED
                                   : tell_unknown(inspection, registry);
}

/* What a definition may set beside what plugins have. */
static int
show_settings(const struct inspection *inspection)
{
    struct catalogue *catalogue = NULL;

    if (inspection->name)
        return cli_misused(inspection->command,
                           "--settings are no plugin's: leave \"%s\" out",
                           inspection->name);
    if (!inspection->json) {
        describe_settings(stdout);
        return EXIT_DONE;
    }
    catalogue = catalogue_create();
    catalogue_add_settings(catalogue);
    catalogue_print(catalogue, stdout);
    catalogue_destroy(catalogue);
    return EXIT_DONE;
}

static int
inspect(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        { "plugin-path", required_argument, NULL, 'p' },
        { "json", no_argument, NULL, 'j' },
        { "settings", no_argument, NULL, 's' },
        { 0 },
    };
    struct inspection inspection = { .command = self };
    struct registry *registry;
    int found, status;

    while ((found = cli_next(self, argc, argv, options)) != CLI_REST) {
        if (found == CLI_HELP)
            return EXIT_DONE;
        if (found == CLI_WRONG)
            return EXIT_USAGE;
        if (found == 'p')
            inspection.plugin_path = optarg;
        else if (found == 's')
            inspection.settings = true;
        else
            inspection.json = true;
    }
    if (argc - optind > 1)
        return cli_misused(self, "one plugin at most, not %d", argc - optind);
    inspection.name = argv[optind];
    if (inspection.settings)
        return show_settings(&inspection);
    registry = cli_registry(self, inspection.plugin_path);
    if (!registry)
        return EXIT_USAGE;
    status = inspect_all(&inspection, registry);
    registry_destroy(registry);
    return status;
}

const struct command command_inspect = {
    .name = "inspect",
    .summary = "show what plugins there are, or what one can do",
    .help =
        "usage: millrace inspect [OPTION...] [PLUGIN]\n"
        "       millrace inspect --settings\n"
        "\n"
        "Without PLUGIN: all plugins, one a line, with kind, name, version "
        "and summary;\n"
        "those that cannot be loaded go to standard error with the reason.\n"
        "With PLUGIN: its options with types, defaults and limits, and what "
        "it can\n"
        "guarantee; both, where a source and a sink share the name.\n"
        "\n"
        "  --settings    what a definition may set beside the options of "
        "plugins, of the\n"
        "                pipeline (memory, state_dir, ...) and of each stage "
        "(from, ...)\n"
        "  --json        all of it as one JSON document\n" CLI_HELP_PLUGIN_PATH
            CLI_HELP_HELP "\n"
        "exit status: 0, 1 where PLUGIN is refused, 2 where there is none\n",
    .run = inspect,
};
