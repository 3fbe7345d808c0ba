# SPDX-License-Identifier: Apache-2.0
"""The section of tests/bench/run that writes into Kafka: h."""

import itertools
import subprocess
import time

import measure
from databases import Wrong, service

TOPICS = itertools.count()


def kcat(server, *args, **options):
    return subprocess.Popen(["kcat", "-b", server["KAFKA_BROKERS"], *args],
                            stdin=subprocess.DEVNULL, **options)


def made_topic(server):
    """A new one of one partition: the broker makes it when it is asked for."""
    topic = f"bench-h-{next(TOPICS)}"
    for _ in range(100):
        with kcat(server, "-L", "-t", topic, stdout=subprocess.PIPE) as asked:
            if b"leader 1" in asked.stdout.read():
                return topic
        time.sleep(0.1)
    raise Wrong(f"(h): the broker does not make the topic {topic}")


def must_hold(bench, server, topic):
    # Counted by another process: what this one needs is taken for theirs.
    with kcat(server, "-C", "-e", "-q", "-t", topic, "-X",
              "isolation.level=read_committed",
              stdout=subprocess.PIPE) as reader:
        rows = int(subprocess.run(["wc", "-l"], stdin=reader.stdout, check=True,
                                  stdout=subprocess.PIPE).stdout)
    if rows != bench.rows:
        raise Wrong(f"(h) {topic}: {rows} rows, should be {bench.rows}")


def section_h(bench):
    with service(bench, "kafka", KAFKA_AUTO_CREATE="true",
                 KAFKA_JVM="-Xms512m -Xmx1g") as server:
        measure_h(bench, server)


def measure_h(bench, server):
    """Each run has a topic of its own; CPU is that of the client alone."""
    bench.env["KAFKA_BROKERS"] = server["KAFKA_BROKERS"]

    def ours(transactions):
        bench.env |= {"TOPIC": made_topic(server),
                      "TRANSACTIONS": "true" if transactions else "false"}
        return bench.millrace("h.cfg")

    def theirs():
        bench.env["TOPIC"] = made_topic(server)
        return measure.run(["kcat", "-P", "-b", server["KAFKA_BROKERS"], "-t",
                            bench.env["TOPIC"], "-z", "lz4", "-l", bench.input],
                           stdin=subprocess.DEVNULL)

    medians = bench.side_by_side({
        "millrace": lambda: ours(False),
        "millrace, exactly once": lambda: ours(True),
        "kcat": theirs,
    }, lambda name, _: must_hold(bench, server, bench.env["TOPIC"]))
    bench.report.cost("h", "a file into Kafka", medians)
    for name in ("millrace", "millrace, exactly once"):
        bench.report.limit("h", f"{name}: CPU / kcat's",
                           medians[name].cpu / medians["kcat"].cpu, 1.3,
                           hard=name == "millrace")
    bench.report.limit("h", "peak memory",
                       medians["millrace"].rss / (1 << 20), 100, unit=" MiB")


SECTIONS = {"h": section_h}
