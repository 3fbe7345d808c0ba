/* SPDX-License-Identifier: Apache-2.0 */

/* answer - rows to text; a table has to wait until its last row is known */

#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

struct answer_cell {
    size_t len;
    bool right; /* a number: it ends where its column does */
};

/* --- pieces --- */

static void
add(struct mill_buffer *to, const char *text)
{
    mill_buffer_add(to, text, strlen(text));
}

static void
fill(struct mill_buffer *to, char with, size_t times)
{
    while (times-- > 0)
        mill_buffer_add(to, &with, 1);
}

/* How many characters a terminal shows, near enough. */
static size_t
width_of(const char *text, size_t len)
{
    size_t width = 0;

    for (size_t i = 0; i < len; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

static void
print_value(struct mill_buffer *to, const struct mill_value *value)
{
    if (value->type == MILL_BYTES) {
        add(to, "x'");
        text_hex(to, value);
        add(to, "'");
    } else if (value->type == MILL_BOOL) {
        add(to, value->boolean ? "true" : "false");
    } else if (!mill_is_null(value)) {
        text_value(to, value);
    }
}

static const char *
name_at(const struct answer *answer, size_t i)
{
    const char *name = answer->names.data;

    while (i-- > 0)
        name += strlen(name) + 1;
    return name;
}

/* --- CSV --- */

static void
csv_text(struct mill_buffer *to, const char *text, size_t len)
{
    bool plain = len > 0;

    for (size_t i = 0; plain && i < len; i++)
        plain = text[i] && !strchr("\",\r\n", text[i]);
    if (plain) {
        mill_buffer_add(to, text, len);
        return;
    }
    mill_buffer_add(to, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            mill_buffer_add(to, "\"", 1);
        mill_buffer_add(to, text + i, 1);
    }
    mill_buffer_add(to, "\"", 1);
}

static void
csv_begin(struct answer *answer)
{
    mill_buffer_print(answer->to, "# %s\n", answer->title);
    for (size_t i = 0; i < answer->columns; i++) {
        const char *name = name_at(answer, i);

        add(answer->to, i > 0 ? "," : "");
        csv_text(answer->to, name, strlen(name));
    }
    add(answer->to, "\n");
}

static void
csv_row(struct answer *answer, const struct mill_value *cells)
{
    for (size_t i = 0; i < answer->columns; i++) {
        add(answer->to, i > 0 ? "," : "");
        if (cells[i].type == MILL_TEXT)
            csv_text(answer->to, cells[i].text, cells[i].len);
        else
            print_value(answer->to, &cells[i]);
    }
    add(answer->to, "\n");
}

/* --- JSON --- */

static void
json_begin(struct answer *answer)
{
    add(answer->to, "{\"title\":");
    mill_json_write_text(answer->to, answer->title, strlen(answer->title),
                         NULL);
    add(answer->to, ",\"rows\":[");
}

static void
json_row(struct answer *answer, const struct mill_value *cells)
{
    add(answer->to, answer->rows > 0 ? ",{" : "{");
    for (size_t i = 0; i < answer->columns; i++) {
        const char *name = name_at(answer, i);

        add(answer->to, i > 0 ? "," : "");
        mill_json_write_text(answer->to, name, strlen(name), NULL);
        add(answer->to, ":");
        mill_json_write(answer->to, &cells[i], NULL);
    }
    add(answer->to, "}");
}

/* --- table --- */

static void
table_keep(struct answer *answer, const struct mill_value *cells)
{
    struct mill_buffer text = { 0 };

    for (size_t i = 0; i < answer->columns; i++) {
        struct answer_cell cell = { .right = cells[i].type >= MILL_INT
                                             && cells[i].type <= MILL_DECIMAL };
        size_t width;

        text.len = 0;
        print_value(&text, &cells[i]);
        cell.len = text.len;
        width = width_of(mill_buffer_text(&text), text.len);
        if (width > answer->widths[i])
            answer->widths[i] = width;
        mill_buffer_add(&answer->cells, &cell, sizeof(cell));
        mill_buffer_add(&answer->cells, mill_buffer_text(&text), text.len);
    }
    mill_buffer_finish(&text);
}

static void
table_cell(struct answer *answer, size_t i, const char *text, size_t len,
           bool right)
{
    size_t blanks = answer->widths[i] - width_of(text, len);

    add(answer->to, i > 0 ? " | " : "");
    fill(answer->to, ' ', right ? blanks : 0);
    mill_buffer_add(answer->to, text, len);
    /* No blanks at the end of a line. */
    fill(answer->to, ' ', right || i + 1 == answer->columns ? 0 : blanks);
}

static void
table_head(struct answer *answer)
{
    for (size_t i = 0; i < answer->columns; i++)
        table_cell(answer, i, name_at(answer, i), strlen(name_at(answer, i)),
                   false);
    add(answer->to, "\n");
    for (size_t i = 0; i < answer->columns; i++) {
        add(answer->to, i > 0 ? "-+-" : "");
        fill(answer->to, '-', answer->widths[i]);
    }
    add(answer->to, "\n");
}

static void
table_end(struct answer *answer)
{
    const char *at = answer->cells.data;

    mill_buffer_print(answer->to, "%s\n\n", answer->title);
    table_head(answer);
    for (size_t row = 0; row < answer->rows; row++) {
        for (size_t i = 0; i < answer->columns; i++) {
            struct answer_cell cell;

            memcpy(&cell, at, sizeof(cell));
            table_cell(answer, i, at + sizeof(cell), cell.len, cell.right);
            at += sizeof(cell) + cell.len;
        }
        add(answer->to, "\n");
    }
    mill_buffer_print(answer->to, "(%zu row%s)\n\n", answer->rows,
                      answer->rows == 1 ? "" : "s");
}

/* --- all of them --- */

void
answer_finish(struct answer *answer)
{
    mill_buffer_finish(&answer->names);
    mill_buffer_finish(&answer->cells);
    free(answer->widths);
    answer->widths = NULL;
    answer->rows = answer->columns = 0;
}

static bool
begin(struct answer *answer, const char *const *names, size_t count)
{
    answer_finish(answer);
    answer->widths = calloc(count, sizeof(*answer->widths));
    if (!answer->widths)
        return false;
    answer->columns = count;
    for (size_t i = 0; i < count; i++) {
        mill_buffer_add(&answer->names, names[i], strlen(names[i]) + 1);
        answer->widths[i] = width_of(names[i], strlen(names[i]));
    }
    if (answer->names.failed)
        return false;
    if (answer->format == ANSWER_CSV)
        csv_begin(answer);
    else if (answer->format == ANSWER_JSON)
        json_begin(answer);
    return true;
}

static bool
end(struct answer *answer)
{
    if (answer->cells.failed)
        return false;
    if (answer->format == ANSWER_TABLE)
        table_end(answer);
    else
        add(answer->to, answer->format == ANSWER_CSV ? "\n" : "]}\n");
    return !answer->to->failed;
}

bool
answer_take(void *arg, const char *const *names, const struct mill_value *cells,
            size_t count)
{
    struct answer *answer = arg;

    if (!names)
        return end(answer);
    if (!cells)
        return begin(answer, names, count);
    if (answer->format == ANSWER_TABLE)
        table_keep(answer, cells);
    else if (answer->format == ANSWER_CSV)
        csv_row(answer, cells);
    else
        json_row(answer, cells);
    answer->rows++;
    return true;
}
