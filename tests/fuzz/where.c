/* SPDX-License-Identifier: Apache-2.0 */

/*
 * where - any text is a condition of filter, or a fault at a place within it;
 * a condition is true, false or unknown of any row, and `not` turns it over
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record/batch.h"
#include "transforms/filter/evaluate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a condition may log isn't of interest. */
void
mill_log(struct mill_stage *stage, enum mill_level level, const char *format,
         ...)
{
    (void)stage;
    (void)level;
    (void)format;
}

static void
require(bool right)
{
    if (!right)
        abort();
}

/* One row with a cell of every type, called a, b, c, ... */
static struct mill_value *
make_row(struct mill_batch *batch)
{
    static const struct mill_value items[] = {
        { .type = MILL_TEXT, .len = 1, .text = "k" }, { .type = MILL_NULL }
    };
    const struct mill_value cells[] = {
        mill_null(),
        mill_bool(true),
        mill_int(INT64_MIN),
        mill_double(0.1),
        mill_text(MILL_NUMBER, "1e400", 5),
        mill_text(MILL_DECIMAL, "-1.50", 5),
        mill_text(MILL_TEXT, "caf\xc3\xa9\0x", 7),
        mill_text(MILL_BYTES, "\xff", 1),
        mill_timestamp(0),
        mill_items(MILL_LIST, items, 2),
        mill_items(MILL_MAP, items, 1),
    };
    size_t count = sizeof(cells) / sizeof(cells[0]);
    struct mill_value *row;

    for (size_t i = 0; i < count; i++)
        mill_batch_add_column(batch, (char[]){ (char)('a' + i), 0 }, 1);
    row = mill_batch_add_row(batch, 0);
    require(row);
    memcpy(row, cells, sizeof(cells));
    return row;
}

static void
check_condition(struct node *condition)
{
    struct pool *pool = pool_create(0);
    struct batch *batch = batch_create(pool);
    struct evaluation evaluation = { .batch = &batch->pub };
    struct node negated = { .kind = NODE_NOT, .left = condition };
    const struct mill_value *row = make_row(&batch->pub);
    enum truth truth, turned;

    evaluate_begin(&evaluation, condition);
    truth = evaluate_row(&evaluation, condition, row);
    turned = evaluate_row(&evaluation, &negated, row);
    require((truth == TRUTH_UNKNOWN) == (turned == TRUTH_UNKNOWN));
    require(truth == TRUTH_UNKNOWN || truth != turned);
    batch_release(batch);
    pool_destroy(pool);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct fault fault = { 0 };
    struct node *condition = text ? expression_parse(text, &fault) : NULL;

    if (condition)
        check_condition(condition);
    else if (text)
        require(fault.what[0] && fault.at <= strlen(text));
    expression_destroy(condition);
    free(text);
    return 0;
}
