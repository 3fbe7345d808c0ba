/* SPDX-License-Identifier: Apache-2.0 */

/*
 * touch - a transform that changes nothing, but not so that the core could
 * know: every row goes on as cells, never as the bytes that it came as; for
 * tests
 *
 *     late = { transform = "touch"; from = "in"; pause = "5ms"; };
 *
 * It pauses before each batch, so that other branches get ahead.
 */

#include <time.h>

#include <millrace/plugin.h>

struct touch {
    struct mill_duration pause;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct touch, pause, "How long to wait before each batch",
                .fallback = "0s"),
    { 0 },
};

static enum mill_verdict
touch_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    const struct touch *touch = self;

    (void)stage;
    (void)batch;
    if (touch->pause.ns > 0)
        nanosleep(&(struct timespec){ touch->pause.ns / 1000000000,
                                      touch->pause.ns % 1000000000 },
                  NULL);
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "touch",
    .version = "1.0",
    .summary = "Change nothing, for tests",
    .flags = MILL_SCALES,
    .instance_size = sizeof(struct touch),
    .options = options,
    .transform.apply = touch_apply,
};
