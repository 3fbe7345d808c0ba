# SPDX-License-Identifier: Apache-2.0
"""rest - a client of the source http, down to the bytes"""

import base64
import http.client
import json
import re
import socket

import mill

JSON = "application/vnd.kafka.json.v2+json"
BINARY = "application/vnd.kafka.binary.v2+json"
KINESIS = "application/json"


def port(run):
    """Where the source of RUN listens; waits for it."""
    run.wait_for_log(r"listening on https?://\S+:\d+")
    return int(re.search(r"listening on https?://\S+?:(\d+)",
                         run.log()).group(1))


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    def is_(self, status, body=None):
        """It has that status, and that body: JSON, or the bytes of it."""
        mill.equal(self.status, status, f"status, with {self.body!r}")
        if isinstance(body, bytes):
            mill.equal(self.body, body, "body")
        elif body is not None:
            mill.equal(self.json(), body, "body")
        return self

    def fails(self, status, code, says=""):
        self.is_(status)
        mill.equal(self.json()["error_code"], code, f"code of {self.body!r}")
        mill.check(says in self.json()["message"],
                   f"no {says!r} in {self.body!r}")
        return self

    def offsets(self):
        """(partition, offset) of each record; all of them must be stored."""
        self.is_(200)
        found = self.json()["offsets"]
        for entry in found:
            mill.equal((entry["error_code"], entry["error"]), (None, None),
                       f"error in {self.body!r}")
        return [(e["partition"], e["offset"]) for e in found]


class Client:
    """One connection, kept alive; it is made anew where it was closed."""

    def __init__(self, port, timeout=60, headers=None, context=None):
        self.headers = headers or {}
        kind = {"timeout": timeout * mill.SLOW}
        if context:
            self.connection = http.client.HTTPSConnection(
                "127.0.0.1", port, context=context, **kind)
        else:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", port, **kind)

    def ask(self, method, path, body=None, type=None, **headers):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if type:
            headers["Content-Type"] = type
        spelt = {k.replace("_", "-"): v for k, v in headers.items()}
        try:
            self.connection.request(method, path, body,
                                    self.headers | spelt)
            return Reply(self.connection.getresponse())
        except BaseException:
            self.connection.close()
            raise

    def post(self, topic, values, key=None, settled=None, base=""):
        """Values as the records of one request."""
        headers = {}
        if key is not None:
            headers["Idempotency-Key"] = key
        if settled is not None:
            headers["Idempotency-Settled"] = str(settled)
        return self.ask("POST", f"{base}/topics/{topic}",
                        {"records": [{"value": v} for v in values]}, JSON,
                        **headers)

    def close(self):
        self.connection.close()


def raw(port, data, wait=10, pause=None):
    """Sends bytes, PAUSE seconds apart if there is one, until the other side
    closes; what came back, and whether it closed within WAIT seconds."""
    got = b""
    closed = False
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.settimeout(pause if pause else wait * mill.SLOW)
        try:
            if not pause:
                sock.sendall(data)
            for i in range(len(data) if pause else 10_000):
                if pause:
                    sock.sendall(data[i:i + 1])
                try:
                    piece = sock.recv(65536)
                except TimeoutError:
                    if pause:
                        continue
                    return got, False
                if not piece:
                    closed = True
                    break
                got += piece
        except (ConnectionError, BrokenPipeError):
            closed = True
    return got, closed


def b64(data):
    return base64.b64encode(data).decode()
