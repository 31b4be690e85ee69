"""Who sends slowly, or opens too many connections, is hung up on; everybody else is served."""

import contextlib
import functools
import http.client
import socket
import threading

import pytest
import uvicorn

from gateway.web.punctual import Limits, Punctual

LIMITS = Limits(head=2, pause=2, body=4, connections=5)
HEAD = b"POST /sign-in HTTP/1.1\r\nhost: here\r\ncontent-length: %d\r\n\r\n"


async def pages(_, receive, send):
    """Read the whole body, then say how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    said = str(length).encode()
    headers = [(b"content-length", str(len(said)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": said})


@pytest.fixture
def connect():
    listener = socket.create_server(("127.0.0.1", 0))
    patient = functools.partial(Punctual, limits=LIMITS)
    server = uvicorn.Server(uvicorn.Config(pages, http=patient, lifespan="off", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    with contextlib.ExitStack() as opened:
        yield lambda: opened.enter_context(socket.create_connection(listener.getsockname(), timeout=60))
    server.should_exit = True
    thread.join()
    listener.close()


def hung_up(connection):
    """Whether the server closed it, whatever it had said before."""
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(4096):
            pass
    return True


def answer(connection):
    """Return status line and body."""
    response = http.client.HTTPResponse(connection, method="POST")
    response.begin()
    return response.status, response.read()


def dribble(connection):
    """Send a sign now and then until it is refused."""
    with pytest.raises(ConnectionError):
        while True:
            connection.settimeout(0.1)
            try:
                if connection.recv(4096) == b"":
                    raise ConnectionResetError
            except TimeoutError:
                connection.sendall(b"x")


@pytest.mark.parametrize("begun", [b"", b"G", b"GET / HTTP/1.1\r\nhost: here\r\nx-slow: "])
def test_a_head_that_does_not_come_is_not_waited_for(connect, begun):
    connection = connect()
    connection.sendall(begun)
    assert hung_up(connection)


def test_a_head_that_comes_a_sign_at_a_time_is_not_waited_for(connect):
    connection = connect()
    connection.sendall(b"GET / HTTP/1.1\r\nhost: here\r\nx-slow: ")
    dribble(connection)


def test_a_body_that_stops_is_not_waited_for(connect):
    connection = connect()
    connection.sendall(HEAD % 100 + b"half")
    assert hung_up(connection)


def test_a_body_that_comes_a_sign_at_a_time_is_not_waited_for_for_ever(connect):
    connection = connect()
    connection.sendall(HEAD % 100_000)
    dribble(connection)


def test_the_second_request_of_a_connection_is_watched_as_the_first(connect):
    connection = connect()
    connection.sendall(HEAD % 4 + b"four")
    assert answer(connection) == (200, b"4")
    connection.sendall(b"GET / HTTP/1.1\r\nhost: he")
    assert hung_up(connection)


def test_who_sends_as_browsers_do_is_served_while_others_are_slow(connect):
    slow = [connect() for _ in range(3)]
    for one in slow:
        one.sendall(b"POST / HTTP/1.1\r\n")
    connection = connect()
    for _ in range(3):
        connection.sendall(HEAD % 300_000 + b"a" * 300_000)
        assert answer(connection) == (200, b"300000")
    assert all(hung_up(one) for one in slow)


def test_one_connection_too_many_is_hung_up_on_and_there_is_room_again(connect):
    held = [connect() for _ in range(LIMITS.connections)]
    for one in held[:-1]:
        one.sendall(HEAD % 1)
    held[-1].sendall(HEAD % 4 + b"four")
    assert answer(held[-1]) == (200, b"4")
    assert hung_up(connect())
    assert all(hung_up(one) for one in held)
    last = connect()
    last.sendall(HEAD % 4 + b"four")
    assert answer(last) == (200, b"4")
