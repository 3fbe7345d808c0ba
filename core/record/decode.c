/* SPDX-License-Identifier: Apache-2.0 */

/* decode - payloads become cells; lines of text here, JSON in decode_json.c */

#include "record/decode.h"

#include <stdio.h>
#include <string.h>

#include "record/rows.h"
#include "record/scan.h"
#include "record/utf8.h"

static struct mill_value
line_cell(struct mill_bytes line, const char **bad)
{
    const char *end = line.data + line.len;
    struct mill_value cell = mill_text(MILL_TEXT, line.data, line.len);
    uint32_t high = 0;

    *bad = NULL;
    if (scan_text(line.data, line.data, end, &high) == end) {
        cell.flags = MILL_PLAIN;
        if (!high)
            return cell;
    }
    if (!utf8_valid(line.data, end))
        *bad = utf8_check(line.data, end);
    return cell;
}

bool
decode_lines(struct batch *batch)
{
    struct mill_batch *pub = &batch->pub;
    struct mill_bytes name = { "line", 4 };
    int column = column_find(batch, name);

    if (column < 0) {
        column = (int)pub->columns;
        if (!column_name_add(batch, name))
            return false;
    }
    if (pub->rows && !cells_reshape(batch, 0, pub->rows, pub->columns))
        return false;
    for (uint32_t row = 0; row < pub->rows; row++) {
        struct mill_value *cells = mill_batch_row(pub, row);
        const char *bad;

        memset(cells, 0, pub->columns * sizeof(*cells));
        cells[column] = line_cell(batch->payloads[row], &bad);
        if (bad) {
            char reason[64];

            cells[column] = (struct mill_value){ 0 };
            snprintf(reason, sizeof(reason), "at byte %zu: invalid UTF-8",
                     (size_t)(bad - batch->payloads[row].data));
            row_reject(batch, row, true, reason);
        }
    }
    return !batch->failed;
}

void
batch_undecode(struct batch *batch)
{
    if (!row_is_payload(batch) || (!batch->marks && batch->later == 0))
        return;
    batch->decoded = false;
    batch->later = 0;
    batch->marks = NULL;
    batch->rejection_count = 0;
    batch->cell_room = 0;
    batch->pub.cells = NULL;
    batch->pub.columns = 0;
    batch->pub.stride = 0;
}

bool
batch_decode(struct batch *batch)
{
    if (batch_is_decoded(batch))
        return true;
    pthread_mutex_lock(&batch->decode_lock);
    bool good = batch_is_decoded(batch);
    if (!good) {
        good = batch->pub.format == MILL_JSON ? decode_json(batch)
                                              : decode_lines(batch);
        __atomic_store_n(&batch->decoded, good, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&batch->decode_lock);
    return good;
}
