/* SPDX-License-Identifier: Apache-2.0 */

/*
 * reach - which streams of which sources reach a stage, and by which inputs
 *
 * Where the same stream comes by two inputs its rows interleave: positions fall
 * again and again.  A sink keeps the two apart, each by the stage that it came
 * from.  Behind a transform nobody could: neither what order they should have,
 * nor which of them a sink had before a restart.  So that is refused.
 */

#include <stdlib.h>
#include <string.h>

#include "pipeline/draft.h"

struct reach {
    size_t source;      /* index of the plan */
    const char *stream; /* NULL: all */
};

/* What reaches one stage. */
struct reaches {
    struct reach *list;
    size_t count;
    size_t room;
    bool known; /* so far: false for what is in a circle */
};

static bool
add(struct reaches *to, size_t source, const char *stream)
{
    if (to->count == to->room) {
        size_t room = to->room ? 2 * to->room : 4;
        struct reach *list = realloc(to->list, room * sizeof(*list));

        if (!list)
            return false;
        to->list = list;
        to->room = room;
    }
    to->list[to->count++] = (struct reach){ source, stream };
    return true;
}

/* The source of which some stream is among the first COUNT of TO too; -1: none
 * is. */
static long
meets(const struct reaches *to, size_t count, size_t source, const char *stream)
{
    for (size_t i = 0; i < count; i++)
        if (to->list[i].source == source
            && (!stream || !to->list[i].stream
                || strcmp(stream, to->list[i].stream) == 0))
            return (long)source;
    return -1;
}

/* What comes by INPUT; *MET is a source that came by an earlier one. */
static bool
add_input(struct reaches *to, const struct reaches *from,
          const struct graph_input *input, long *met)
{
    size_t before = to->count;

    for (size_t i = 0; i < from->count; i++) {
        const struct reach *one = &from->list[i];
        const char *stream = input->stream ? input->stream : one->stream;

        if (input->stream && one->stream
            && strcmp(input->stream, one->stream) != 0)
            continue; /* such rows never come here */
        if (meets(to, before, one->source, stream) >= 0)
            *met = (long)one->source;
        else if (!add(to, one->source, stream))
            return false;
    }
    return true;
}

static bool
inputs_are_known(const struct plan *plan, const struct reaches *all)
{
    for (size_t i = 0; i < plan->input_count; i++)
        if (!all[plan->inputs[i].stage].known)
            return false;
    return true;
}

static bool
find_reach(struct draft *draft, struct plan *plans, struct reaches *all,
           size_t at)
{
    struct plan *plan = &plans[at];
    long met = -1;
    bool done = plan->kind != MILL_SOURCE || add(&all[at], at, NULL);

    for (size_t i = 0; done && i < plan->input_count; i++)
        done = add_input(&all[at], &all[plan->inputs[i].stage],
                         &plan->inputs[i], &met);
    all[at].known = true;
    plan->mixes = met >= 0;
    if (plan->mixes && plan->kind == MILL_TRANSFORM)
        faults_add(draft->faults, plan->draft->file, plan->from_line,
                   "stage \"%s\": from: the same rows of \"%s\" come by two "
                   "ways: a sink can take both, a transform can't",
                   plan->draft->name, plans[met].draft->name);
    return done;
}

void
reach_check(struct draft *draft, struct plan *plans, size_t count)
{
    struct reaches *all = calloc(count, sizeof(*all));
    bool done = all != NULL;
    bool again = done;

    while (again && done) {
        again = false;
        for (size_t i = 0; i < count && done; i++) {
            if (all[i].known || !inputs_are_known(&plans[i], all))
                continue;
            done = find_reach(draft, plans, all, i);
            again = true;
        }
    }
    if (!done)
        faults_add(draft->faults, draft->file, 0, "no memory");
    for (size_t i = 0; all && i < count; i++)
        free(all[i].list);
    free(all);
}
