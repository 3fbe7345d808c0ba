/* SPDX-License-Identifier: Apache-2.0 */

/* dead_letters - the default sink of rejected rows; see dead_letters.h */

#include "pipeline/dead_letters.h"

#include <string.h>

#include "pipeline/draft.h"
#include "plugin/registry.h"

/* The path is a template, and a brace in a folder's name isn't a field. */
static void
add_escaped(struct mill_buffer *to, const char *text)
{
    for (; *text; text++) {
        mill_buffer_add(to, text, 1);
        if (*text == '{' || *text == '}')
            mill_buffer_add(to, text, 1);
    }
}

/* ${ in a folder's name isn't a variable either. */
static const char *
path_of(const struct graph *graph, struct arena *arena)
{
    struct mill_buffer path = { 0 };
    const char *folder = graph->state_dir;
    char *copy = NULL;

    if (folder) {
        add_escaped(&path, folder);
        mill_buffer_print(&path, "/dead.ndjson");
    } else {
        mill_buffer_print(&path, "dead-letters.ndjson");
    }
    const char *text = mill_buffer_text(&path);
    if (!path.failed)
        copy = arena_alloc_bytes(arena, path.len + 1);
    if (copy)
        memcpy(copy, text, path.len + 1);
    mill_buffer_finish(&path);
    return copy;
}

static bool
fill_options(struct graph *graph, struct graph_stage *stage, void *block,
             struct faults *faults)
{
    struct draft_memory *memory = graph->memory_of_graph;
    struct setting settings[] = {
        { .name = "path",
          .type = SETTING_TEXT,
          .text = path_of(graph, &memory->arena),
          .file = graph->file },
        { .name = "append",
          .type = SETTING_BOOL,
          .boolean = true,
          .file = graph->file },
    };
    struct option_place place = { .file = graph->file, .stage = stage->name };

    return settings[0].text
           && option_parse(stage->plugin, settings, 2, &place, &memory->arena,
                           block, faults);
}

static bool
append_stage(struct graph *graph, struct graph_stage *stage)
{
    struct draft_memory *memory = graph->memory_of_graph;
    size_t count = graph->stage_count;
    struct graph_stage *stages =
        arena_alloc(&memory->arena, (count + 1) * sizeof(*stages));
    if (!stages)
        return false;

    memcpy(stages, graph->stages, count * sizeof(*stages));
    stages[count] = *stage;
    for (size_t i = 0; i < count; i++)
        if (stages[i].dead_letter < 0 && !stages[i].is_dead_letter)
            stages[i].dead_letter = (long)count;
    graph->stages = stages;
    graph->stage_count = count + 1;
    return true;
}

static bool
is_needed(const struct graph *graph)
{
    for (size_t i = 0; i < graph->stage_count; i++)
        if (graph->stages[i].dead_letter < 0
            && !graph->stages[i].is_dead_letter)
            return true;
    return false;
}

bool
graph_add_dead_letters(struct graph *graph, struct registry *registry,
                       struct faults *faults)
{
    struct draft_memory *memory = graph->memory_of_graph;
    struct graph_stage stage = { .name = DEAD_LETTERS_STAGE,
                                 .file = graph->file,
                                 .workers = 1,
                                 .dead_letter = -1,
                                 .is_dead_letter = true };
    const char *why = NULL;

    if (!is_needed(graph))
        return true;
    stage.plugin = registry_find(registry, MILL_SINK, "file", &why);
    if (!stage.plugin) {
        faults_add(faults, graph->file, 0,
                   "the dead letters need the sink \"file\": %s",
                   why ? why : "it isn't installed");
        return false;
    }

    void *block = arena_alloc(&memory->arena, stage.plugin->instance_size);
    if (block)
        memset(block, 0, stage.plugin->instance_size);
    stage.options = block;
    if (block && fill_options(graph, &stage, block, faults)
        && append_stage(graph, &stage))
        return true;
    if (!faults_any(faults))
        faults_add(faults, graph->file, 0, "no memory for the dead letters");
    return false;
}
