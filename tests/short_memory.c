/* SPDX-License-Identifier: Apache-2.0 */

/* short_memory - see short_memory.h */

#include "short_memory.h"

#include <stdbool.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *data, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *data, size_t size);

long memory_left = -1;

static bool
refuse(void)
{
    if (memory_left < 0)
        return false;
    return memory_left == 0 || memory_left-- == 0;
}

void *
__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *data, size_t size)
{
    return refuse() ? NULL : __real_realloc(data, size);
}
