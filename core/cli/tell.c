/* SPDX-License-Identifier: Apache-2.0 */

/* tell - see the header */

#include "cli/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/log.h"

static bool as_json;

void
tell_as_json(bool json)
{
    as_json = json;
}

bool
tell_is_json(void)
{
    return as_json;
}

/* One line of a log that is there for this line only. */
static void
tell_json(enum mill_level level, const struct log_place *place,
          const char *message)
{
    struct log log;

    log_init(&log, STDERR_FILENO, MILL_DEBUG, true);
    log_line(&log, level, place, "%s", message);
    log_finish(&log);
}

void
tell(enum mill_level level, const char *command, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *message = fault_text(format, args);
    va_end(args);
    if (as_json)
        tell_json(level, NULL, message ? message : "no memory");
    else
        fprintf(stderr, "millrace%s%s: %s\n", command ? " " : "",
                command ? command : "", message ? message : "no memory");
    free(message);
}

void
tell_faults(struct faults *faults)
{
    if (!as_json) {
        faults_print(faults, stderr);
        return;
    }
    faults_sort(faults);
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *fault = &faults->items[i];
        struct log_place place = { .file = fault->file, .line = fault->line };

        tell_json(MILL_ERROR, &place, fault->message);
    }
    if (faults->lost > 0)
        tell(MILL_ERROR, NULL, "%zu more that there was no memory for",
             faults->lost);
}
