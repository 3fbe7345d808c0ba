/* SPDX-License-Identifier: Apache-2.0 */

/*
 * plan - see plan.h.
 *
 * An entry is COLUMN:REST.  A colon in a column's name is written \:, a + among
 * parts \+, a backslash \\; the rest of null_if and strip_prefix is taken as it
 * stands.
 */

#include "plan.h"

#include <stdlib.h>
#include <string.h>

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

/* The length of the name at TEXT, up to END or one of STOPS that no backslash
 * stands before. */
static size_t
name_length(const char *text, const char *stops)
{
    size_t len = 0;

    while (text[len] && !strchr(stops, text[len]))
        len += text[len] == '\\' && text[len + 1] ? 2 : 1;
    return len;
}

/* A copy without the backslashes.  NULL: no memory. */
static char *
unescape(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    size_t to = 0;

    for (size_t i = 0; copy && i < len; i++) {
        if (text[i] == '\\' && i + 1 < len)
            i++;
        copy[to++] = text[i];
    }
    if (copy)
        copy[to] = '\0';
    return copy;
}

static size_t
list_length(const char *const *list)
{
    size_t count = 0;

    while (list[count])
        count++;
    return count;
}

/* Cuts COLUMN:REST; *REST points into ENTRY. */
static enum mill_verdict
cut_entry(struct mill_stage *stage, const char *option, const char *entry,
          const char *form, char **column, const char **rest)
{
    size_t len = name_length(entry, ":");

    if (len == 0 || entry[len] != ':')
        return mill_fail(stage, MILL_FATAL, "%s: \"%s\" isn't of the form %s",
                         option, entry, form);
    *column = unescape(entry, len);
    *rest = entry + len + 1;
    return *column ? MILL_OK : no_memory(stage);
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
read_type(struct reading *reading, struct step *step, const char *rest)
{
    if (cast_type_named(rest, strlen(rest), &step->type))
        return MILL_OK;
    return mill_fail(reading->stage, MILL_FATAL,
                     "cast: \"%s\": there is no type \"%s\" (int, count, "
                     "float, number, text, bool, timestamp, json)",
                     step->column, rest);
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
        size_t len = name_length(at, "+");

        if (len == 0)
            return mill_fail(reading->stage, MILL_FATAL,
                             "%s: \"%s:%s\" lacks the name of a part", option,
                             step->column, rest);
        step->parts[step->part_count] = unescape(at, len);
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
        cut_entry(reading->stage, option, entry, form, &step->column, &rest);
    if (verdict != MILL_OK)
        return verdict;
    reading->plan->step_count++;
    switch (kind) {
    case STEP_NULL_IF:
    case STEP_STRIP:
        return read_value(reading, step, rest);
    case STEP_CAST:
        return read_type(reading, step, rest);
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
        enum mill_verdict verdict = cut_entry(reading->stage, "rename", *entry,
                                              "OLD:NEW", &new->from, &rest);

        if (verdict != MILL_OK)
            return verdict;
        new->to = unescape(rest, strlen(rest));
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
