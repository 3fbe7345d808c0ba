# SPDX-License-Identifier: Apache-2.0
"""pool - runs units of work, several at a time, and tells how each ended."""

import dataclasses
import os
import signal
import subprocess
import threading
import time

PASSED, FAILED, SKIPPED = "PASS", "FAIL", "SKIP"
TAIL = 40  # lines of its log that a failed unit shows


@dataclasses.dataclass
class Unit:
    name: str
    argv: list
    env: dict = dataclasses.field(default_factory=dict)
    cwd: str = "/"
    timeout: int = 300
    needs: tuple = ()  # names of the units that must have passed
    alone: bool = False  # it measures: nothing else runs meanwhile
    log: str = ""
    result: str = ""


class Pool:
    def __init__(self, folder, workers, no_skips):
        self.folder = folder
        self.workers = workers
        self.no_skips = no_skips
        self.units = {}
        self.lock = threading.Condition()
        self.running = []
        self.stopped = False
        self.sessions = {}  # of running units: session, temporary folder

    def run(self, units):
        """Runs all of them; their results are in the units afterwards."""
        self.units = {unit.name: unit for unit in units}
        waiting = list(units)
        threads = [threading.Thread(target=self._work, args=(waiting,),
                                    daemon=True)
                   for _ in range(self.workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.5)

    def stop(self):
        """Kills what runs; nothing more will be started."""
        self.stopped = True
        for session, temporary in list(self.sessions.items()):
            end_session(session, temporary)

    def _work(self, waiting):
        while True:
            with self.lock:
                unit = self._next(waiting)
                while waiting and unit is None and not self.stopped:
                    self.lock.wait(1)
                    unit = self._next(waiting)
                if unit is None or self.stopped:
                    return
                self.running.append(unit)
            self._one(unit)
            with self.lock:
                self.running.remove(unit)
                self.lock.notify_all()

    def _next(self, waiting):
        """The first that may run now; taken out of WAITING."""
        for unit in waiting:
            states = [self.units[n].result for n in unit.needs]
            if "" in states:
                continue
            if self.running and (unit.alone
                                 or any(u.alone for u in self.running)):
                # One that has to be alone waits for the others, and they
                # don't overtake it for ever: it is the last to be asked.
                continue
            waiting.remove(unit)
            return unit
        return None

    def _one(self, unit):
        began = time.monotonic()
        if any(self.units[n].result != PASSED for n in unit.needs):
            result, why = FAILED, "not run: " + ", ".join(
                n for n in unit.needs if self.units[n].result != PASSED)
        else:
            result, why = self._execute(unit)
            if result == FAILED and has_lost_its_checker(unit.log):
                result, why = self._execute(unit)
                why = (why + "; " if why else "") + ("the second time: at the "
                       "first LeakSanitizer itself crashed")
        if result == SKIPPED:
            why = (tail(unit.log, 1) or ["no reason given"])[-1]
        if result == SKIPPED and self.no_skips:
            result, why = FAILED, "may not be skipped here: " + why
        self._tell(unit, result, why, time.monotonic() - began)
        unit.result = result

    def _execute(self, unit):
        unit.log = os.path.join(self.folder, unit.name.replace("/", ".")
                                + ".log")
        temporary = os.path.join(self.folder, "tmp."
                                 + unit.name.replace("/", "."))
        os.makedirs(temporary, exist_ok=True)
        env = dict(os.environ) | {"TMPDIR": temporary} | unit.env
        with open(unit.log, "wb") as log:
            process = subprocess.Popen(
                unit.argv, cwd=unit.cwd, env=env, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        self.sessions[process.pid] = temporary
        limit = unit.timeout * busy()
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            status = None
        left = end_session(process.pid, temporary)
        process.wait()
        del self.sessions[process.pid]
        subprocess.run(["rm", "-rf", temporary], check=False)
        return self._judge(limit, status, left)

    @staticmethod
    def _judge(limit, status, left):
        if status is None:
            return FAILED, f"not done after {limit} s"
        if status == 77:
            return SKIPPED, ""
        if status != 0:
            return FAILED, f"exit status {status}"
        if left:
            return FAILED, "left running: " + ", ".join(left)
        return PASSED, ""

    def _tell(self, unit, result, why, seconds):
        text = f"{result} {unit.name} ({seconds:.1f} s)"
        text += f": {why}" if why else ""
        if result == FAILED and unit.log:
            text += "".join("\n    " + line for line in tail(unit.log, TAIL))
        with self.lock:
            print(text, flush=True)


def has_lost_its_checker(log):
    """LeakSanitizer, which stops all threads at the end of a program and looks
    at them from outside, crashed there, as GCC 12's does once in thousands of
    runs; so nothing is known about the program."""
    return any("LeakSanitizer has encountered a fatal error" in line
               for line in tail(log, TAIL))


def busy():
    """How many times as long all takes where others use the machine too."""
    return max(1, round(os.getloadavg()[0] / (os.cpu_count() or 1) / 2))


def tail(path, count):
    with open(path, errors="replace") as file:
        return file.read().splitlines()[-count:]


def session_of(pid):
    """(session, state, name) of a process; None where it is gone."""
    try:
        with open(f"/proc/{pid}/stat", errors="replace") as file:
            text = file.read()
    except OSError:
        return None
    name = text[text.index("(") + 1:text.rindex(")")]
    fields = text[text.rindex(")") + 2:].split()
    return int(fields[3]), fields[0], name


def end_session(session, temporary):
    """Kills what still runs in a session, and servers in sessions of their own
    that were started on its temporary folder; the names of them."""
    left = []
    mark = os.fsencode(temporary) + b"/"  # not tmp.e2e.batch-crash for .batch
    for pid in filter(str.isdigit, os.listdir("/proc")):
        found = session_of(pid)
        if found and found[1] not in "ZX" and (
                found[0] == session or mark in arguments_of(pid)):
            left.append(found[2])
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
    return left


def arguments_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""
