/* SPDX-License-Identifier: Apache-2.0 */

/*
 * mute - a transform that fails in ways that plugin.h forbids, for tests
 *
 *     bad = { transform = "mute"; from = "in"; how = "retry"; };
 *
 *     retry     twice, without a reason
 *     reject    all rows, without a reason
 *     fatal     without a reason
 *     none      a number that is no verdict
 *     row       rejects single rows with an empty reason
 *     lines     a reason of two lines, with what is no text in it
 *     check     finds fault with its options, logs, and says no reason
 *     crash     writes where nothing is
 *     abort     gives up as a failed assertion does
 */

#include <stdlib.h>
#include <string.h>

#include <millrace/plugin.h>

struct mute {
    const char *how;
    int times;
};

static const char *const ways[] = { "retry", "reject", "fatal", "none",  "row",
                                    "lines", "check",  "crash", "abort", NULL };

static const struct mill_option options[] = {
    MILL_OPTION(struct mute, how, "What to do", .required = true,
                .choices = ways),
    { 0 },
};

static void
crash(const char *how)
{
    volatile int *nowhere = NULL;

    if (strcmp(how, "crash") == 0)
        *nowhere = 1; /* cppcheck-suppress nullPointer */
    if (strcmp(how, "abort") == 0)
        abort();
}

static enum mill_verdict
mute_check(void *self, struct mill_stage *stage)
{
    const struct mute *mute = self;

    if (strcmp(mute->how, "check") != 0)
        return MILL_OK;
    mill_log(stage, MILL_WARN, "something is odd");
    return MILL_FATAL;
}

static enum mill_verdict
mute_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    static const char nothing[] = "";
    struct mute *mute = self;

    crash(mute->how);
    if (strcmp(mute->how, "retry") == 0)
        return mute->times++ < 2 ? MILL_RETRY : MILL_OK;
    if (strcmp(mute->how, "reject") == 0)
        return MILL_REJECT;
    if (strcmp(mute->how, "fatal") == 0)
        return MILL_FATAL;
    if (strcmp(mute->how, "none") == 0)
        return (enum mill_verdict)77;
    if (strcmp(mute->how, "lines") == 0)
        return mill_fail(stage, MILL_FATAL, "one\ntwo \x1b[31m\xff three");
    for (size_t row = 0; row < batch->rows; row++)
        mill_reject_row(batch, row, "%s", nothing);
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "mute",
    .version = "1.0",
    .summary = "Fail without a word",
    .instance_size = sizeof(struct mute),
    .options = options,
    .check = mute_check,
    .transform.apply = mute_apply,
};
