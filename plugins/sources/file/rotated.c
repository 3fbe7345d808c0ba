/* SPDX-License-Identifier: Apache-2.0 */

/* rotated - see rotated.h */

#include "rotated.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without O_NONBLOCK a FIFO of that name would wait for its writer. */
#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

/* A folder that changes while it is read is read again, so often. */
#define TRIES 8

struct found {
    bool regular;
    uint64_t size;
    struct rotated_age age;
};

static int64_t
nanoseconds(struct statx_timestamp time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static bool
look_at(int folder, const char *name, int flags, struct found *found)
{
    struct statx file;

    if (statx(folder, name, flags, STATX_BASIC_STATS | STATX_BTIME, &file) != 0)
        return false;
    *found = (struct found){
        .regular = S_ISREG(file.stx_mode),
        .size = file.stx_size,
        .age = { .written = nanoseconds(file.stx_mtime),
                 .inode = file.stx_ino },
    };
    if (file.stx_mask & STATX_BTIME)
        found->age.made = nanoseconds(file.stx_btime);
    return true;
}

bool
rotated_age_of(int fd, struct rotated_age *age)
{
    struct found found = { 0 };
    bool there = look_at(fd, "", AT_EMPTY_PATH, &found);

    *age = found.age;
    return there;
}

static bool
is_later(struct rotated_age a, struct rotated_age b)
{
    if (a.written != b.written)
        return a.written > b.written;
    return a.made != b.made ? a.made > b.made : a.inode > b.inode;
}

static const char *
base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static DIR *
open_folder(const char *path)
{
    const char *base = base_of(path);
    char *folder =
        base > path ? strndup(path, (size_t)(base - path)) : strdup(".");
    DIR *dir = folder ? opendir(folder) : NULL;

    free(folder);
    return dir;
}

/* Is NAME one that BASE gets when it is rotated?  A packed one isn't: of what
 * is in it something may have been read before. */
static bool
is_rotated_name(const char *name, const char *base)
{
    size_t len = strlen(base);

    if (strncmp(name, base, len) != 0 || (name[len] != '.' && name[len] != '-'))
        return false;
    name += len + 1;
    return name[0] >= '0' && name[0] <= '9'
           && name[strspn(name, "0123456789-_.:TZ")] == '\0';
}

int
rotated_open(const char *path, uint64_t device, uint64_t inode)
{
    DIR *dir = open_folder(path);
    const char *name = base_of(path);
    struct stat file;

    /* The file's own name first. */
    while (dir && name) {
        int fd = openat(dirfd(dir), name, OPEN_FLAGS);

        if (fd >= 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode)
            && file.st_ino == inode && file.st_dev == device) {
            closedir(dir);
            return fd;
        }
        if (fd >= 0)
            close(fd);

        struct dirent *entry;

        /* Not every file system tells the inode here that stat tells. */
        do
            entry = readdir(dir);
        while (entry && entry->d_ino != inode
               && !is_rotated_name(entry->d_name, base_of(path)));
        name = entry ? entry->d_name : NULL;
    }
    if (dir)
        closedir(dir);
    return -1;
}

/* What is looked for among the rotated files. */
struct search {
    const char *base;
    struct rotated_age age; /* of the file that was read so far */
    int fd;                 /* the best so far; -1: none */
    struct rotated_age best;
};

/* Takes FD, which is kept where it is better than what there was. */
static void
weigh(struct search *search, int fd)
{
    struct found found;

    if (!look_at(fd, "", AT_EMPTY_PATH, &found) || !found.regular
        || found.size == 0 || found.age.inode == search->age.inode
        || (search->fd >= 0 && !is_later(search->best, found.age))) {
        close(fd);
        return;
    }
    if (search->fd >= 0)
        close(search->fd);
    search->fd = fd;
    search->best = found.age;
}

static void
consider(struct search *search, DIR *dir, const char *name)
{
    struct found found;

    if (!is_rotated_name(name, search->base)
        || !look_at(dirfd(dir), name, 0, &found) || !found.regular
        || !is_later(found.age, search->age)
        || (search->fd >= 0 && !is_later(search->best, found.age)))
        return;

    int fd = openat(dirfd(dir), name, OPEN_FLAGS);

    if (fd >= 0)
        weigh(search, fd);
}

/* Names move while files are rotated, and an entry that moves may be missed. */
static void
search_folder(struct search *search, DIR *dir)
{
    struct found before, after;

    for (int i = 0; i < TRIES; i++) {
        struct dirent *entry;

        if (!look_at(dirfd(dir), "", AT_EMPTY_PATH, &before))
            return;
        rewinddir(dir);
        while ((entry = readdir(dir)))
            consider(search, dir, entry->d_name);
        if (!look_at(dirfd(dir), "", AT_EMPTY_PATH, &after)
            || after.age.written == before.age.written)
            return;
    }
}

int
rotated_next(const char *path, struct rotated_age age)
{
    struct search search = { .base = base_of(path), .age = age, .fd = -1 };
    /* Opened first: what came between the two was rotated by then, and is seen.
     * What comes now may be, too, and is later than this one. */
    int now = open(path, OPEN_FLAGS);
    DIR *dir = open_folder(path);

    if (dir) {
        search_folder(&search, dir);
        closedir(dir);
    }
    if (now >= 0)
        weigh(&search, now);
    return search.fd;
}
