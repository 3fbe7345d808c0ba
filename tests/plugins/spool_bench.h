/* SPDX-License-Identifier: Apache-2.0 */

/* spool_bench - the spool of a source http in a folder of its own, for each
 * test anew */

#ifndef TESTS_SPOOL_BENCH_H
#define TESTS_SPOOL_BENCH_H

#include "../../plugins/sources/http/spool.h"

extern struct spool spool;
extern char path[80]; /* of its folder */
extern char why[512]; /* it couldn't be opened */

/* Entries that the last opening showed, and those of them that had a key. */
extern size_t seen;
extern size_t seen_keys;
spool_visit_fn spool_bench_visit;

/* The fixture. */
void spool_bench_setup(void);
void spool_bench_teardown(void);

bool try_open(void);
void opens(void);
void reopen(void);

/* Makes the frame of a request of COUNT records, each holding 40 bytes; returns
 * its number. */
uint64_t make(struct mill_buffer *to, size_t count, const char *key,
              uint32_t flags);
/* Writes FRAMES, up to number END, and frees them. */
void store(struct mill_buffer *frames, uint64_t end, bool keyed);
/* Writes one request. */
uint64_t put(size_t count, const char *key);

/* The next entry is that of put(). */
void gives(uint64_t first, size_t count);
void gives_nothing(void);

/* All before UPTO is settled; KEEPS: its keys are still needed. */
void done(uint64_t upto, bool keeps, int64_t now_s);

/* The path of a segment's file, until the next call. */
const char *file(uint64_t first, const char *suffix);
bool is_there(uint64_t first, const char *suffix);

#endif /* TESTS_SPOOL_BENCH_H */
