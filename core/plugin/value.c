/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/quantity.h"
#include "plugin/secret.h"
#include "plugin/template.h"
#include "plugin/variable.h"

/* What may stand there, for a message. */
static const char *
expected(enum mill_option_type type)
{
    static const char *const texts[] = {
        [MILL_OPTION_BOOL] = "true or false",
        [MILL_OPTION_INT] = "a whole number",
        [MILL_OPTION_FLOAT] = "a number",
        [MILL_OPTION_TEXT] = "text in quotes",
        [MILL_OPTION_LIST] = "a list of texts such as [\"a\", \"b\"]",
        [MILL_OPTION_URL] = "a URL in quotes",
        [MILL_OPTION_SIZE] = "a size such as \"64KiB\" or \"10MB\"",
        [MILL_OPTION_DURATION] = "a duration such as \"250ms\", \"5s\", \"1h\"",
        [MILL_OPTION_TEMPLATE] = "text in quotes",
        [MILL_OPTION_URL_TEMPLATE] = "a URL in quotes",
    };

    return texts[type];
}

static const char *
setting_type_name(enum setting_type type)
{
    static const char *const names[] = {
        [SETTING_BOOL] = "true or false", [SETTING_INT] = "a whole number",
        [SETTING_FLOAT] = "a fraction",   [SETTING_TEXT] = "text",
        [SETTING_LIST] = "a list",        [SETTING_FAULT] = "a fault",
    };

    return names[type];
}

static bool __attribute__((format(printf, 2, 3)))
fault(const struct value_target *target, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *message = fault_text(format, args);
    va_end(args);
    faults_add(target->faults, target->file, target->line, "%s\"%s\": %s",
               target->context, target->option->name,
               message ? message : "no memory");
    free(message);
    return false;
}

static void *
member(const struct value_target *target)
{
    return (char *)target->block + target->option->offset;
}

static bool
in_range(const struct value_target *target, double value)
{
    const struct mill_option *option = target->option;
    struct mill_buffer range = { 0 };

    if ((option->least == 0 && option->most == 0)
        || (value >= (double)option->least && value <= (double)option->most))
        return true;
    option_print_number(&range, option->type, option->least);
    if (option->most == INT64_MAX) {
        fault(target, "must be at least %s", mill_buffer_text(&range));
    } else {
        mill_buffer_print(&range, " to ");
        option_print_number(&range, option->type, option->most);
        fault(target, "must be %s", mill_buffer_text(&range));
    }
    mill_buffer_finish(&range);
    return false;
}

static bool
set_integer(const struct value_target *target, int64_t value)
{
    switch (target->option->type) {
    case MILL_OPTION_SIZE:
        if (value < 0)
            return fault(target, "a size can't be negative");
        ((struct mill_size *)member(target))->bytes = value;
        break;
    case MILL_OPTION_DURATION:
        ((struct mill_duration *)member(target))->ns = value;
        break;
    case MILL_OPTION_FLOAT:
        *(double *)member(target) = (double)value;
        break;
    default:
        *(int64_t *)member(target) = value;
        break;
    }
    return in_range(target, (double)value);
}

static bool
set_float(const struct value_target *target, double value)
{
    if (!isfinite(value))
        return fault(target, "the number is too large");
    *(double *)member(target) = value;
    return in_range(target, value);
}

static bool
is_choice(const struct value_target *target, const char *text)
{
    const char *const *choices = target->option->choices;
    struct mill_buffer hint = { 0 };
    size_t count = 0;

    if (!choices)
        return true;
    for (; choices[count]; count++)
        if (strcmp(choices[count], text) == 0)
            return true;
    suggest(&hint, text, choices, count);
    fault(target, "\"%s\" is none of the choices%s",
          target->option->secret ? "..." : text, mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
    return false;
}

/* A copy in the arena; NULL: no memory, and that is a fault. */
static const char *
keep(const struct value_target *target, const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = arena_alloc_bytes(target->arena, len);

    if (!copy)
        fault(target, "no memory");
    else
        memcpy(copy, text, len);
    return copy;
}

static bool
is_template(enum mill_option_type type)
{
    return type == MILL_OPTION_TEMPLATE || type == MILL_OPTION_URL_TEMPLATE;
}

static bool
is_url(enum mill_option_type type)
{
    return type == MILL_OPTION_URL || type == MILL_OPTION_URL_TEMPLATE;
}

/* All that are text are a struct of one pointer, or the pointer. */
static void
set_pointer(const struct value_target *target, const char *text)
{
    switch (target->option->type) {
    case MILL_OPTION_URL:
        ((struct mill_url *)member(target))->text = text;
        break;
    case MILL_OPTION_TEMPLATE:
        ((struct mill_template *)member(target))->text = text;
        break;
    case MILL_OPTION_URL_TEMPLATE:
        ((struct mill_url_template *)member(target))->text = text;
        break;
    default:
        *(const char **)member(target) = text;
        break;
    }
}

static bool
set_text(const struct value_target *target, const char *text)
{
    struct mill_buffer why = { 0 };
    const char *copy;

    if (!is_choice(target, text))
        return false;
    if (*text == '\0' && target->option->required)
        return fault(target, "must not be empty");
    if (is_template(target->option->type) && !template_check(text, &why)) {
        fault(target, "%s", mill_buffer_text(&why));
        mill_buffer_finish(&why);
        return false;
    }
    copy = keep(target, text);
    if (!copy)
        return false;
    set_pointer(target, copy);
    return true;
}

/* TEXT stands where something that text can spell is wanted. */
static bool
set_spelt(const struct value_target *target, const char *text)
{
    enum mill_option_type type = target->option->type;
    int64_t integer = 0;
    double real = 0;
    bool right = false;

    if (type == MILL_OPTION_BOOL)
        right = quantity_bool(text, (bool *)member(target));
    else if (type == MILL_OPTION_FLOAT)
        right = quantity_float(text, &real);
    else if (type == MILL_OPTION_SIZE)
        right = quantity_size(text, &integer);
    else if (type == MILL_OPTION_DURATION)
        right = quantity_duration(text, &integer);
    else
        right = quantity_int(text, &integer);
    if (!right)
        return fault(target, "must be %s, not \"%s\"", expected(type),
                     target->option->secret ? "..." : text);
    if (type == MILL_OPTION_BOOL)
        return true;
    return type == MILL_OPTION_FLOAT ? set_float(target, real)
                                     : set_integer(target, integer);
}

static bool
is_textual(enum mill_option_type type)
{
    return type == MILL_OPTION_TEXT || is_url(type) || is_template(type);
}

/* What a value must not change the meaning of. */
static enum variable_use
use_of(enum mill_option_type type)
{
    if (is_url(type))
        return is_template(type) ? VARIABLE_URL_TEMPLATE : VARIABLE_URL;
    return is_template(type) ? VARIABLE_TEMPLATE : VARIABLE_PLAIN;
}

/* Appends what TEXT, as it was written, stands for. */
static bool
resolve(const struct value_target *target, const char *text,
        struct mill_buffer *to)
{
    bool url = is_url(target->option->type);
    struct mill_buffer why = { 0 };
    bool done;

    if (target->literal) {
        mill_buffer_add(to, text, strlen(text));
        return true;
    }
    if (target->option->secret && !url && *text == '@')
        done = secret_read(text + 1, to, &why);
    else if ((target->option->secret || url)
             && secret_is_plain(text, url, &why))
        done = false;
    else
        done = variable_expand(text, use_of(target->option->type), to, &why);
    if (!done)
        fault(target, "%s", mill_buffer_text(&why));
    mill_buffer_finish(&why);
    return done;
}

/* One item into ITEMS[0]. */
static bool
set_item(const struct value_target *target, const char *text, const char **item)
{
    struct mill_buffer resolved = { 0 };
    bool done = resolve(target, text, &resolved)
                && is_choice(target, mill_buffer_text(&resolved));

    if (done)
        *item = keep(target, mill_buffer_text(&resolved));
    mill_buffer_finish(&resolved);
    return done && *item;
}

static bool
set_list(const struct value_target *target, const char *const *items,
         size_t count)
{
    const char **copy = arena_alloc(target->arena, (count + 1) * sizeof(*copy));
    bool done = true;

    if (!copy)
        return fault(target, "no memory");
    for (size_t i = 0; i < count; i++)
        done = set_item(target, items[i], &copy[i]) && done;
    copy[count] = NULL;
    if (done)
        *(const char *const **)member(target) = copy;
    if (count == 0 && target->option->required)
        return fault(target, "must not be empty");
    return done;
}

static bool
set_written(const struct value_target *target, const char *text)
{
    struct mill_buffer resolved = { 0 };
    bool done;

    if (target->option->type == MILL_OPTION_LIST)
        return set_list(target, &text, 1);
    if (!resolve(target, text, &resolved)) {
        mill_buffer_finish(&resolved);
        return false;
    }
    if (resolved.failed)
        done = fault(target, "no memory");
    else if (is_textual(target->option->type))
        done = set_text(target, mill_buffer_text(&resolved));
    else
        done = set_spelt(target, mill_buffer_text(&resolved));
    mill_buffer_finish(&resolved);
    return done;
}

static bool
set_number(const struct value_target *target, const struct setting *setting)
{
    enum mill_option_type type = target->option->type;

    if (type == MILL_OPTION_FLOAT)
        return set_float(target, setting->type == SETTING_INT
                                     ? (double)setting->integer
                                     : setting->real);
    if (setting->type == SETTING_INT
        && (type == MILL_OPTION_INT || type == MILL_OPTION_SIZE
            || (type == MILL_OPTION_DURATION && setting->integer == 0)))
        return set_integer(target, setting->integer);
    if (type == MILL_OPTION_DURATION && setting->type == SETTING_INT)
        return fault(target,
                     "a duration needs a unit: \"%" PRId64 "s\", \"%" PRId64
                     "ms\"",
                     setting->integer, setting->integer);
    return fault(target, "must be %s, not %s", expected(type),
                 setting_type_name(setting->type));
}

bool
value_set(const struct value_target *target, const struct setting *setting)
{
    enum mill_option_type type = target->option->type;

    switch (setting->type) {
    case SETTING_TEXT:
        return set_written(target, setting->text);
    case SETTING_LIST:
        if (type == MILL_OPTION_LIST)
            return set_list(target, setting->list.items, setting->list.count);
        break;
    case SETTING_BOOL:
        if (type != MILL_OPTION_BOOL)
            break;
        *(bool *)member(target) = setting->boolean;
        return true;
    case SETTING_INT:
    case SETTING_FLOAT:
        return set_number(target, setting);
    case SETTING_FAULT:
        return false;
    }
    return fault(target, "must be %s, not %s", expected(type),
                 setting_type_name(setting->type));
}
