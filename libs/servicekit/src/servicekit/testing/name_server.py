"""A name server on this machine, for tests in which a service is found by name and moves to another address."""

import socketserver
import threading
from typing import Self

import dns.message
import dns.rdatatype
import dns.rrset


class NameServer:
    """Answers questions for the names in *addresses* (name -> IPv4 address), which may change at any time.

    gRPC asks it for a target of the form `dns://{server.at}/{name}:{port}`.
    """

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}
        server = self

        class Answers(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, socket = self.request
                socket.sendto(server._answer(data), self.client_address)

        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answers)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def at(self) -> str:
        """Where it answers, host and port."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, data: bytes) -> bytes:
        question = dns.message.from_wire(data)
        answer = dns.message.make_response(question)
        asked = question.question[0]
        address = self.addresses.get(asked.name.to_text(omit_final_dot=True))
        if address and asked.rdtype == dns.rdatatype.A:
            # Good for a second, as an engine's own name server says of its containers.
            answer.answer.append(dns.rrset.from_text(asked.name, 1, "IN", "A", address))
        return answer.to_wire()
