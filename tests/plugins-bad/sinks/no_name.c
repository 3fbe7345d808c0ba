/* SPDX-License-Identifier: Apache-2.0 */

/* no_name - has no name */

#include "bad.h"

const struct mill_plugin mill_plugin = { BAD_SINK(NULL) };
