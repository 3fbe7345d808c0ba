/* SPDX-License-Identifier: Apache-2.0 */

/* probe - see the header */

#include "plugin/probe.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/helper.h"

/* What dlopen() says, without the path that the caller will tell anyway. */
static const char *
open_error(const char *path)
{
    const char *text = dlerror();
    size_t len = strlen(path);

    if (!text)
        return "no reason given";
    if (strncmp(text, path, len) == 0 && strncmp(text + len, ": ", 2) == 0)
        return text + len + 2;
    return text;
}

/* True where the symbol lies in the object at PATH itself: dlsym() also looks
 * into the libraries that it needs. */
static bool
symbol_is_of(const void *symbol, const char *path)
{
    struct stat wanted, found;
    Dl_info info;

    return dladdr(symbol, &info) != 0 && info.dli_fname
           && stat(path, &wanted) == 0 && stat(info.dli_fname, &found) == 0
           && wanted.st_dev == found.st_dev && wanted.st_ino == found.st_ino;
}

/* libltdl looks for NAME_LTX_mill_plugin before mill_plugin. */
static bool
has_ltx_symbol(void *handle, const char *name)
{
    char symbol[256];
    int len = snprintf(symbol, sizeof(symbol), "%s_LTX_mill_plugin", name);

    return len > 0 && (size_t)len < sizeof(symbol) && dlsym(handle, symbol);
}

/* The constant itself, not yet looked at.  NULL: see *WHY. */
static const struct mill_plugin *
find_descriptor(const char *path, const char *name, struct reason *why)
{
    const struct mill_plugin *plugin;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (!handle) {
        reason_set(why, "it cannot be loaded: %s", open_error(path));
        return NULL;
    }
    plugin = dlsym(handle, "mill_plugin");
    if (!plugin || !symbol_is_of(plugin, path)) {
        reason_set(why, "it does not define mill_plugin, so it is no plugin "
                        "(or hides it: see MILL_API in <millrace/plugin.h>)");
        return NULL;
    }
    if (has_ltx_symbol(handle, name)) {
        reason_set(why,
                   "it defines %s_LTX_mill_plugin, which hides mill_plugin "
                   "from libltdl: rename it",
                   name);
        return NULL;
    }
    return plugin;
}

const struct mill_plugin *
probe_open(const char *path, enum mill_kind kind, const char *name,
           struct reason *why)
{
    const struct mill_plugin *plugin = find_descriptor(path, name, why);

    return plugin && descriptor_check(plugin, kind, name, why) ? plugin : NULL;
}

/* What the helper is to look at.  It lies in memory that both processes see, so
 * that we know how far a helper came that died. */
struct subject {
    const char *path;
    enum mill_kind kind;
    const char *name;
    volatile bool loaded;
};

static bool
examine(void *data, struct reason *why)
{
    struct subject *subject = data;
    const struct mill_plugin *plugin =
        find_descriptor(subject->path, subject->name, why);

    if (!plugin)
        return false;
    subject->loaded = true;
    return descriptor_check(plugin, subject->kind, subject->name, why);
}

/* Appends what the helper wrote on its way, as far as there was any. */
static void
tell_output(struct reason *why, const struct helper *helper)
{
    size_t len = strlen(why->text);

    if (*helper->errors)
        snprintf(why->text + len, sizeof(why->text) - len,
                 "; it said: \"%.300s\"", helper->errors);
}

static bool
conclude(enum helper_end end, const struct helper *helper, const char *when,
         struct reason *why)
{
    switch (end) {
    case HELPER_FIT:
        if (!*helper->output)
            return true;
        return reason_set(why,
                          "it prints when it is loaded, which no plugin may: "
                          "\"%.300s\"",
                          helper->output);
    case HELPER_UNFIT:
        *why = helper->why;
        return false;
    case HELPER_SIGNAL:
        reason_set(why, "it crashes when %s: signal %d (%s)", when,
                   helper->code, strsignal(helper->code));
        break;
    case HELPER_EXIT:
        reason_set(why, "it ends the process when %s, with exit status %d",
                   when, helper->code);
        break;
    case HELPER_HANG:
        reason_set(why, "it was not loaded within %d s and was given up",
                   PROBE_SECONDS);
        break;
    case HELPER_NONE:
        return reason_set(why, "cannot start the process to examine it: %s",
                          strerror(helper->code));
    }
    tell_output(why, helper);
    return false;
}

bool
probe_plugin(const char *path, enum mill_kind kind, const char *name,
             struct reason *why)
{
    struct helper helper;
    enum helper_end end;
    bool loaded;
    struct subject *subject =
        mmap(NULL, sizeof(*subject), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (subject == MAP_FAILED)
        return reason_set(why, "cannot start the process to examine it: %s",
                          strerror(errno));
    *subject = (struct subject){ .path = path, .kind = kind, .name = name };
    end = helper_run(&helper, examine, subject, PROBE_SECONDS);
    loaded = subject->loaded;
    munmap(subject, sizeof(*subject));
    return conclude(end, &helper,
                    loaded ? "its mill_plugin is read" : "it is loaded", why);
}
