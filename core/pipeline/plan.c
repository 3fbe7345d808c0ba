/* SPDX-License-Identifier: Apache-2.0 */

/* plan - one stage of a draft understood: its words, plugin and options */

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "pipeline/definition.h"
#include "pipeline/draft.h"
#include "plugin/quantity.h"
#include "plugin/registry.h"

#define STAGE_NAME_MAX 64
#define WORKERS_MAX 256

/* The core's words in a stage. */
struct stage_words {
    const char *kinds[3]; /* source, transform, sink */
    const char *const *from;
    int64_t workers;
    const char *dead_letter;
    const char *retry_for;
    const char *spill;
    struct mill_size spill_size;
};

static const char *const spills[] = { "no", "disk", NULL };
#define SPILL_SIZE (INT64_C(16) << 30)

const struct mill_option definition_words[] = {
    { .name = "source",
      .type = MILL_OPTION_TEXT,
      .offset = offsetof(struct stage_words, kinds[0]),
      .required = true,
      .help = "The plugin, where the stage is a source" },
    { .name = "transform",
      .type = MILL_OPTION_TEXT,
      .offset = offsetof(struct stage_words, kinds[1]),
      .required = true,
      .help = "The plugin, where it is a transform" },
    { .name = "sink",
      .type = MILL_OPTION_TEXT,
      .offset = offsetof(struct stage_words, kinds[2]),
      .required = true,
      .help = "The plugin, where it is a sink" },
    MILL_OPTION(struct stage_words, from,
                "Transform, sink: the stages that feed it, \"STAGE\", or "
                "\"STAGE.STREAM\" for one stream (table, topic, file) of it",
                .required = true),
    MILL_OPTION(struct stage_words, workers,
                "Transform: how many share the work; rows stay in order; 1 "
                "where it isn't set",
                .least = 1, .most = WORKERS_MAX),
    MILL_OPTION(struct stage_words, dead_letter,
                "The sink stage that gets the rows which this one rejects; by "
                "default the file dead.ndjson in state_dir",
                .required = true),
    MILL_OPTION(struct stage_words, retry_for,
                "How long what fails is tried again until the run ends, a "
                "duration or \"forever\"; by default 10m, forever where a "
                "source has no end",
                .required = true),
    MILL_OPTION(struct stage_words, spill,
                "Transform, sink: with \"disk\" what it can't keep up with "
                "waits in state_dir, and holds up nobody",
                .required = true, .choices = spills),
    MILL_OPTION(struct stage_words, spill_size,
                "How much may wait on disk; then what feeds it waits; 16GiB "
                "where it isn't set",
                .least = 1, .most = INT64_MAX),
    { 0 },
};

/* A stage on its way, and what its words said. */
struct planner {
    struct draft *draft;
    struct registry *registry;
    struct draft_stage *stage;
    struct plan *plan;
    struct stage_words words;
    const struct setting *given[3]; /* source, transform, sink */
};

static void __attribute__((format(printf, 3, 4)))
fault(const struct planner *planner, int line, const char *format, ...)
{
    const struct draft_stage *stage = planner->stage;
    va_list args;

    va_start(args, format);
    char *message = fault_text(format, args);
    va_end(args);
    faults_add(planner->draft->faults, stage->file, line ? line : stage->line,
               "stage \"%s\": %s", stage->name,
               message ? message : "no memory");
    free(message);
}

static void
check_name(const struct planner *planner)
{
    const char *name = planner->stage->name;
    size_t len = strlen(name);

    if (len > STAGE_NAME_MAX)
        fault(planner, 0, "the name is longer than %d characters",
              STAGE_NAME_MAX);
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_'
            && name[i] != '-') {
            fault(planner, 0,
                  "a stage's name is made of letters, digits, _ and -");
            return;
        }
}

static const struct mill_option *
find_word(const char *name)
{
    for (const struct mill_option *word = definition_words; word->name; word++)
        if (strcmp(word->name, name) == 0)
            return word;
    return NULL;
}

/* What of a word has to be known beside its value. */
static void
note_line(struct planner *planner, const struct setting *setting)
{
    struct plan *plan = planner->plan;

    for (size_t i = 0; i < 3; i++)
        if (strcmp(setting->name, definition_words[i].name) == 0)
            planner->given[i] = setting;
    if (strcmp(setting->name, "from") == 0)
        plan->from_line = setting->line;
    else if (strcmp(setting->name, "dead_letter") == 0)
        plan->dead_letter_line = setting->line;
    else if (strcmp(setting->name, "workers") == 0)
        plan->workers_line = setting->line;
    else if (strncmp(setting->name, "spill", 5) == 0)
        plan->spill_line = setting->line;
}

static void
read_retry(struct planner *planner, const struct setting *setting)
{
    const char *text = planner->words.retry_for;
    int64_t ns = 0;

    if (!text)
        return;
    if (strcmp(text, "forever") == 0)
        planner->plan->retry_ns = -1;
    else if (quantity_duration(text, &ns) && ns > 0)
        planner->plan->retry_ns = ns;
    else
        fault(planner, setting->line,
              "\"retry_for\": must be a duration such as \"10m\", or "
              "\"forever\", not \"%s\"",
              text);
}

/* Takes the core's words out of the settings; the plugin's stay. */
static void
read_words(struct planner *planner)
{
    struct draft_stage *stage = planner->stage;
    struct mill_buffer context = { 0 };
    struct setting *words =
        draft_alloc(planner->draft, stage->count * sizeof(*words));
    size_t kept = 0;

    mill_buffer_print(&context, "stage \"%s\": ", stage->name);
    for (size_t i = 0; words && i < stage->count; i++) {
        const struct mill_option *word = find_word(stage->settings[i].name);

        if (!word) {
            stage->settings[kept++] = stage->settings[i];
            continue;
        }
        words[i] = stage->settings[i];
        note_line(planner, &words[i]);
        if (option_parse_one(word, &words[i], mill_buffer_text(&context),
                             &planner->draft->memory->arena, &planner->words,
                             planner->draft->faults)
            && strcmp(word->name, "retry_for") == 0)
            read_retry(planner, &words[i]);
    }
    stage->count = words ? kept : 0;
    mill_buffer_finish(&context);
}

/* No kind was given: misspelt, or forgotten? */
static void
no_kind(const struct planner *planner)
{
    static const char *const kinds[] = { "source", "transform", "sink" };
    const struct draft_stage *stage = planner->stage;

    for (size_t i = 0; i < stage->count; i++) {
        const struct setting *setting = &stage->settings[i];
        struct mill_buffer hint = { 0 };
        bool near;

        suggest(&hint, setting->name, kinds, 3);
        near = strstr(mill_buffer_text(&hint), "did you mean") != NULL;
        if (near)
            fault(planner, setting->line, "unknown option \"%s\"%s",
                  setting->name, mill_buffer_text(&hint));
        mill_buffer_finish(&hint);
        if (near)
            return;
    }
    fault(planner, 0,
          "is neither source, transform nor sink: name its plugin, sink = "
          "\"file\", say");
}

static bool
read_kind(struct planner *planner)
{
    size_t count = 0;
    size_t kind = 0;

    for (size_t i = 0; i < 3; i++) {
        if (!planner->given[i])
            continue;
        count++;
        if (count == 2)
            fault(planner, planner->given[i]->line,
                  "is a %s and a %s: a stage is one of them",
                  registry_kind_name((enum mill_kind)(kind + 1)),
                  registry_kind_name((enum mill_kind)(i + 1)));
        kind = i;
    }
    if (count == 0)
        no_kind(planner);
    if (count != 1)
        return false;
    planner->plan->kind = (enum mill_kind)(kind + 1);
    return true;
}

/* The plugins of the stage's kind; the caller's to free. */
static const char **
list_plugins(const struct planner *planner, size_t *count)
{
    size_t all = registry_count(planner->registry);
    const char **names = calloc(all + 1, sizeof(*names));

    *count = 0;
    for (size_t i = 0; names && i < all; i++) {
        const struct registry_entry *entry = registry_at(planner->registry, i);

        if (entry->kind == planner->plan->kind)
            names[(*count)++] = entry->name;
    }
    return names;
}

/* The kind that has a plugin of this name; 0: none. */
static enum mill_kind
other_kind(const struct planner *planner, const char *name)
{
    for (size_t i = 0; i < registry_count(planner->registry); i++) {
        const struct registry_entry *entry = registry_at(planner->registry, i);

        if (strcmp(entry->name, name) == 0)
            return entry->kind;
    }
    return 0;
}

/* A plugin of ours that configure left out is no typing error: the package that
 * it misses goes to HINT. */
static bool
left_out(struct mill_buffer *hint, enum mill_kind kind, const char *name)
{
    struct mill_buffer word = { 0 };
    const char *package;

    mill_buffer_print(&word, " %s/%s=", registry_kind_name(kind), name);
    package = strstr(LEFT_OUT, mill_buffer_text(&word));
    if (package) {
        package += word.len;
        mill_buffer_print(hint,
                          " in this build, since a library was missing: "
                          "apt-get install %.*s, configure and build again",
                          (int)strcspn(package, " "), package);
    }
    mill_buffer_finish(&word);
    return package != NULL;
}

/* What may have been meant instead. */
static void
guess(const struct planner *planner, struct mill_buffer *hint, const char *name)
{
    enum mill_kind other = other_kind(planner, name);
    size_t count;
    const char **names = list_plugins(planner, &count);

    if (other != 0)
        mill_buffer_print(hint, ", but a %s of that name",
                          registry_kind_name(other));
    else if (count > 0)
        suggest(hint, name, names, count);
    else
        mill_buffer_print(hint, " (no plugins were found: see --plugin-path "
                                "and MILLRACE_PLUGIN_PATH)");
    free(names);
}

static void
unknown_plugin(const struct planner *planner, const char *name, int line)
{
    enum mill_kind kind = planner->plan->kind;
    struct mill_buffer hint = { 0 };

    if (!left_out(&hint, kind, name))
        guess(planner, &hint, name);
    fault(planner, line, "there is no %s \"%s\"%s", registry_kind_name(kind),
          name, mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
}

static bool
find_plugin(struct planner *planner)
{
    enum mill_kind kind = planner->plan->kind;
    const char *name = planner->words.kinds[kind - 1];
    int line = planner->given[kind - 1]->line;
    const char *why = NULL;

    if (!name) /* not text, and that was a fault */
        return false;
    planner->plan->plugin = registry_find(planner->registry, kind, name, &why);
    if (planner->plan->plugin)
        return true;
    if (why)
        fault(planner, line, "%s \"%s\" can't be used: %s",
              registry_kind_name(kind), name, why);
    else
        unknown_plugin(planner, name, line);
    return false;
}

static void
read_options(struct planner *planner)
{
    const struct mill_plugin *plugin = planner->plan->plugin;
    struct draft_stage *stage = planner->stage;
    struct option_place place = { .file = stage->file,
                                  .line = stage->line,
                                  .stage = stage->name };

    planner->plan->options = draft_alloc(planner->draft, plugin->instance_size);
    if (!planner->plan->options)
        return;
    if (planner->draft->is_line
        && !line_make_lists(planner->draft, stage, plugin->options))
        return;
    planner->plan->options_are_right =
        option_parse(plugin, stage->settings, stage->count, &place,
                     &planner->draft->memory->arena, planner->plan->options,
                     planner->draft->faults);
}

static void
check_workers(const struct planner *planner)
{
    const struct plan *plan = planner->plan;

    if (plan->workers_line == 0)
        return;
    if (plan->kind != 0 && plan->kind != MILL_TRANSFORM)
        fault(planner, plan->workers_line,
              "workers are for transforms; this is a %s",
              registry_kind_name(plan->kind));
    else if (plan->plugin && plan->workers > 1
             && !(plan->plugin->flags & MILL_SCALES))
        fault(planner, plan->workers_line,
              "%s can't be shared by several workers", plan->plugin->name);
}

static void
read_spill(const struct planner *planner)
{
    const struct stage_words *words = &planner->words;
    struct plan *plan = planner->plan;

    plan->spill = words->spill && strcmp(words->spill, "disk") == 0;
    plan->spill_size =
        words->spill_size.bytes ? words->spill_size.bytes : SPILL_SIZE;
    if (plan->spill_line == 0)
        return;
    if (plan->kind == MILL_SOURCE)
        fault(planner, plan->spill_line,
              "spill is for what waits for a transform or a sink; this is a "
              "source");
    else if (words->spill_size.bytes && !plan->spill)
        fault(planner, plan->spill_line,
              "spill_size says how much may wait on disk, which needs spill = "
              "\"disk\"");
}

void
plan_stage(struct draft *draft, struct registry *registry,
           struct draft_stage *stage, struct plan *plan)
{
    struct planner planner = {
        .draft = draft, .registry = registry, .stage = stage, .plan = plan
    };

    plan->draft = stage;
    check_name(&planner);
    if (draft->is_line && !line_make_lists(draft, stage, definition_words))
        return;
    read_words(&planner);
    plan->from = planner.words.from;
    plan->dead_letter = planner.words.dead_letter;
    plan->workers = planner.words.workers ? planner.words.workers : 1;
    if (read_kind(&planner) && find_plugin(&planner))
        read_options(&planner);
    check_workers(&planner);
    read_spill(&planner);
}
