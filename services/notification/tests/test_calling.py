"""What comes back from receivers as they are: good, moved, gone, slow, endless, lying and hidden. Each is a server."""

import asyncio
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import randrange

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notification.connections.calling import MOST_READ, Caller, Way
from notification.connections.rules.trying import Reason

from . import receivers
from .receivers import OK, Receiver, says, status

# Servers that hang wait by timers, which under another day never end.
pytestmark = pytest.mark.timers


def call(address, **way):
    """Make one call, as the sender does."""
    with ThreadPoolExecutor(1) as resolvers:
        caller = Caller(Way(**({"this_machine": True, "patience_seconds": 1.0} | way)), resolvers)
        return asyncio.run(caller.call(address, {"webhook-id": "1"}, b'{"a":1}'))


def answered_by(answer, **way):
    with Receiver(answer) as receiver:
        return call(receiver.address, **way), receiver


def test_what_is_sent_arrives_whole_and_what_is_answered_is_shown():
    answer, receiver = answered_by(says(OK))

    assert (answer.reason, answer.status, answer.text) == (None, 200, "thank")
    (taken,) = receiver.taken
    assert taken.line == "POST /hooks HTTP/1.1"
    assert taken.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert taken.body == b'{"a":1}'


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (200, None),
        (202, None),
        (204, None),
        (301, Reason.REDIRECT),
        (308, Reason.REDIRECT),
        (400, Reason.STATUS),
        (404, Reason.STATUS),
        (410, Reason.GONE),
        (429, Reason.STATUS),
        (500, Reason.STATUS),
        (503, Reason.STATUS),
    ],
)
def test_a_status_says_whether_it_got_through(code, reason):
    answer, _ = answered_by(status(code))

    assert (answer.reason, answer.status) == (reason, code)


def test_a_redirect_is_not_followed():
    with Receiver(says(OK)) as elsewhere:
        answer, receiver = answered_by(status(302, Location=elsewhere.address))

        assert (answer.reason, answer.status) == (Reason.REDIRECT, 302)
        assert (receiver.connections, elsewhere.connections) == (1, 0)


@pytest.mark.parametrize("answer", [receivers.hangs, receivers.trickles])
def test_who_does_not_answer_within_the_time_is_left_however_lively_they_seem(answer):
    began = time.monotonic()
    found, _ = answered_by(answer)

    assert (found.reason, found.status) == (Reason.TIMED_OUT, 0)
    assert 0.9 < time.monotonic() - began < 4


@pytest.mark.parametrize(("answer", "code"), [(receivers.pours, 200), (receivers.drips, 202)])
def test_a_body_without_end_is_cut_off_and_the_status_stands(answer, code):
    began = time.monotonic()
    found, _ = answered_by(answer)

    assert (found.reason, found.status) == (None, code)
    assert len(found.text) <= 500 < MOST_READ
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nlonger than it says",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nnotgz",
    ],
)
def test_who_lies_about_the_length_or_the_kind_of_their_answer_has_answered(said):
    answer, _ = answered_by(says(said))

    assert (answer.reason, answer.status) == (None, 200)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000,
        b"\xff\xfe\x00" * 100,
    ],
)
def test_what_is_no_answer_is_none(said):
    answer, _ = answered_by(says(said))

    assert (answer.reason, answer.status) == (Reason.BROKEN, 0)


def test_where_nobody_listens_nothing_is_connected():
    with Receiver(says(OK)) as receiver:
        address = receiver.address

    assert call(address).reason is Reason.NOT_CONNECTED


def test_what_is_shown_of_an_answer_is_text_of_one_line():
    answer, _ = answered_by(status(400, b"no\r\n\x00\x1b[31m <script>\xff"))

    assert "\n" not in answer.text
    assert "\x1b" not in answer.text
    assert answer.text.startswith("no")


# ---- where a host leads ----

PRIVATE = ("10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1", "100.64.0.1")


@pytest.mark.parametrize("number", PRIVATE)
def test_a_host_that_leads_into_a_network_of_ours_is_not_connected_to(number):
    asked = []

    def resolve(host):
        asked.append(host)
        return [number]

    answer = call("https://hooks.example.com/", this_machine=False, resolve=resolve)

    assert answer.reason is Reason.NOT_PUBLIC
    assert asked == ["hooks.example.com"]


def test_one_private_number_among_public_ones_is_enough():
    answer = call("https://a.example.com/", this_machine=False, resolve=lambda _: ["93.184.215.14", "10.1.2.3"])

    assert answer.reason is Reason.NOT_PUBLIC


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1/", "https://10.0.0.1/", "http://a.example.com/", "https://[::1]/"]
)
def test_an_address_that_was_saved_under_other_rules_is_looked_at_again(address):
    answer = call(address, this_machine=False, resolve=lambda _: pytest.fail("nobody is asked"))

    assert answer.reason is Reason.NOT_PUBLIC


def test_a_host_that_nobody_knows_is_said_so():
    def resolve(_host):
        raise OSError

    assert call("https://a.example.com/", resolve=resolve).reason is Reason.NO_HOST
    assert call("https://a.example.com/", resolve=lambda _: []).reason is Reason.NO_HOST


def test_a_name_server_that_hangs_holds_nobody_longer_than_any_other():
    with Receiver(says(OK)) as receiver:

        def resolve(_host):
            receiver.ended.wait(2)
            return []

        assert call("https://a.example.com/", resolve=resolve, patience_seconds=0.3).reason is Reason.TIMED_OUT


# ---- TLS ----


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Give contexts of servers whose certificate says a name, and that of a client who trusts them."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test authority")])

    def certificate(subject, public, extension):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=False)
            .sign(key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )

    root = certificate(issuer, key.public_key(), x509.BasicConstraints(ca=True, path_length=None))

    def server(name):
        own = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        file = folder / f"{name}.pem"
        file.write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate(subject, own.public_key(), x509.SubjectAlternativeName([x509.DNSName(name)]))
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    return server, ssl.create_default_context(cadata=root.decode())


@pytest.fixture
def named():
    """Give a receiver at a number of this machine that no other test has, on a port where calls go."""
    number = f"127.{randrange(1, 255)}.{randrange(1, 255)}.{randrange(1, 255)}"

    def receiver(context=None):
        return Receiver(says(OK), context, (number, 8443))

    return receiver


ADDRESS = "https://hooks.example.com:8443/"


def test_it_is_connected_to_the_number_that_was_checked_and_tls_is_checked_against_the_host(authority, named):
    server, trusting = authority
    asked = []
    with named(server("hooks.example.com")) as receiver:

        def rebinding(_host):
            # Whoever asks a second time is led elsewhere.
            asked.append(1)
            return [receiver.host if len(asked) == 1 else "127.0.0.1"]

        answer = call(ADDRESS, resolve=rebinding, context=trusting, patience_seconds=5)

    assert (answer.reason, answer.status) == (None, 200)
    assert len(asked) == 1
    assert receiver.taken[0].headers["host"] == "hooks.example.com:8443"


@pytest.mark.parametrize("name", ["elsewhere.example.com", "127.0.0.1"])
def test_a_certificate_of_another_host_is_none(authority, named, name):
    server, trusting = authority
    with named(server(name)) as receiver:
        answer = call(ADDRESS, resolve=lambda _: [receiver.host], context=trusting, patience_seconds=5)

    assert (answer.reason, answer.status) == (Reason.NO_TLS, 0)
    assert receiver.taken == []


def test_a_certificate_of_an_authority_that_nobody_knows_is_none(authority, named):
    server, _ = authority
    with named(server("hooks.example.com")) as receiver:
        answer = call(ADDRESS, resolve=lambda _: [receiver.host], patience_seconds=5)

    assert answer.reason is Reason.NO_TLS


def test_who_speaks_no_tls_is_not_spoken_to(named):
    with named() as receiver:
        answer = call(ADDRESS, resolve=lambda _: [receiver.host])

    assert answer.reason in (Reason.NO_TLS, Reason.TIMED_OUT)
    assert receiver.taken == []
