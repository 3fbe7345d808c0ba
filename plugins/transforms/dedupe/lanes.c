/* SPDX-License-Identifier: Apache-2.0 */

/* lanes - see the header */

#include "lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "letters.h"

#define KEY_ROOM 24

static void
key_of(char key[KEY_ROOM], uint32_t number)
{
    snprintf(key, KEY_ROOM, "lane %06x", number);
}

void
lanes_finish(struct lanes *lanes)
{
    for (size_t i = 0; i < lanes->count; i++)
        free(lanes->list[i].name);
    free(lanes->list);
    *lanes = (struct lanes){ 0 };
}

/* Room for lanes up to NUMBER. */
static bool
make_room(struct lanes *lanes, size_t number)
{
    if (number < lanes->count)
        return true;
    if (number >= LETTERS_LANES)
        return false;

    struct lane *list = realloc(lanes->list, (number + 1) * sizeof(*list));
    if (!list)
        return false;
    memset(list + lanes->count, 0, (number + 1 - lanes->count) * sizeof(*list));
    lanes->list = list;
    lanes->count = number + 1;
    return true;
}

/* The number that has this name, or the first that is free. */
static size_t
find(const struct lanes *lanes, const char *name)
{
    size_t unused = lanes->count;

    for (size_t i = 0; i < lanes->count; i++) {
        if (!lanes->list[i].name)
            unused = unused < i ? unused : i;
        else if (strcmp(lanes->list[i].name, name) == 0)
            return i;
    }
    return unused;
}

static bool
create(struct lanes *lanes, struct mill_stage *stage, size_t number,
       const char *name)
{
    char key[KEY_ROOM];
    char *copy = strdup(name);

    if (!copy || !make_room(lanes, number)) {
        free(copy);
        return false;
    }
    lanes->list[number].name = copy;
    key_of(key, (uint32_t)number);
    mill_state_put(stage, key, name);
    return true;
}

/* Lengths first, so that no two lanes look alike. */
static void
print_name(struct mill_buffer *to, struct mill_stage *stage,
           const struct mill_batch *batch)
{
    const char *from = mill_from(stage);

    from = from ? from : "";
    mill_buffer_print(to, "%zu %zu %s %s %s", strlen(from),
                      strlen(batch->stream), from, batch->stream,
                      batch->partition);
}

bool
lanes_enter(struct lanes *lanes, struct mill_stage *stage,
            const struct mill_batch *batch, uint32_t *number)
{
    struct mill_buffer buffer = { 0 };

    print_name(&buffer, stage, batch);
    const char *name = mill_buffer_text(&buffer);
    size_t found = find(lanes, name);
    bool there = !buffer.failed
                 && ((found < lanes->count && lanes->list[found].name)
                     || create(lanes, stage, found, name));

    mill_buffer_finish(&buffer);
    if (!there)
        return false;
    *number = (uint32_t)found;
    lanes_use(lanes, *number);
    return true;
}

void
lanes_use(struct lanes *lanes, uint32_t number)
{
    lanes->list[number].users++;
}

void
lanes_leave(struct lanes *lanes, struct mill_stage *stage, uint32_t number)
{
    struct lane *lane = &lanes->list[number];
    char key[KEY_ROOM];

    if (--lane->users > 0)
        return;
    free(lane->name);
    lane->name = NULL;
    key_of(key, number);
    mill_state_put(stage, key, NULL);
}

bool
lanes_restore(struct lanes *lanes, struct mill_stage *stage, uint32_t number)
{
    char key[KEY_ROOM];

    if (number < lanes->count && lanes->list[number].name)
        return true;
    key_of(key, number);

    /* Only entries that the window had left behind can have lost their lane;
     * nobody has this name. */
    const char *recorded = mill_state_get(stage, key);
    char *name = strdup(recorded ? recorded : "");

    if (!name || !make_room(lanes, number)) {
        free(name);
        return false;
    }
    lanes->list[number] = (struct lane){ .name = name, .users = 1 };
    return true;
}

void
lanes_restored(struct lanes *lanes, struct mill_stage *stage)
{
    for (size_t i = 0; i < lanes->count; i++)
        if (lanes->list[i].name)
            lanes_leave(lanes, stage, (uint32_t)i);
}
