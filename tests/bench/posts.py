# SPDX-License-Identifier: Apache-2.0
"""Section k of tests/bench/run: records that are posted, 10 a request on 64
connections, and answered once they are synced to a file."""

import os
import re
import signal
import subprocess
import time

EACH = 10
CONNECTIONS = 64
SECONDS = 10
PATIENCE = 10.0

SCRIPT = """
wrk.method = "POST"
wrk.path = "/topics/posts"
wrk.headers["Content-Type"] = "application/vnd.kafka.json.v2+json"
wrk.body = io.open("%s"):read("*a")
"""


class Wrong(Exception):
    """Not all that was acknowledged is there."""


def prepare(bench):
    """wrk's script, and the body that it sends."""
    body = os.path.join(bench.folder, "body")
    script = os.path.join(bench.folder, "post.lua")
    with open(bench.input, "rb") as rows, open(body, "wb") as file:
        values = b",".join(b'{"value":' + rows.readline().rstrip() + b"}"
                           for _ in range(EACH))
        file.write(b'{"records":[' + values + b"]}")
    with open(script, "w", encoding="utf-8") as file:
        file.write(SCRIPT % body)
    return script


def address(path):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with open(path, encoding="utf-8") as log:
            found = re.search(r"listening on (http://\S+)", log.read())
        if found:
            return found[1]
        time.sleep(0.01)
    raise Wrong("(k): it does not listen")


def post(bench, script):
    """Records a second, the 99th percentile in milliseconds."""
    path = os.path.join(bench.folder, "log")
    with open(path, "wb") as log:
        server = subprocess.Popen(bench.argv("k.cfg"), env=bench.env,
                                  stdin=subprocess.DEVNULL, stderr=log)
    try:
        said = subprocess.run(
            ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}", "--latency",
             "-s", script, address(path)], check=True, capture_output=True,
            text=True).stdout
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    sent = int(re.search(r"(\d+) requests in", said)[1])
    with open(bench.output, "rb") as out:
        stored = sum(1 for _ in out)
    if "Non-2xx" in said or stored < sent * EACH:
        raise Wrong(f"(k): {stored} of {sent * EACH} records\n{said}")
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    factor = {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return rate * EACH, float(value) * factor


def section_k(bench):
    script = prepare(bench)
    bench.warm()
    found = []
    for _ in range(bench.runs):
        bench.fresh()
        found.append(post(bench, script))
        print(f"  millrace     {found[-1][0]:9.0f} records/s, "
              f"p99 {found[-1][1]:.1f} ms", flush=True)
    rate, p99 = sorted(found)[len(found) // 2]
    bench.report.limit("k", "posted records/s, each answered once synced",
                       rate, 40000, at_most=False)
    bench.report.limit("k", "posts, p99", p99, 100, unit=" ms", hard=False)


SECTIONS = {"k": section_k}
