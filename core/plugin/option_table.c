/* SPDX-License-Identifier: Apache-2.0 */

/* option_table - does the option table of a plugin fit its instance? */

#include "plugin/option.h"

#include <stdlib.h>
#include <string.h>

#include "plugin/value.h"

/* More options than that are a table without an end. */
#define OPTIONS_MAX 512

static bool
is_option_name(const char *name)
{
    if (*name < 'a' || *name > 'z')
        return false;
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static bool
is_textual(enum mill_option_type type)
{
    return type == MILL_OPTION_TEXT || type == MILL_OPTION_LIST;
}

static bool
has_range(enum mill_option_type type)
{
    return type == MILL_OPTION_INT || type == MILL_OPTION_FLOAT
           || type == MILL_OPTION_SIZE || type == MILL_OPTION_DURATION;
}

/* The room that a member of TYPE takes. */
static size_t
member_size(enum mill_option_type type)
{
    if (type == MILL_OPTION_BOOL)
        return sizeof(bool);
    return has_range(type) ? sizeof(int64_t) : sizeof(const char *);
}

static const char *
check_place(const struct mill_plugin *plugin, const struct mill_option *option)
{
    size_t size = member_size(option->type);

    if (option->offset > plugin->instance_size
        || size > plugin->instance_size - option->offset)
        return "its member lies outside the instance";
    if (option->offset % size != 0)
        return "its member isn't aligned";
    for (const struct mill_option *other = plugin->options; other != option;
         other++)
        if (option->offset < other->offset + member_size(other->type)
            && other->offset < option->offset + size)
            return "its member is another option's too";
    return NULL;
}

static const char *
check_name(const struct mill_plugin *plugin, const struct mill_option *option)
{
    if (!is_option_name(option->name))
        return "a name is made of a-z, 0-9 and _, and begins with a letter";
    if (option_is_core_word(option->name))
        return "the name is one of the core's own words";
    for (const struct mill_option *other = plugin->options; other != option;
         other++)
        if (strcmp(other->name, option->name) == 0)
            return "the name stands twice in the table";
    return NULL;
}

static const char *
check_words(const struct mill_option *option)
{
    if (!option->help || !*option->help || strchr(option->help, '\n'))
        return "it has no help of one line";
    if (option->required && option->fallback)
        return "it is required, and yet has a default";
    if (option->secret && option->fallback)
        return "it is secret, and yet has a default";
    return NULL;
}

static const char *
check_choices(const struct mill_option *option)
{
    if (option->secret
        && (option->type == MILL_OPTION_BOOL || has_range(option->type)))
        return "only text, lists, URLs and templates can be secret";
    if (option->choices && !is_textual(option->type))
        return "only text and lists can have choices";
    if (option->choices && !option->choices[0])
        return "it has no choice to choose from";
    return NULL;
}

static const char *
check_range(const struct mill_option *option)
{
    if (option->least == 0 && option->most == 0)
        return NULL;
    if (!has_range(option->type))
        return "only numbers, sizes and durations can have a range";
    if (option->least > option->most)
        return "its least is above its most";
    return NULL;
}

/* Parses the default into an instance that is thrown away. */
static bool
check_fallback(const struct mill_plugin *plugin,
               const struct mill_option *option, struct mill_buffer *why)
{
    struct pool *pool = pool_create(0);
    void *block = calloc(1, plugin->instance_size);
    struct faults faults = { 0 };
    struct arena arena;
    struct value_target target = { .option = option,
                                   .context = "default of ",
                                   .file = plugin->name,
                                   .literal = true,
                                   .arena = &arena,
                                   .block = block,
                                   .faults = &faults };
    bool done = false;

    if (pool && block) {
        arena_init(&arena, pool);
        done = option_set_fallback(&target);
        arena_finish(&arena);
    }
    if (!done)
        mill_buffer_print(why, "%s",
                          faults.count ? faults.items[0].message : "no memory");
    faults_finish(&faults);
    free(block);
    pool_destroy(pool);
    return done;
}

static bool
check_option(const struct mill_plugin *plugin, const struct mill_option *option,
             struct mill_buffer *why)
{
    const char *what = check_name(plugin, option);

    if (!what
        && (option->type < MILL_OPTION_BOOL
            || option->type > MILL_OPTION_URL_TEMPLATE))
        what = "its type is unknown";
    if (!what)
        what = check_place(plugin, option);
    if (!what)
        what = check_words(option);
    if (!what)
        what = check_choices(option);
    if (!what)
        what = check_range(option);
    if (what)
        mill_buffer_print(why, "option \"%.64s\": %s", option->name, what);
    return !what && (!option->fallback || check_fallback(plugin, option, why));
}

bool
option_check_table(const struct mill_plugin *plugin, struct mill_buffer *why)
{
    size_t count = 0;

    while (plugin->options && plugin->options[count].name
           && count <= OPTIONS_MAX)
        count++;
    if (count > OPTIONS_MAX) {
        mill_buffer_print(why,
                          "the option table has no end (a nameless "
                          "option), or more than %d options",
                          OPTIONS_MAX);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!check_option(plugin, &plugin->options[i], why))
            return false;
    return true;
}
