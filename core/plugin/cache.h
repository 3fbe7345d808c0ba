/* SPDX-License-Identifier: Apache-2.0 */

/*
 * cache - which plugins were examined and found fit
 *
 * A text file in $XDG_CACHE_HOME/millrace (or ~/.cache/millrace) that saves a
 * start the helper processes.  It belongs to one build of libmillrace; a plugin
 * counts as known while its path, size, times and inode are the same.  Refused
 * plugins aren't kept: the reason may be gone tomorrow.
 *
 * A cache that can't be read, is damaged or can't be written is as good as
 * none; that is no fault, only slower.
 */

#ifndef PLUGIN_CACHE_H
#define PLUGIN_CACHE_H

#include <stdbool.h>
#include <stddef.h>

struct cache;

/* Reads the cache.  The caller's; NULL: none is kept (no memory, no home). */
struct cache *cache_open(void);

/* Stores what was added and frees CACHE; NULL is fine. */
void cache_close(struct cache *cache);

/* True where this very file was found fit.  False for a NULL cache. */
bool cache_has(const struct cache *cache, const char *path);

/* This file is fit. */
void cache_add(struct cache *cache, const char *path);

#endif /* PLUGIN_CACHE_H */
