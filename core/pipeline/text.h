/* SPDX-License-Identifier: Apache-2.0 */

/*
 * text - a definition's text, looked through before libconfig reads it
 *
 * libconfig cuts integers to 32 bits and text at \x00 without a word, and ends
 * the process when an @include is a folder.  So its tokens are walked first,
 * those of included files too, and what would go wrong that way is a fault.
 */

#ifndef PIPELINE_TEXT_H
#define PIPELINE_TEXT_H

#include <stdbool.h>

#include "plugin/fault.h"
#include "record/arena.h"

/* The content of FILE, NUL-terminated; the caller's to free.  NULL: FAULTS says
 * why: it can't be read, is too large or holds a zero byte. */
char *text_read(const char *file, struct faults *faults);

/* False: libconfig must not see TEXT, which is the content of FILE; FAULTS says
 * why.  True may come with faults as well: numbers that don't fit.  Included
 * files are looked for in FOLDER. */
bool text_check(const char *text, const char *file, const char *folder,
                struct faults *faults);

/* The folder of FILE, "." where it names none; in ARENA.  NULL: no memory. */
const char *text_folder(struct arena *arena, const char *file);

#endif /* PIPELINE_TEXT_H */
