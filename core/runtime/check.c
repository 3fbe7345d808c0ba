/* SPDX-License-Identifier: Apache-2.0 */

/* check - plugins on their own options; see check.h */

#include "runtime/check.h"

#include <unistd.h>

#include "runtime/run_parts.h"

static bool
check_stage(struct run *run, struct graph *graph, size_t index,
            struct faults *faults)
{
    struct graph_stage *node = &graph->stages[index];
    enum mill_verdict verdict = MILL_OK;

    if (!node->plugin->check)
        return true;

    struct mill_stage *stage = stage_create(run, node, index);
    if (!stage) {
        faults_add(faults, node->file, node->line, "no memory to check it");
        return false;
    }
    verdict = node->plugin->check(stage->self, stage);
    if (verdict != MILL_OK)
        faults_add(faults, node->file, node->line, "stage \"%s\": %s",
                   node->name, stage_reason(stage));
    node->no_promise = stage->no_promise;
    node->exception = stage->exception;
    node->takes_json = stage->takes_json;
    stage_destroy(stage);
    return verdict == MILL_OK;
}

bool
runtime_check(struct graph *graph, bool log_json, struct faults *faults)
{
    struct log log;
    struct run run = { .graph = graph, .log = &log };
    bool good = true;

    log_init(&log, STDERR_FILENO, MILL_WARN, log_json);
    for (size_t i = 0; i < graph->stage_count; i++)
        good = check_stage(&run, graph, i, faults) && good;
    log_finish(&log);
    return good;
}
