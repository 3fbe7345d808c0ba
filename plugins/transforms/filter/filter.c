/* SPDX-License-Identifier: Apache-2.0 */

/*
 * filter - keep the rows that fulfil a condition
 *
 *     paid = { transform = "filter"; from = "orders";
 *              where = "status == 'paid' and amount > 0"; };
 *
 * What a condition may say is in expression.h.  A row goes on where the
 * condition is true; where it is false or unknown (a null was compared) the row
 * ends here, counted as filtered.  Numbers compare exactly, text with text and
 * never with numbers: such a test is unknown and counted as "incomparable".
 * Rows go on as the bytes that they came as.
 */

#include "evaluate.h"
#include "expression.h"

struct filter {
    const char *where;
    struct node *condition;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct filter, where,
                "Condition on columns: == != < <= > >= in (...) is null "
                "contains starts_with ends_with matches, and or not ( )",
                .required = true),
    { 0 },
};

static void
filter_close(void *self)
{
    struct filter *filter = self;

    expression_destroy(filter->condition);
    filter->condition = NULL;
}

static enum mill_verdict
filter_open(void *self, struct mill_stage *stage)
{
    struct filter *filter = self;
    struct fault fault = { 0 };

    filter->condition = expression_parse(filter->where, &fault);
    if (filter->condition)
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL, "where, character %zu: %s",
                     fault.at + 1, fault.what);
}

static enum mill_verdict
filter_check(void *self, struct mill_stage *stage)
{
    enum mill_verdict verdict = filter_open(self, stage);

    filter_close(self);
    return verdict;
}

static enum mill_verdict
filter_apply(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct filter *filter = self;
    struct evaluation evaluation = { .stage = stage, .batch = batch };

    evaluate_begin(&evaluation, filter->condition);
    for (size_t row = 0; row < batch->rows; row++)
        if (evaluate_row(&evaluation, filter->condition,
                         mill_batch_row(batch, row))
            != TRUTH_TRUE)
            mill_filter_row(batch, row);
    if (evaluation.incomparable > 0)
        mill_count(stage, "incomparable", evaluation.incomparable);
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "filter",
    .version = "1.0",
    .summary = "Keep the rows that fulfil a condition",
    .flags = MILL_KEEPS_CELLS | MILL_SCALES,
    .instance_size = sizeof(struct filter),
    .options = options,
    .check = filter_check,
    .open = filter_open,
    .close = filter_close,
    .transform.apply = filter_apply,
};
