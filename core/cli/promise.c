/* SPDX-License-Identifier: Apache-2.0 */

/* promise - see the header */

#include "cli/promise.h"

#include <stdbool.h>

#include <millrace/json.h>

/* A walk from a sink up to a source; stages are in no circle. */
struct walk {
    FILE *to;
    const struct graph *graph;
    size_t sink;
    size_t printed;
    bool more; /* than may be listed */
};

static void
print_why(FILE *to, const struct graph *graph, const struct graph_stage *source,
          const struct graph_stage *sink)
{
    bool replays = (source->plugin->flags & MILL_REPLAYS) != 0;
    bool exact = (sink->plugin->flags & MILL_EXACTLY_ONCE) != 0;

    if (source->no_promise)
        fprintf(to,
                "no guarantee over a crash: \"%s\" (%s): %s, so what is on its "
                "way then is lost",
                source->name, source->plugin->name, source->no_promise);
    else if (!replays)
        fprintf(to,
                "no guarantee over a crash: \"%s\" (%s) cannot be read again, "
                "so what is on its way then is lost",
                source->name, source->plugin->name);
    else if (!graph->state_dir)
        fprintf(to,
                "at least once: no state is kept, so a run that is cut short "
                "starts again from the beginning");
    else if (exact && sink->no_promise)
        fprintf(to,
                "at least once: \"%s\" (%s) is read again from what was "
                "settled last; \"%s\" (%s): %s",
                source->name, source->plugin->name, sink->name,
                sink->plugin->name, sink->no_promise);
    else if (exact)
        fprintf(to,
                "exactly once: \"%s\" (%s) is read again from what was "
                "settled last, and \"%s\" (%s) restores exactly what it had "
                "made durable by then",
                source->name, source->plugin->name, sink->name,
                sink->plugin->name);
    else
        fprintf(to,
                "at least once: \"%s\" (%s) is read again from what was "
                "settled last; \"%s\" (%s) may get rows since then twice",
                source->name, source->plugin->name, sink->name,
                sink->plugin->name);
    if (source->exception && replays && graph->state_dir)
        fprintf(to, "; except that %s", source->exception);
    fputc('\n', to);
}

/* REST is the path below STAGE: " -> pin -> lake". */
static void
walk_up(struct walk *walk, size_t at, const char *stream, const char *rest)
{
    const struct graph_stage *stage = &walk->graph->stages[at];
    struct mill_buffer path = { 0 };

    if (walk->printed >= PROMISE_PATHS_MAX) {
        walk->more = true;
        return;
    }
    mill_buffer_print(&path, "%s%s%s%s", stage->name, stream ? "." : "",
                      stream ? stream : "", rest);
    if (stage->input_count == 0) {
        fprintf(walk->to, "  %s: ", mill_buffer_text(&path));
        print_why(walk->to, walk->graph, stage,
                  &walk->graph->stages[walk->sink]);
        walk->printed++;
    }
    for (size_t i = 0; i < stage->input_count; i++) {
        struct mill_buffer below = { 0 };

        mill_buffer_print(&below, " -> %s", mill_buffer_text(&path));
        walk_up(walk, stage->inputs[i].stage, stage->inputs[i].stream,
                mill_buffer_text(&below));
        mill_buffer_finish(&below);
    }
    mill_buffer_finish(&path);
}

void
promise_print(FILE *to, const struct graph *graph)
{
    struct walk walk = { .to = to, .graph = graph };

    for (size_t i = 0; i < graph->stage_count; i++) {
        const struct graph_stage *stage = &graph->stages[i];

        if (stage->plugin->kind != MILL_SINK || stage->is_dead_letter)
            continue;
        walk.sink = i;
        walk_up(&walk, i, NULL, "");
    }
    if (walk.more)
        fputs("  and more paths, of which the same holds by source and sink\n",
              to);
}
