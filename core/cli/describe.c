/* SPDX-License-Identifier: Apache-2.0 */

/* describe - see the header; the part for a person */

#include "cli/describe.h"

#include <string.h>

#include <millrace/json.h>

#include "pipeline/definition.h"
#include "plugin/option.h"

#define WIDTH 79
#define INDENT 6

/* What a flag promises, or what its absence does. */
struct promise {
    enum mill_kind kind;
    uint32_t flag;
    bool set;
    const char *text;
};

static const struct promise promises[] = {
    { MILL_SOURCE, MILL_REPLAYS, true,
      "goes on after a crash behind the last row that was settled: at least "
      "once" },
    { MILL_SOURCE, MILL_REPLAYS, false,
      "cannot be read again: rows that are on their way in a crash are lost" },
    { MILL_TRANSFORM, MILL_KEEPS_CELLS, true,
      "changes no cell: rows go on as the bytes that they came as" },
    { MILL_TRANSFORM, MILL_SCALES, true, "several workers may share the work" },
    { MILL_TRANSFORM, MILL_SCALES, false, "one worker only" },
    { MILL_SINK, MILL_EXACTLY_ONCE, true,
      "each row exactly once, from a source that can be read again, unless "
      "options ask for less: check tells" },
    { MILL_SINK, MILL_EXACTLY_ONCE, false,
      "each row at least once, from a source that can be read again" },
};

const char *
describe_guarantee(const struct mill_plugin *plugin, size_t index)
{
    for (size_t i = 0; i < sizeof(promises) / sizeof(*promises); i++) {
        const struct promise *promise = &promises[i];
        bool set = (plugin->flags & promise->flag) != 0;

        if (promise->kind == plugin->kind && promise->set == set
            && index-- == 0)
            return promise->text;
    }
    return NULL;
}

static void
add_choices(struct mill_buffer *to, const char *const *choices)
{
    const char *between = ": ";

    for (; choices && *choices; choices++) {
        mill_buffer_print(to, "%s\"%s\"", between, *choices);
        between = ", ";
    }
}

static void
add_limits(struct mill_buffer *to, const struct mill_option *option)
{
    if (option->least == 0 && option->most == 0)
        return;
    mill_buffer_print(to, ", ");
    option_print_number(to, option->type, option->least);
    if (option->most == INT64_MAX) {
        mill_buffer_print(to, " or more");
        return;
    }
    mill_buffer_print(to, " to ");
    option_print_number(to, option->type, option->most);
}

/* TEXT with its lines broken between words. */
static void
print_wrapped(FILE *to, const char *text)
{
    size_t column = 0; /* 0: nothing is printed yet */

    while (*(text += strspn(text, " "))) {
        size_t len = strcspn(text, " ");

        if (column == 0 || column + 1 + len > WIDTH) {
            fprintf(to, "%s%*s", column == 0 ? "" : "\n", INDENT - 1, "");
            column = INDENT - 1;
        }
        fprintf(to, " %.*s", (int)len, text);
        column += 1 + len;
        text += len;
    }
    fputc('\n', to);
}

/* As a definition would spell it: text in quotes, also that of a list. */
static void
add_default(struct mill_buffer *to, const struct mill_option *option)
{
    const char *item = option->fallback;
    const char *comma;

    mill_buffer_print(to, ", default ");
    if (option->type != MILL_OPTION_TEXT && option->type != MILL_OPTION_LIST
        && option->type != MILL_OPTION_TEMPLATE) {
        mill_buffer_print(to, "%s", item);
        return;
    }
    while (option->type == MILL_OPTION_LIST && (comma = strstr(item, ", "))) {
        mill_buffer_print(to, "\"%.*s\", ", (int)(comma - item), item);
        item = comma + 2;
    }
    mill_buffer_print(to, "\"%s\"", item);
}

static void
describe_option(FILE *to, const struct mill_option *option, bool tell_required)
{
    struct mill_buffer line = { 0 };

    mill_buffer_print(&line, "%s", option_type_name(option->type));
    add_choices(&line, option->choices);
    add_limits(&line, option);
    if (option->required && tell_required)
        mill_buffer_print(&line, ", required");
    else if (option->fallback)
        add_default(&line, option);
    if (option->secret)
        mill_buffer_print(&line, ", secret");
    fprintf(to, "\n  %s  (%s)\n", option->name, mill_buffer_text(&line));
    if (option->help)
        print_wrapped(to, option->help);
    mill_buffer_finish(&line);
}

void
describe_plugin(FILE *to, const struct registry_entry *entry,
                const struct mill_plugin *plugin, bool again)
{
    const char *text;

    fprintf(to, "%s%s \"%s\", version %s\n    %s\n    %s\n", again ? "\n" : "",
            registry_kind_name(entry->kind), entry->name, plugin->version,
            plugin->summary, entry->path);
    fputs("\nguarantees:\n", to);
    for (size_t i = 0; (text = describe_guarantee(plugin, i)); i++)
        fprintf(to, "  %s\n", text);
    if (option_count(plugin) == 0) {
        fputs("\nno options\n", to);
        return;
    }
    fputs("\noptions:\n", to);
    for (size_t i = 0; i < option_count(plugin); i++)
        describe_option(to, &plugin->options[i], true);
}

void
describe_settings(FILE *to)
{
    fputs("of the pipeline, as in  memory = \"128MiB\";\n", to);
    for (size_t i = 0; definition_settings[i].name; i++)
        describe_option(to, &definition_settings[i], true);
    fputs("\nof each stage, beside the options of its plugin\n", to);
    for (size_t i = 0; definition_words[i].name; i++)
        describe_option(to, &definition_words[i], false);
}
