/* SPDX-License-Identifier: Apache-2.0 */

/* new - writes a plugin to begin with: the code, a Makefile, a test that passes
 */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <millrace/json.h>

#include "cli/cli.h"
#include "core/cli/skeletons.h"
#include "plugin/fault.h"

#define NAME_MAX_LEN 64

/* What is written for a kind; the parts are put one after the other. */
struct kind {
    const char *name;
    const char *code;
    const char *test;
};

static const struct kind kinds[] = {
    { "source", skeleton_source, skeleton_test_source },
    { "transform", skeleton_transform, skeleton_test_transform },
    { "sink", skeleton_sink, skeleton_test_sink },
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

struct request {
    const struct command *command;
    const struct kind *kind;
    const char *name;
    const char *dir;
};

/* A name has to be one in C, in a pipeline and in a file system. */
static bool
is_name(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len > NAME_MAX_LEN || !islower((unsigned char)*name))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i])
            && name[i] != '_')
            return false;
    return true;
}

/* Appends TEXT with its placeholders filled in. */
static void
fill(struct mill_buffer *to, const char *text, const struct request *request)
{
    static const char place[] = "plugin_name";
    static const size_t len = sizeof(place) - 1;

    while (*text) {
        if (strncmp(text, "plugin_name", len) == 0) {
            mill_buffer_print(to, "%s", request->name);
            text += len;
        } else if (strncmp(text, "plugin_kind", len) == 0) {
            mill_buffer_print(to, "%s", request->kind->name);
            text += len;
        } else {
            mill_buffer_add(to, text++, 1);
        }
    }
}

/* False: errno says why. */
static bool
write_file(const char *path, mode_t mode, const char *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool fine = fd >= 0;

    while (fine && len > 0) {
        ssize_t written = write(fd, data, len);

        fine = written >= 0 || errno == EINTR;
        data += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
    if (fd >= 0 && close(fd) != 0)
        fine = false;
    return fine;
}

/* Writes the file NAME of PARTS (ends with NULL), and tells where it can't. */
static bool
make_file(const struct request *request, const char *name, mode_t mode,
          const char *const *parts)
{
    struct mill_buffer text = { 0 };
    char path[PATH_MAX];
    bool fine;

    for (; *parts; parts++)
        fill(&text, *parts, request);
    snprintf(path, sizeof(path), "%s/%s", request->dir, name);
    errno = ENOMEM;
    fine = !text.failed && write_file(path, mode, text.data, text.len);
    if (fine)
        puts(path);
    else
        fprintf(stderr, "millrace new: cannot write %s: %s\n", path,
                strerror(errno));
    mill_buffer_finish(&text);
    return fine;
}

static int
make_folder(const struct request *request)
{
    const char *const code[] = { request->kind->code, NULL };
    const char *const make[] = { skeleton_makefile, NULL };
    const char *const test[] = { skeleton_test, request->kind->test,
                                 skeleton_test_end, NULL };
    char file[NAME_MAX_LEN + sizeof(".c")];

    if (mkdir(request->dir, 0777) != 0) {
        fprintf(stderr, "millrace new: cannot make the folder %s: %s\n",
                request->dir, strerror(errno));
        return EXIT_FAILED;
    }
    snprintf(file, sizeof(file), "%s.c", request->name);
    if (!make_file(request, file, 0666, code)
        || !make_file(request, "Makefile", 0666, make)
        || !make_file(request, "test", 0777, test))
        return EXIT_FAILED;
    printf("\nnow: make -C %s check\n", request->dir);
    return EXIT_DONE;
}

static int
take_kind(struct request *request, const char *word)
{
    const char *names[KINDS];
    struct mill_buffer hint = { 0 };

    for (size_t i = 0; i < KINDS; i++) {
        names[i] = kinds[i].name;
        if (strcmp(word, kinds[i].name) == 0)
            request->kind = &kinds[i];
    }
    if (request->kind)
        return EXIT_DONE;
    suggest(&hint, word, names, KINDS);
    cli_misused(request->command, "unknown kind \"%s\"%s", word,
                mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
    return EXIT_USAGE;
}

static int
new_plugin(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        { "dir", required_argument, NULL, 'd' },
        { 0 },
    };
    struct request request = { .command = self };
    int found;

    while ((found = cli_next(self, argc, argv, options)) != CLI_REST) {
        if (found == CLI_HELP)
            return EXIT_DONE;
        if (found == CLI_WRONG)
            return EXIT_USAGE;
        request.dir = optarg;
    }
    if (argc - optind != 2)
        return cli_misused(self, "a kind and a name, as in: new sink lake");
    if (take_kind(&request, argv[optind]) != EXIT_DONE)
        return EXIT_USAGE;
    request.name = argv[optind + 1];
    if (!is_name(request.name))
        return cli_misused(self,
                           "\"%s\" is no name for a plugin: a small letter, "
                           "then small letters, digits and _, %d at most",
                           request.name, NAME_MAX_LEN);
    if (!request.dir)
        request.dir = request.name;
    if (strlen(request.dir) + NAME_MAX_LEN + 4 > PATH_MAX)
        return cli_misused(self, "the name of the folder is too long");
    return make_folder(&request);
}

const struct command command_new = {
    .name = "new",
    .summary = "write a plugin to begin with: code, Makefile and test",
    .help = "usage: millrace new source|transform|sink NAME [--dir=DIR]\n"
            "\n"
            "Makes a folder with NAME.c, a Makefile that needs pkg-config "
            "only, and a test\n"
            "that runs the plugin in a small pipeline.  As written, all of it "
            "works:\n"
            "make check builds the plugin and passes.\n"
            "\n"
            "  --dir=DIR     the folder to make; NAME by default\n" //
    CLI_HELP_HELP "\n"
            "exit status: 0, 1 where the folder cannot be written, 2 for "
            "wrong usage\n",
    .run = new_plugin,
};
