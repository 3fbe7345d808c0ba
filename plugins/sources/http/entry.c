/* SPDX-License-Identifier: Apache-2.0 */

/* entry - see entry.h */

#include "entry.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define RECORD_HEAD 20u
#define OLD_HEAD 8u
#define BODY_LEAST 40u /* of an entry without topic, key and records */
#define NO_KEY UINT32_MAX

static int
compare(const void *a, const void *b)
{
    const struct record *left = a;
    const struct record *right = b;

    if (left->partition != right->partition)
        return left->partition < right->partition ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

void
entry_order(struct record *records, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare(&records[i - 1], &records[i]) > 0) {
            qsort(records, count, sizeof(*records), compare);
            return;
        }
}

static void
put32(struct mill_buffer *to, uint32_t number)
{
    mill_buffer_add(to, &number, sizeof(number));
}

static void
put64(struct mill_buffer *to, uint64_t number)
{
    mill_buffer_add(to, &number, sizeof(number));
}

static void
put_record(struct mill_buffer *to, const struct record *record, bool bare)
{
    bool keyed = record->key.data && !bare;
    uint32_t len = bare ? 0 : (uint32_t)record->value.len;

    put32(to, record->index);
    put32(to, (uint32_t)record->partition);
    put32(to, record->format);
    put32(to, keyed ? (uint32_t)record->key.len : NO_KEY);
    put32(to, len);
    if (keyed)
        mill_buffer_add(to, record->key.data, record->key.len);
    mill_buffer_add(to, record->value.data, len);
}

static uint32_t
check_of(const void *data, size_t len)
{
    return (uint32_t)crc32_z(0, data, len);
}

/* Fills in the head at HEAD of an entry that has LEN bytes behind it. */
static void
write_head(char *head, size_t len)
{
    uint32_t words[] = { ENTRY_MARK, (uint32_t)len,
                         check_of(head + ENTRY_HEAD, len), 0 };

    words[3] = check_of(words, sizeof(words) - sizeof(*words));
    memcpy(head, words, sizeof(words));
}

void
entry_write(struct mill_buffer *to, const struct entry *entry)
{
    static const char nothing[ENTRY_HEAD];
    size_t begin = to->len;
    uint16_t lens[] = { (uint16_t)entry->topic.len,
                        (uint16_t)(entry->key.data ? entry->key.len : 0) };

    mill_buffer_add(to, nothing, sizeof(nothing));
    put64(to, entry->first);
    put64(to, (uint64_t)entry->came);
    put32(to, entry->total);
    put32(to, (uint32_t)entry->count);
    mill_buffer_add(to, lens, sizeof(lens));
    put64(to, entry->settled);
    put32(to, entry->flags);
    mill_buffer_add(to, entry->topic.data, lens[0]);
    if (lens[1] > 0)
        mill_buffer_add(to, entry->key.data, lens[1]);
    for (size_t i = 0; i < entry->count; i++)
        put_record(to, &entry->records[i], entry->flags & ENTRY_BARE);
    if (!to->failed)
        write_head(to->data + begin, to->len - begin - ENTRY_HEAD);
}

/* --- reading ---------------------------------------------------------------
 */

/* Takes LEN bytes off the front of FROM into TO; false: there aren't as many.
 */
static bool
take(struct mill_bytes *from, void *to, size_t len)
{
    if (from->len < len)
        return false;
    memcpy(to, from->data, len);
    from->data += len;
    from->len -= len;
    return true;
}

static bool
take_bytes(struct mill_bytes *from, struct mill_bytes *to, size_t len)
{
    if (from->len < len)
        return false;
    *to = (struct mill_bytes){ from->data, len };
    from->data += len;
    from->len -= len;
    return true;
}

static bool
take_record(struct mill_bytes *from, struct record *record, uint32_t total)
{
    uint32_t head[RECORD_HEAD / sizeof(uint32_t)];

    if (!take(from, head, sizeof(head)))
        return false;
    *record = (struct record){ .index = head[0],
                               .partition = (int32_t)head[1],
                               .format = (uint8_t)head[2] };
    if (record->index >= total)
        return false;
    if (head[3] != NO_KEY && !take_bytes(from, &record->key, head[3]))
        return false;
    return take_bytes(from, &record->value, head[4]);
}

static bool
take_head(struct mill_bytes *from, struct entry *entry, uint32_t *count)
{
    uint16_t lens[2];

    if (!take(from, &entry->first, 8) || !take(from, &entry->came, 8)
        || !take(from, &entry->total, 4) || !take(from, count, 4)
        || !take(from, lens, sizeof(lens)) || !take(from, &entry->settled, 8)
        || !take(from, &entry->flags, 4)
        || !take_bytes(from, &entry->topic, lens[0])
        || !take_bytes(from, &entry->key, lens[1]))
        return false;
    if (lens[1] == 0)
        entry->key = (struct mill_bytes){ NULL, 0 };
    return *count <= entry->total && from->len / RECORD_HEAD >= *count;
}

bool
entry_head(const char *head, size_t *len)
{
    uint32_t words[ENTRY_HEAD / sizeof(uint32_t)];

    memcpy(words, head, sizeof(words));
    *len = words[1];
    return words[0] == ENTRY_MARK
           && words[3] == check_of(words, sizeof(words) - sizeof(*words));
}

bool
entry_is_old(struct mill_bytes from, size_t *len)
{
    uint32_t head[OLD_HEAD / sizeof(uint32_t)];

    *len = OLD_HEAD;
    if (!take(&from, head, sizeof(head)))
        return false;
    *len += head[0];
    return head[0] >= BODY_LEAST && from.len >= head[0]
           && check_of(from.data, head[0]) == head[1];
}

enum entry_read
entry_read(struct mill_bytes frame, struct entry *entry, struct record **room,
           size_t *room_count, size_t *len)
{
    uint32_t check;
    uint32_t count;

    if (frame.len < ENTRY_HEAD)
        return ENTRY_SHORT;
    if (!entry_head(frame.data, len))
        return ENTRY_DAMAGED;
    memcpy(&check, frame.data + 2 * sizeof(check), sizeof(check));
    frame.data += ENTRY_HEAD;
    frame.len -= ENTRY_HEAD;
    if (frame.len < *len)
        return ENTRY_SHORT;
    frame.len = *len;
    *len += ENTRY_HEAD;
    if (check_of(frame.data, frame.len) != check
        || !take_head(&frame, entry, &count))
        return ENTRY_DAMAGED;
    if (count > *room_count) {
        struct record *more = realloc(*room, count * sizeof(*more));

        if (!more)
            return ENTRY_NO_MEMORY;
        *room = more;
        *room_count = count;
    }
    if (entry->flags & ~(uint32_t)ENTRY_FLAGS)
        return ENTRY_OTHER;
    entry->records = *room;
    entry->count = count;
    for (uint32_t i = 0; i < count; i++)
        if (!take_record(&frame, &entry->records[i], entry->total))
            return ENTRY_DAMAGED;
    return frame.len == 0 ? ENTRY_READ : ENTRY_DAMAGED;
}
