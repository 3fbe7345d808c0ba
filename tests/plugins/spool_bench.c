/* SPDX-License-Identifier: Apache-2.0 */

/* spool_bench - see spool_bench.h */

#include "spool_bench.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[40];
char path[80];
char why[512];
struct spool spool;
size_t seen;
size_t seen_keys;

bool
spool_bench_visit(void *arg, const struct entry *entry)
{
    (void)arg;
    seen++;
    seen_keys += entry->key.data != NULL;
    return true;
}

bool
try_open(void)
{
    spool = (struct spool){ .segment_size = 400, .window_s = 60 };
    seen = 0;
    seen_keys = 0;
    return spool_open(&spool, path, 0, spool_bench_visit, NULL, why,
                      sizeof(why));
}

void
opens(void)
{
    ck_assert_msg(try_open(), "%s", why);
}

void
reopen(void)
{
    spool_close(&spool);
    opens();
}

void
spool_bench_setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/millrace-spool-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/spool", folder);
    opens();
}

void
spool_bench_teardown(void)
{
    char command[128];

    spool_close(&spool);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    FILE *run = popen(command, "r");

    ck_assert_ptr_nonnull(run);
    pclose(run);
}

/* Makes the frame of a request of COUNT records, each holding 40 bytes. */
uint64_t
make(struct mill_buffer *to, size_t count, const char *key, uint32_t flags)
{
    struct record records[8];
    struct entry entry = {
        .first = spool_number(&spool, count),
        .came = 100,
        .flags = flags,
        .total = (uint32_t)count,
        .topic = { "topic", 5 },
        .key = { key, key ? strlen(key) : 0 },
        .records = records,
        .count = count,
    };

    for (size_t i = 0; i < count; i++)
        records[i] = (struct record){
            .index = (uint32_t)i,
            .partition = (int32_t)i - 1,
            .format = MILL_JSON,
            .key = { i == 0 ? "k" : NULL, i == 0 },
            .value = { "[12345678901234567890123456789012345678]", 40 },
        };
    entry_write(to, &entry);
    return entry.first;
}

/* Writes FRAMES, up to number END, and frees them. */
void
store(struct mill_buffer *frames, uint64_t end, bool keyed)
{
    struct mill_bytes data = { frames->data, frames->len };

    ck_assert_int_eq(spool_write(&spool, data), SPOOL_WRITTEN);
    spool_publish(&spool, frames->len, end, keyed, 100);
    mill_buffer_finish(frames);
}

/* Writes one request. */
uint64_t
put(size_t count, const char *key)
{
    struct mill_buffer frame = { 0 };
    uint64_t first = make(&frame, count, key, ENTRY_BEGINS);

    store(&frame, first + count, key != NULL);
    return first;
}

void
gives(uint64_t first, size_t count)
{
    struct entry entry;

    ck_assert_int_eq(spool_next(&spool, &entry), ENTRY_READ);
    ck_assert_uint_eq(entry.first, first);
    ck_assert_uint_eq(entry.total, count);
    ck_assert_uint_eq(entry.count, count);
    ck_assert_uint_eq(entry.topic.len, 5);
    ck_assert_mem_eq(entry.topic.data, "topic", 5);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(entry.records[i].index, i);
        ck_assert_int_eq(entry.records[i].partition, (int)i - 1);
        ck_assert_uint_eq(entry.records[i].value.len, 40);
        ck_assert_int_eq(entry.records[i].key.data != NULL, i == 0);
    }
}

void
gives_nothing(void)
{
    struct entry entry;

    ck_assert_int_eq(spool_next(&spool, &entry), ENTRY_SHORT);
}

static bool
keep(void *arg, const struct entry *entry)
{
    (void)entry;
    return *(bool *)arg;
}

void
done(uint64_t upto, bool keeps, int64_t now_s)
{
    ck_assert(spool_done(&spool, upto, keep, &keeps, now_s));
}

const char *
file(uint64_t first, const char *suffix)
{
    static char name[128];

    snprintf(name, sizeof(name), "%s/%020lu%s", path, (unsigned long)first,
             suffix);
    return name;
}

bool
is_there(uint64_t first, const char *suffix)
{
    return access(file(first, suffix), F_OK) == 0;
}
