/* SPDX-License-Identifier: Apache-2.0 */

/* build - a draft understood: the pipeline's own settings, and all its stages
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/definition.h"
#include "pipeline/draft.h"

#define NAME_MAX_LENGTH 100
#define STAGES_MAX 1000

#define SECOND INT64_C(1000000000)

/* The pipeline's own settings, read as a plugin's options are. */
struct pipeline_settings {
    const char *name;
    struct mill_size memory;
    struct mill_size max_record;
    const char *state_dir;
    struct mill_duration checkpoint;
    struct mill_duration connect_timeout;
    struct mill_duration drain_timeout;
    bool dead_ok;
    int64_t max_dead;
};

#define SETTING(member, ...)                                                   \
    MILL_OPTION(struct pipeline_settings, member, __VA_ARGS__)

const struct mill_option definition_settings[] = {
    SETTING(name, "What this pipeline is called; its state is kept under it",
            .required = true),
    SETTING(memory,
            "All rows under way, at most; a sink that is slow then slows the "
            "sources",
            .fallback = "256MiB", .least = 1 << 20, .most = INT64_MAX),
    SETTING(max_record,
            "The largest record, others are dead letters; by default 16MiB, "
            "or memory where that is less",
            .least = 1, .most = 1 << 30),
    SETTING(state_dir,
            "Folder of the checkpoint and the dead letters; by default "
            "millrace/NAME in $XDG_STATE_HOME, or in ~/.local/state"),
    SETTING(checkpoint,
            "How often sinks make durable what they took, and positions are "
            "stored",
            .fallback = "1s", .least = SECOND / 1000, .most = 3600 * SECOND),
    SETTING(connect_timeout,
            "How long a service that wasn't reached yet is tried; then the "
            "run ends",
            .fallback = "30s", .least = 0, .most = INT64_MAX),
    SETTING(drain_timeout,
            "How long delivering what was read may take after SIGTERM; what "
            "is left comes again with the next run",
            .fallback = "30s", .least = 0, .most = INT64_MAX),
    SETTING(dead_ok, "Exit with 0, not 3, where there are dead letters",
            .fallback = "no"),
    SETTING(max_dead, "More dead letters than that end the run; -1: any number",
            .fallback = "-1", .least = -1, .most = INT64_MAX),
    { 0 },
};

static const struct mill_plugin pipeline_table = {
    .name = "millrace",
    .instance_size = sizeof(struct pipeline_settings),
    .options = definition_settings,
};

#define MAX_RECORD (INT64_C(16) << 20)

/* A name is a folder's too. */
static void
check_name(struct draft *draft, const char *name)
{
    const char *what = NULL;
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && !strchr("_.-", name[i]))
            what = "is made of letters, digits, _, . and -";
    if (len > NAME_MAX_LENGTH)
        what = "has at most 100 characters";
    else if (name[0] == '.' || name[0] == '-')
        what = "begins with a letter, digit or _";
    if (what)
        faults_add(draft->faults, draft->file, draft->memory->name_line,
                   "setting \"name\": a pipeline's name %s", what);
}

/* state_dir, where the definition doesn't say. */
static const char *
default_state_dir(struct draft *draft, const char *name)
{
    const char *base = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    struct mill_buffer path = { 0 };
    const char *copy = NULL;

    if (base && *base == '/')
        mill_buffer_print(&path, "%s/millrace/%s", base, name);
    else if (home && *home == '/')
        mill_buffer_print(&path, "%s/.local/state/millrace/%s", home, name);
    else
        faults_add(draft->faults, draft->file, draft->memory->name_line,
                   "setting \"state_dir\" is missing, and neither "
                   "XDG_STATE_HOME nor HOME says where it could be");
    if (path.len > 0)
        copy = draft_copy(draft, mill_buffer_text(&path), path.len);
    mill_buffer_finish(&path);
    return copy;
}

static void
note_lines(struct draft *draft)
{
    for (size_t i = 0; i < draft->count; i++) {
        const struct setting *setting = &draft->settings[i];

        if (strcmp(setting->name, "name") == 0)
            draft->memory->name_line = setting->line;
        else if (strcmp(setting->name, "state_dir") == 0)
            draft->memory->state_line = setting->line;
        else if (strcmp(setting->name, "max_record") == 0)
            draft->memory->record_line = setting->line;
    }
}

static void
check_max_record(struct draft *draft, struct pipeline_settings *settings)
{
    if (settings->max_record.bytes == 0)
        settings->max_record.bytes = settings->memory.bytes < MAX_RECORD
                                         ? settings->memory.bytes
                                         : MAX_RECORD;
    else if (settings->max_record.bytes > settings->memory.bytes)
        faults_add(draft->faults, draft->file, draft->memory->record_line,
                   "setting \"max_record\": more than memory: such a record "
                   "could never be read");
}

/* A line of -e has no settings of its own. */
static bool
name_line(struct draft *draft)
{
    draft->settings = draft_alloc(draft, sizeof(*draft->settings));
    if (!draft->settings)
        return false;
    draft->settings[draft->count++] = (struct setting){
        .name = "name", .type = SETTING_TEXT, .text = "-e", .file = "-e"
    };
    return true;
}

static bool
read_settings(struct draft *draft, struct pipeline_settings *settings)
{
    struct option_place place = { .file = draft->file, .line = 1 };

    if (draft->is_line && !name_line(draft))
        return false;
    note_lines(draft);
    if (!option_parse(&pipeline_table, draft->settings, draft->count, &place,
                      &draft->memory->arena, settings, draft->faults))
        return false;
    check_max_record(draft, settings);
    if (draft->is_line)
        return true;
    check_name(draft, settings->name);
    if (!settings->state_dir)
        settings->state_dir = default_state_dir(draft, settings->name);
    else if (*settings->state_dir == '\0')
        faults_add(draft->faults, draft->file, draft->memory->state_line,
                   "setting \"state_dir\": must not be empty");
    return !draft_is_faulty(draft);
}

static void
copy_settings(struct graph *graph, const struct pipeline_settings *settings)
{
    graph->name = settings->name;
    graph->state_dir = settings->state_dir;
    graph->memory = settings->memory.bytes;
    graph->max_record = settings->max_record.bytes;
    graph->checkpoint_ns = settings->checkpoint.ns;
    graph->connect_ns = settings->connect_timeout.ns;
    graph->drain_ns = settings->drain_timeout.ns;
    graph->dead_ok = settings->dead_ok;
    graph->max_dead = settings->max_dead;
}

/* Plans refer to each other by index among plans; in the graph it is the
 * place. */
static void
copy_stage(struct graph_stage *to, const struct plan *plan,
           const struct plan *plans)
{
    *to = (struct graph_stage){
        .name = plan->draft->name,
        .plugin = plan->plugin,
        .options = plan->options,
        .file = plan->draft->file,
        .line = plan->draft->line,
        .inputs = plan->inputs,
        .input_count = plan->input_count,
        .workers = plan->workers,
        .dead_letter =
            plan->dead_plan < 0 ? -1 : (long)plans[plan->dead_plan].place,
        .retry_ns = plan->retry_ns,
        .spill = plan->spill,
        .spill_size = plan->spill_size,
        .is_dead_letter = plan->is_dead_letter,
        .mixes = plan->mixes,
    };
    for (size_t i = 0; i < to->input_count; i++)
        to->inputs[i].stage = plans[to->inputs[i].stage].place;
}

void
graph_note_sources(struct graph *graph)
{
    for (size_t i = 0; i < graph->stage_count; i++) {
        struct graph_stage *stage = &graph->stages[i];

        stage->source_flags =
            stage->plugin->kind == MILL_SOURCE ? stage->plugin->flags : 0;
        for (size_t k = 0; k < stage->input_count; k++)
            stage->source_flags |=
                graph->stages[stage->inputs[k].stage].source_flags;
    }
}

static struct graph *
make_graph(struct draft *draft, const struct pipeline_settings *settings,
           struct plan *plans)
{
    size_t count = draft->stage_count;
    struct graph *graph = draft_alloc(draft, sizeof(*graph));
    struct graph_stage *stages = draft_alloc(draft, count * sizeof(*stages));

    if (!graph || !stages)
        return NULL;
    copy_settings(graph, settings);
    graph->file = draft->file;
    graph->stages = stages;
    graph->stage_count = count;
    graph->memory_of_graph = draft->memory;
    edges_order(plans, count);
    for (size_t i = 0; i < count; i++)
        copy_stage(&stages[plans[i].place], &plans[i], plans);
    graph_note_sources(graph);
    return graph;
}

/* What there is of a graph with faults. */
static struct graph *
make_rest(struct draft *draft, const struct pipeline_settings *settings,
          const struct plan *plans)
{
    struct graph *graph = draft_alloc(draft, sizeof(*graph));
    struct graph_stage *stages =
        draft_alloc(draft, draft->stage_count * sizeof(*stages));

    if (!graph || !stages)
        return NULL;
    copy_settings(graph, settings);
    if (!graph->name)
        graph->name = "unnamed";
    graph->is_faulty = true;
    graph->file = draft->file;
    graph->stages = stages;
    graph->memory_of_graph = draft->memory;
    for (size_t i = 0; i < draft->stage_count; i++) {
        const struct plan *plan = &plans[i];

        if (plan->options_are_right)
            stages[graph->stage_count++] = (struct graph_stage){
                .name = plan->draft->name,
                .plugin = plan->plugin,
                .options = plan->options,
                .file = plan->draft->file,
                .line = plan->draft->line,
                .workers = plan->workers,
                .dead_letter = -1,
            };
    }
    return graph;
}

static bool
check_count(struct draft *draft)
{
    if (draft->stages_line == 0)
        faults_add(draft->faults, draft->file, 1,
                   "there are no stages: write stages = { ... };");
    else if (draft->stage_count > STAGES_MAX)
        faults_add(draft->faults, draft->file, draft->stages_line,
                   "there are more than %d stages", STAGES_MAX);
    else if (draft->stage_count > 0)
        return true;
    else if (!draft_is_faulty(draft))
        faults_add(draft->faults, draft->file, draft->stages_line,
                   "stages = { } is empty: a pipeline has a source and a sink");
    return false;
}

struct graph *
build_graph(struct draft *draft, struct registry *registry)
{
    struct pipeline_settings settings = { 0 };
    struct graph *graph = NULL;
    struct plan *plans;
    bool done = read_settings(draft, &settings);

    done = check_count(draft) && done;
    plans = draft_alloc(draft, draft->stage_count * sizeof(*plans));
    if (plans && draft->stage_count <= STAGES_MAX) {
        for (size_t i = 0; i < draft->stage_count; i++)
            plan_stage(draft, registry, &draft->stages[i], &plans[i]);
        if (draft->stage_count > 0
            && edges_connect(draft, plans, draft->stage_count) && done)
            graph = make_graph(draft, &settings, plans);
        else
            graph = make_rest(draft, &settings, plans);
    }
    if (!graph)
        draft_memory_destroy(draft->memory);
    return graph;
}
