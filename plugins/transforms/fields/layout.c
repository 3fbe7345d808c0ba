/* SPDX-License-Identifier: Apache-2.0 */

/* layout - see layout.h. */

#include "layout.h"

#include <string.h>

struct layout {
    struct mill_batch *batch;
    int order[MILL_COLUMNS_MAX];
    struct mill_bytes names[MILL_COLUMNS_MAX]; /* data NULL: as it was */
    size_t count;
    bool changed;
};

static bool
lists_name(const char *const *list, struct mill_bytes name)
{
    for (; *list; list++)
        if (strlen(*list) == name.len
            && memcmp(*list, name.data, name.len) == 0)
            return true;
    return false;
}

static struct mill_bytes
new_name(const struct plan *plan, struct mill_bytes name)
{
    for (size_t i = 0; i < plan->renaming_count; i++) {
        const struct renaming *renaming = &plan->renamings[i];

        if (strlen(renaming->from) == name.len
            && memcmp(renaming->from, name.data, name.len) == 0)
            return (struct mill_bytes){ renaming->to, strlen(renaming->to) };
    }
    return (struct mill_bytes){ NULL, 0 };
}

static struct mill_bytes
final_name(const struct layout *layout, size_t at)
{
    return layout->names[at].data ? layout->names[at]
                                  : layout->batch->names[layout->order[at]];
}

static void
choose(struct layout *layout, const struct plan *plan,
       const struct fields_options *options)
{
    for (uint32_t i = 0; i < layout->batch->columns; i++) {
        struct mill_bytes name = layout->batch->names[i];

        if ((options->keep[0] && !lists_name(options->keep, name))
            || lists_name(options->drop, name)) {
            layout->changed = true;
            continue;
        }
        layout->order[layout->count] = (int)i;
        layout->names[layout->count] = new_name(plan, name);
        layout->changed = layout->changed || layout->names[layout->count].data;
        layout->count++;
    }
}

static void
remove_at(struct layout *layout, size_t at)
{
    size_t behind = --layout->count - at;

    memmove(&layout->order[at], &layout->order[at + 1],
            behind * sizeof(layout->order[0]));
    memmove(&layout->names[at], &layout->names[at + 1],
            behind * sizeof(layout->names[0]));
}

/* Column TO takes the values of FROM, which was renamed to its name; returns
 * how many values of its own it lost. */
static uint64_t
merge(struct mill_batch *batch, int from, int to)
{
    uint64_t lost = 0;

    for (size_t i = 0; i < batch->rows; i++) {
        struct mill_value *row = mill_batch_row(batch, i);

        if (row[from].type == MILL_MISSING)
            continue;
        lost += !mill_is_null(&row[to]);
        row[to] = row[from];
    }
    return lost;
}

/* Rows may have had either name: then both columns become one. */
static void
merge_same(struct layout *layout, struct mill_stage *stage)
{
    for (size_t i = 0; i < layout->count; i++) {
        struct mill_bytes name = final_name(layout, i);

        for (size_t j = 0; layout->names[i].data && j < layout->count; j++) {
            struct mill_bytes other = final_name(layout, j);

            if (i == j || name.len != other.len
                || memcmp(name.data, other.data, name.len) != 0)
                continue;
            mill_count(
                stage, "replaced by rename",
                merge(layout->batch, layout->order[i], layout->order[j]));
            remove_at(layout, i--);
            break;
        }
    }
}

/* Moves the column that is called NAME to place AT, if it is there. */
static bool
move_to(struct layout *layout, const char *name, size_t at)
{
    for (size_t i = at; i < layout->count; i++) {
        struct mill_bytes found = final_name(layout, i);
        struct mill_bytes given = layout->names[i];
        int place = layout->order[i];

        if (strlen(name) != found.len
            || memcmp(name, found.data, found.len) != 0)
            continue;
        memmove(&layout->order[at + 1], &layout->order[at],
                (i - at) * sizeof(layout->order[0]));
        memmove(&layout->names[at + 1], &layout->names[at],
                (i - at) * sizeof(layout->names[0]));
        layout->order[at] = place;
        layout->names[at] = given;
        layout->changed = layout->changed || i != at;
        return true;
    }
    return false;
}

bool
layout_apply(const struct plan *plan, const struct fields_options *options,
             struct mill_stage *stage, struct mill_batch *batch)
{
    struct layout layout = { .batch = batch };
    size_t at = 0;

    choose(&layout, plan, options);
    if (plan->renaming_count > 0)
        merge_same(&layout, stage);
    for (const char *const *name = options->order; *name; name++)
        at += move_to(&layout, *name, at);
    return !layout.changed
           || mill_batch_arrange(batch, layout.order, layout.names,
                                 layout.count);
}
