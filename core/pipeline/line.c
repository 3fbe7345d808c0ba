/* SPDX-License-Identifier: Apache-2.0 */

/* line - `file path=in.ndjson ! clean_pin ! stdout` to a draft */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/draft.h"

/* Where the reader is. */
struct reader {
    const char *at;
    int line;
    struct draft *draft;
};

static void
skip_blanks(struct reader *reader)
{
    for (; isspace((unsigned char)*reader->at); reader->at++)
        reader->line += *reader->at == '\n';
}

/* Appends what stands between two quotes; false: the second is missing. */
static bool
read_quoted(struct reader *reader, struct mill_buffer *word)
{
    char quote = *reader->at++;
    const char *end = strchr(reader->at, quote);

    if (!end) {
        faults_add(reader->draft->faults, "-e", reader->line,
                   "a %c has no second one", quote);
        return false;
    }
    for (; reader->at < end; reader->at++) {
        reader->line += *reader->at == '\n';
        mill_buffer_add(word, reader->at, 1);
    }
    reader->at++;
    return true;
}

/* The next word without its quotes, in the arena; NULL: a fault. */
static const char *
read_word(struct reader *reader)
{
    struct mill_buffer word = { 0 };
    const char *copy = NULL;
    bool done = true;

    while (done && *reader->at && !isspace((unsigned char)*reader->at)) {
        if (*reader->at == '\'' || *reader->at == '"')
            done = read_quoted(reader, &word);
        else
            mill_buffer_add(&word, reader->at++, 1);
    }
    if (done)
        copy = draft_copy(reader->draft, mill_buffer_text(&word), word.len);
    mill_buffer_finish(&word);
    return copy;
}

static bool
at_bang(const struct reader *reader)
{
    return reader->at[0] == '!'
           && (reader->at[1] == '\0' || isspace((unsigned char)reader->at[1]));
}

static bool
read_setting(struct reader *reader, struct setting *setting)
{
    const char *word = read_word(reader);
    const char *equals = word ? strchr(word, '=') : NULL;

    if (!word)
        return false;
    if (!equals || equals == word) {
        faults_add(reader->draft->faults, "-e", reader->line,
                   "\"%s\" is no NAME=VALUE (stages are parted by a ! between "
                   "blanks)",
                   word);
        return false;
    }
    *setting = (struct setting){
        .name = draft_copy(reader->draft, word, (size_t)(equals - word)),
        .type = SETTING_TEXT,
        .text = equals + 1,
        .file = "-e",
        .line = reader->line,
    };
    return setting->name != NULL;
}

/* "file", and where that is taken "file-2". */
static const char *
name_stage(struct draft *draft, const char *plugin)
{
    struct mill_buffer name = { 0 };
    const char *copy;
    size_t same = 0;

    for (size_t i = 0; i < draft->stage_count; i++)
        same += strcmp(draft->stages[i].settings[0].text, plugin) == 0;
    mill_buffer_print(&name, "%s", plugin);
    if (same > 0)
        mill_buffer_print(&name, "-%zu", same + 1);
    copy = draft_copy(draft, mill_buffer_text(&name), name.len);
    mill_buffer_finish(&name);
    return copy;
}

/* The plugin's name is kept as the first setting; its own name comes later. */
static bool
read_stage(struct reader *reader, size_t room)
{
    struct draft *draft = reader->draft;
    struct draft_stage *stage = &draft->stages[draft->stage_count];
    const char *plugin;

    *stage = (struct draft_stage){
        .file = "-e",
        .line = reader->line,
        .settings = draft_alloc(draft, room * sizeof(*stage->settings)),
    };
    if (at_bang(reader) || *reader->at == '\0') {
        faults_add(draft->faults, "-e", reader->line,
                   "a plugin's name is missing %s the !",
                   *reader->at ? "before" : "behind");
        return false;
    }
    plugin = read_word(reader);
    if (!plugin || !stage->settings)
        return false;
    stage->name = name_stage(draft, plugin);
    stage->settings[stage->count++] = (struct setting){
        .type = SETTING_TEXT, .text = plugin, .file = "-e", .line = stage->line
    };
    for (skip_blanks(reader); *reader->at && !at_bang(reader);
         skip_blanks(reader))
        if (!read_setting(reader, &stage->settings[stage->count++]))
            return false;
    draft->stage_count++;
    return stage->name != NULL;
}

static size_t
count_words(const char *line)
{
    size_t words = 1;

    for (; *line; line++)
        words += isspace((unsigned char)*line) != 0;
    return words;
}

/* Which kind a stage is, and what feeds it, comes from where it stands. */
static bool
link_stages(struct draft *draft)
{
    size_t last = draft->stage_count - 1;

    for (size_t i = 0; i <= last; i++) {
        struct draft_stage *stage = &draft->stages[i];
        bool has_from = false;

        stage->settings[0].name = i == 0      ? "source"
                                  : i == last ? "sink"
                                              : "transform";
        for (size_t k = 1; k < stage->count; k++)
            has_from = has_from || strcmp(stage->settings[k].name, "from") == 0;
        if (i > 0 && !has_from)
            stage->settings[stage->count++] =
                (struct setting){ .name = "from",
                                  .type = SETTING_TEXT,
                                  .text = draft->stages[i - 1].name,
                                  .file = "-e",
                                  .line = stage->line };
    }
    return true;
}

bool
line_read(const char *line, struct draft *draft)
{
    struct reader reader = { .at = line, .line = 1, .draft = draft };
    size_t words = count_words(line);

    draft->stages_line = 1;
    draft->stages = draft_alloc(draft, words * sizeof(*draft->stages));
    if (!draft->stages)
        return false;
    for (;;) {
        skip_blanks(&reader);
        /* one for the plugin, one for `from` */
        if (!read_stage(&reader, count_words(reader.at) + 2))
            return false;
        if (*reader.at == '\0')
            break;
        reader.at++;
    }
    if (draft->stage_count > 1)
        return link_stages(draft);
    faults_add(draft->faults, "-e", 1,
               "one stage is no pipeline: write SOURCE ! SINK");
    return false;
}

static bool
wants_list(const struct mill_option *options, const char *name)
{
    for (; options && options->name; options++)
        if (strcmp(options->name, name) == 0)
            return options->type == MILL_OPTION_LIST;
    return false;
}

/* Adds the items of TEXT, parted by commas that no backslash is before. */
static bool
add_items(struct draft *draft, const char *text, const char **items,
          size_t *count)
{
    char *copy = (char *)draft_copy(draft, text, strlen(text));
    char *to = copy;

    if (!copy)
        return false;
    items[(*count)++] = copy;
    for (const char *at = text; *at; at++) {
        if (at[0] == '\\' && at[1] == ',') {
            *to++ = *++at;
        } else if (*at == ',') {
            *to++ = '\0';
            items[(*count)++] = to;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
    return true;
}

/* All settings of the name that STAGE has at INDEX become one. */
static bool
merge(struct draft *draft, struct draft_stage *stage, size_t index)
{
    struct setting *setting = &stage->settings[index];
    const char *name = setting->name;
    const char **items;
    size_t room = 1;
    size_t kept = index + 1;
    size_t count = 0;

    for (size_t i = index; i < stage->count; i++)
        room += 1 + strlen(stage->settings[i].text);
    items = draft_alloc(draft, room * sizeof(*items));
    if (!items || !add_items(draft, setting->text, items, &count))
        return false;
    for (size_t i = index + 1; i < stage->count; i++) {
        if (strcmp(stage->settings[i].name, name) != 0)
            stage->settings[kept++] = stage->settings[i];
        else if (!add_items(draft, stage->settings[i].text, items, &count))
            return false;
    }
    stage->count = kept;
    setting->type = SETTING_LIST;
    setting->list.items = items;
    setting->list.count = count;
    return true;
}

bool
line_make_lists(struct draft *draft, struct draft_stage *stage,
                const struct mill_option *options)
{
    for (size_t i = 0; i < stage->count; i++)
        if (stage->settings[i].type == SETTING_TEXT
            && wants_list(options, stage->settings[i].name)
            && !merge(draft, stage, i))
            return false;
    return true;
}
