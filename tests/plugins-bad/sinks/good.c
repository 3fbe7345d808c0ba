/* SPDX-License-Identifier: Apache-2.0 */

/* good - a sink with nothing wrong, beside all the others; adds a byte to the
 * file that GOOD_LOADS names each time that it is loaded */

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bad.h"

__attribute__((constructor)) static void
count_load(void)
{
    const char *path = getenv("GOOD_LOADS");
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0666) : -1;

    if (fd < 0)
        return;
    if (write(fd, ".", 1) != 1)
        abort();
    close(fd);
}

static const struct mill_option options[] = {
    MILL_OPTION(struct bad, number, "A number", .fallback = "3", .least = 1,
                .most = 5),
    { 0 },
};

const struct mill_plugin mill_plugin = {
    BAD_SINK("good"),
    .options = options,
};
