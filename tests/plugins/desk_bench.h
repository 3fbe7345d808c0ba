/* SPDX-License-Identifier: Apache-2.0 */

/* desk_bench - the desk of a source http, and who sends to it, for each test
 * anew */

#ifndef TESTS_DESK_BENCH_H
#define TESTS_DESK_BENCH_H

#include "../../plugins/sources/http/desk.h"

struct waiter {
    struct watcher watcher; /* first */
    bool held;
    bool woken;
};

extern struct desk desk;
extern struct waiter waiters[4];
extern struct ticket *tickets[4];
extern struct refusal why; /* the last was refused */

/* The fixture. */
void desk_bench_setup(void);
void desk_bench_teardown(void);

/* A request of COUNT records, of partitions -1, or 0, 1, 2...  Its body, for
 * which there is room on the desk, is for ticket_create(). */
struct mill_buffer make_request(struct request *request, size_t count,
                                bool parted);

/* Request I, for topic "t"; false: it was refused. */
bool sends(size_t i, size_t count, bool parted, const char *key, bool named);
/* The source's thread reads it. */
void reads(size_t i, uint64_t first);
/* Its sender waits no longer. */
void leaves(size_t i);

void settles(const char *partition, uint64_t first, uint64_t last,
             const struct mill_receipt *receipts, size_t count);
void is_stored(size_t i, size_t record, int64_t partition, int64_t offset);

#endif /* TESTS_DESK_BENCH_H */
