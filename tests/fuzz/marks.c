/* SPDX-License-Identifier: Apache-2.0 */

/* marks - the sink kafka reads its marks out of any text; what it found comes
 * back when it is written again */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/sinks/kafka/marks.h"

#define RUN "0123456789abcdef0123456789abcdef"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool right)
{
    if (!right)
        abort();
}

static bool
reads(struct marks *marks, const char *text, size_t len, uint64_t *number)
{
    size_t parts = 0;
    bool memory;

    return marks_read(marks, RUN, text, len, number, &parts, &memory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct marks marks = { 0 };
    struct marks again = { 0 };
    struct mill_buffer texts = { 0 };
    uint64_t number = 0;

    if (reads(&marks, (const char *)data, size, &number)) {
        size_t parts = marks_write(&marks, RUN, number, &texts);
        uint64_t same = 0;

        for (size_t k = 0, at = 0; k < parts; k++) {
            size_t len = strlen(texts.data + at);

            must(reads(&again, texts.data + at, len, &same));
            must(same == number);
            at += len + 1;
        }
        must(parts == 0 || again.count == marks.count);
        for (size_t i = 0; parts > 0 && i < marks.count; i++) {
            must(strcmp(again.items[i].key, marks.items[i].key) == 0);
            must(again.items[i].position == marks.items[i].position);
        }
    }
    marks_finish(&marks);
    marks_finish(&again);
    mill_buffer_finish(&texts);
    return 0;
}
