/* SPDX-License-Identifier: Apache-2.0 */

/* crash - names the plugin that a fatal signal meets; see crash.h */

#include "runtime/crash.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runtime/run_parts.h"
#include "runtime/stage.h"

/* The line is made beforehand: a handler may do nothing but write it. */
static _Thread_local char last_words[1024];

static void
on_crash(int number)
{
    /* SA_RESETHAND: what crashed does so again, and now that is the end. */
    ssize_t written = write(STDERR_FILENO, last_words, strlen(last_words));

    (void)written;
    (void)number;
}

void
crash_watch(void)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    struct sigaction action = { .sa_handler = on_crash,
                                .sa_flags = (int)SA_RESETHAND };
    struct sigaction before;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        if (sigaction(numbers[i], NULL, &before) == 0
            && before.sa_handler == SIG_DFL)
            sigaction(numbers[i], &action, NULL);
}

void
crash_is_of(const struct mill_stage *stage)
{
    struct mill_buffer line = { 0 };
    char message[512];

    snprintf(message, sizeof(message),
             "the plugin %s crashed and took the run with it: a fault of the "
             "plugin; what isn't delivered comes again with the next run",
             stage->node->plugin->name);
    log_print_untimed(stage->run->log, &stage->place, message, &line);
    snprintf(last_words, sizeof(last_words), "%s", mill_buffer_text(&line));
    mill_buffer_finish(&line);
}
