/* SPDX-License-Identifier: Apache-2.0 */

/* option - a plugin's options as a whole; single values are value.h's */

#include "plugin/option.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/quantity.h"
#include "plugin/value.h"

/* More items than that in a default are a mistake. */
#define FALLBACK_ITEMS 64

const char *const option_core_words[] = { "source",    "transform",
                                          "sink",      "from",
                                          "workers",   "dead_letter",
                                          "retry_for", NULL };

bool
option_is_core_word(const char *name)
{
    for (const char *const *word = option_core_words; *word; word++)
        if (strcmp(*word, name) == 0)
            return true;
    return false;
}

size_t
option_count(const struct mill_plugin *plugin)
{
    size_t count = 0;

    while (plugin->options && plugin->options[count].name)
        count++;
    return count;
}

const char *
option_type_name(enum mill_option_type type)
{
    static const char *const names[] = {
        [MILL_OPTION_BOOL] = "bool",
        [MILL_OPTION_INT] = "int",
        [MILL_OPTION_FLOAT] = "float",
        [MILL_OPTION_TEXT] = "text",
        [MILL_OPTION_LIST] = "list",
        [MILL_OPTION_URL] = "url",
        [MILL_OPTION_SIZE] = "size",
        [MILL_OPTION_DURATION] = "duration",
        [MILL_OPTION_TEMPLATE] = "template",
        [MILL_OPTION_URL_TEMPLATE] = "url template",
    };

    if (type < MILL_OPTION_BOOL || type > MILL_OPTION_URL_TEMPLATE)
        return "unknown";
    return names[type];
}

void
option_print_number(struct mill_buffer *to, enum mill_option_type type,
                    int64_t number)
{
    if (type == MILL_OPTION_SIZE)
        quantity_print_size(to, number);
    else if (type == MILL_OPTION_DURATION)
        quantity_print_duration(to, number);
    else
        mill_buffer_print(to, "%" PRId64, number);
}

bool
option_parse_one(const struct mill_option *option,
                 const struct setting *setting, const char *context,
                 struct arena *arena, void *block, struct faults *faults)
{
    struct value_target target = { .option = option,
                                   .context = context,
                                   .file = setting->file,
                                   .line = setting->line,
                                   .arena = arena,
                                   .block = block,
                                   .faults = faults };

    return value_set(&target, setting);
}

/* A stage that is being given its options. */
struct filler {
    const struct mill_plugin *plugin;
    const struct setting *settings;
    size_t count;
    const struct option_place *place;
    const char *where;   /* `stage "lake": ` */
    const char *context; /* `stage "lake": option ` */
    struct arena *arena;
    void *block;
    struct faults *faults;
};

static const struct mill_option *
find(const struct mill_plugin *plugin, const char *name)
{
    for (size_t i = 0; i < option_count(plugin); i++)
        if (strcmp(plugin->options[i].name, name) == 0)
            return &plugin->options[i];
    return NULL;
}

/* In a stage the core's words may have been meant, too. */
static const char **
candidates(const struct filler *filler, size_t *count)
{
    static const char *const words[] = { "from", "workers", "dead_letter",
                                         "retry_for" };
    size_t word_count =
        filler->place->stage ? sizeof(words) / sizeof(words[0]) : 0;
    size_t own = option_count(filler->plugin);
    const char **names = calloc(own + word_count + 1, sizeof(*names));

    *count = names ? own + word_count : 0;
    for (size_t i = 0; i < *count; i++)
        names[i] = i < own ? filler->plugin->options[i].name : words[i - own];
    return names;
}

static void
guess(const struct filler *filler, const char *name, struct mill_buffer *hint)
{
    size_t count;
    const char **names = candidates(filler, &count);

    suggest(hint, name, names, count);
    free(names);
}

static bool
unknown(const struct filler *filler, const struct setting *setting)
{
    struct mill_buffer hint = { 0 };

    guess(filler, setting->name, &hint);
    faults_add(filler->faults, setting->file, setting->line,
               "%sunknown %s \"%s\"%s", filler->where,
               filler->place->stage ? "option" : "setting", setting->name,
               mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
    return false;
}

/* Whether a name that is none was taken for a slip of OPTION's. */
static bool
was_meant(const struct filler *filler, const struct mill_option *option)
{
    struct mill_buffer name = { 0 };
    bool meant = false;

    mill_buffer_print(&name, "\"%s\"", option->name);
    for (size_t i = 0; i < filler->count && !meant; i++) {
        const char *given = filler->settings[i].name;
        struct mill_buffer hint = { 0 };

        if (find(filler->plugin, given))
            continue;
        guess(filler, given, &hint);
        meant = strstr(mill_buffer_text(&hint), "did you mean")
                && strstr(mill_buffer_text(&hint), mill_buffer_text(&name));
        mill_buffer_finish(&hint);
    }
    mill_buffer_finish(&name);
    return meant;
}

/* Cuts TEXT, which is changed, at ", ". */
static size_t
split(char *text, const char **items)
{
    size_t count = 0;

    while (*text && count < FALLBACK_ITEMS) {
        char *comma = strstr(text, ", ");

        items[count++] = text;
        if (!comma)
            break;
        *comma = '\0';
        text = comma + 2;
    }
    return count;
}

bool
option_set_fallback(const struct value_target *target)
{
    const char *items[FALLBACK_ITEMS];
    struct setting setting = { .type = SETTING_TEXT };
    char *copy = strdup(target->option->fallback);
    bool done;

    if (!copy)
        return false;
    setting.text = copy;
    if (target->option->type == MILL_OPTION_LIST) {
        setting.type = SETTING_LIST;
        setting.list.count = split(copy, items);
        setting.list.items = items;
    }
    done = value_set(target, &setting);
    free(copy);
    return done;
}

static struct value_target
target_of(const struct filler *filler, const struct mill_option *option)
{
    return (struct value_target){ .option = option,
                                  .context = filler->context,
                                  .file = filler->place->file,
                                  .line = filler->place->line,
                                  .arena = filler->arena,
                                  .block = filler->block,
                                  .faults = filler->faults };
}

static bool
fill_absent(const struct filler *filler, const struct mill_option *option)
{
    struct value_target target = target_of(filler, option);
    struct setting none = { .type = SETTING_LIST };

    target.literal = true;
    if (option->fallback)
        return option_set_fallback(&target);
    if (option->required && was_meant(filler, option))
        return false;
    if (option->required) {
        faults_add(filler->faults, filler->place->file, filler->place->line,
                   "%s\"%s\" is missing (%s)", filler->context, option->name,
                   option->help);
        return false;
    }
    return option->type != MILL_OPTION_LIST || value_set(&target, &none);
}

static bool
fill_option(const struct filler *filler, const struct mill_option *option)
{
    const struct setting *given = NULL;
    bool done = true;

    for (size_t i = 0; i < filler->count; i++) {
        const struct setting *setting = &filler->settings[i];

        if (strcmp(setting->name, option->name) != 0)
            continue;
        if (given) {
            faults_add(filler->faults, setting->file, setting->line,
                       "%s\"%s\" is given twice", filler->context,
                       option->name);
            return false;
        }
        given = setting;
        done = option_parse_one(option, setting, filler->context, filler->arena,
                                filler->block, filler->faults);
    }
    return given ? done : fill_absent(filler, option);
}

static bool
fill_all(const struct filler *filler)
{
    size_t count = option_count(filler->plugin);
    bool done = true;

    for (size_t i = 0; i < filler->count; i++)
        if (!find(filler->plugin, filler->settings[i].name))
            done = unknown(filler, &filler->settings[i]);
    for (size_t i = 0; i < count; i++)
        done = fill_option(filler, &filler->plugin->options[i]) && done;
    return done;
}

bool
option_parse(const struct mill_plugin *plugin, const struct setting *settings,
             size_t count, const struct option_place *place,
             struct arena *arena, void *block, struct faults *faults)
{
    struct mill_buffer where = { 0 };
    struct mill_buffer context = { 0 };
    struct filler filler = { .plugin = plugin,
                             .settings = settings,
                             .count = count,
                             .place = place,
                             .arena = arena,
                             .block = block,
                             .faults = faults };
    bool done;

    if (place->stage)
        mill_buffer_print(&where, "stage \"%s\": ", place->stage);
    filler.where = mill_buffer_text(&where);
    mill_buffer_print(&context, "%s%s ", filler.where,
                      place->stage ? "option" : "setting");
    filler.context = mill_buffer_text(&context);
    done = fill_all(&filler);
    mill_buffer_finish(&where);
    mill_buffer_finish(&context);
    return done;
}
