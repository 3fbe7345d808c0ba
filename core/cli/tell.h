/* SPDX-License-Identifier: Apache-2.0 */

/*
 * tell - problems that a command meets before and after the run's own log
 *
 * They go to stderr as a person reads them; with --log-format=json as the log
 * has them, so that whoever reads that reads nothing else.  Only wrong usage
 * (cli_misused()) is text always: who typed it is there.
 */

#ifndef CLI_TELL_H
#define CLI_TELL_H

#include <stdbool.h>

#include <millrace/plugin.h>

#include "plugin/fault.h"

/* How all that follows is written; text at first. */
void tell_as_json(bool json);
bool tell_is_json(void);

/* "millrace COMMAND: ...", or "millrace: ..." where COMMAND is NULL. */
void tell(enum mill_level level, const char *command, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* All of them, sorted, as errors. */
void tell_faults(struct faults *faults);

#endif /* CLI_TELL_H */
