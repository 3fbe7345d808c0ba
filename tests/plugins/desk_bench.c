/* SPDX-License-Identifier: Apache-2.0 */

/* desk_bench - see desk_bench.h */

#include "desk_bench.h"

#include <check.h>
#include <string.h>

struct desk desk;
struct waiter waiters[4];
struct ticket *tickets[4];
struct refusal why;

static void
hold(struct watcher *watcher)
{
    ((struct waiter *)watcher)->held = true;
}

static void
wake(struct watcher *watcher)
{
    struct waiter *waiter = (struct waiter *)watcher;

    ck_assert(waiter->held && !waiter->woken);
    waiter->woken = true;
}

void
desk_bench_setup(void)
{
    desk = (struct desk){ .bytes_most = 10000 };
    ck_assert(desk_open(&desk));
    desk.keys = keys_create(60, 1000);
    memset(waiters, 0, sizeof(waiters));
    memset(tickets, 0, sizeof(tickets));
    for (size_t i = 0; i < 4; i++)
        waiters[i].watcher = (struct watcher){ .hold = hold, .wake = wake };
}

void
desk_bench_teardown(void)
{
    for (size_t i = 0; i < 4; i++)
        if (tickets[i])
            desk_leave(&desk, tickets[i], &waiters[i].watcher);
    ck_assert_uint_eq(desk.bytes, 0);
    desk_close(&desk);
}

/* A request of COUNT records, of partitions -1, or 0, 1, 2...  Its body is for
 * ticket_create(). */
struct mill_buffer
make_request(struct request *request, size_t count, bool parted)
{
    static const struct request_style style = { .max_record = 100 };
    struct mill_buffer text = { 0 };

    mill_buffer_print(&text, "{\"records\":[");
    for (size_t k = 0; k < count; k++)
        mill_buffer_print(&text,
                          parted ? "%s{\"value\":1,\"partition\":%zu}"
                                 : "%s{\"value\":1}",
                          k > 0 ? "," : "", k);
    mill_buffer_print(&text, "]}");
    ck_assert(request_parse(request, &style, text.data, text.len, &why));
    ck_assert(desk_reserve(&desk, text.len));
    return text;
}

/* Request I, for topic "t". */
bool
sends(size_t i, size_t count, bool parted, const char *key, bool named)
{
    const struct keys_name name = { "t", key, named, 0, count };
    struct request request;
    struct mill_buffer text = make_request(&request, count, parted);

    tickets[i] = ticket_create(&name, &request, text.data, text.len);
    ck_assert_ptr_nonnull(tickets[i]);
    return desk_submit(&desk, tickets[i], &waiters[i].watcher, 100, &why);
}

/* The source's thread reads a request. */
void
reads(size_t i, uint64_t first)
{
    ck_assert_ptr_eq(desk_take(&desk), tickets[i]);
    desk_out(&desk, tickets[i], first);
    desk_give_back(&desk, tickets[i]);
}

/* Its sender waits no longer. */
void
leaves(size_t i)
{
    desk_leave(&desk, tickets[i], &waiters[i].watcher);
    tickets[i] = NULL;
}

void
settles(const char *partition, uint64_t first, uint64_t last,
        const struct mill_receipt *receipts, size_t count)
{
    desk_settled(&desk, &(struct mill_settled){ .stream = "t",
                                                .partition = partition,
                                                .first = first,
                                                .last = last,
                                                .receipts = receipts,
                                                .count = count });
}

void
is_stored(size_t i, size_t record, int64_t partition, int64_t offset)
{
    const struct outcome *outcome = &tickets[i]->outcomes[record];

    ck_assert_int_eq(outcome->state, OUTCOME_STORED);
    ck_assert_int_eq(outcome->partition, partition);
    ck_assert_int_eq(outcome->offset, offset);
}
