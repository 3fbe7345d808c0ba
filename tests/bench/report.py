# SPDX-License-Identifier: Apache-2.0
"""What was measured, as Markdown: the machine, the figures, the limits."""

import os
import platform
import subprocess

MIB = 2 ** 20


class Report:
    def __init__(self):
        self.costs = []  # section, what, program, Usage
        self.delays = []  # what, program, Latency
        self.limits = []  # section, what, measured, asked, kind, kept

    def cost(self, section, what, usages):
        """USAGES: program -> its median."""
        for program, usage in usages.items():
            self.costs.append((section, what, program, usage))

    def delay(self, what, program, latency):
        self.delays.append((what, program, latency))

    def limit(self, section, what, measured, asked, at_most=True, unit="",
              hard=True):
        """A limit that isn't hard depends on the machine, and only informs."""
        kept = measured <= asked if at_most else measured >= asked
        word = "at most" if at_most else "at least"
        self.limits.append((section, what, f"{measured:.3g}{unit}",
                            f"{word} {asked:g}{unit}", hard, kept))

    def failed(self):
        return [limit for limit in self.limits if limit[4] and not limit[5]]

    def text(self, runs):
        parts = [heading(runs)]
        if self.costs:
            parts.append(costs_table(self.costs))
        if self.delays:
            parts.append(delays_table(self.delays))
        parts.append(limits_table(self.limits))
        return "\n".join(parts)


def table(head, lines):
    rows = [head, ["---"] * len(head)] + lines
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def first_line(*argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    except OSError:
        return "not there"
    return (done.stdout + done.stderr).strip().splitlines()[0]


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def heading(runs):
    versions = [
        first_line("rsyslogd", "-v").split(" compiled")[0].replace("  ", " "),
        first_line("jq", "--version"),
        first_line("cat", "--version"),
        first_line("mariadbd", "--version").split(" for ")[0].split("/")[-1],
        first_line("gcc", "--version"),
    ]
    return (
        "# Measured\n\n"
        "Written by `tests/bench/run`; not edited by hand.\n\n"
        f"{cpu_model()}, {os.cpu_count()} cores, Linux {platform.release()}; "
        f"{'; '.join(versions)}.\n"
        f"1,000,000 rows of about 560 bytes; medians of {runs} runs; CPU is "
        "user and system of all processes.\n")


def costs_table(costs):
    ours = {cost[0]: cost[3] for cost in costs if cost[2] == "millrace"}
    lines = []
    for section, what, program, usage in costs:
        ratio = (f"{usage.cpu / ours[section].cpu:.1f}" if section in ours
                 else "")
        lines.append([f"({section}) {what}", program, f"{usage.cpu:.2f}",
                      f"{usage.wall:.2f}", f"{usage.rss / MIB:.1f}",
                      ratio])
    return table(["what", "program", "CPU s", "wall s", "peak MiB",
                  "CPU, millrace = 1"], lines)


def delays_table(delays):
    lines = [[f"(e) {what}", program, f"{latency.p50 * 1e3:.2f}",
              f"{latency.p95 * 1e3:.2f}", f"{latency.idle / MIB:.1f}"]
             for what, program, latency in delays]
    return table(["from a line's append to its output", "program", "p50 ms",
                  "p95 ms", "idle MiB"], lines)


def limits_table(limits):
    lines = [[f"({section}) {what}", measured, asked,
              "kept" if kept else "MISSED" if hard else "not on this machine"]
             for section, what, measured, asked, hard, kept in limits]
    return table(["limit", "measured", "asked", ""], lines)
