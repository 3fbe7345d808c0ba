/* SPDX-License-Identifier: Apache-2.0 */

/*
 * plan - see plan.h.
 *
 * Entries are those of clean/entry.h; a + in the name of a part is written \+.
 */

#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "clean/entry.h"

struct reading {
    struct plan *plan;
    const struct fields_options *options;
    struct mill_stage *stage;
};

static enum mill_verdict
no_memory(struct mill_stage *stage)
{
    return mill_fail(stage, MILL_FATAL, "no memory for the options");
}

static size_t
list_length(const char *const *list)
{
    size_t count = 0;

    while (list[count])
        count++;
    return count;
}

static enum mill_verdict
read_value(struct reading *reading, struct step *step, const char *rest)
{
    step->value = strdup(rest);
    if (!step->value)
        return no_memory(reading->stage);
    step->len = strlen(rest);
    step->is_number = number_read(step->value, step->len, &step->number);
    step->real = step->is_number ? strtod(step->value, NULL) : 0;
    return MILL_OK;
}

static enum mill_verdict
read_parts(struct reading *reading, struct step *step, const char *option,
           const char *rest)
{
    size_t most = strlen(rest) + 1;

    step->parts = calloc(most, sizeof(*step->parts));
    step->part_places = calloc(most, sizeof(*step->part_places));
    if (!step->parts || !step->part_places)
        return no_memory(reading->stage);
    for (const char *at = rest;; at++) {
        size_t len = entry_name_length(at, "+");

        if (len == 0)
            return mill_fail(reading->stage, MILL_FATAL,
                             "%s: \"%s:%s\" lacks the name of a part", option,
                             step->column, rest);
        step->parts[step->part_count] = entry_unescape(at, len);
        if (!step->parts[step->part_count++])
            return no_memory(reading->stage);
        at += len;
        if (!*at)
            return MILL_OK;
    }
}

static enum mill_verdict
read_step(struct reading *reading, enum step_kind kind, const char *option,
          const char *form, const char *entry)
{
    struct step *step = &reading->plan->steps[reading->plan->step_count];
    enum mill_verdict verdict;
    const char *rest;

    step->kind = kind;
    verdict =
        entry_cut(reading->stage, option, entry, form, &step->column, &rest);
    if (verdict != MILL_OK)
        return verdict;
    reading->plan->step_count++;
    switch (kind) {
    case STEP_NULL_IF:
    case STEP_STRIP:
        return read_value(reading, step, rest);
    case STEP_CAST:
        return entry_type(reading->stage, option, step->column, rest,
                          &step->type);
    default:
        return read_parts(reading, step, option, rest);
    }
}

static enum mill_verdict
read_steps(struct reading *reading)
{
    const struct fields_options *options = reading->options;
    const struct {
        const char *option;
        const char *form;
        const char *const *list;
    } lists[] = {
        [STEP_NULL_IF] = { "null_if", "COLUMN:VALUE", options->null_if },
        [STEP_STRIP] = { "strip_prefix", "COLUMN:PREFIX",
                         options->strip_prefix },
        [STEP_CAST] = { "cast", "COLUMN:TYPE", options->cast },
        [STEP_CONCAT] = { "concat", "NEW:COLUMN+COLUMN", options->concat },
        [STEP_ARRAY] = { "array", "NEW:COLUMN+COLUMN", options->array },
    };
    size_t count = 0;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        count += list_length(lists[i].list);
    reading->plan->steps = calloc(count + 1, sizeof(struct step));
    if (!reading->plan->steps)
        return no_memory(reading->stage);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        for (const char *const *entry = lists[i].list; *entry; entry++) {
            enum mill_verdict verdict =
                read_step(reading, (enum step_kind)i, lists[i].option,
                          lists[i].form, *entry);

            if (verdict != MILL_OK)
                return verdict;
        }
    return MILL_OK;
}

static enum mill_verdict
check_renaming(struct reading *reading, const struct renaming *new)
{
    const struct plan *plan = reading->plan;

    if (!*new->to)
        return mill_fail(reading->stage, MILL_FATAL,
                         "rename: \"%s\" gets no name", new->from);
    for (size_t i = 0; i < plan->renaming_count; i++) {
        if (strcmp(plan->renamings[i].from, new->from) == 0)
            return mill_fail(reading->stage, MILL_FATAL,
                             "rename: \"%s\" is renamed twice", new->from);
        if (strcmp(plan->renamings[i].to, new->to) == 0)
            return mill_fail(reading->stage, MILL_FATAL,
                             "rename: both \"%s\" and \"%s\" become \"%s\"",
                             plan->renamings[i].from, new->from, new->to);
    }
    return MILL_OK;
}

static enum mill_verdict
read_renamings(struct reading *reading)
{
    struct plan *plan = reading->plan;
    const char *const *entry = reading->options->rename;

    plan->renamings = calloc(list_length(entry) + 1, sizeof(*plan->renamings));
    if (!plan->renamings)
        return no_memory(reading->stage);
    for (; *entry; entry++) {
        struct renaming *new = &plan->renamings[plan->renaming_count];
        const char *rest;
        enum mill_verdict verdict = entry_cut(reading->stage, "rename", *entry,
                                              "OLD:NEW", &new->from, &rest);

        if (verdict != MILL_OK)
            return verdict;
        new->to = entry_unescape(rest, strlen(rest));
        verdict =
            new->to ? check_renaming(reading, new) : no_memory(reading->stage);
        plan->renaming_count++;
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_OK;
}

static bool
lists_name(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static enum mill_verdict
check_lists(const struct fields_options *options, struct mill_stage *stage)
{
    for (const char *const *name = options->drop; *name; name++)
        if (lists_name(options->keep, *name))
            return mill_fail(stage, MILL_FATAL,
                             "both keep and drop name \"%s\"", *name);
    for (const char *const *name = options->order; *name; name++)
        if (lists_name(name + 1, *name))
            return mill_fail(stage, MILL_FATAL, "order names \"%s\" twice",
                             *name);
    return MILL_OK;
}

enum mill_verdict
plan_make(struct plan *plan, const struct fields_options *options,
          struct mill_stage *stage)
{
    struct reading reading = { plan, options, stage };
    enum mill_verdict verdict = check_lists(options, stage);

    if (verdict == MILL_OK)
        verdict = read_steps(&reading);
    if (verdict == MILL_OK)
        verdict = read_renamings(&reading);
    return verdict;
}

static void
finish_step(struct step *step)
{
    for (size_t i = 0; i < step->part_count; i++)
        free(step->parts[i]);
    free(step->parts);
    free(step->part_places);
    free(step->column);
    free(step->value);
}

void
plan_finish(struct plan *plan)
{
    for (size_t i = 0; i < plan->step_count; i++)
        finish_step(&plan->steps[i]);
    for (size_t i = 0; i < plan->renaming_count; i++) {
        free(plan->renamings[i].from);
        free(plan->renamings[i].to);
    }
    free(plan->steps);
    free(plan->renamings);
    *plan = (struct plan){ 0 };
}
