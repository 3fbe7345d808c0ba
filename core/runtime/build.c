/* SPDX-License-Identifier: Apache-2.0 */

/* build - a run's stages, edges and memory; see build.h */

#include "runtime/build.h"

#include <stdlib.h>
#include <string.h>

#include "record/batch.h"
#include "runtime/overflow.h"
#include "runtime/replay.h"

/* --- stages and edges --------------------------------------------------------
 */

static bool
append(struct edge ***list, size_t *count, struct edge *edge)
{
    struct edge **longer = realloc(*list, (*count + 1) * sizeof(*longer));

    if (!longer)
        return false;
    longer[(*count)++] = edge;
    *list = longer;
    return true;
}

/* The run owns the edge as soon as it is in its list. */
static struct edge *
join(struct run *run, struct mill_stage *from, struct mill_stage *to)
{
    struct edge *edge = calloc(1, sizeof(*edge));

    if (!edge || !append(&run->edges, &run->edge_count, edge)) {
        free(edge);
        return NULL;
    }
    edge->from = from;
    edge->to = to;
    edge->channel = channel_create(&from->gate, &to->gate);
    if (!edge->channel || !append(&to->ins, &to->in_count, edge))
        return NULL;
    if (to->node->spill) {
        edge->overflow = overflow_create(edge);
        if (!edge->overflow)
            return NULL;
    }
    return edge;
}

static bool
join_inputs(struct run *run, struct mill_stage *to)
{
    for (size_t i = 0; i < to->node->input_count; i++) {
        const struct graph_input *input = &to->node->inputs[i];
        struct mill_stage *from = run->stages[input->stage];
        struct edge *edge = join(run, from, to);

        if (!edge || !append(&from->outs, &from->out_count, edge))
            return false;
        edge->stream = input->stream;
    }
    return true;
}

static bool
join_dead_letters(struct run *run, struct mill_stage *from)
{
    if (from->node->dead_letter < 0)
        return true;
    from->dead_out =
        join(run, from, run->stages[(size_t)from->node->dead_letter]);
    if (from->dead_out) {
        from->dead_out->dead = true;
        from->dead_out->mixed = from->node->mixes;
    }
    return from->dead_out != NULL;
}

/* Whom a source asks.  The last stage first, since all that a stage feeds stand
 * behind it. */
static void
find_answers(struct run *run)
{
    for (size_t i = run->stage_count; i-- > 0;) {
        struct mill_stage *stage = run->stages[i];
        const struct mill_plugin *plugin = stage->node->plugin;

        if (plugin->kind == MILL_SINK && plugin->sink.admin)
            stage->answers = stage;
        for (size_t k = 0; k < stage->out_count && !stage->answers; k++)
            stage->answers = stage->outs[k]->to->answers;
    }
}

/* Is there a stage behind this one, and none that has a use for cells? */
static bool
json_will_do(const struct mill_stage *stage)
{
    for (size_t i = 0; i < stage->out_count; i++)
        if (!stage->outs[i]->to->node->takes_json)
            return false;
    return stage->out_count > 0;
}

bool
build_stages(struct run *run)
{
    const struct graph *graph = run->graph;

    run->stages = calloc(graph->stage_count, sizeof(struct mill_stage *));
    if (!run->stages)
        return false;
    for (size_t i = 0; i < graph->stage_count; i++) {
        run->stages[i] = stage_create(run, &graph->stages[i], i);
        if (!run->stages[i])
            return false;
        run->stage_count++;
    }
    for (size_t i = 0; i < run->stage_count; i++)
        if (!join_inputs(run, run->stages[i])
            || !join_dead_letters(run, run->stages[i]))
            return false;
    find_answers(run);
    for (size_t i = 0; i < run->stage_count; i++)
        run->stages[i]->json_will_do = json_will_do(run->stages[i]);
    return true;
}

static void
drain(struct run *run)
{
    for (size_t i = 0; i < run->edge_count; i++) {
        struct edge *edge = run->edges[i];
        struct batch *batch;

        while (edge->channel && (batch = channel_drain(edge->channel)))
            batch_release(batch);
    }
}

void
build_close(struct run *run)
{
    for (size_t i = 0; i < run->stage_count; i++)
        if (run->stages[i]->node->plugin->kind == MILL_SOURCE)
            stage_close(run->stages[i]);
    for (size_t i = 0; i < run->stage_count; i++)
        stage_close(run->stages[i]);
}

void
build_undo(struct run *run)
{
    drain(run);
    build_close(run);
    for (size_t i = 0; i < run->edge_count; i++) {
        struct edge *edge = run->edges[i];

        channel_destroy(edge->channel);
        overflow_destroy(edge->overflow);
        for (size_t k = 0; k < edge->place_count; k++)
            free(edge->places[k].taken);
        free(edge->places);
        free(edge);
    }
    /* Memory that is given back from here on wakes nobody: see wake_sources().
     */
    size_t count = run->stage_count;
    run->stage_count = 0;
    for (size_t i = 0; i < count; i++)
        stage_destroy(run->stages[i]);
    free(run->edges);
    free(run->stages);
}

/* --- memory --- */

static struct mill_stage *
stage_named(struct run *run, const char *name)
{
    for (size_t i = 0; i < run->stage_count; i++)
        if (strcmp(run->stages[i]->node->name, name) == 0)
            return run->stages[i];
    return NULL;
}

/* A stage that ran another plugin in the last run. */
static void
compare_plugin(void *arg, const char *name, const char *plugin,
               const char *unused)
{
    struct run *run = arg;
    struct mill_stage *stage = stage_named(run, name);

    (void)unused;
    if (stage && stage->node->plugin != &replay_plugin
        && strcmp(stage->node->plugin->name, plugin) != 0)
        stage->changed_from = strdup(plugin);
}

/* What another plugin recorded means nothing to this one.  A sink that takes
 * over from another in a run that wasn't finished goes on where that one stood;
 * after a finished run it would get nothing at all, and so gets everything. */
static bool
take_over(struct run *run, struct mill_stage *stage)
{
    bool sink = stage->node->plugin->kind == MILL_SINK;
    bool all = sink && run->resume.finished;

    log_line(run->log, MILL_INFO, &stage->place,
             "is \"%s\" now and was \"%s\" in the last run: %s",
             stage->node->plugin->name, stage->changed_from,
             all    ? "that run was finished, so this one starts over for it"
             : sink ? "it goes on where that one stood"
                    : "what that one remembered is dropped");
    if (all)
        return store_forget(run->store, stage->node->name)
               && store_forget_lanes(run->store);
    if (sink)
        return store_forget_states(run->store, stage->node->name);
    return store_forget(run->store, stage->node->name);
}

static bool
settle_changes(struct run *run)
{
    if (!store_plugins(run->store, compare_plugin, run)
        || !store_begin(run->store))
        return false;
    for (size_t i = 0; i < run->stage_count; i++) {
        struct mill_stage *stage = run->stages[i];

        if (stage->changed_from && !take_over(run, stage))
            return false;
        if (stage->node->plugin == &replay_plugin)
            continue;
        if (!store_put_plugin(run->store, stage->node->name,
                              stage->node->plugin->name))
            return false;
    }
    return (run->graph->is_replay
            || store_put_fact(run->store, "finished", "no"))
           && store_commit(run->store);
}

static void
remember(void *arg, const char *name, const char *key, const char *value)
{
    struct run *run = arg;
    struct mill_stage *stage = stage_named(run, name);

    if (stage && !memo_put(&stage->memo, key, value))
        run->resume.failed = true;
}

static bool
store_says_finished(struct store *store)
{
    char *finished = store_fact(store, "finished");
    bool yes = finished && strcmp(finished, "yes") == 0;

    free(finished);
    return yes;
}

bool
build_memory(struct run *run, bool fresh)
{
    if (fresh
        && (!store_begin(run->store) || !store_forget(run->store, NULL)
            || !store_commit(run->store)))
        return false;
    run->resume.finished = store_says_finished(run->store);
    if (!settle_changes(run) || !resume_load(&run->resume, run->store)
        || !store_states(run->store, remember, run))
        return false;
    for (size_t i = 0; i < run->stage_count; i++)
        memo_stored(&run->stages[i]->memo);
    return !run->resume.failed;
}
