/* SPDX-License-Identifier: Apache-2.0 */

/*
 * folder - folders that are still there after a power failure
 */

#ifndef RUNTIME_FOLDER_H
#define RUNTIME_FOLDER_H

#include <stdbool.h>

/* Makes PATH and what it is in, and gets each new name to the disk.  False: see
 * errno. */
bool folder_make(const char *path);

#endif /* RUNTIME_FOLDER_H */
