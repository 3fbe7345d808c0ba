/* SPDX-License-Identifier: Apache-2.0 */

/*
 * option - any text for an option of any type is taken, within its range, or is
 * a fault; sizes and durations read back as they print
 *
 * The first byte picks the option, the second what the setting is.
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/option.h"
#include "plugin/quantity.h"
#include "plugin/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct all {
    bool flag;
    int64_t count;
    double ratio;
    const char *text;
    const char *const *list;
    struct mill_url url;
    struct mill_size size;
    struct mill_duration pause;
    struct mill_template path;
    const char *color;
};

static const char *const colors[] = { "red", "green", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct all, flag, "A flag"),
    MILL_OPTION(struct all, count, "A count", .least = -5, .most = 1000),
    MILL_OPTION(struct all, ratio, "A ratio", .least = 0, .most = 1),
    MILL_OPTION(struct all, text, "Some text"),
    MILL_OPTION(struct all, list, "Some texts", .choices = colors),
    MILL_OPTION(struct all, url, "A URL"),
    MILL_OPTION(struct all, size, "A size"),
    MILL_OPTION(struct all, pause, "A pause"),
    MILL_OPTION(struct all, path, "A path"),
    MILL_OPTION(struct all, color, "A color", .choices = colors),
    { 0 },
};

#define COUNT (sizeof(options) / sizeof(options[0]) - 1)

static const struct mill_plugin plugin = { .name = "all",
                                           .instance_size = sizeof(struct all),
                                           .options = options };

static void
require(bool right)
{
    if (!right)
        abort();
}

/* The same number comes back from what is printed. */
static void
check_printed(const struct all *all)
{
    struct mill_buffer text = { 0 };
    int64_t number = -1;

    quantity_print_size(&text, all->size.bytes);
    require(quantity_size(mill_buffer_text(&text), &number)
            && number == all->size.bytes);
    mill_buffer_finish(&text);
    quantity_print_duration(&text, all->pause.ns);
    require(quantity_duration(mill_buffer_text(&text), &number)
            && number == all->pause.ns);
    mill_buffer_finish(&text);
}

static void
check_values(const struct all *all)
{
    struct template_values values = { .stream = "/\1", .partition = "0" };
    struct mill_buffer filled = { 0 };

    require(all->count >= -5 && all->count <= 1000);
    require(isfinite(all->ratio) && all->ratio >= 0 && all->ratio <= 1);
    require(all->list && all->size.bytes >= 0 && all->pause.ns >= 0);
    for (const char *const *item = all->list; *item; item++)
        require(strcmp(*item, "red") == 0 || strcmp(*item, "green") == 0);
    if (all->path.text && !strchr(all->path.text, '\1')) {
        template_fill(all->path.text, &values, &filled);
        require(!strstr(mill_buffer_text(&filled), "/\1"));
    }
    mill_buffer_finish(&filled);
    check_printed(all);
}

static void
parse(const struct setting *setting, struct arena *arena)
{
    struct option_place place = { .file = "f", .line = 1, .stage = "s" };
    struct faults faults = { 0 };
    struct all all = { 0 };
    bool done = option_parse(&plugin, setting, 1, &place, arena, &all, &faults);

    require(done != faults_any(&faults));
    if (done)
        check_values(&all);
    faults_finish(&faults);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool *pool = pool_create(0);
    struct setting setting = { .file = "f", .line = 1 };
    struct arena arena;
    const char *items[2];
    char *text;

    if (size < 2
        || (text = strndup((const char *)data + 2, size - 2)) == NULL) {
        pool_destroy(pool);
        return 0;
    }
    arena_init(&arena, pool);
    setting.name = options[data[0] % COUNT].name;
    setting.type = data[1] % 2 ? SETTING_LIST : SETTING_TEXT;
    items[0] = items[1] = text;
    if (setting.type == SETTING_LIST) {
        setting.list.items = items;
        setting.list.count = data[1] % 3;
    } else {
        setting.text = text;
    }
    parse(&setting, &arena);
    arena_finish(&arena);
    pool_destroy(pool);
    free(text);
    return 0;
}
