/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/fault.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Longer words are nobody's typing error; it also bounds the rows below. */
#define WORD_MAX 64

/* How many candidates are listed where none is near. */
#define LIST_MAX 24

static bool
make_room(struct faults *faults)
{
    size_t room = faults->room ? 2 * faults->room : 8;
    struct fault *items;

    if (faults->count < faults->room)
        return true;
    items = realloc(faults->items, room * sizeof(*items));
    if (!items)
        return false;
    faults->items = items;
    faults->room = room;
    return true;
}

char *
fault_text(const char *format, va_list args)
{
    char *text = NULL;

    return vasprintf(&text, format, args) < 0 ? NULL : text;
}

void
faults_add(struct faults *faults, const char *file, int line,
           const char *format, ...)
{
    struct fault fault = { .file = strdup(file), .line = line };
    va_list args;

    va_start(args, format);
    fault.message = fault_text(format, args);
    va_end(args);
    if (!fault.file || !fault.message || !make_room(faults)) {
        free(fault.file);
        free(fault.message);
        faults->lost++;
        return;
    }
    faults->items[faults->count++] = fault;
}

bool
faults_any(const struct faults *faults)
{
    return faults->count > 0 || faults->lost > 0;
}

bool
faults_at(const struct faults *faults, const char *file, int line)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->items[i].line == line
            && strcmp(faults->items[i].file, file) == 0)
            return true;
    return false;
}

static bool
comes_after(const struct fault *a, const struct fault *b)
{
    int order = strcmp(a->file, b->file);

    return order > 0 || (order == 0 && a->line > b->line);
}

/* Insertion keeps those of one line in order, and there are few. */
void
faults_sort(struct faults *faults)
{
    for (size_t i = 1; i < faults->count; i++) {
        struct fault fault = faults->items[i];
        size_t at = i;

        for (; at > 0 && comes_after(&faults->items[at - 1], &fault); at--)
            faults->items[at] = faults->items[at - 1];
        faults->items[at] = fault;
    }
}

void
faults_print(struct faults *faults, FILE *to)
{
    faults_sort(faults);
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];

        if (fault->line > 0)
            fprintf(to, "%s:%d: %s\n", fault->file, fault->line,
                    fault->message);
        else
            fprintf(to, "%s: %s\n", fault->file, fault->message);
    }
    if (faults->lost > 0)
        fprintf(to, "%zu more that there was no memory for\n", faults->lost);
}

void
faults_finish(struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        free(faults->items[i].file);
        free(faults->items[i].message);
    }
    free(faults->items);
    *faults = (struct faults){ 0 };
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters added, left out, changed or swapped; both words are at most WORD_MAX
 * long. */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];

    for (size_t j = 0; j <= b_len; j++)
        above[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *spare = before;

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            bool same = tolower((unsigned char)a[i - 1])
                        == tolower((unsigned char)b[j - 1]);

            row[j] = least(above[j], row[j - 1]) + 1;
            row[j] = least(row[j], above[j - 1] + !same);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b_len];
}

/* How far CANDIDATE is from WORD; SIZE_MAX: too far to be meant. */
static size_t
nearness(const char *word, const char *candidate)
{
    size_t word_len = strlen(word);
    size_t len = strlen(candidate);
    size_t found;

    if (word_len > WORD_MAX || len > WORD_MAX || word_len == 0)
        return SIZE_MAX;
    found = distance(word, word_len, candidate, len);
    return found <= (least(word_len, len) + 2) / 3 ? found : SIZE_MAX;
}

static void
list_all(struct mill_buffer *to, const char *const *candidates, size_t count)
{
    for (size_t i = 0; i < count && i < LIST_MAX; i++)
        mill_buffer_print(to, "%s%s", i == 0 ? " (there are: " : ", ",
                          candidates[i]);
    if (count > 0)
        mill_buffer_print(to, "%s)", count > LIST_MAX ? ", ..." : "");
}

void
suggest(struct mill_buffer *to, const char *word, const char *const *candidates,
        size_t count)
{
    size_t best = SIZE_MAX;
    bool first = true;

    for (size_t i = 0; i < count; i++)
        best = least(best, nearness(word, candidates[i]));
    if (best == SIZE_MAX) {
        list_all(to, candidates, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (nearness(word, candidates[i]) != best)
            continue;
        mill_buffer_print(to, first ? " (did you mean \"%s\"" : " or \"%s\"",
                          candidates[i]);
        first = false;
    }
    mill_buffer_print(to, "?)");
}
