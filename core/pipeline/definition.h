/* SPDX-License-Identifier: Apache-2.0 */

/*
 * definition - a pipeline as it is written, read into a graph
 *
 * Reads a libconfig file, or a line of stages for -e, and checks everything
 * that can be known without running anything: the words, the names, the edges,
 * the plugins and their options.  Every fault is reported, with file and line,
 * not only the first; what libconfig calls a grammar error ends the reading.
 *
 * What plugins themselves can check (mill_plugin.check) is the caller's to ask.
 */

#ifndef PIPELINE_DEFINITION_H
#define PIPELINE_DEFINITION_H

#include "pipeline/graph.h"
#include "plugin/fault.h"

struct registry;

/* What a definition may say beside the options of plugins: of the pipeline, and
 * of each stage.  Both end with a name of NULL. */
extern const struct mill_option definition_settings[];
extern const struct mill_option definition_words[];

/* Where something is wrong FAULTS says what, and the graph is_faulty, or NULL
 * where nothing of it could be understood.  It is the caller's:
 * graph_destroy(). */
struct graph *definition_read(const char *file, struct registry *registry,
                              struct faults *faults);

/* The same for the content of a file that is called FILE. */
struct graph *definition_read_text(const char *text, const char *file,
                                   struct registry *registry,
                                   struct faults *faults);

/* `file path=in.ndjson ! clean_pin ! stdout`: the first a source, the last a
 * sink, transforms between; quotes '..' and ".." around values; a list is
 * a,b or the option once more.  Named "-e"; keeps no state. */
struct graph *definition_read_line(const char *line, struct registry *registry,
                                   struct faults *faults);

/* Several graphs, also faulty ones, that are to run in one process: no two may
 * have the same name, nor the same state_dir.  False: FAULTS says which. */
bool definition_check_together(struct graph *const *graphs, size_t count,
                               struct faults *faults);

#endif /* PIPELINE_DEFINITION_H */
