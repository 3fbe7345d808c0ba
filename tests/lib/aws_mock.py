# SPDX-License-Identifier: Apache-2.0
"""aws_mock - an HTTP server that plays STS, a container's agent or an EC2
instance's metadata service, as the test tells it"""

import hashlib
import hmac
import http.server
import ssl
import threading
from urllib.parse import parse_qsl


class Request:
    def __init__(self, handler):
        self.method, self.path = handler.command, handler.path
        self.headers = {k.lower(): v for k, v in handler.headers.items()}
        self.body = handler.rfile.read(int(self.headers.get("content-length",
                                                            0)))
        self.form = dict(parse_qsl(self.body.decode()))


class Mock:
    """Calls ANSWER(request) for (status, text) or (status, text, headers); None
    is never to answer. What came is in `requests`."""

    def __init__(self, answer, host="127.0.0.1", port=0, tls=None):
        mock, self.answer, self.requests = self, answer, []
        self.closing = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                request = Request(self)
                mock.requests.append(request)
                answered = mock.answer(request)
                if answered is None:
                    mock.closing.wait(60)
                    return
                status, text, headers = (*answered, {})[:3]
                body = text if isinstance(text, bytes) else text.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass

            do_GET = do_PUT = do_POST = handle_any

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # the probe went away

        self.server = Server((host, port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        if tls:  # a certificate and its key
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket,
                                                     server_side=True)
            self.url = self.url.replace("http:", "https:")
        threading.Thread(target=self.server.serve_forever, args=(0.02,),
                         daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def count(self):
        return len(self.requests)


def signature(request, secret, service, region):
    """The one that a POST without a query has to have, written down apart
    from both our signer and botocore."""
    given = request.headers["authorization"]
    names = given.split("SignedHeaders=")[1].split(",")[0].split(";")
    text = "\n".join([
        request.method, request.path, "",
        *(f"{n}:{request.headers[n].strip()}" for n in names), "",
        ";".join(names), hashlib.sha256(request.body).hexdigest()])
    date = request.headers["x-amz-date"]
    key = ("AWS4" + secret).encode()
    for part in (date[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    signed = "\n".join(["AWS4-HMAC-SHA256", date, scope,
                        hashlib.sha256(text.encode()).hexdigest()])
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()
