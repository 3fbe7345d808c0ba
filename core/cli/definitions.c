/* SPDX-License-Identifier: Apache-2.0 */

/* definitions - see the header */

#include "cli/definitions.h"

#include <stdlib.h>

#include "cli/tell.h"
#include "pipeline/dead_letters.h"
#include "pipeline/definition.h"
#include "plugin/fault.h"
#include "plugin/registry.h"
#include "runtime/check.h"

static void
take_graph(struct definitions *definitions, struct graph *graph)
{
    if (graph)
        definitions->graphs[definitions->count++] = graph;
}

/* Goes on whatever is wrong, so that all of it is told at once. */
static void
read_all(struct definitions *definitions, const char *line, char *const *files,
         size_t count, struct faults *faults)
{
    struct registry *registry = definitions->registry;

    if (line)
        take_graph(definitions, definition_read_line(line, registry, faults));
    for (size_t i = 0; i < count; i++)
        take_graph(definitions, definition_read(files[i], registry, faults));
    definition_check_together(definitions->graphs, definitions->count, faults);
    for (size_t i = 0; i < definitions->count; i++)
        runtime_check(definitions->graphs[i], tell_is_json(), faults);
}

/* Tells the faults; what the command returns. */
static int
tell_all(struct faults *faults)
{
    bool wrong = faults_any(faults);

    tell_faults(faults);
    faults_finish(faults);
    return wrong ? EXIT_USAGE : EXIT_DONE;
}

int
definitions_read(struct definitions *definitions, const struct command *command,
                 const char *plugin_path, const char *line, char *const *files,
                 size_t count)
{
    struct faults faults = { 0 };

    definitions->registry = cli_registry(command, plugin_path);
    if (!definitions->registry)
        return EXIT_USAGE;
    definitions->graphs = calloc(count + 1, sizeof(*definitions->graphs));
    if (!definitions->graphs) {
        tell(MILL_ERROR, NULL, "no memory");
        return EXIT_FAILED;
    }
    read_all(definitions, line, files, count, &faults);
    return tell_all(&faults);
}

int
definitions_add_dead_letters(struct definitions *definitions)
{
    struct faults faults = { 0 };

    for (size_t i = 0; i < definitions->count; i++)
        graph_add_dead_letters(definitions->graphs[i], definitions->registry,
                               &faults);
    return tell_all(&faults);
}

void
definitions_finish(struct definitions *definitions)
{
    for (size_t i = 0; i < definitions->count; i++)
        graph_destroy(definitions->graphs[i]);
    free(definitions->graphs);
    registry_destroy(definitions->registry);
    *definitions = (struct definitions){ 0 };
}
