/* SPDX-License-Identifier: Apache-2.0 */

/* bad - what the plugins here have right; each file has one thing wrong */

#ifndef BAD_H
#define BAD_H

#include <millrace/plugin.h>

struct bad {
    int64_t number;
};

static inline enum mill_verdict
bad_batch(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    (void)self;
    (void)stage;
    (void)batch;
    return MILL_OK;
}

/* The members of a good sink; later ones replace them. */
#define BAD_SINK(its_name)                                                     \
    MILL_PLUGIN_ABI, .kind = MILL_SINK, .name = its_name, .version = "1.0",    \
                     .summary = "A plugin with one thing wrong",               \
                     .instance_size = sizeof(struct bad),                      \
                     .sink.write = bad_batch

#endif /* BAD_H */
