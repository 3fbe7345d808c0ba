/* SPDX-License-Identifier: Apache-2.0 */

/*
 * profiles - ~/.aws/credentials and ~/.aws/config, or the files that
 * AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name
 *
 * A profile is [NAME] in the first and [profile NAME] in the second, [default]
 * in both; what both say counts as the first says it.
 */

#ifndef COMMON_AWS_PROFILES_H
#define COMMON_AWS_PROFILES_H

#include <millrace/json.h>

#include "aws/ini.h"

struct profiles_file {
    struct ini ini;
    struct mill_buffer path;
};

/* Zeroed memory is fine for profiles_finish(). */
struct profiles {
    struct profiles_file credentials;
    struct profiles_file config;
};

/* A file that isn't there is an empty one.  False: WHY (appended to) says what
 * is wrong with which file. */
bool profiles_read(struct profiles *profiles, struct mill_buffer *why);

bool profiles_has(const struct profiles *profiles, const char *profile);

/* NULL where it isn't set, or is empty. */
const char *profiles_get(const struct profiles *profiles, const char *profile,
                         const char *name);

void profiles_finish(struct profiles *profiles);

#endif /* COMMON_AWS_PROFILES_H */
