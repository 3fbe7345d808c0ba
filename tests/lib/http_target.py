# SPDX-License-Identifier: Apache-2.0
"""http_target - a server that keeps what it is sent, and fails as it is told.

    target = http_target.Target(faults=lambda request: ...)

It speaks the REST proxy, the two Kinesis resources of an API Gateway, and takes
JSON arrays or NDJSON on any other path. `faults` says for a request that came
whole what goes wrong with it: an Answer, a Reset, Slow, or None; `half` whether
the next one is cut off in its middle; `records` which error code a record gets.
With `honours` it stores each row that an Idempotency-Key names once, by the rules
of plugins/common/idempotency.h, which are read here a second time.
"""

import base64
import gzip
import http.server
import json
import re
import socket
import struct
import threading
import time
import urllib.parse

REST = "application/vnd.kafka.json.v2+json"


class Request:
    """One that came whole; `number` counts them from 0."""

    def __init__(self, handler, body):
        self.method, self.path = handler.command, handler.path
        self.headers, self.body = handler.headers, body
        self.number = handler.server.target.next_number()


class Reset:
    """The connection breaks; the request is stored before that, or not."""

    def __init__(self, stored):
        self.stored = stored


class Slow:
    """The answer comes after SECONDS; the request is stored before that."""

    def __init__(self, seconds):
        self.seconds = seconds


class Cut:
    """The answer ends in its middle; the request is stored before that."""


class Packed:
    """The answer is packed, though nobody asked for that."""


class Answer:
    """Nothing is stored."""

    def __init__(self, status, body=b"", **headers):
        self.status, self.headers = status, headers
        if isinstance(body, dict):
            body = json.dumps(body)
        self.body = body if isinstance(body, bytes) else body.encode()


def named_rows(key):
    """The scope of a key, and the rows that it names as (position, ordinal)."""
    scope, runs = key.rsplit("/", 1)
    position, rows = 0, []
    for run in runs.split(","):
        distance, first, more = re.fullmatch(
            r"(\d+)(?::(\d+))?(?:\+(\d+))?", run).groups()
        position += int(distance)
        more = int(more or 0)
        if first is None:
            rows += [(position + i, 0) for i in range(more + 1)]
            position += more
        else:
            rows += [(position, int(first) + i) for i in range(more + 1)]
    return scope, rows


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self):
        target = self.server.target
        length = int(self.headers["Content-Length"])
        if target.half():  # the fault that comes before a request is whole
            self.rfile.read(length // 2)
            return self._reset()
        body = self.rfile.read(length)
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return self._answer(target, Request(self, body))

    def _answer(self, target, request):
        fault = target.faults(request)
        if isinstance(fault, Answer):
            return self._send(fault)
        if isinstance(fault, Reset) and not fault.stored:
            return self._reset()
        answer = target.take(request)
        if isinstance(fault, Reset):
            return self._reset()
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        if isinstance(fault, Packed):
            answer = Answer(answer.status, gzip.compress(answer.body),
                            Content_Encoding="gzip", **answer.headers)
        return self._send(answer, isinstance(fault, Cut))

    do_POST = do_PUT = _serve

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        self.close_connection = True
        self.server.target.unanswered += 1

    def _send(self, answer, cut=False):
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not cut:
                self.wfile.write(answer.body)
                return
            self.wfile.write(answer.body[:len(answer.body) // 2])
            self.close_connection = True
            self.server.target.unanswered += 1
        except OSError:  # who asked is gone: killed, or tired of waiting
            self.close_connection = True
            self.server.target.unanswered += 1

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def process_request(self, request, client_address):
        self.target.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, *_):
        self.target.unanswered += 1  # a client that went away


class Target:
    """STREAM -> the values that came, in order, in `stored`; their keys, in the
    same order, in `keys`."""

    def __init__(self, faults=lambda request: None, honours=False,
                 records=lambda value: None, half=lambda: False, port=0,
                 tls=None):
        self.faults, self.honours = faults, honours
        self.records, self.half = records, half
        self.stored, self.keys, self.requests = {}, {}, []
        self.unanswered, self.connections = 0, []
        self._rows, self._numbers = set(), 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.target = self
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket,
                                                  server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def close(self):
        """As a server that is killed."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already

    def next_number(self):
        with self._lock:
            self._numbers += 1
            return self._numbers - 1

    # ---- what comes ----

    def take(self, request):
        """Stores the records and gives the answer."""
        path = urllib.parse.unquote(request.path.split("?")[0])
        with self._lock:
            self.requests.append(request)
            if "/topics/" in path:
                return self._take_rest(request, path.split("/topics/")[1])
            if "/streams/" in path:
                name, resource = path.split("/streams/")[1].split("/")
                return self._take_kinesis(request, name, resource)
            text = request.body.decode()
            rows = (json.loads(text) if text[0] == "[" else
                    [json.loads(line) for line in text.splitlines()])
            for value, row in zip(rows, self._named(request, len(rows))):
                self._store(path, None, value, row)
            return Answer(200)

    def _named(self, request, count):
        """For each record the row that it is, or None."""
        key = request.headers.get("Idempotency-Key")
        if not self.honours or not key:
            return [None] * count
        scope, rows = named_rows(key)
        assert len(rows) == count, f"{len(rows)} rows named, {count} sent"
        assert rows == sorted(set(rows)), f"rows out of order: {rows}"
        return [(scope, *row) for row in rows]

    def _store(self, stream, key, value, row):
        """The number of the record in its stream."""
        values = self.stored.setdefault(stream, [])
        if row is None or row not in self._rows:
            values.append(value)
            self.keys.setdefault(stream, []).append(key)
            self._rows.add(row)
        return len(values) - 1

    def _take_rest(self, request, topic):
        records = json.loads(request.body)["records"]
        offsets = []
        for record, row in zip(records, self._named(request, len(records))):
            error = self.records(record["value"])
            if error:
                offsets.append({"partition": None, "offset": None,
                                "error_code": error, "error": "told to"})
                continue
            offset = self._store(topic, record.get("key"), record["value"], row)
            offsets.append({"partition": 0, "offset": offset,
                            "error_code": None, "error": None})
        return Answer(200, {"offsets": offsets, "key_schema_id": None,
                            "value_schema_id": None})

    def _take_kinesis(self, request, name, resource):
        """As the mapping templates and Kinesis do."""
        body = json.loads(request.body)
        if resource == "record":
            data = json.dumps(body["Data"], separators=(",", ":"))
            row = self._named(request, 1)[0]
            number = self._store(name, body["PartitionKey"],
                                 json.loads(data), row)
            return Answer(200, {"SequenceNumber": str(number),
                                "ShardId": "shardId-000000000000"})
        answers, failed = [], 0
        rows = self._named(request, len(body["records"]))
        for record, row in zip(body["records"], rows):
            data = base64.b64decode(base64.b64encode(record["data"].encode()))
            error = self.records(json.loads(data))
            if error:
                failed += 1
                answers.append({"ErrorCode": error, "ErrorMessage": "told to"})
                continue
            number = self._store(name, record["partition-key"],
                                 json.loads(data), row)
            answers.append({"SequenceNumber": str(number), "ShardId": "s"})
        return Answer(200, {"FailedRecordCount": failed, "Records": answers})
