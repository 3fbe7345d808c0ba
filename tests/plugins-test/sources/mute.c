/* SPDX-License-Identifier: Apache-2.0 */

/*
 * mute - a source that fails without saying why, for tests
 *
 *     in = { source = "mute"; verdict = 4; };
 */

#include <millrace/plugin.h>

struct mute {
    int64_t verdict; /* the number of one, or of none */
    int64_t times;   /* so often; then the source ends */
};

static const struct mill_option options[] = {
    MILL_OPTION(struct mute, verdict, "What read says", .required = true),
    MILL_OPTION(struct mute, times, "How often", .fallback = "2"),
    { 0 },
};

static enum mill_verdict
mute_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct mute *mute = self;

    (void)stage;
    (void)batch;
    return mute->times-- > 0 ? (enum mill_verdict)mute->verdict : MILL_END;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "mute",
    .version = "1.0",
    .summary = "Fail without a word",
    .instance_size = sizeof(struct mute),
    .options = options,
    .source.read = mute_read,
};
