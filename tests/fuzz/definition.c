/* SPDX-License-Identifier: Apache-2.0 */

/*
 * definition - any text is a graph, or has faults
 *
 * The first byte decides whether the rest is a file or a line of -e.  What
 * comes out must hold what graph.h promises.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/fake_registry.h"
#include "pipeline/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig forgets the text before a syntax error. */
const char *
__lsan_default_suppressions(void)
{
    return "leak:libconfig.so";
}

static void
require(bool right)
{
    if (!right)
        abort();
}

static void
check_stage(const struct graph *graph, size_t index)
{
    const struct graph_stage *stage = &graph->stages[index];

    require(stage->name && stage->plugin && stage->workers >= 1);
    require(stage->plugin->instance_size == 0 || stage->options);
    require(stage->dead_letter < (long)graph->stage_count);
    require(stage->is_dead_letter
            || (stage->plugin->kind == MILL_SOURCE)
                   == (stage->input_count == 0));
    for (size_t i = 0; i < stage->input_count; i++)
        require(stage->inputs[i].stage < index);
}

static void
check_graph(const struct graph *graph)
{
    require(graph->name && graph->stage_count >= 2);
    require(graph->max_record > 0 && graph->max_record <= graph->memory);
    for (size_t i = 0; i < graph->stage_count; i++)
        check_stage(graph, i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct faults faults = { 0 };
    struct graph *graph;
    char *text;

    if (size == 0 || (text = strndup((const char *)data + 1, size - 1)) == NULL)
        return 0;
    if (strstr(text, "@include")) { /* would read our own disk */
        free(text);
        return 0;
    }
    if (data[0] == '!')
        graph = definition_read_line(text, fake_registry(), &faults);
    else
        graph = definition_read_text(text, "fuzz", fake_registry(), &faults);
    require((!graph || graph->is_faulty) == faults_any(&faults));
    for (size_t i = 0; i < faults.count; i++)
        require(faults.items[i].file && *faults.items[i].message);
    if (graph && !graph->is_faulty)
        check_graph(graph);
    graph_destroy(graph);
    faults_finish(&faults);
    free(text);
    return 0;
}
