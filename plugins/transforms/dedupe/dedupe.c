/* SPDX-License-Identifier: Apache-2.0 */

/*
 * dedupe - let rows pass once
 *
 *     once = { transform = "dedupe"; from = "posts"; };
 *     once = { transform = "dedupe"; from = "posts"; key = [ "ind" ]; };
 *
 * A row goes on where none like it is among the last `window` rows that went
 * on.  Rows are alike that have the same columns with the same values, of the
 * same types; or, with a key, the same values in these columns.  A row without
 * a key (the column is absent, or null) is like no other: it goes on, counted
 * as "without key".
 *
 * A row is remembered as 128 bits, made with a secret of this stage's own: two
 * that differ are taken for the same about once in 10^26 windows of a million.
 *
 * What passed is recorded with where it stood, and stored with the positions
 * that rest on it.  After a crash rows that weren't settled come again, in
 * another order of the inputs perhaps: then those that had passed pass once
 * more, and their likes do not.  A row that the window has left behind before
 * it was settled is not known any more; so a window should be larger than what
 * is on its way at a time (some ten thousand rows).
 */

#include <stdlib.h>
#include <string.h>

#include "journal.h"

struct dedupe {
    const char *const *key;
    const char *across;
    int64_t window;
    struct mill_size window_bytes;

    struct window passed;
    struct journal journal;
    struct mill_buffer row; /* what is digested */
};

static const char *const scopes[] = { "stream", "all", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct dedupe, key,
                "Columns that make rows alike; none: the whole row does"),
    MILL_OPTION(struct dedupe, across,
                "Rows of one stream (a table, a topic, a file) may be alike, "
                "or those of all",
                .fallback = "stream", .choices = scopes),
    MILL_OPTION(struct dedupe, window,
                "Rows that are remembered: exact as long as likes are no "
                "farther apart",
                .fallback = "1000000", .least = 1, .most = WINDOW_MOST),
    MILL_OPTION(struct dedupe, window_bytes,
                "Memory for remembered rows, 80 bytes each; the smaller "
                "window of the two holds; 0: the other one",
                .fallback = "0", .least = 0, .most = INT64_MAX),
    { 0 },
};

/* How many rows are remembered. */
static uint64_t
most_of(const struct dedupe *dedupe)
{
    int64_t most = dedupe->window_bytes.bytes / WINDOW_ENTRY_BYTES;

    if (dedupe->window_bytes.bytes == 0 || most > dedupe->window)
        most = dedupe->window;
    return most > 0 ? (uint64_t)most : 1;
}

static enum mill_verdict
no_memory(const struct dedupe *dedupe, struct mill_stage *stage)
{
    return mill_fail(
        stage, MILL_FATAL,
        "no memory for more than the %llu rows that it remembers; "
        "a smaller window needs less",
        (unsigned long long)(dedupe->passed.next - dedupe->passed.first));
}

/* --- columns --- */

/* The columns of a batch that count, in an order that doesn't depend on it. */
struct columns {
    const struct mill_bytes *names; /* the batch's */
    int list[MILL_COLUMNS_MAX];     /* -1: the batch has no such column */
    size_t count;
};

static int
by_name(const void *a, const void *b, void *arg)
{
    const struct mill_bytes *names = arg;
    const struct mill_bytes *one = &names[*(const int *)a];
    const struct mill_bytes *two = &names[*(const int *)b];
    int order =
        memcmp(one->data, two->data, one->len < two->len ? one->len : two->len);

    return order ? order : (one->len > two->len) - (one->len < two->len);
}

static void
find_columns(const struct dedupe *dedupe, const struct mill_batch *batch,
             struct columns *columns)
{
    columns->names = batch->names;
    columns->count = 0;
    if (dedupe->key[0]) {
        for (const char *const *key = dedupe->key;
             *key && columns->count < MILL_COLUMNS_MAX; key++)
            columns->list[columns->count++] = mill_batch_column(batch, *key);
        return;
    }
    for (uint32_t i = 0; i < batch->columns; i++)
        columns->list[columns->count++] = (int)i;
    qsort_r(columns->list, columns->count, sizeof(*columns->list), by_name,
            (void *)batch->names);
}

/* --- rows --- */

static bool
has_key(const struct columns *columns, const struct mill_value *cells)
{
    for (size_t i = 0; i < columns->count; i++)
        if (columns->list[i] < 0 || mill_is_null(&cells[columns->list[i]]))
            return false;
    return true;
}

/* SCOPE is how much of the buffer all rows of the batch begin with. */
static struct digest
digest_row(struct dedupe *dedupe, const struct columns *columns,
           const struct mill_value *cells, size_t scope)
{
    struct mill_buffer *row = &dedupe->row;

    row->len = scope;
    for (size_t i = 0; i < columns->count; i++) {
        int column = columns->list[i];

        if (cells[column].type == MILL_MISSING)
            continue;
        digest_text(row, columns->names[column].data,
                    columns->names[column].len);
        digest_value(row, &cells[column]);
    }
    return digest_bytes(&dedupe->journal.secret, row->data, row->len);
}

/* Whether the row may go on; false in *FINE: no memory. */
static bool
passes(struct dedupe *dedupe, struct mill_stage *stage,
       const struct entry *entry, bool *fine)
{
    struct entry *like = window_find(&dedupe->passed, &entry->digest);

    if (!like) {
        *fine = journal_add(&dedupe->journal, stage, &dedupe->passed,
                            most_of(dedupe), entry);
        return true;
    }
    /* The very row that had passed before the crash. */
    if (!like->passed && like->lane == entry->lane
        && like->position == entry->position) {
        like->passed = true;
        return true;
    }
    return false;
}

/* Filters what has a like; false: no memory. */
static bool
apply_rows(struct dedupe *dedupe, struct mill_stage *stage,
           struct mill_batch *batch, uint32_t lane)
{
    struct columns columns;
    size_t scope = dedupe->row.len;
    uint64_t doubles = 0;
    uint64_t keyless = 0;
    bool fine = true;

    find_columns(dedupe, batch, &columns);
    for (size_t i = 0; fine && i < batch->rows; i++) {
        const struct mill_value *cells = mill_batch_row(batch, i);

        if (dedupe->key[0] && !has_key(&columns, cells)) {
            keyless++;
            continue;
        }
        struct entry entry = { digest_row(dedupe, &columns, cells, scope),
                               batch->positions[i], lane, true };
        if (!dedupe->row.failed && passes(dedupe, stage, &entry, &fine))
            continue;
        mill_filter_row(batch, i);
        doubles++;
        fine = !dedupe->row.failed;
    }
    if (doubles > 0)
        mill_count(stage, "duplicates", doubles);
    if (keyless > 0)
        mill_count(stage, "without key", keyless);
    return fine;
}

static enum mill_verdict
dedupe_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct dedupe *dedupe = self;
    bool one = strcmp(dedupe->across, "stream") == 0;
    uint32_t lane;

    if (!lanes_enter(&dedupe->journal.lanes, stage, batch, &lane))
        return no_memory(dedupe, stage);
    dedupe->row.len = 0;
    digest_text(&dedupe->row, batch->stream, one ? strlen(batch->stream) : 0);

    bool fine = apply_rows(dedupe, stage, batch, lane)
                && journal_write(&dedupe->journal, stage, &dedupe->passed);

    lanes_leave(&dedupe->journal.lanes, stage, lane);
    return fine ? MILL_OK : no_memory(dedupe, stage);
}

/* --- opening --- */

/* By what rows are alike: another answer, and no old row is like a new one. */
static void
print_about(const struct dedupe *dedupe, struct mill_buffer *to)
{
    for (const char *const *key = dedupe->key; *key; key++) {
        mill_buffer_print(to, "%s", key == dedupe->key ? "" : ", ");
        mill_json_write_text(to, *key, strlen(*key), NULL);
    }
    mill_buffer_print(to, "%s of %s", dedupe->key[0] ? "" : "all columns",
                      strcmp(dedupe->across, "all") == 0 ? "all streams"
                                                         : "one stream");
}

static enum mill_verdict
dedupe_open(void *self, struct mill_stage *stage)
{
    struct dedupe *dedupe = self;
    struct mill_buffer about = { 0 };

    print_about(dedupe, &about);
    enum mill_verdict verdict =
        journal_open(&dedupe->journal, stage, mill_buffer_text(&about),
                     &dedupe->passed, most_of(dedupe));
    mill_buffer_finish(&about);
    return verdict;
}

static void
dedupe_close(void *self)
{
    struct dedupe *dedupe = self;

    journal_finish(&dedupe->journal);
    window_finish(&dedupe->passed);
    mill_buffer_finish(&dedupe->row);
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "dedupe",
    .version = "1.0",
    .summary = "Let rows pass once",
    .flags = MILL_KEEPS_CELLS,
    .instance_size = sizeof(struct dedupe),
    .options = options,
    .open = dedupe_open,
    .close = dedupe_close,
    .transform.apply = dedupe_apply,
};
