"""Receivers of calls as they are in the world: real servers on this machine, each with one way to answer."""

import contextlib
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthank"


@dataclass(frozen=True)
class Taken:
    """A request that came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A server that answers each request by *answer(connection, taken)*, which sends what it likes."""

    answer: object
    context: ssl.SSLContext | None = None
    at: tuple[str, int] = ("127.0.0.1", 0)
    taken: list = field(default_factory=list)
    connections: int = 0

    def __enter__(self):
        self._listening = socket.create_server(self.at, backlog=200)
        self.host, self.port = self._listening.getsockname()
        self.ended = threading.Event()
        self._threads = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        # A thread that waits for a connection wakes by a last one.
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
            pass
        self._accepting.join(5)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/hooks"

    def _accept(self):
        while True:
            connection, _ = self._listening.accept()
            if self.ended.is_set():
                connection.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            connection.settimeout(10)
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                line = stream.readline().decode("latin-1").strip()
                headers = {}
                while head := stream.readline().decode("latin-1").strip():
                    name, _, value = head.partition(":")
                    headers[name.lower()] = value.strip()
                if not line.startswith("POST "):
                    return
                taken = Taken(line, headers, stream.read(int(headers.get("content-length", 0))))
                self.taken.append(taken)
                self.answer(self, connection)


def says(*parts, pause=0.0):
    """Send these parts and close."""

    def answer(_receiver, connection):
        for part in parts:
            connection.sendall(part)
            if pause:
                time.sleep(pause)

    return answer


def status(code, body=b"", **headers):
    head = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    return says("\r\n".join(head).encode() + b"\r\n\r\n" + body)


def hangs(receiver, _connection):
    """Take the request and never answer."""
    receiver.ended.wait(60)


def trickles(receiver, connection):
    """Send a head that does not end, one sign at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not receiver.ended.wait(0.05):
        connection.sendall(b"x")


def pours(receiver, connection):
    """Send a body that does not end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not receiver.ended.is_set():
        connection.sendall(b"y" * 65_536)


def drips(receiver, connection):
    """Send a whole head, and a body that does not end, one sign at a time."""
    connection.sendall(b"HTTP/1.1 202 Accepted\r\n\r\n")
    while not receiver.ended.wait(0.05):
        connection.sendall(b"z")
