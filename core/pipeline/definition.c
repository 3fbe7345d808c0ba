/* SPDX-License-Identifier: Apache-2.0 */

/* definition - from libconfig's tree to a draft */

#include "pipeline/definition.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/draft.h"
#include "pipeline/text.h"

struct draft_memory *
draft_memory_create(void)
{
    struct draft_memory *memory = calloc(1, sizeof(*memory));

    if (!memory)
        return NULL;
    memory->pool = pool_create(0);
    if (!memory->pool) {
        free(memory);
        return NULL;
    }
    arena_init(&memory->arena, memory->pool);
    return memory;
}

void
draft_memory_destroy(struct draft_memory *memory)
{
    if (!memory)
        return;
    arena_finish(&memory->arena);
    pool_destroy(memory->pool);
    free(memory);
}

void *
draft_alloc(struct draft *draft, size_t size)
{
    void *block = arena_alloc(&draft->memory->arena, size ? size : 1);

    if (!block)
        faults_add(draft->faults, draft->file, 0, "no memory");
    else
        memset(block, 0, size);
    return block;
}

const char *
draft_copy(struct draft *draft, const char *text, size_t len)
{
    char *copy = draft_alloc(draft, len + 1);

    if (copy)
        memcpy(copy, text, len);
    return copy;
}

static const char *
copy_text(struct draft *draft, const char *text)
{
    return draft_copy(draft, text, strlen(text));
}

/* libconfig names an included file as the @include does, and says nothing of
 * the definition itself. */
static const char *
name_file(struct draft *draft, const char *file)
{
    struct mill_buffer path = { 0 };
    const char *copy;

    if (!file)
        return draft->file;
    if (*file != '/' && strcmp(draft->folder, ".") != 0)
        mill_buffer_print(&path, "%s/", draft->folder);
    mill_buffer_print(&path, "%s", file);
    copy = draft_copy(draft, mill_buffer_text(&path), path.len);
    mill_buffer_finish(&path);
    return copy ? copy : draft->file;
}

static const char *
file_of(struct draft *draft, const config_setting_t *from)
{
    return name_file(draft, from->file);
}

/* One item of a list as text. */
static const char *
read_item(struct draft *draft, const config_setting_t *from)
{
    struct mill_buffer text = { 0 };
    const char *copy;

    switch (from->type) {
    case CONFIG_TYPE_STRING:
        return copy_text(draft, config_setting_get_string(from));
    case CONFIG_TYPE_BOOL:
        return config_setting_get_bool(from) ? "true" : "false";
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        mill_buffer_print(&text, "%lld", config_setting_get_int64(from));
        break;
    case CONFIG_TYPE_FLOAT:
        mill_buffer_print(&text, "%.15g", config_setting_get_float(from));
        break;
    default:
        return NULL;
    }
    copy = copy_text(draft, mill_buffer_text(&text));
    mill_buffer_finish(&text);
    return copy;
}

static bool
read_list(struct draft *draft, config_setting_t *from, struct setting *setting)
{
    size_t count = (size_t)config_setting_length(from);
    const char **items = draft_alloc(draft, count * sizeof(*items));

    if (!items)
        return false;
    setting->type = SETTING_LIST;
    setting->list.items = items;
    setting->list.count = count;
    for (size_t i = 0; i < count; i++) {
        items[i] =
            read_item(draft, config_setting_get_elem(from, (unsigned int)i));
        if (items[i])
            continue;
        faults_add(draft->faults, setting->file, setting->line,
                   "\"%s\": a list holds texts or numbers, no lists and no "
                   "groups",
                   setting->name);
        setting->type = SETTING_FAULT;
        break;
    }
    return true;
}

/* text_check() knows where that isn't the number that was written. */
static void
read_number(const struct draft *draft, const config_setting_t *from,
            struct setting *setting)
{
    if (faults_at(draft->faults, setting->file, setting->line)) {
        setting->type = SETTING_FAULT;
    } else if (from->type == CONFIG_TYPE_FLOAT) {
        setting->type = SETTING_FLOAT;
        setting->real = config_setting_get_float(from);
    } else {
        setting->type = SETTING_INT;
        setting->integer = config_setting_get_int64(from);
    }
}

/* False: no memory, and that is a fault. */
static bool
read_setting(struct draft *draft, config_setting_t *from,
             struct setting *setting)
{
    *setting = (struct setting){ .name = copy_text(draft, from->name),
                                 .file = copy_text(draft, file_of(draft, from)),
                                 .line = (int)from->line };
    if (!setting->name || !setting->file)
        return false;
    switch (from->type) {
    case CONFIG_TYPE_BOOL:
        setting->type = SETTING_BOOL;
        setting->boolean = config_setting_get_bool(from);
        return true;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
    case CONFIG_TYPE_FLOAT:
        read_number(draft, from, setting);
        return true;
    case CONFIG_TYPE_STRING:
        setting->type = SETTING_TEXT;
        setting->text = copy_text(draft, config_setting_get_string(from));
        return setting->text != NULL;
    case CONFIG_TYPE_ARRAY:
    case CONFIG_TYPE_LIST:
        return read_list(draft, from, setting);
    default:
        faults_add(draft->faults, setting->file, setting->line,
                   "\"%s\" can't be a group { }", setting->name);
        setting->type = SETTING_FAULT;
        return true;
    }
}

static bool
read_stage(struct draft *draft, config_setting_t *from,
           struct draft_stage *stage)
{
    size_t count = (size_t)config_setting_length(from);

    stage->name = copy_text(draft, from->name);
    stage->file = file_of(draft, from);
    stage->line = (int)from->line;
    stage->settings = draft_alloc(draft, count * sizeof(*stage->settings));
    if (!stage->name || !stage->settings)
        return false;
    for (size_t i = 0; i < count; i++)
        stage->count +=
            read_setting(draft, config_setting_get_elem(from, (unsigned int)i),
                         &stage->settings[stage->count]);
    return true;
}

static void
read_stages(struct draft *draft, config_setting_t *from)
{
    size_t count;

    draft->stages_line = (int)from->line;
    if (from->type != CONFIG_TYPE_GROUP) {
        faults_add(draft->faults, file_of(draft, from), (int)from->line,
                   "\"stages\" must be a group: stages = { ... };");
        return;
    }
    count = (size_t)config_setting_length(from);
    draft->stages = draft_alloc(draft, count * sizeof(*draft->stages));
    for (size_t i = 0; draft->stages && i < count; i++) {
        config_setting_t *stage =
            config_setting_get_elem(from, (unsigned int)i);

        if (stage->type == CONFIG_TYPE_GROUP)
            draft->stage_count +=
                read_stage(draft, stage, &draft->stages[draft->stage_count]);
        else
            faults_add(draft->faults, file_of(draft, stage), (int)stage->line,
                       "\"%s\" isn't a stage: a stage is a group, %s = { ... "
                       "};",
                       stage->name, stage->name);
    }
}

/* A group beside `stages`: misspelt, or a stage that got out. */
static void
refuse_group(struct draft *draft, const config_setting_t *group)
{
    static const char *const words[] = { "stages" };
    struct mill_buffer hint = { 0 };

    suggest(&hint, group->name, words, 1);
    if (config_setting_get_member(group, "source")
        || config_setting_get_member(group, "transform")
        || config_setting_get_member(group, "sink"))
        faults_add(draft->faults, file_of(draft, group), (int)group->line,
                   "stage \"%s\" stands outside of stages = { ... }",
                   group->name);
    else
        faults_add(draft->faults, file_of(draft, group), (int)group->line,
                   "unknown section \"%s\"%s", group->name,
                   mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
}

static void
read_root(struct draft *draft, config_setting_t *root)
{
    size_t count = (size_t)config_setting_length(root);

    draft->settings = draft_alloc(draft, count * sizeof(*draft->settings));
    for (size_t i = 0; draft->settings && i < count; i++) {
        config_setting_t *from = config_setting_get_elem(root, (unsigned int)i);

        if (strcmp(from->name, "stages") == 0)
            read_stages(draft, from);
        else if (from->type == CONFIG_TYPE_GROUP)
            refuse_group(draft, from);
        else
            draft->count +=
                read_setting(draft, from, &draft->settings[draft->count]);
    }
}

static void
grammar_fault(struct draft *draft, const config_t *config)
{
    const char *what = config_error_text(config);
    const char *file = name_file(draft, config_error_file(config));

    if (!what)
        what = "it can't be read";
    if (strstr(what, "duplicate"))
        what = "this name was given a value before, in the same braces";
    else if (strstr(what, "syntax"))
        what = "syntax error: something is missing or too much here or just "
               "before, a \";\" or a brace, say";
    else if (strstr(what, "mismatched"))
        what = "an array [ ] holds values of one type: all in quotes, say";
    else if (strstr(what, "memory"))
        what = "braces, brackets or parentheses nest too deep";
    faults_add(draft->faults, file, config_error_line(config), "%s", what);
}

static bool
parse(struct draft *draft, const char *text)
{
    config_t config;
    bool done;

    config_init(&config);
    if (strcmp(draft->folder, ".") != 0)
        config_set_include_dir(&config, draft->folder);
    done = config_read_string(&config, text) == CONFIG_TRUE;
    if (done)
        read_root(draft, config_root_setting(&config));
    else
        grammar_fault(draft, &config);
    config_destroy(&config);
    return done;
}

static size_t
count_faults(const struct faults *faults)
{
    return faults->count + faults->lost;
}

bool
draft_is_faulty(const struct draft *draft)
{
    return count_faults(draft->faults) > draft->faults_before;
}

/* An empty draft; false: no memory, and that is a fault. */
static bool
start(struct draft *draft, const char *file, struct faults *faults)
{
    *draft = (struct draft){ .file = file,
                             .memory = draft_memory_create(),
                             .faults = faults,
                             .faults_before = count_faults(faults) };
    if (draft->memory) {
        draft->file = copy_text(draft, file);
        draft->folder = text_folder(&draft->memory->arena, file);
    }
    if (draft->memory && draft->file && draft->folder)
        return true;
    faults_add(faults, file, 0, "no memory");
    draft_memory_destroy(draft->memory);
    return false;
}

struct graph *
definition_read_text(const char *text, const char *file,
                     struct registry *registry, struct faults *faults)
{
    struct draft draft;

    if (!start(&draft, file, faults))
        return NULL;
    if (!text_check(text, file, draft.folder, faults) || !parse(&draft, text)) {
        draft_memory_destroy(draft.memory);
        return NULL;
    }
    return build_graph(&draft, registry);
}

struct graph *
definition_read(const char *file, struct registry *registry,
                struct faults *faults)
{
    char *text = text_read(file, faults);
    struct graph *graph = NULL;

    if (text)
        graph = definition_read_text(text, file, registry, faults);
    free(text);
    return graph;
}

struct graph *
definition_read_line(const char *line, struct registry *registry,
                     struct faults *faults)
{
    struct draft draft;

    if (!start(&draft, "-e", faults))
        return NULL;
    draft.is_line = true;
    if (!line_read(line, &draft)) {
        draft_memory_destroy(draft.memory);
        return NULL;
    }
    return build_graph(&draft, registry);
}

/* True where B must not run beside A; that is a fault of B. */
static bool
collides(const struct graph *a, const struct graph *b, struct faults *faults)
{
    const struct draft_memory *before = a->memory_of_graph;
    const struct draft_memory *memory = b->memory_of_graph;
    int line = memory->state_line ? memory->state_line : memory->name_line;

    /* One that was given no name only has it for want of one. */
    if (before->name_line && memory->name_line && strcmp(a->name, b->name) == 0)
        faults_add(faults, b->file, memory->name_line,
                   "setting \"name\": \"%s\" is the name of %s too", b->name,
                   a->file);
    else if (a->state_dir && b->state_dir
             && strcmp(a->state_dir, b->state_dir) == 0)
        faults_add(faults, b->file, line,
                   "setting \"state_dir\": %s is that of %s too", b->state_dir,
                   a->file);
    else
        return false;
    return true;
}

bool
definition_check_together(struct graph *const *graphs, size_t count,
                          struct faults *faults)
{
    bool done = true;

    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (collides(graphs[k], graphs[i], faults)) {
                done = false;
                break;
            }
    return done;
}

void
graph_destroy(struct graph *graph)
{
    if (!graph)
        return;
    draft_memory_destroy(graph->memory_of_graph);
}
