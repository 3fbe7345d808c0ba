/* SPDX-License-Identifier: Apache-2.0 */

/* overlap - the rows that were sent from the span behind the last value */

#include "overlap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct overlap_row {
    int64_t at;  /* the column's value */
    uint64_t id; /* the rest of the key */
};

bool
overlap_parse(const char *text, struct overlap_span *span)
{
    static const struct {
        const char *unit;
        int64_t us;
    } units[] = { { "", 0 },
                  { "us", 1 },
                  { "ms", 1000 },
                  { "s", 1000000 },
                  { "m", 60 * INT64_C(1000000) },
                  { "h", 3600 * INT64_C(1000000) },
                  { "d", 86400 * INT64_C(1000000) } };
    char *end;

    errno = 0;
    *span = (struct overlap_span){ 0 };

    int64_t number = strtoll(text, &end, 10);

    if (end == text || errno != 0 || number < 0)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (strcmp(end, units[i].unit) != 0)
            continue;
        if (units[i].us == 0)
            span->number = number;
        return !__builtin_mul_overflow(number, units[i].us, &span->us);
    }
    return false;
}

static bool
value_of(const struct mill_value *value, bool *is_time, int64_t *at)
{
    *is_time = value->type == MILL_TEXT;
    if (value->type == MILL_INT) {
        *at = value->integer;
        return true;
    }
    return *is_time && mill_timestamp_parse(value->text, value->len, at);
}

/* FNV-1a, over the values' types, lengths and bytes. */
static uint64_t
hash(uint64_t sum, const void *data, size_t len)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < len; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static uint64_t
id_of(const struct table *table, const struct row *row)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    if (table->key_count == 1)
        return 0;
    if (table->key_count == 2 && row->cells[table->key[1]].type == MILL_INT)
        return (uint64_t)row->cells[table->key[1]].integer;
    for (size_t i = 1; i < table->key_count; i++) {
        const struct mill_value *value = &row->cells[table->key[i]];
        bool has_text = value->type >= MILL_NUMBER && value->type <= MILL_BYTES;

        sum = hash(sum, &value->type, sizeof(value->type));
        sum = hash(sum, &value->len, sizeof(value->len));
        if (value->type == MILL_BOOL)
            sum = hash(sum, &value->boolean, sizeof(value->boolean));
        else if (has_text)
            sum = hash(sum, value->text, value->len);
        else
            sum = hash(sum, &value->integer, sizeof(value->integer));
    }
    return sum;
}

static int
compare(const struct overlap_row *a, const struct overlap_row *b)
{
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* The place of ROW, where it is or has to be. */
static size_t
place_of(const struct overlap *overlap, const struct overlap_row *row)
{
    size_t low = 0;
    size_t high = overlap->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(&overlap->rows[middle], row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t
first_value(const struct overlap *overlap)
{
    int64_t span = overlap->is_time ? overlap->span.us : overlap->span.number;
    int64_t from;

    return __builtin_sub_overflow(overlap->last, span, &from) ? INT64_MIN
                                                              : from;
}

static void
trim(struct overlap *overlap)
{
    struct overlap_row from = { .at = first_value(overlap) };
    size_t gone = place_of(overlap, &from);

    if (gone == 0)
        return;
    overlap->count -= gone;
    memmove(overlap->rows, overlap->rows + gone,
            overlap->count * sizeof(*overlap->rows));
}

static bool
insert(struct overlap *overlap, size_t place, const struct overlap_row *row)
{
    if (overlap->count == overlap->room) {
        size_t room = overlap->room ? overlap->room * 2 : 256;
        struct overlap_row *more = realloc(overlap->rows, room * sizeof(*more));

        if (!more)
            return false;
        overlap->rows = more;
        overlap->room = room;
    }
    memmove(overlap->rows + place + 1, overlap->rows + place,
            (overlap->count - place) * sizeof(*overlap->rows));
    overlap->rows[place] = *row;
    overlap->count++;
    return true;
}

/* NULL: the option overlap and the column's values go together. */
static const char *
misfit(const struct overlap *overlap, bool is_time)
{
    if (overlap->begun && overlap->is_time != is_time)
        return "holds moments and integers";
    if (is_time && overlap->span.number > 0)
        return "holds moments, so overlap has to be a duration such as 5s";
    if (!is_time && overlap->span.us > 0)
        return "holds integers, so overlap has to be a number";
    return NULL;
}

enum mill_verdict
overlap_take(struct overlap *overlap, const struct table *table,
             const struct row *row, const char **why)
{
    struct overlap_row taken = { .id = id_of(table, row) };
    bool is_time;

    *why = "holds something that is neither an integer nor a moment, so that "
           "overlap can't be had";
    if (!value_of(&row->cells[table->key[0]], &is_time, &taken.at))
        return MILL_FATAL;
    *why = misfit(overlap, is_time);
    if (*why)
        return MILL_FATAL;

    size_t place = place_of(overlap, &taken);

    if (place < overlap->count && compare(&overlap->rows[place], &taken) == 0)
        return MILL_IDLE;
    *why = "needs more memory than there is";
    if (!insert(overlap, place, &taken))
        return MILL_FATAL;
    if (!overlap->begun || taken.at > overlap->last)
        overlap->last = taken.at;
    overlap->is_time = is_time;
    overlap->begun = true;
    return MILL_OK;
}

struct mill_value
overlap_begin(const struct overlap *overlap, char text[MILL_TIMESTAMP_ROOM])
{
    int64_t from = first_value(overlap);

    if (!overlap->is_time)
        return mill_int(from);

    size_t len = mill_timestamp_print(text, from, ' ');

    /* SQLite compares texts: .5 comes before .500000. */
    while (memchr(text, '.', len) && text[len - 1] == '0')
        len--;
    return mill_text(MILL_TEXT, text, len);
}

bool
overlap_start(struct overlap *overlap, const struct mill_value *value)
{
    overlap->begun = value_of(value, &overlap->is_time, &overlap->last);
    return overlap->begun;
}

void
overlap_print(struct overlap *overlap, struct mill_buffer *to)
{
    struct overlap_row before = { 0 };

    trim(overlap);
    mill_buffer_print(to, "{\"last\":%" PRId64 ",\"time\":%s,\"sent\":[",
                      overlap->last, overlap->is_time ? "true" : "false");
    for (size_t i = 0; i < overlap->count; i++) {
        const struct overlap_row *row = &overlap->rows[i];

        mill_buffer_print(to, "%s%" PRId64 ",%" PRId64, i > 0 ? "," : "",
                          (int64_t)((uint64_t)row->at - (uint64_t)before.at),
                          (int64_t)(row->id - before.id));
        before = *row;
    }
    mill_buffer_print(to, "]}");
}

static const struct mill_value *
member(const struct mill_value *map, const char *name, enum mill_type type)
{
    for (size_t i = 0; i < map->len; i++) {
        const struct mill_value *key = &map->items[2 * i];

        if (key->len == strlen(name) && memcmp(key->text, name, key->len) == 0)
            return map->items[2 * i + 1].type == type ? key + 1 : NULL;
    }
    return NULL;
}

static bool
read_rows(struct overlap *overlap, const struct mill_value *list)
{
    struct overlap_row row = { 0 };

    for (size_t i = 0; i + 1 < list->len; i += 2) {
        const struct mill_value *pair = &list->items[i];

        if (pair[0].type != MILL_INT || pair[1].type != MILL_INT)
            return false;
        row.at = (int64_t)((uint64_t)row.at + (uint64_t)pair[0].integer);
        row.id += (uint64_t)pair[1].integer;
        if (!insert(overlap, place_of(overlap, &row), &row))
            return false;
    }
    return list->len % 2 == 0;
}

bool
overlap_read(struct overlap *overlap, struct mill_batch *batch,
             const char *cursor)
{
    struct mill_json_error error;
    struct mill_value map;

    if (!mill_json_read(batch, (struct mill_bytes){ cursor, strlen(cursor) },
                        &map, &error)
        || map.type != MILL_MAP)
        return false;

    const struct mill_value *last = member(&map, "last", MILL_INT);
    const struct mill_value *is_time = member(&map, "time", MILL_BOOL);
    const struct mill_value *sent = member(&map, "sent", MILL_LIST);

    if (!last || !is_time || !sent)
        return false;
    overlap->on = true;
    overlap->begun = true;
    overlap->last = last->integer;
    overlap->is_time = is_time->boolean;
    return read_rows(overlap, sent);
}

void
overlap_finish(struct overlap *overlap)
{
    free(overlap->rows);
    *overlap = (struct overlap){ 0 };
}
