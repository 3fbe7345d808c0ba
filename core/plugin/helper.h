/* SPDX-License-Identifier: Apache-2.0 */

/*
 * helper - runs a check in a forked process that may crash, exit or hang
 *
 * The helper's standard output and error are caught, its input is empty, it
 * leaves no core file, and it dies with its parent.
 */

#ifndef PLUGIN_HELPER_H
#define PLUGIN_HELPER_H

#include <stdbool.h>

#include "plugin/descriptor.h"

enum helper_end {
    HELPER_FIT,    /* the check returned true */
    HELPER_UNFIT,  /* it returned false: see why */
    HELPER_SIGNAL, /* it died of signal `code` */
    HELPER_EXIT,   /* it ended the process with status `code` */
    HELPER_HANG,   /* it took too long */
    HELPER_NONE,   /* there was no helper: errno is in `code` */
};

struct helper {
    struct reason why;
    int code;
    char output[512]; /* the last line that it wrote to each; "" if none */
    char errors[512];
};

/* Runs CHECK(DATA, why) in a helper for at most SECONDS. */
enum helper_end helper_run(struct helper *helper,
                           bool (*check)(void *data, struct reason *why),
                           void *data, int seconds);

#endif /* PLUGIN_HELPER_H */
