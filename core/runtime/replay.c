/* SPDX-License-Identifier: Apache-2.0 */

/* replay - the graph that sends dead letters again; see replay.h */

#include "runtime/replay.h"

#include <errno.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the file that go the same way. */
struct route {
    char *from; /* or NULL */
    size_t stage;
    char label[64];
    struct replay_source options;
};

struct replay {
    const struct graph *origin;
    const char *file;
    unsigned number;
    uint64_t lost;

    struct route *routes;
    size_t route_count;
    bool *wanted;  /* per stage of the origin */
    size_t *place; /* per stage of the origin: where it is now */

    struct graph graph;
};

/* --- what is in the file --- */

static const char *
text_of(struct json_object *row, const char *name)
{
    struct json_object *value = NULL;

    json_object_object_get_ex(row, name, &value);
    return json_object_is_type(value, json_type_string)
               ? json_object_get_string(value)
               : NULL;
}

static long
stage_named(const struct graph *graph, const char *name)
{
    for (size_t i = 0; name && i < graph->stage_count; i++)
        if (strcmp(graph->stages[i].name, name) == 0)
            return (long)i;
    return -1;
}

static bool
is_known(const struct replay *replay, const char *from, size_t stage)
{
    for (size_t i = 0; i < replay->route_count; i++) {
        const struct route *route = &replay->routes[i];

        if (route->stage == stage
            && (from && route->from ? strcmp(route->from, from) == 0
                                    : from == route->from))
            return true;
    }
    return false;
}

static bool
add_route(struct replay *replay, const char *from, size_t stage)
{
    struct route *routes =
        realloc(replay->routes, (replay->route_count + 1) * sizeof(*routes));
    if (!routes)
        return false;
    replay->routes = routes;

    struct route *route = &routes[replay->route_count];
    *route =
        (struct route){ .from = from ? strdup(from) : NULL, .stage = stage };
    snprintf(route->label, sizeof(route->label), "replay-%u.%zu",
             replay->number, replay->route_count);
    replay->route_count++;
    return !from || route->from;
}

static bool
note_row(struct replay *replay, struct json_object *row, unsigned long line,
         struct faults *faults)
{
    const struct graph *origin = replay->origin;
    const char *pipeline = text_of(row, "pipeline");
    const char *name = text_of(row, "stage");
    long stage = stage_named(origin, name);

    if (!row || !pipeline || !name) {
        faults_add(faults, replay->file, (int)line,
                   "this is not a dead letter");
        return false;
    }
    if (strcmp(pipeline, origin->name) != 0 || stage < 0) {
        faults_add(faults, replay->file, (int)line,
                   "this was rejected by stage \"%s\" of pipeline \"%s\","
                   " which %s doesn't have",
                   name, pipeline, origin->file);
        return false;
    }
    if (origin->stages[stage].plugin->kind == MILL_SOURCE) {
        replay->lost++;
        return true;
    }
    return is_known(replay, text_of(row, "from"), (size_t)stage)
           || add_route(replay, text_of(row, "from"), (size_t)stage);
}

static bool
scan(struct replay *replay, struct faults *faults)
{
    FILE *input = fopen(replay->file, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    bool good = input != NULL;

    if (!input)
        faults_add(faults, replay->file, 0, "cannot open it: %s",
                   strerror(errno));
    for (unsigned long at = 1;
         good && (len = getline(&line, &room, input)) >= 0; at++) {
        struct json_tokener *reader = json_tokener_new_ex(8);
        struct json_object *row = json_tokener_parse_ex(reader, line, (int)len);

        json_tokener_free(reader);
        good = note_row(replay, row, at, faults);
        json_object_put(row);
    }
    free(line);
    if (input)
        fclose(input);
    return good;
}

/* --- the graph --- */

/* Stages come before what they feed, so that one pass finds all downstream. */
static void
want_downstream(struct replay *replay)
{
    const struct graph *origin = replay->origin;

    for (size_t i = 0; i < replay->route_count; i++)
        replay->wanted[replay->routes[i].stage] = true;
    for (size_t i = 0; i < origin->stage_count; i++) {
        const struct graph_stage *stage = &origin->stages[i];

        if (stage->is_dead_letter)
            replay->wanted[i] = true;
        for (size_t k = 0; k < stage->input_count; k++)
            if (replay->wanted[stage->inputs[k].stage])
                replay->wanted[i] = true;
    }
}

static void
add_source(struct replay *replay, struct route *route, size_t at)
{
    const struct graph_stage *target = &replay->origin->stages[route->stage];

    route->options = (struct replay_source){ .file = replay->file,
                                             .from = route->from,
                                             .stage = target->name,
                                             .label = route->label };
    replay->graph.stages[at] = (struct graph_stage){
        .name = route->from ? route->from : "replay",
        .plugin = &replay_plugin,
        .options = &route->options,
        .file = replay->file,
        .line = 1,
        .workers = 1,
        .dead_letter = -1,
    };
}

static bool
copy_stage(struct replay *replay, size_t index)
{
    const struct graph_stage *from = &replay->origin->stages[index];
    struct graph_stage *to = &replay->graph.stages[replay->place[index]];
    size_t most = from->input_count + replay->route_count;

    *to = *from;
    to->input_count = 0;
    to->inputs = calloc(most + 1, sizeof(*to->inputs));
    if (!to->inputs)
        return false;
    for (size_t i = 0; i < replay->route_count; i++)
        if (replay->routes[i].stage == index)
            to->inputs[to->input_count++] = (struct graph_input){ .stage = i };
    for (size_t i = 0; i < from->input_count; i++)
        if (replay->wanted[from->inputs[i].stage])
            to->inputs[to->input_count++] =
                (struct graph_input){ .stage =
                                          replay->place[from->inputs[i].stage],
                                      .stream = from->inputs[i].stream };
    if (to->dead_letter >= 0)
        to->dead_letter = (long)replay->place[to->dead_letter];
    return true;
}

static bool
make_graph(struct replay *replay)
{
    const struct graph *origin = replay->origin;
    size_t count = replay->route_count;

    want_downstream(replay);
    for (size_t i = 0; i < origin->stage_count; i++)
        if (replay->wanted[i])
            replay->place[i] = count++;

    replay->graph = *origin;
    replay->graph.memory_of_graph = NULL;
    replay->graph.is_replay = true;
    replay->graph.stage_count = count;
    replay->graph.stages = calloc(count + 1, sizeof(struct graph_stage));
    if (!replay->graph.stages)
        return false;
    for (size_t i = 0; i < replay->route_count; i++)
        add_source(replay, &replay->routes[i], i);
    for (size_t i = 0; i < origin->stage_count; i++)
        if (replay->wanted[i] && !copy_stage(replay, i))
            return false;
    graph_note_sources(&replay->graph);
    return true;
}

/* --- the whole --- */

struct replay *
replay_create(const struct graph *graph, const char *file, unsigned number,
              struct faults *faults)
{
    struct replay *replay = calloc(1, sizeof(*replay));
    if (!replay)
        return NULL;

    replay->origin = graph;
    replay->file = file;
    replay->number = number;
    replay->wanted = calloc(graph->stage_count, sizeof(bool));
    replay->place = calloc(graph->stage_count, sizeof(size_t));
    if (replay->wanted && replay->place && scan(replay, faults)
        && make_graph(replay))
        return replay;
    if (!faults_any(faults))
        faults_add(faults, file, 0, "no memory to replay it");
    replay_destroy(replay);
    return NULL;
}

void
replay_destroy(struct replay *replay)
{
    if (!replay)
        return;
    for (size_t i = replay->route_count;
         replay->graph.stages && i < replay->graph.stage_count; i++)
        free(replay->graph.stages[i].inputs);
    for (size_t i = 0; i < replay->route_count; i++)
        free(replay->routes[i].from);
    free(replay->graph.stages);
    free(replay->routes);
    free(replay->wanted);
    free(replay->place);
    free(replay);
}

struct graph *
replay_graph(struct replay *replay)
{
    return &replay->graph;
}

uint64_t
replay_lost(const struct replay *replay)
{
    return replay->lost;
}
