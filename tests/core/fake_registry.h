/* SPDX-License-Identifier: Apache-2.0 */

/*
 * fake_registry - a registry of plugins that were never loaded
 *
 * Stands in for core/plugin/registry.c in programs that only read definitions:
 * they need option tables, not callbacks.  It knows
 *
 *     source file      path (required), poll, rows
 *     source db        url (required, secret), password (secret), tables, mode
 *     transform fields drop, keep (MILL_SCALES)
 *     transform one    nothing, one worker only
 *     transform broken refused, because "it is broken"
 *     sink file        path (a template, required), size, ratio
 *     sink stdout      nothing
 */

#ifndef TESTS_FAKE_REGISTRY_H
#define TESTS_FAKE_REGISTRY_H

#include "plugin/registry.h"

/* What the instances are. */
struct fake_source {
    const char *path;
    struct mill_duration poll;
    int64_t rows;
};

struct fake_db {
    struct mill_url url;
    const char *password;
    const char *const *tables;
    const char *mode;
};

struct fake_fields {
    const char *const *drop;
    const char *const *keep;
};

struct fake_sink {
    struct mill_template path;
    struct mill_size size;
    double ratio;
    bool sync;
};

/* What to hand to definition_read(); nothing to destroy. */
struct registry *fake_registry(void);

#endif /* TESTS_FAKE_REGISTRY_H */
