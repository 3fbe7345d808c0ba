/* SPDX-License-Identifier: Apache-2.0 */

/*
 * harness - one plugin on the bench
 *
 *     struct harness *sink = harness_create(MILL_SINK, "file");
 *
 *     harness_set(sink, "path", "/tmp/x/out.ndjson");
 *     ck_assert_int_eq(harness_open(sink), MILL_OK);
 *     ck_assert_int_eq(harness_write(sink, "{\"id\":1}\n{\"id\":2}\n"),
 * MILL_OK); ck_assert_int_eq(harness_flush(sink), MILL_OK);
 *     harness_destroy(sink);
 *
 * The plugin is the one that was just built ($top_builddir/plugins, then
 * tests/plugins-test), its options go through the core's own parser, and its
 * stage is a real one.  Rows go in and come out as JSON lines.  Whatever the
 * bench itself can't do fails the running test.
 *
 * A test program that uses it links with $(TEST_BENCH) and has
 * $(bench_ldflags); see tests/local.mk.
 */

#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <millrace/plugin.h>

struct harness;

/* Loads NAME and makes a stage of it, named as the plugin, in a pipeline named
 * "bench".  Nothing is opened yet. */
struct harness *harness_create(enum mill_kind kind, const char *name);

/* Closes the plugin where it is open and frees everything.  NULL is fine. */
void harness_destroy(struct harness *bench);

/* Sets an option, as a definition would spell it.  Again with the same name
 * appends to a list. */
void harness_set(struct harness *bench, const char *name, const char *value);

/* The stream and partition of the batches to come ("rows", "0"), the stage they
 * came from ("input"), and the position of the next row (0). */
void harness_set_stream(struct harness *bench, const char *stream,
                        const char *partition);
void harness_set_from(struct harness *bench, const char *from);
void harness_set_position(struct harness *bench, uint64_t position);

/* Where a source was in an earlier run. */
void harness_set_resume(struct harness *bench, const char *stream,
                        const char *partition, uint64_t position,
                        const char *cursor);

/* What a sink recorded in an earlier run, under KEY. */
void harness_set_state(struct harness *bench, const char *key,
                       const char *value);

/* max_record; 16 MiB unless set.  Before configure. */
void harness_set_max_record(struct harness *bench, int64_t bytes);

/* What mill_json_will_do() tells a source; no, unless set.  Before configure.
 */
void harness_set_json_will_do(struct harness *bench);

/* Once open, whether mill_more_at_hand() finds more; no, unless set. */
void harness_set_more(struct harness *bench, bool more);

/* Parses the options.  False: refused, and harness_said() is why. */
bool harness_configure(struct harness *bench);

/* The plugin's callbacks; those that a plugin hasn't got are MILL_OK.  open
 * configures first where that wasn't done: options that are refused are
 * MILL_FATAL.  ROWS are JSON lines. */
enum mill_verdict harness_check(struct harness *bench);
enum mill_verdict harness_open(struct harness *bench);
void harness_close(struct harness *bench);
enum mill_verdict harness_read(struct harness *bench);
enum mill_verdict harness_commit(struct harness *bench, const char *stream,
                                 const char *partition, uint64_t position,
                                 const char *cursor);
enum mill_verdict harness_apply(struct harness *bench, const char *rows);
enum mill_verdict harness_write(struct harness *bench, const char *rows);
enum mill_verdict harness_flush(struct harness *bench);
enum mill_verdict harness_published(struct harness *bench);

/* The same with a batch of the test's own making: harness_batch() makes an
 * empty one, of the stream that was set, which one of the other two takes back.
 */
struct mill_batch *harness_batch(struct harness *bench);
enum mill_verdict harness_apply_batch(struct harness *bench,
                                      struct mill_batch *batch);
enum mill_verdict harness_write_batch(struct harness *bench,
                                      struct mill_batch *batch);

/* After a write that said RETRY: the rows that are left, again. */
enum mill_verdict harness_write_again(struct harness *bench);

/* Stores what a transform recorded so far, as any sink's checkpoint does. */
void harness_store(struct harness *bench);

/* As after kill -9: the instance is gone, without close, and what a sink
 * recorded is what the last flush, or mill_state_store(), stored.  The options
 * stay.  Open follows. */
void harness_crash(struct harness *bench);

/* After read, apply and write: the rows that are left, as JSON lines; the
 * batch; and why rows were rejected, each as "REASON\n", by a flush too.  Until
 * the next call. */
const char *harness_rows(struct harness *bench);
struct mill_batch *harness_out(struct harness *bench);
const char *harness_rejected(struct harness *bench);
uint64_t harness_filtered(struct harness *bench);
uint64_t harness_delivered(struct harness *bench); /* mill_deliver_row() */

/* What mill_fail() said last; "" where it was never called. */
const char *harness_said(struct harness *bench);

/* All that was logged so far, as text. */
const char *harness_log(struct harness *bench);

/* What the plugin recorded with mill_state_put(); NULL: no such. */
const char *harness_state(struct harness *bench, const char *key);

/* What mill_count() added up under NAME. */
uint64_t harness_count(struct harness *bench, const char *name);

/* The stage itself, for what only the runtime asks it. */
struct mill_stage *harness_stage(struct harness *bench);

/* The options as the plugin sees them: its instance. */
void *harness_instance(struct harness *bench);

#endif /* TESTS_HARNESS_H */
