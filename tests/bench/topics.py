# SPDX-License-Identifier: Apache-2.0
"""The section of tests/bench/run that reads from Kafka: i."""

import filecmp
import itertools
import os
import shutil
import subprocess

import measure
from databases import Wrong, service

GROUPS = itertools.count()


def fill(bench, server):
    """Each row of the input as a record of one topic, lz4."""
    subprocess.run(["kcat", "-P", "-b", server["KAFKA_BROKERS"], "-t", "rows",
                    "-z", "lz4", "-X", "linger.ms=50", "-X",
                    "queue.buffering.max.messages=1000000", "-l", bench.input],
                   stdin=subprocess.DEVNULL, check=True)


def must_be_input(bench, found):
    if not filecmp.cmp(found, bench.input, shallow=False):
        raise Wrong(f"(i): {found} differs from {bench.input}")


def joined(bench):
    """The objects, one behind the other."""
    path = os.path.join(bench.folder, "joined")
    with open(path, "wb") as to:
        for name in sorted(os.listdir(bench.env["OBJECTS"])):
            with open(os.path.join(bench.env["OBJECTS"], name), "rb") as part:
                shutil.copyfileobj(part, to)
    return path


def section_i(bench):
    with service(bench, "kafka", KAFKA_AUTO_CREATE="true",
                 KAFKA_JVM="-Xms512m -Xmx1g") as server:
        fill(bench, server)
        measure_i(bench, server)


def measure_i(bench, server):
    """CPU is that of the client alone."""
    bench.env |= {"KAFKA_BROKERS": server["KAFKA_BROKERS"],
                  "OBJECTS": os.path.join(bench.folder, "objects")}

    def ours(definition):
        shutil.rmtree(bench.env["OBJECTS"], ignore_errors=True)
        bench.env["GROUP"] = f"bench-{next(GROUPS)}"
        return bench.millrace(definition)

    def theirs():
        return bench.to_output(["kcat", "-C", "-b", server["KAFKA_BROKERS"],
                                "-t", "rows", "-o", "beginning", "-e", "-q"])

    medians = bench.side_by_side({
        "millrace": lambda: ours("i.cfg"),
        "millrace, objects": lambda: ours("i-objects.cfg"),
        "kcat": theirs,
    }, lambda name, _: must_be_input(
        bench, joined(bench) if "objects" in name else bench.output))
    objects = medians["millrace, objects"]
    bench.report.cost("i", "a topic into a file", medians)
    bench.report.limit("i", "CPU / kcat's", medians["millrace"].cpu
                       / medians["kcat"].cpu, 1.3)
    bench.report.limit("i", "rows/s into objects of 10,000",
                       bench.rows / objects.wall, 250_000, at_most=False,
                       hard=False)
    bench.report.limit("i", "peak memory", max(
        objects.rss, medians["millrace"].rss) / (1 << 20), 100, unit=" MiB")


SECTIONS = {"i": section_i}
