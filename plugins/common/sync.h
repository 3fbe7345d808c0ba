/* SPDX-License-Identifier: Apache-2.0 */

/* sync - names in a folder, on the disk */

#ifndef COMMON_SYNC_H
#define COMMON_SYNC_H

#include <stdbool.h>

/* What was made, renamed or removed in FOLDER is so after a power failure too.
 * False: see errno. */
bool sync_folder(const char *folder);

#endif /* COMMON_SYNC_H */
