/* SPDX-License-Identifier: Apache-2.0 */

/*
 * plugin_name - turns the small letters of one column into capitals
 *
 *     loud = { transform = "plugin_name"; from = "words"; column = "word"; };
 *
 * Rows without that text go on as they are.
 */

#include <millrace/plugin.h>

/* An instance; the options are members of it. */
struct plugin_name_transform {
    const char *column;
};

static const struct mill_option options[] = {
    MILL_OPTION(struct plugin_name_transform, column, "Column to change",
                .required = true),
    { 0 },
};

/* False: no memory. */
static bool
capitals(struct mill_batch *batch, struct mill_value *cell)
{
    char *text = mill_batch_store(batch, cell->text, cell->len);

    if (!text)
        return false;
    for (uint32_t i = 0; i < cell->len; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
    cell->text = text;
    return true;
}

/* RETRY hands over the same batch again, so a cell that was changed already
 * must bear to be changed once more. */
static enum mill_verdict
plugin_name_apply(void *self, struct mill_stage *stage,
                  struct mill_batch *batch)
{
    struct plugin_name_transform *transform = self;
    int column = mill_batch_column(batch, transform->column);

    for (size_t row = 0; column >= 0 && row < batch->rows; row++) {
        struct mill_value *cell = &mill_batch_row(batch, row)[column];

        if (cell->type == MILL_TEXT && !capitals(batch, cell))
            return mill_fail(stage, MILL_RETRY, "no memory to change %s",
                             transform->column);
    }
    return MILL_OK;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_TRANSFORM,
    .name = "plugin_name",
    .version = "0.1.0",
    .summary = "Turn the small letters of a column into capitals",
    .flags = MILL_SCALES,
    .instance_size = sizeof(struct plugin_name_transform),
    .options = options,
    .transform.apply = plugin_name_apply,
};
