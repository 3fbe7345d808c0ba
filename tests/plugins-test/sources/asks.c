/* SPDX-License-Identifier: Apache-2.0 */

/*
 * asks - a source that waits to hear of each row, for tests
 *
 *     in = { source = "asks"; rows = 100; pace = "10ms";
 *            questions = [ "list", "create pins", "describe pins" ]; };
 *
 * Row n is {"id":n} at position n, with the key "kN"; one goes out when the one
 * before is settled.  What it is told of each is logged: "told 5: 3/17",
 * "told 5: nothing", "told 5: dead: why"; at the end how long it took at most.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <millrace/plugin.h>

struct asks_source {
    int64_t rows;
    struct mill_duration pace;
    const char *const *questions;
    int64_t next;
    int64_t told;
    int64_t sent_ns;
    int64_t worst_ns;
    size_t asked; /* of the questions */
};

static const struct mill_option options[] = {
    MILL_OPTION(struct asks_source, rows, "How many rows", .required = true,
                .most = INT64_MAX),
    MILL_OPTION(struct asks_source, pace, "Pause before each row",
                .fallback = "1ms"),
    MILL_OPTION(struct asks_source, questions,
                "list, or describe, create or delete with a name",
                .fallback = "list"),
    { 0 },
};

static int64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
asks_settled(void *self, struct mill_stage *stage,
             const struct mill_settled *settled)
{
    struct asks_source *source = self;
    int64_t took = now_ns() - source->sent_ns;

    source->told += (int64_t)(settled->last - settled->first + 1);
    if (took > source->worst_ns)
        source->worst_ns = took;
    if (settled->count == 0)
        mill_log(stage, MILL_INFO, "told %" PRIu64 ": nothing", settled->first);
    for (size_t i = 0; i < settled->count; i++) {
        const struct mill_receipt *receipt = &settled->receipts[i];

        if (receipt->reason)
            mill_log(stage, MILL_INFO, "told %" PRIu64 ": dead: %s",
                     receipt->position, receipt->reason);
        else
            mill_log(stage, MILL_INFO, "told %" PRIu64 ": %" PRId64 "/%" PRId64,
                     receipt->position, receipt->partition, receipt->offset);
    }
}

/* "create pins" as a request; its name points into TEXT. */
static struct mill_request
request_of(const char *text)
{
    static const char *const verbs[] = { "list", "describe ", "create ",
                                         "delete " };
    struct mill_request request = { .verb = MILL_ADMIN_LIST };

    for (size_t i = 1; i < 4; i++)
        if (strncmp(text, verbs[i], strlen(verbs[i])) == 0)
            request = (struct mill_request){ .verb = (enum mill_verb)i,
                                             .name = text + strlen(verbs[i]) };
    return request;
}

/* Asks the sink behind it the next question, and logs what it says. */
static void
ask(struct asks_source *source, struct mill_stage *stage)
{
    struct mill_buffer reply = { 0 };
    struct mill_request request = request_of(source->questions[source->asked]);
    enum mill_answer answer = mill_admin(stage, &request, &reply);

    if (answer == MILL_UNAVAILABLE)
        mill_wait(stage, -1, (struct mill_duration){ 1000000 });
    else
        mill_log(stage, MILL_INFO, "answered %d: %s", (int)answer,
                 mill_buffer_text(&reply));
    source->asked += answer != MILL_UNAVAILABLE;
    mill_buffer_finish(&reply);
}

static enum mill_verdict
asks_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct asks_source *source = self;
    char text[40], key[24];

    if (source->questions[source->asked]) {
        ask(source, stage);
        return MILL_IDLE;
    }
    if (source->told < source->next) {
        mill_wait(stage, -1, (struct mill_duration){ -1 });
        return MILL_IDLE;
    }
    if (source->next == source->rows) {
        mill_log(stage, MILL_INFO, "told within %" PRId64 " us",
                 source->worst_ns / 1000);
        return MILL_END;
    }
    mill_wait(stage, -1, source->pace);

    size_t len = (size_t)snprintf(text, sizeof(text), "{\"id\":%" PRId64 "}",
                                  source->next);
    size_t key_len =
        (size_t)snprintf(key, sizeof(key), "k%" PRId64, source->next);
    const char *data = mill_batch_store(batch, text, len);
    const char *key_data = mill_batch_store(batch, key, key_len);

    if (!data || !key_data || !mill_batch_set_stream(batch, "asked", "0")
        || !mill_batch_add_payload(batch, MILL_JSON,
                                   (struct mill_bytes){ data, len },
                                   (uint64_t)source->next)
        || !mill_batch_set_key(batch, 0,
                               (struct mill_bytes){ key_data, key_len }))
        return mill_fail(stage, MILL_RETRY, "no memory for a row");
    source->next++;
    source->sent_ns = now_ns();
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "asks",
    .version = "1.0",
    .summary = "A source that waits to hear of each row, for tests",
    .instance_size = sizeof(struct asks_source),
    .options = options,
    .source.read = asks_read,
    .source.settled = asks_settled,
};
