# SPDX-License-Identifier: Apache-2.0
"""Runs programs and says what they cost: CPU of the whole process tree (user
and system, by wait4), peak resident memory, wall time."""

import os
import signal
import statistics
import subprocess
import time

POLL = 0.02


class Usage:
    """What one run, or several at once, cost."""

    def __init__(self, cpu, rss, wall, status, log=""):
        self.cpu = cpu  # seconds, user + system
        self.rss = rss  # bytes, of the largest process
        self.wall = wall
        self.status = status
        self.log = log

    def __add__(self, other):
        return Usage(self.cpu + other.cpu, max(self.rss, other.rss),
                     max(self.wall, other.wall), self.status or other.status,
                     self.log + other.log)


def proc_field(pid, name):
    """A line of /proc/PID/status in bytes, 0 where the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def proc_cpu(pid):
    """Clock ticks that a running process has used."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def proc_read(pid):
    """Bytes that a running process has read by read()."""
    with open(f"/proc/{pid}/io", encoding="ascii") as io:
        return int(io.readline().split()[1])


class Process:
    """A program that was started, and is watched until it ends."""

    def __init__(self, argv, **options):
        self.argv = argv
        self.own_rss = proc_field(os.getpid(), "VmRSS")
        self.peak = 0
        self.began = time.monotonic()
        self.child = subprocess.Popen(argv, **options)
        self.pid = self.child.pid

    def watch(self, until):
        """Polls memory until UNTIL(self) is true; leaves nothing running where
        that fails."""
        try:
            while not until(self):
                self.peak = max(self.peak, proc_field(self.pid, "VmHWM"))
                time.sleep(POLL)
        except BaseException:
            if self.child.returncode is None:
                self.child.kill()
                self.child.wait()
            raise

    def finish(self):
        """Waits for the end."""
        ended = []

        def has_ended(_):
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                ended.extend([status, usage])
            return bool(pid)

        self.watch(has_ended)
        wall = time.monotonic() - self.began
        status, usage = ended
        self.child.returncode = os.waitstatus_to_exitcode(status)
        # wait4 also counts the pages that were this script's before exec, so it
        # is only right where it is larger than those.
        rss = usage.ru_maxrss * 1024
        if rss < 2 * self.own_rss and self.peak:
            rss = self.peak
        return Usage(usage.ru_utime + usage.ru_stime, rss, wall,
                     self.child.returncode)

    def stop(self):
        """Asks it to end, and waits."""
        self.child.send_signal(signal.SIGTERM)
        return self.finish()


def run(argv, good=(0,), **options):
    """Runs a program to its end; raises where its status isn't in GOOD."""
    usage = Process(argv, **options).finish()
    if usage.status not in good:
        raise RuntimeError(f"{' '.join(argv)}: exit status {usage.status}")
    return usage


def pipe(first, second, **options):
    """Runs FIRST | SECOND; the sum of both."""
    left = Process(first, stdout=subprocess.PIPE)
    right = Process(second, stdin=left.child.stdout, **options)
    left.child.stdout.close()
    usage = left.finish() + right.finish()
    if usage.status:
        raise RuntimeError(f"{first} | {second}: exit status {usage.status}")
    return usage


def run_daemon(argv, size, **options):
    """Runs a program that never ends by itself: stops it once it has read SIZE
    bytes and then done nothing for a while."""
    process = Process(argv, **options)
    idle = [0, 0.0]  # ticks, since when

    def is_done(_):
        if process.child.poll() is not None:
            raise RuntimeError(f"{' '.join(argv)}: ended by itself")
        ticks, now = proc_cpu(process.pid), time.monotonic()
        if ticks != idle[0]:
            idle[:] = ticks, now
        return now - idle[1] > 0.5 and proc_read(process.pid) >= size

    process.watch(is_done)
    return process.stop()


def median(usages):
    """The run in the middle by CPU; memory is the worst of all."""
    cpu = statistics.median(usage.cpu for usage in usages)
    wall = statistics.median(usage.wall for usage in usages)
    return Usage(cpu, max(usage.rss for usage in usages), wall, 0)
