# SPDX-License-Identifier: Apache-2.0
"""probe - asks tests/aws/probe.c"""

import json
import os
import signal
import subprocess

import mill


def path():
    found = os.path.join(mill.BUILD, "tests/aws/probe")
    if not os.path.exists(found):
        mill.skip("built without libcurl or OpenSSL")
    return found


def environment(home, extra):
    """Nothing of the caller's AWS is seen, and nobody's metadata service."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("AWS_") and not name.lower().endswith(
               "_proxy")}
    return env | {"HOME": home, "AWS_EC2_METADATA_DISABLED": "true"} | extra


class Probe:
    """One process, and so one chain; ask() as often as you like."""

    def __init__(self, env=None, home="/nonexistent", wrap=(), **options):
        self.process = subprocess.Popen(
            [*wrap, path(), *(f"{n}={v}" for n, v in options.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=environment(home, env or {}), text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.stdout.close()
        mill.equal(self.process.wait(60 * mill.SLOW), 0,
                   "the probe's exit status")

    def send(self, what, **more):
        self.process.stdin.write(json.dumps({"ask": what} | more) + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        mill.check(line, "the probe ended")
        return json.loads(line)

    def ask(self, what, **more):
        self.send(what, **more)
        return self.answer()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)


def answers(questions):
    """Those of one process to all of them."""
    done = subprocess.run(
        [path()], env=environment("/nonexistent", {}), text=True, check=False,
        input="".join(json.dumps(q) + "\n" for q in questions),
        stdout=subprocess.PIPE, timeout=120 * mill.SLOW)
    mill.equal(done.returncode, 0, "the probe's exit status")
    return [json.loads(line) for line in done.stdout.splitlines()]
