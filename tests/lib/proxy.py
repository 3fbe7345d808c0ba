# SPDX-License-Identifier: Apache-2.0
"""proxy - stands between a pipeline and a server, and cuts"""

import socket
import threading
import time

AHEAD = 64 * 1024  # bytes that a server may have sent and nobody passed on


class Proxy:
    """Passes on to TARGET, a port of 127.0.0.1; calls AT(), once, when LIMIT
    bytes of the server's have gone through, and then cuts the connection.

    PAUSE is how many seconds each 16 KiB of the server's take at least; MOST,
    how many connections are let in."""

    def __init__(self, target, limit, at=lambda: None, cut=True, pause=0,
                 most=None):
        self.target, self.limit, self.at, self.cut = target, limit, at, cut
        self.pause, self.most = pause, most
        self.passed = 0
        self.accepted = 0
        self.fired = False
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                if self.most is not None and self.accepted >= self.most:
                    raise OSError("no more are let in")
                server = self._connect()
            except OSError:
                client.close()
                continue
            self.accepted += 1
            self.open += [client, server]
            threading.Thread(target=self._pass, args=(client, server, False),
                             daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, True),
                             daemon=True).start()

    def _connect(self):
        """With little room for what comes: a server whose answer is all under
        way already no longer cares what becomes of the connection."""
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, AHEAD)
        try:
            server.connect(("127.0.0.1", int(self.target)))
        except OSError:
            server.close()
            raise
        return server

    def _pass(self, source, target, counted):
        try:
            while data := source.recv(16384):
                if counted and self.pause:
                    time.sleep(self.pause)
                target.sendall(data)
                self.passed += len(data) if counted else 0
                if counted and self.passed >= self.limit and not self.fired:
                    self.fired = True
                    self.at()
                    if self.cut:
                        break
        except OSError:
            pass
        self._shut(source, target)
        # Shut isn't enough for a server that still sends: it would wait.
        source.close()
        target.close()

    def sever(self):
        """Cuts all connections."""
        self._shut(*self.open)

    @staticmethod
    def _shut(*ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
