# SPDX-License-Identifier: Apache-2.0
"""How long a line takes from the write() that appends it to the moment when
another process can read it in the output file."""

import os
import random
import statistics
import time

import measure

SETTLE = 1.0  # seconds a program gets to become idle
PATIENCE = 10.0


class Latency:
    def __init__(self, seconds, idle):
        ordered = sorted(seconds)
        self.p50 = statistics.median(ordered)
        self.p95 = ordered[int(len(ordered) * 0.95)]
        self.idle = idle  # bytes of memory while nothing happened


def wait_for(path):
    """The output, open for reading, as soon as it is there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            return os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            time.sleep(0.001)
    raise RuntimeError(f"{path}: no output within {PATIENCE:.0f} s")


def wait_line(out, expected, offset):
    """Spins until the bytes at OFFSET are the EXPECTED ones."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if os.pread(out, len(expected), offset) == expected:
            return time.perf_counter()
    raise RuntimeError(f"no line within {PATIENCE:.0f} s")


def time_lines(append, output, lines, pace):
    """Seconds that each of LINES took; PACE seconds apart, a little uneven."""
    seconds, offset, out = [], 0, -1
    uneven = random.Random(1)
    for line in lines:
        time.sleep(pace * uneven.uniform(0.5, 1.5))
        began = time.perf_counter()
        append(line)
        if out < 0:  # the first opens the output, and doesn't count
            out = wait_for(output)
            wait_line(out, line, offset)
        else:
            seconds.append(wait_line(out, line, offset) - began)
        offset += len(line)
    os.close(out)
    return seconds


def watch(process, append, output, lines, pace):
    """Measures a program that was just started, and stops it."""
    try:
        time.sleep(SETTLE)
        idle = measure.proc_field(process.pid, "VmRSS")
        seconds = time_lines(append, output, lines, pace)
    except BaseException:
        process.child.kill()
        process.child.wait()
        raise
    usage = process.stop()
    if usage.status != 0:
        raise RuntimeError(f"{process.argv[0]}: exit status {usage.status}")
    return Latency(seconds, idle)


def follow(argv, path, output, lines, pace=0.01, **options):
    """A program that follows PATH, which is made empty here."""
    with open(path, "wb", buffering=0) as grows:
        process = measure.Process(argv, **options)
        return watch(process, grows.write, output, lines, pace)


def piped(argv, output, lines, pace=0.01, **options):
    """A program that reads its standard input."""
    read, write = os.pipe()
    try:
        process = measure.Process(argv, stdin=read, **options)
        return watch(process, lambda line: os.write(write, line), output,
                     lines, pace)
    finally:
        os.close(read)
        os.close(write)
