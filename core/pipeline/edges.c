/* SPDX-License-Identifier: Apache-2.0 */

/* edges - what `from` and `dead_letter` name, and the shape that it makes */

#include <stdlib.h>
#include <string.h>

#include "pipeline/draft.h"

/* All stages, and where faults go. */
struct web {
    struct draft *draft;
    struct plan *plans;
    size_t count;
    bool lost; /* what some stage reads isn't known, and that was a fault */
};

static const char *
name_of(const struct plan *plan)
{
    return plan->draft->name;
}

/* The plan called by the first LEN bytes of NAME; NULL: none. */
static struct plan *
find(const struct web *web, const char *name, size_t len)
{
    for (size_t i = 0; i < web->count; i++) {
        const char *other = name_of(&web->plans[i]);

        if (strlen(other) == len && memcmp(other, name, len) == 0)
            return &web->plans[i];
    }
    return NULL;
}

/* WORD is "from" or "dead_letter". */
static void
no_such_stage(const struct web *web, const struct plan *plan, int line,
              const char *word, const char *name, int len)
{
    const char **names = calloc(web->count, sizeof(*names));
    struct mill_buffer hint = { 0 };
    char *copy = strndup(name, (size_t)len);
    size_t count = 0;

    for (size_t i = 0; names && i < web->count; i++)
        if (&web->plans[i] != plan
            && (web->plans[i].kind == MILL_SINK) == (*word == 'd'))
            names[count++] = name_of(&web->plans[i]);
    if (names && copy)
        suggest(&hint, copy, names, count);
    faults_add(web->draft->faults, plan->draft->file, line,
               "stage \"%s\": %s: there is no stage \"%.*s\"%s", name_of(plan),
               word, len, name, mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
    free(copy);
    free(names);
}

static void
from_fault(const struct web *web, const struct plan *plan, const char *item,
           const char *what)
{
    faults_add(web->draft->faults, plan->draft->file, plan->from_line,
               "stage \"%s\": from: \"%s\" %s", name_of(plan), item, what);
}

/* True where A and B would bring the same rows. */
static bool
overlaps(const struct graph_input *a, const struct graph_input *b)
{
    return a->stage == b->stage
           && (!a->stream || !b->stream || strcmp(a->stream, b->stream) == 0);
}

static void
add_input(struct web *web, struct plan *plan, const char *item)
{
    size_t len = strcspn(item, ".");
    struct plan *source = find(web, item, len);
    struct graph_input input = { 0 };

    if (!source) {
        web->lost = true;
        no_such_stage(web, plan, plan->from_line, "from", item, (int)len);
        return;
    }
    source->readers++;
    input.stage = (size_t)(source - web->plans);
    input.stream = item[len] == '.' ? item + len + 1 : NULL;
    for (size_t i = 0; i < plan->input_count; i++)
        if (overlaps(&plan->inputs[i], &input)) {
            from_fault(web, plan, item, "would bring the same rows twice");
            return;
        }
    plan->inputs[plan->input_count++] = input;
    if (source == plan)
        from_fault(web, plan, item, "is the stage itself");
    else if (source->kind == MILL_SINK)
        from_fault(web, plan, item, "is a sink, which hands nothing on");
    else if (input.stream && *input.stream == '\0')
        from_fault(web, plan, item, "names no stream behind the dot");
}

static void
connect_inputs(struct web *web, struct plan *plan)
{
    size_t count = 0;

    while (plan->from && plan->from[count])
        count++;
    if (plan->kind == MILL_SOURCE && plan->from_line > 0) {
        faults_add(web->draft->faults, plan->draft->file, plan->from_line,
                   "stage \"%s\": a source reads no stage: take its from away",
                   name_of(plan));
        return;
    }
    web->lost = web->lost || (plan->from_line > 0 && !plan->from);
    plan->inputs = draft_alloc(web->draft, count * sizeof(*plan->inputs));
    for (size_t i = 0; plan->inputs && i < count; i++)
        add_input(web, plan, plan->from[i]);
}

static void
connect_dead_letter(struct web *web, struct plan *plan)
{
    const char *name = plan->dead_letter;
    const char *what = NULL;
    struct plan *dead;

    plan->dead_plan = -1;
    if (!name)
        return;
    dead = find(web, name, strlen(name));
    if (!dead) {
        no_such_stage(web, plan, plan->dead_letter_line, "dead_letter", name,
                      (int)strlen(name));
        return;
    }
    if (dead == plan)
        what = "is the stage itself";
    else if (dead->kind != 0 && dead->kind != MILL_SINK)
        what = "is no sink";
    else if (dead->from_line > 0)
        what = "reads stages too: a sink for dead letters has no from";
    else if (dead->dead_letter)
        what = "has a dead_letter itself: a sink for dead letters has none";
    if (what)
        faults_add(
            web->draft->faults, plan->draft->file, plan->dead_letter_line,
            "stage \"%s\": dead_letter: \"%s\" %s", name_of(plan), name, what);
    dead->is_dead_letter = true;
    plan->dead_plan = dead - web->plans;
}

static void
check_ends(const struct web *web, const struct plan *plan)
{
    const struct draft_stage *draft = plan->draft;

    if (plan->kind == MILL_TRANSFORM && plan->from_line == 0)
        faults_add(web->draft->faults, draft->file, draft->line,
                   "stage \"%s\": from is missing: name the stage that it "
                   "reads",
                   draft->name);
    if (plan->kind == MILL_SINK && plan->from_line == 0
        && !plan->is_dead_letter)
        faults_add(web->draft->faults, draft->file, draft->line,
                   "stage \"%s\": from is missing, and no stage has this sink "
                   "as its dead_letter",
                   draft->name);
    if ((plan->kind == MILL_SOURCE || plan->kind == MILL_TRANSFORM)
        && plan->readers == 0 && !web->lost)
        faults_add(web->draft->faults, draft->file, draft->line,
                   "stage \"%s\": no stage reads it", draft->name);
}

/* A pipeline needs a source and a sink; guesses nothing while kinds are
 * missing. */
static void
check_kinds(const struct web *web)
{
    size_t sources = 0;
    size_t sinks = 0;

    for (size_t i = 0; i < web->count; i++) {
        if (web->plans[i].kind == 0)
            return;
        sources += web->plans[i].kind == MILL_SOURCE;
        sinks += web->plans[i].kind == MILL_SINK;
    }
    if (sources == 0)
        faults_add(web->draft->faults, web->draft->file,
                   web->draft->stages_line, "the pipeline has no source");
    if (sinks == 0)
        faults_add(web->draft->faults, web->draft->file,
                   web->draft->stages_line, "the pipeline has no sink");
}

/* The first input of PLAN that isn't settled; -1: none. */
static long
open_input(const struct plan *plan, const bool *settled)
{
    for (size_t i = 0; i < plan->input_count; i++)
        if (!settled[plan->inputs[i].stage])
            return (long)plan->inputs[i].stage;
    return -1;
}

/* Settles all stages that no circle is upstream of. */
static void
settle(const struct web *web, bool *settled)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < web->count; i++) {
            if (settled[i] || open_input(&web->plans[i], settled) >= 0)
                continue;
            settled[i] = true;
            again = true;
        }
    }
}

/* FIRST is in a circle of stages that aren't settled. */
static void
circle_fault(const struct web *web, const bool *settled, size_t first)
{
    const struct draft_stage *draft = web->plans[first].draft;
    struct mill_buffer path = { 0 };
    size_t at = first;

    do {
        mill_buffer_print(&path, "\"%s\" reads ", name_of(&web->plans[at]));
        at = (size_t)open_input(&web->plans[at], settled);
    } while (at != first);
    faults_add(web->draft->faults, draft->file, web->plans[first].from_line,
               "stage \"%s\": from goes in a circle: %s\"%s\"", draft->name,
               mill_buffer_text(&path), draft->name);
    mill_buffer_finish(&path);
}

/* Walks upstream from every stage that isn't settled; a walk that meets itself
 * has found a circle, one that meets an older walk is done. */
static void
find_circles(const struct web *web, const bool *settled, size_t *walk_of)
{
    for (size_t i = 0; i < web->count; i++) {
        size_t at = i;

        if (settled[i])
            continue;
        while (walk_of[at] == 0) {
            walk_of[at] = i + 1;
            at = (size_t)open_input(&web->plans[at], settled);
        }
        if (walk_of[at] == i + 1
            && (size_t)open_input(&web->plans[at], settled) != at)
            circle_fault(web, settled, at);
    }
}

static void
check_circles(const struct web *web)
{
    bool *settled = calloc(web->count, sizeof(*settled));
    size_t *walk_of = calloc(web->count, sizeof(*walk_of));

    if (settled && walk_of) {
        settle(web, settled);
        find_circles(web, settled, walk_of);
    } else {
        faults_add(web->draft->faults, web->draft->file, 0, "no memory");
    }
    free(settled);
    free(walk_of);
}

bool
edges_connect(struct draft *draft, struct plan *plans, size_t count)
{
    struct web web = { .draft = draft, .plans = plans, .count = count };

    for (size_t i = 0; i < count; i++)
        connect_dead_letter(&web, &plans[i]);
    for (size_t i = 0; i < count; i++)
        connect_inputs(&web, &plans[i]);
    for (size_t i = 0; i < count; i++)
        check_ends(&web, &plans[i]);
    check_kinds(&web);
    check_circles(&web);
    reach_check(draft, plans, count);
    return !draft_is_faulty(draft);
}

static bool
is_ready(const struct plan *plans, const struct plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        if (plans[plan->inputs[i].stage].place == SIZE_MAX)
            return false;
    return true;
}

/* The first in the text that can be next; the dead-letter sinks when nothing
 * else is left. */
void
edges_order(struct plan *plans, size_t count)
{
    for (size_t i = 0; i < count; i++)
        plans[i].place = SIZE_MAX;
    for (size_t place = 0; place < count; place++) {
        struct plan *next = NULL;

        for (size_t i = 0; i < count; i++) {
            struct plan *plan = &plans[i];

            if (plan->place != SIZE_MAX || !is_ready(plans, plan))
                continue;
            if (!next || (next->is_dead_letter && !plan->is_dead_letter))
                next = plan;
        }
        if (!next) /* a circle; edges_connect() has refused it */
            return;
        next->place = place;
    }
}
