/* SPDX-License-Identifier: Apache-2.0 */

/* hides_itself - has a symbol that libltdl would take for it */

#include "bad.h"

extern MILL_API const struct mill_plugin hides_itself_LTX_mill_plugin;

const struct mill_plugin hides_itself_LTX_mill_plugin = { BAD_SINK("other") };

const struct mill_plugin mill_plugin = { BAD_SINK("hides_itself") };
