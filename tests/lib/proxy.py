# SPDX-License-Identifier: Apache-2.0
"""proxy - stands between a pipeline and a server, and cuts"""

import socket
import threading


class Proxy:
    """Passes on to TARGET, a port of 127.0.0.1; calls AT(), once, when LIMIT
    bytes of the server's have gone through, and then cuts the connection."""

    def __init__(self, target, limit, at=lambda: None, cut=True):
        self.target, self.limit, self.at, self.cut = target, limit, at, cut
        self.passed = 0
        self.fired = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection(
                    ("127.0.0.1", int(self.target)))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._pass, args=(client, server, False),
                             daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, True),
                             daemon=True).start()

    def _pass(self, source, target, counted):
        try:
            while data := source.recv(16384):
                target.sendall(data)
                self.passed += len(data) if counted else 0
                if counted and self.passed >= self.limit and not self.fired:
                    self.fired = True
                    self.at()
                    if self.cut:
                        break
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
