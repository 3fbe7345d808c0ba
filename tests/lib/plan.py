# SPDX-License-Identifier: Apache-2.0
"""plan - what there is to test, and the run of it; called by tests/run.

A script in tests/e2e says what it needs in a comment near its top:

    # run: alone           it measures; nothing else runs meanwhile
    # run: plain           not under ASan (it measures, or takes long)
    # run: tsan            under TSan as well
    # run: golden          reads $MILLRACE_GOLDEN; left out where that is unset
    # run: spark           the same of $MILLRACE_SPARK
    # run: timeout=600     seconds; 300 where it doesn't say
"""

import argparse
import fnmatch
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from pool import FAILED, PASSED, SKIPPED, Pool, Unit, tail

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
LINTS = ("format", "cppcheck", "headers", "budgets", "shell", "banned",
         "spdx", "mirror", "packages")
ASAN = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "MILLRACE_SLOW": "4",
}
TSAN = {
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
    "MILLRACE_SLOW": "8",
}
# Lines of its log that a failed unit shows once more at the very end.
GIST = 8
# What a script may need that can't just be installed.
NEEDS = {"golden": "MILLRACE_GOLDEN", "spark": "MILLRACE_SPARK"}
# The folder's name, what configure is told, the environment of its tests.
TREES = {
    "asan": (["CC=gcc", "CFLAGS=-O1 -g", "--enable-werror",
              "--enable-sanitizer=address,undefined"], ASAN),
    "tsan": (["CC=gcc", "CFLAGS=-O1 -g", "--enable-werror",
              "--enable-sanitizer=thread"], TSAN),
    "fuzz": (["CC=clang", "CFLAGS=-O1 -g -fsanitize=fuzzer-no-link",
              "--enable-werror", "--enable-fuzzers",
              "--enable-sanitizer=address,undefined"], ASAN),
}


def builds(cache):
    """A unit for each sanitized tree; the plain one is made by bootstrap."""
    script = os.path.join(SOURCE, "tests/lib/build")
    for tree, (options, _) in TREES.items():
        yield Unit(f"build/{tree}", [script, os.path.join(cache, tree),
                                     *options], timeout=900)
    yield Unit("build/check", ["make", "-s", "check", "TESTS="],
               cwd=os.path.join(SOURCE, "build"), timeout=900)


def listed(variable):
    """The words of a list in tests' local.mk files, whatever tree."""
    text = ""
    for folder, folders, files in os.walk(os.path.join(SOURCE, "tests")):
        folders.sort()
        if "local.mk" in files:
            with open(os.path.join(folder, "local.mk")) as file:
                here = os.path.relpath(folder, SOURCE)
                text += file.read().replace("\\\n", " ").replace("%D%", here)
    found = re.findall(rf"^{variable}\s*\+?=\s*(.*)$", text, re.M)
    return [word for line in found for word in line.split()]


def steady():
    """Sanitizers want memory where it always is; not all containers let us."""
    works = subprocess.run(["setarch", "-R", "true"], check=False,
                           stderr=subprocess.DEVNULL).returncode == 0
    return ["setarch", "-R"] if works else []


def unit_tests(cache):
    plain = os.path.join(SOURCE, "build")
    for test in listed("check_PROGRAMS"):
        yield test_of("plain", plain, test, {}, "build/check")
        yield test_of("asan", os.path.join(cache, "asan"), test, ASAN)
        if has_threads(test):
            yield test_of("tsan", os.path.join(cache, "tsan"), test, TSAN)


def has_threads(test):
    """A test of the bus, the runtime, or of a batch, which stages share."""
    module = os.path.basename(test).removeprefix("test_") + ".c"
    return any(os.path.exists(os.path.join(SOURCE, "core", part, module))
               for part in ("bus", "runtime")) or module in (
                   "batch.c", "arena.c", "helper.c", "registry.c",
                   "common_credentials.c", "source_rds_ahead.c")


def test_of(tree, build, test, env, needs=None):
    name = test.removeprefix("tests/")
    wrap = steady() if env else []
    paths = {"top_builddir": build, "top_srcdir": SOURCE,
             "CK_DEFAULT_TIMEOUT": "60",  # 4 s are too few for a busy machine
             "CK_TIMEOUT_MULTIPLIER": env.get("MILLRACE_SLOW", "1")}
    return Unit(f"{tree}/{name}", wrap + [os.path.join(build, test)],
                env=paths | env, cwd=build, needs=(needs or f"build/{tree}",))


def tags(path):
    """What the `# run:` lines of a script say."""
    with open(path, errors="replace") as file:
        head = "".join(next(file, "") for _ in range(30))
    words = " ".join(re.findall(r"^# run: (.*)$", head, re.M)).split()
    return dict((w.split("=") + [""])[:2] for w in words)


def scripts(cache, full):
    folder = os.path.join(SOURCE, "tests/e2e")
    plain = os.path.join(SOURCE, "build")
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not os.path.isfile(path) or not os.access(path, os.X_OK):
            continue
        tag = tags(path)
        if any(need in tag and not os.environ.get(variable)
               for need, variable in NEEDS.items()):
            continue
        long = {"MILLRACE_FULL": "1"} if full else {}
        yield script_of("e2e", plain, path, tag, long, "build/check")
        if "plain" not in tag:
            yield script_of("asan/e2e", os.path.join(cache, "asan"), path,
                            tag, ASAN, "build/asan")
        if "tsan" in tag:
            yield script_of("tsan/e2e", os.path.join(cache, "tsan"), path,
                            tag, TSAN, "build/tsan")


def script_of(kind, build, path, tag, env, needs):
    wrap = steady() if "MILLRACE_SLOW" in env else []
    timeout = int(tag.get("timeout", 300))
    return Unit(f"{kind}/{os.path.basename(path)}", wrap + [path],
                env={"top_builddir": build, "top_srcdir": SOURCE} | env,
                cwd=build, needs=(needs,), alone="alone" in tag,
                timeout=timeout * (10 if env.get("MILLRACE_FULL") else 1)
                * int(env.get("MILLRACE_SLOW", 1)))


def fuzzers(cache, full):
    seconds = 60 if full else 10
    build = os.path.join(cache, "fuzz")
    script = os.path.join(SOURCE, "tests/lib/fuzz")
    for target in listed("noinst_PROGRAMS"):
        if target.startswith("tests/fuzz/"):
            yield Unit(f"fuzz/{os.path.basename(target)}", steady() + [
                script, os.path.join(build, target), str(seconds)],
                env=ASAN | {"top_srcdir": SOURCE}, cwd=build,
                needs=("build/fuzz",), timeout=seconds + 120)


def lints():
    script = os.path.join(SOURCE, "tests/lint")
    for name in LINTS:
        yield Unit(f"lint/{name}", [script, name], cwd=SOURCE, timeout=600)


def packages(cache):
    script = os.path.join(SOURCE, "tests/lib/package")
    build = os.path.join(SOURCE, "build")
    yield Unit("package/distcheck", [script, "distcheck", build], cwd=build,
               needs=("build/check",), timeout=1200)
    yield Unit("package/in-tree", [script, "in-tree", build], cwd=build,
               needs=("package/distcheck",), timeout=600)
    yield Unit("package/minimal", [script, "minimal", build], cwd=build,
               timeout=600)


def wanted(units, patterns):
    """The units that PATTERNS name, with all that those need."""
    if not patterns:
        return units
    by_name = {unit.name: unit for unit in units}
    names = [n for n in by_name
             if any(fnmatch.fnmatch(n, p) for p in patterns)]
    for name in names:  # grows while we walk it
        names.extend(n for n in by_name[name].needs if n not in names)
    return [unit for unit in units if unit.name in names]


def order(units):
    """What others wait for first, then what may take longest; what has to be
    alone last."""
    needed = {name for unit in units for name in unit.needs}
    return sorted(units, key=lambda u: (u.alone, u.name not in needed,
                                        -u.timeout))


def gist(log):
    """Of a failed unit's log what says most: the cases that failed, the end."""
    if not log:
        return []
    lines = tail(log, 10000)
    cases = [line for line in lines[:-GIST] if line.startswith("failed ")]
    return cases[:GIST] + lines[-GIST:]


def report(units):
    count = {r: sum(u.result == r for u in units)
             for r in (PASSED, FAILED, SKIPPED)}
    failed = [u for u in units if u.result == FAILED]
    for unit in failed:
        print("\n".join([unit.name + ":", *("    " + line[:300] for line
                                            in gist(unit.log))]))
    if failed:
        print("failed: " + " ".join(unit.name for unit in failed))
    print(f"{count[PASSED]} passed, {count[FAILED]} failed, "
          f"{count[SKIPPED]} skipped", flush=True)
    return 1 if failed or not count[PASSED] else 0


def arguments():
    parser = argparse.ArgumentParser(prog="tests/run")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("pattern", nargs="*")
    return parser.parse_args()


def run(units, temporary):
    # Most of what a test does with servers is waiting for them.
    pool = Pool(temporary, 2 * (os.cpu_count() or 2),
                os.environ.get("MILLRACE_REQUIRE_SERVICES") == "1")

    def leave(*_):
        pool.stop()
        shutil.rmtree(temporary, ignore_errors=True)
        os._exit(1)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    pool.run(units)
    return report(units)


def main():
    args = arguments()
    temporary = tempfile.mkdtemp(prefix="millrace-tests-")
    try:
        cache = os.environ.get("MILLRACE_CACHE") or temporary
        units = [*builds(cache), *unit_tests(cache),
                 *scripts(cache, args.full), *fuzzers(cache, args.full),
                 *lints(), *packages(cache)]
        units = order(wanted(units, args.pattern))
        if args.list:
            print("\n".join(unit.name for unit in units))
            return 0
        return run(units, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


sys.exit(main())
