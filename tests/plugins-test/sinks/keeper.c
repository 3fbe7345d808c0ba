/* SPDX-License-Identifier: Apache-2.0 */

/*
 * keeper - a sink that sends from where rows lie, for tests
 *
 *     out = { sink = "keeper"; path = "out.ndjson"; refuse = 10; };
 *
 * Rows are looked at in flush only: written to the file as "KEY PAYLOAD", with
 * a receipt of partition 3 and the number of lines before it.  Of `refuse` rows
 * one is rejected, in flush too; of `reject` rows the first in write, and the
 * second in flush.  Every `fails`th flush fails once, half way.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/plugin.h>

#define MOST 4096

struct keeper {
    const char *path;
    int64_t refuse;
    int64_t reject;
    int64_t fails;

    FILE *file;
    struct mill_batch *kept[MOST];
    size_t count;
    size_t done; /* of them, by a flush that then failed */
    int64_t lines;
    int64_t seen;
    int64_t flushes;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct keeper, path, "File to write", .required = true),
    MILL_OPTION(struct keeper, refuse, "One of so many is refused; 0: none",
                .fallback = "0"),
    MILL_OPTION(struct keeper, reject,
                "Of so many rows two are rejected; 0: none", .fallback = "0"),
    MILL_OPTION(struct keeper, fails, "One of so many flushes fails; 0: none",
                .fallback = "0"),
    { 0 },
};

static enum mill_verdict
keeper_open(void *self, struct mill_stage *stage)
{
    struct keeper *keeper = self;

    keeper->file = fopen(keeper->path, "ae");
    return keeper->file
               ? MILL_OK
               : mill_fail(stage, MILL_FATAL, "cannot open %s", keeper->path);
}

static enum mill_verdict
keeper_write(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct keeper *keeper = self;

    if (keeper->count == MOST)
        return mill_fail(stage, MILL_FATAL, "more than %d batches", MOST);
    for (size_t row = 0; keeper->reject > 0 && row < batch->rows; row++)
        if (batch->positions[row] % (uint64_t)keeper->reject == 0)
            mill_reject_row(batch, row, "rejected at once");
    keeper->kept[keeper->count++] = batch;
    return MILL_OK;
}

static void
send_row(struct keeper *keeper, struct mill_batch *batch, size_t row)
{
    struct mill_bytes key =
        batch->keys ? batch->keys[row] : (struct mill_bytes){ "-", 1 };
    struct mill_bytes text = batch->payloads[row];
    struct mill_receipt receipt = { .partition = 3, .offset = keeper->lines };

    if (keeper->refuse > 0 && ++keeper->seen % keeper->refuse == 0) {
        mill_reject_row(batch, row, "row %lld is refused",
                        (long long)keeper->seen);
        return;
    }
    if (keeper->reject > 0
        && batch->positions[row] % (uint64_t)keeper->reject == 1) {
        mill_reject_row(batch, row, "rejected late");
        return;
    }
    fprintf(keeper->file, "%.*s %.*s\n", (int)key.len, key.data, (int)text.len,
            text.data);
    keeper->lines++;
    if (mill_wants_receipts(batch))
        mill_give_receipt(batch, row, &receipt);
}

static enum mill_verdict
keeper_flush(void *self, struct mill_stage *stage)
{
    struct keeper *keeper = self;

    for (; keeper->done < keeper->count; keeper->done++) {
        struct mill_batch *batch = keeper->kept[keeper->done];

        for (size_t row = 0; row < batch->rows; row++)
            send_row(keeper, batch, row);
    }
    fflush(keeper->file);
    if (keeper->fails > 0 && ++keeper->flushes % keeper->fails == 0)
        return mill_fail(stage, MILL_RETRY, "flush %lld fails",
                         (long long)keeper->flushes);
    keeper->count = keeper->done = 0;
    return MILL_OK;
}

static enum mill_answer
keeper_admin(void *self, struct mill_stage *stage,
             const struct mill_request *request, struct mill_buffer *reply)
{
    (void)self;
    (void)stage;
    if (request->verb != MILL_ADMIN_LIST) {
        mill_buffer_print(reply, "only a list is to be had");
        return MILL_REFUSED;
    }
    mill_buffer_print(reply, "[\"kept\"]");
    return MILL_ANSWERED;
}

static void
keeper_close(void *self)
{
    struct keeper *keeper = self;

    if (keeper->file)
        fclose(keeper->file);
    keeper->file = NULL;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SINK,
    .name = "keeper",
    .version = "1.0",
    .summary = "A sink that sends from where rows lie, for tests",
    .flags = MILL_TAKES_PAYLOADS | MILL_KEEPS_BATCHES,
    .instance_size = sizeof(struct keeper),
    .options = options,
    .open = keeper_open,
    .close = keeper_close,
    .sink.write = keeper_write,
    .sink.flush = keeper_flush,
    .sink.admin = keeper_admin,
};
