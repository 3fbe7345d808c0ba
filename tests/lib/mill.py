# SPDX-License-Identifier: Apache-2.0
"""mill - what the end-to-end tests share.

A script has cases, functions that end well or raise:

    #!/usr/bin/env python3
    import os, sys
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
    import mill

    @mill.case
    def rows_come_out_as_they_went_in():
        ...
        mill.equal(done.status, 0, "exit status")

    mill.main()

The program is the one in $top_builddir (./build where that isn't set). Each
case has a folder of its own under a temporary one that goes away at the end;
MILLRACE_KEEP=1 keeps it. Exit status: 0, 1, or 77 where all was skipped.
"""

import atexit
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

from clock import now

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.abspath(os.environ.get("top_builddir")
                        or os.path.join(SOURCE, "build"))
FULL = os.environ.get("MILLRACE_FULL") == "1"
PRELOAD = os.path.join(BUILD, "tests/faults/.libs/preload.so")
DONE, FAILED, USAGE, DEAD = 0, 1, 2, 3

# A sanitized program is slower, and so is any on a busy machine; what waits for
# it waits longer.
SLOW = int(os.environ.get("MILLRACE_SLOW", "1")) * max(
    1, round(os.getloadavg()[0] / (os.cpu_count() or 1) / 2))

_cases = []
_root = None
_started = []


class Skip(Exception):
    """This can't be tested here; the text is why."""


class Failure(Exception):
    """What was seen isn't what has to be."""


# ---- cases ---------------------------------------------------------------


def case(function):
    _cases.append(function)
    return function


def check(right, message):
    if not right:
        raise Failure(message)


def wait_for(right, what, timeout=60):
    """Until RIGHT() is true."""
    end = now() + timeout * SLOW
    while not right():
        check(now() < end, f"no {what} in {timeout * SLOW} s")
        time.sleep(0.05)


def equal(seen, wanted, what):
    check(seen == wanted, f"{what}: {seen!r}, should be {wanted!r}")


def skip(reason):
    raise Skip(reason)


def main():
    names = sys.argv[1:]
    unknown = set(names) - {c.__name__ for c in _cases}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    results = [_run_case(c) for c in _cases if not names or c.__name__ in names]
    if "failed" in results:
        sys.exit(1)
    sys.exit(77 if results and set(results) == {"skipped"} else 0)


def _run_case(function):
    name = function.__name__
    began = time.monotonic()
    try:
        function()
        result, text = "ok", ""
    except Skip as reason:
        result, text = "skipped", f": {reason}"
    except Failure as failure:
        result, text = "failed", f": {failure}"
    except Exception:  # a bug of the test is a failure too
        result, text = "failed", ":\n" + traceback.format_exc()
    _stop_all()
    print(f"{result} {name} ({time.monotonic() - began:.1f} s){text}",
          flush=True)
    return result


# ---- folders and files ---------------------------------------------------


def folder(name="t"):
    """A new, empty folder."""
    global _root
    if _root is None:
        _root = tempfile.mkdtemp(prefix="millrace-e2e-")
        atexit.register(_leave)
    return tempfile.mkdtemp(prefix=name + "-", dir=_root)


def _leave():
    _stop_all()
    if os.environ.get("MILLRACE_KEEP") == "1":
        print("kept", _root)
    else:
        shutil.rmtree(_root, ignore_errors=True)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    mode = "wb" if isinstance(text, bytes) else "w"
    with open(path, mode) as file:
        file.write(text)
    return path


def read(path):
    with open(path, errors="surrogateescape") as file:
        return file.read()


def lines(path):
    """The lines of a file as bytes, without their ends; [] where it isn't."""
    if not os.path.exists(path):
        return []
    with open(path, "rb") as file:
        return file.read().splitlines()


def ids(path, key="id"):
    """The numbers under KEY in a file of JSON lines."""
    pattern = re.compile(rb'"%s":(\d+)' % key.encode())
    found = []
    for line in lines(path):
        match = pattern.search(line)
        check(match, f"{path}: a line without {key}: {line[:200]!r}")
        found.append(int(match.group(1)))
    return found


def once_each(found, wanted, what, more="no"):
    """FOUND has each of WANTED exactly once (MORE: "doubles" are fine)."""
    seen = set(found)
    lost = [i for i in wanted if i not in seen]
    check(not lost, f"{what}: {len(lost)} rows lost, the first {lost[:5]}")
    strange = seen - set(wanted)
    check(not strange, f"{what}: {len(strange)} rows from nowhere, "
          f"such as {sorted(strange)[:5]}")
    check(more == "doubles" or len(found) == len(seen),
          f"{what}: {len(found) - len(seen)} rows came twice")


# ---- the program ---------------------------------------------------------


def program():
    """The binary itself: a shell wrapper can't be killed -9 in its place."""
    real = os.path.join(BUILD, "core", ".libs", "millrace")
    path = real if os.path.exists(real) else os.path.join(BUILD, "core",
                                                          "millrace")
    check(os.path.exists(path), f"{path} is not built: run ./bootstrap")
    return path


def environment(home, extra=None):
    env = dict(os.environ)
    old = env.get("LD_LIBRARY_PATH")
    env["LD_LIBRARY_PATH"] = os.path.join(BUILD, "core", ".libs") + (
        ":" + old if old else "")
    env["MILLRACE_PLUGIN_PATH"] = os.path.join(BUILD, "tests", "plugins-test")
    env["XDG_STATE_HOME"] = os.path.join(home, "state")
    env["XDG_CACHE_HOME"] = os.path.join(BUILD, "tests", "cache")
    env.update(extra or {})
    return env


class Run:
    """A millrace that was started; its log and its output are in files."""

    def __init__(self, home, args, env=None, stdin=subprocess.DEVNULL):
        self.home = home
        self.peak_kib = 0
        number = len(os.listdir(home))
        self.log_path = os.path.join(home, f"log.{number}")
        self.out_path = os.path.join(home, f"stdout.{number}")
        with open(self.log_path, "wb") as log, open(self.out_path,
                                                    "wb") as out:
            self.process = subprocess.Popen(
                [program(), *args], cwd=home, env=environment(home, env),
                stdin=stdin, stdout=out, stderr=log)
        self.began, self.began_now = time.monotonic(), now()
        _started.append(self)
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _watch(self):
        """VmHWM only grows, so the last look is near enough the truth."""
        path = f"/proc/{self.process.pid}/status"
        while self.process.returncode is None:
            try:
                with open(path) as status:
                    found = re.search(r"VmHWM:\s*(\d+)", status.read())
            except OSError:
                return
            if found:
                self.peak_kib = max(self.peak_kib, int(found.group(1)))
            time.sleep(0.01)

    def log(self):
        return read(self.log_path)

    def out(self):
        return read(self.out_path)

    def wait(self, timeout=120):
        """To its end; then `seconds` and `awake`, by both clocks, tell how long
        it ran."""
        end = now() + timeout * SLOW
        while self.running():
            if now() > end:
                self.kill()
                raise Failure(f"still running after {timeout * SLOW} s; its "
                              "log ends:\n" + self.log()[-3000:])
            time.sleep(0.002)
        self.status = self.process.returncode
        self.seconds = time.monotonic() - self.began
        self.awake = now() - self.began_now
        return self

    def running(self):
        return self.process.poll() is None

    def wait_for(self, right, what, timeout=60):
        """Until RIGHT() is true; not past the end of the program."""
        end = now() + timeout * SLOW
        while not right():
            if not self.running():
                if right():
                    return
                raise Failure(f"ended before {what}; its log ends:\n"
                              + self.log()[-3000:])
            check(now() < end, f"no {what} in {timeout * SLOW} s; the log "
                  "ends:\n" + self.log()[-3000:])
            time.sleep(0.005)

    def wait_for_log(self, pattern, timeout=60):
        self.wait_for(lambda: re.search(pattern, self.log()),
                      f"log line that has /{pattern}/", timeout)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def expect(self, status, what="exit status"):
        """The exit status is STATUS (or one of a tuple)."""
        wanted = status if isinstance(status, tuple) else (status,)
        check(self.status in wanted,
              f"{what}: {self.status}, should be {status}; the log ends:\n"
              + self.log()[-3000:])
        return self

    def has(self, pattern):
        """The log has a line that PATTERN matches."""
        check(re.search(pattern, self.log(), re.M),
              f"no line of the log has /{pattern}/:\n" + self.log()[-3000:])
        return self

    def has_not(self, pattern):
        found = re.search(pattern, self.log(), re.M)
        check(not found, f"the log has /{pattern}/: "
              + (found.group(0) if found else ""))
        return self


def _stop_all():
    for run in _started:
        run.kill()
    _started.clear()


def start(home, definition, *args, env=None, stdin=subprocess.DEVNULL):
    """Starts `millrace run` on the text of a definition, in folder HOME."""
    path = write(os.path.join(home, "pipeline.cfg"), definition)
    return Run(home, ["run", *args, path], env, stdin)


def run(home, definition, *args, env=None, timeout=120):
    return start(home, definition, *args, env=env).wait(timeout)


def tool(home, *args, env=None, timeout=60):
    """Any other command of the program, to its end."""
    return Run(home, list(args), env).wait(timeout)


def define(name, stages, **settings):
    """The text of a definition: settings of the top, then its stages."""
    top = {"name": name, "state_dir": "state"} | settings
    text = "".join(f"{key} = {spell(value)};\n" for key, value in top.items())
    text += "stages = {\n"
    for stage, options in stages.items():
        inner = " ".join(f"{key} = {spell(value)};"
                         for key, value in options.items())
        text += f"    {stage} = {{ {inner} }};\n"
    return text + "};\n"


def spell(value):
    """VALUE as libconfig has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 2**31 else f"{value}L"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(spell(item) for item in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)


# ---- data ----------------------------------------------------------------


def number_lines(path, count, width=0):
    """COUNT JSON lines {"id":N,...}, WIDTH bytes of text more in each."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    text = "x" * width
    with open(path, "w") as file:
        for first in range(0, count, 10000):
            file.write("".join(
                f'{{"id":{i},"name":"row {i}","text":"{text}"}}\n'
                for i in range(first, min(first + 10000, count))))
    return path


def seed():
    """A random generator whose seed the log shows and MILLRACE_SEED sets."""
    number = int(os.environ.get("MILLRACE_SEED")
                 or random.SystemRandom().randrange(2**32))
    print(f"seed {number} (MILLRACE_SEED={number} repeats this run)",
          flush=True)
    return random.Random(number)


def service(name, **settings):
    """Starts tests/services/NAME; its variables.  It stops with the script.
    SETTINGS are variables that it looks at when it starts."""
    script = os.path.join(SOURCE, "tests", "services", name)
    if not os.path.exists(script):
        skip(f"tests/services/{name} isn't there")
    where = folder(name)
    began = subprocess.run([script, "start", where], capture_output=True,
                           text=True, stdin=subprocess.DEVNULL, check=False,
                           env=os.environ | settings)
    if began.returncode == 77:
        skip((began.stdout + began.stderr).strip().splitlines()[-1])
    check(began.returncode == 0, f"{name} did not start: {began.stderr}")
    atexit.register(subprocess.run, [script, "stop", where],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, check=False)
    found = re.findall(r"^(?:export )?(\w+)='?(.*?)'?;?$", began.stdout, re.M)
    return dict(found)


TERM, INT, KILL = signal.SIGTERM, signal.SIGINT, signal.SIGKILL
