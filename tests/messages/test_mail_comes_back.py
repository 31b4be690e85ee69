"""Mail that comes back, and canaries: the directory, the ledger, a real mail server, and the receiver of reports."""

import asyncio
import contextlib
import smtplib
import socket
import ssl
import threading
import uuid
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import directory.app
import notification.app
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import mailing_list_service_pb2 as mailing_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import message_service_pb2 as message_pb
from notification.messages import ledger
from notification.messages.canaries import Canaries
from notification.messages.composing import hash_of
from notification.messages.ledger import MAILING_LIST, Target, Wanted
from notification.messages.receiving import Receiver
from notification.messages.rules.examples import FACTS
from notification.messages.rules.kinds import KINDS, LETTER_DUE, LETTER_ISSUED, LETTER_LISTED
from notification.messages.sending import Sender
from servicekit.clock import utc
from servicekit.rpc import keys
from servicekit.rpc.tokens import Signer
from servicekit.testing.waiting import wait_until

# On a Wednesday, 9 a.m. in California.
BEGINS = datetime(2027, 2, 3, 17, tzinfo=UTC)
DOMAIN = "bounces.example"
REPORT = """\
From: MAILER-DAEMON@mx.lake.example\r
Auto-Submitted: auto-replied\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r
\r
--b1\r
Content-Type: text/plain\r
\r
I could not deliver it.\r
--b1\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.lake.example\r
\r
Final-Recipient: rfc822; ana@lake.example\r
Action: failed\r
Status: {status}\r
Diagnostic-Code: smtp; 550 {status} <ana@lake.example>: no such user\r
\r
--b1--\r
"""


class Took:
    """A mail server that takes everything."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the protocol's
        message = message_from_bytes(envelope.original_content, policy=default)
        self.mails.append(SimpleNamespace(sender=envelope.mail_from, to=envelope.rcpt_tos[0], message=message))
        return "250 taken"


@pytest.fixture
def server():
    """A mail server at a port of this machine."""
    loop, took = asyncio.new_event_loop(), Took()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    listen = loop.create_server(lambda: SMTP(took, loop=loop), "127.0.0.1", 0)
    listening = asyncio.run_coroutine_threadsafe(listen, loop).result()
    took.port = listening.sockets[0].getsockname()[1]
    yield took
    loop.call_soon_threadsafe(listening.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


class Office:
    """What a process that works has of mail, by a clock that is put forward."""

    def __init__(self, launch, folder, port):
        keys.ensure_keys(folder, "directory", {"notification": ["contacts.read"], "gateway": [], "cli": []})
        self.ahead = BEGINS - utc()
        self.directory = launch(directory.app.APP, keys_dir=folder, clock=self.now, demo=True)
        self.directory.signer = Signer(folder, "directory")
        self.notification = launch(
            notification.app.APP,
            keys_dir=folder,
            clock=self.now,
            peers={"directory": f"127.0.0.1:{self.directory.port}"},
            mail_host="127.0.0.1",
            mail_port=port,
            mail_security="none",
            mail_canary="canary@watch.example",
            mail_bounce_domain=DOMAIN,
        )
        self.notification.signer = self.directory.signer
        settings = self.notification.runtime.settings.model_copy(update={"mail_bounce_port": 0})
        self.database = self.notification.runtime.database
        self.sender, self.canaries = Sender(settings), Canaries(settings)
        self.receiver = Receiver(settings, self.database)
        stubs = self.directory.stubs(rights=["reference.import", "people.write"])
        stubs.ImportReference(
            agency_pb.ImportReferenceRequest(
                agencies=[
                    agency_pb.Agency(
                        name="agencies/lake", title="Lake", short_title="Lake", kind="single-county", region="Northern"
                    )
                ],
                units=[agency_pb.WorkUnit(slug="legal", title="Legal")],
                job_classes=[agency_pb.JobClass(slug="attorney", title="Attorney")],
                request_id=str(uuid.uuid4()),
            )
        )
        self.ana = self._hire(stubs, "Ana", "ana@lake.example")
        self.ben = self._hire(stubs, "Ben", "ben@lake.example")

    def _hire(self, stubs, given, email):
        job = person_pb.Job(
            agency="agencies/lake", local_title="x", job_class="attorney", units=["legal"], start_date="2020-01-01"
        )
        person = person_pb.Person(staff_number=given, family_name="Mills", given_name=given, email=email, jobs=[job])
        ask = person_pb.CreatePersonRequest(parent="agencies/lake", person=person, request_id=str(uuid.uuid4()))
        return uuid.UUID(stubs.CreatePerson(ask).name.removeprefix("people/"))

    def now(self):
        return utc() + self.ahead

    def say(self, *people):
        """Have something said to people now, and send what is due."""
        with self.database.transaction(actor="services/notification", method="test/say") as db:
            goes_at = db.at - timedelta(minutes=1)
            about = f"notices/{uuid.uuid4()}"
            ledger.want(db, Wanted(str(uuid.uuid4()), LETTER_DUE, about, dict(FACTS), goes_at, people=people))
        self.sender.send(self.database, self.now())

    def letter_for(self, agency):
        """Have the addresses on an agency's list told of a letter, and send what is due."""
        with self.database.transaction(actor="services/notification", method="test/letter") as db:
            goes_at, about = db.at - timedelta(minutes=1), f"notices/{uuid.uuid4()}"
            targets = [Target(MAILING_LIST, f"agencies/{agency}", {})]
            ledger.want(db, Wanted(str(uuid.uuid4()), LETTER_LISTED, about, dict(FACTS), goes_at, targets=targets))
        self.sender.send(self.database, self.now())

    def rows(self, query):
        with self.notification.connect() as connection:
            return connection.execute(query).fetchall()


@pytest.fixture
def office(launch, tmp_path, server):
    made = Office(launch, tmp_path / "mail-keys", server.port)
    made.receiver.start()
    yield made
    made.receiver.stop()


def deliver(office, to, content, *, sender=""):
    """Hand a mail to the receiver as a server would; return its answer: a code."""
    with smtplib.SMTP("127.0.0.1", office.receiver.port, timeout=20) as client:
        try:
            refused = client.sendmail(sender, [to], content)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, _),) = error.recipients.values()
            return code
        except smtplib.SMTPResponseException as error:
            return error.smtp_code
    assert refused == {}
    return 250


def states(office):
    return sorted(office.rows("SELECT state, cause FROM message_to"))


def test_a_mail_that_comes_back_is_marked_and_its_address_is_not_written_to_again(office, server):
    office.say(office.ana, office.ben)
    senders = {mail.to: mail.sender for mail in server.mails}
    assert set(senders) == {"ana@lake.example", "ben@lake.example"}
    assert all(sender.endswith(f"@{DOMAIN}") for sender in senders.values())

    report = REPORT.format(status="5.1.1")
    assert deliver(office, senders["ana@lake.example"], report) == 250
    # The same again, and one that somebody made up of it, change nothing.
    assert deliver(office, senders["ana@lake.example"], report) == 250
    forged = senders["ana@lake.example"].replace("bounce+", "bounce+a")
    assert deliver(office, forged, report) == 550

    assert states(office) == [("BOUNCED", ""), ("SENT", "")]
    assert office.rows("SELECT person_id, address_sha256 FROM failing_address") == [
        (office.ana, hash_of("ana@lake.example"))
    ]
    assert "no such user" in office.rows("SELECT error FROM mail WHERE state = 'BOUNCED'")[0][0]
    assert office.rows("SELECT count(*) FROM failing_address WHERE error LIKE '%ana%'") == [(0,)]
    office.say(office.ana)
    assert ("HELD_BACK", "ADDRESS_FAILS") in states(office)


def test_a_letter_is_mailed_to_the_addresses_on_an_agencys_list_and_one_that_fails_is_shown_at_the_list(office, server):
    lists = office.directory.stubs(rights=["people.write"])
    pasted = "Front desk <desk@lake.example>\nbare@lake.example"
    add = mailing_pb.AddMailingAddressesRequest(parent="agencies/lake", pasted=pasted, request_id=str(uuid.uuid4()))
    lists.AddMailingAddresses(add)
    office.letter_for("lake")

    said = {mail.to: mail.message.get_body(("plain",)).get_content() for mail in server.mails}
    assert set(said) == {"desk@lake.example", "bare@lake.example"}
    assert said["desk@lake.example"].startswith("Hello Front desk,")
    assert said["bare@lake.example"].startswith("Hello Lake,")
    assert all("/agencies/lake/mailing-list" in text and "Which mail you get" not in text for text in said.values())

    (sender,) = (mail.sender for mail in server.mails if mail.to == "desk@lake.example")
    assert deliver(office, sender, REPORT.format(status="5.1.1")) == 250
    messages = office.notification.stubs(rights=["people.write", "people.read"])
    failing = messages.ListFailingAddresses(message_pb.ListFailingAddressesRequest(parent="agencies/lake")).addresses
    kept = lists.ListMailingAddresses(mailing_pb.ListMailingAddressesRequest(parent="agencies/lake")).addresses
    of_desk = next(one for one in kept if one.address == "desk@lake.example")
    assert [(one.person.rpartition("/")[2], one.address_sha256) for one in failing] == [
        (of_desk.name.rpartition("/")[2], hash_of("desk@lake.example"))
    ]

    # What does not work is not tried again, and what was taken off is not written to.
    for one in kept:
        if one != of_desk:
            off = mailing_pb.KeepMailingAddressRequest(name=one.name, kept=False, request_id=str(uuid.uuid4()))
            lists.KeepMailingAddress(off)
    office.letter_for("lake")
    assert len(server.mails) == 2
    assert states(office) == [("BOUNCED", ""), ("HELD_BACK", "ADDRESS_FAILS"), ("SENT", "")]


@pytest.mark.parametrize("status", ["4.4.7", "5.7.1"])
def test_mail_that_comes_back_for_another_reason_blames_no_address(office, server, status):
    office.say(office.ana)
    assert deliver(office, server.mails[0].sender, REPORT.format(status=status)) == 250

    assert states(office) == [("BOUNCED", "")]
    assert office.rows("SELECT count(*) FROM failing_address") == [(0,)]


def test_what_strangers_send_changes_nothing_and_nothing_is_passed_on(office, server):
    office.say(office.ana)
    ours = server.mails[0].sender
    away = "Auto-Submitted: auto-replied\r\nSubject: I am away\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    assert deliver(office, "ana@lake.example", away) == 550
    assert deliver(office, f"bounce@{DOMAIN}", away) == 550
    assert deliver(office, ours, away, sender="ana@lake.example") == 250
    assert deliver(office, ours, "x" * 70 + "\r\n" + "y" * 60 + "\r\n" * 200_000) == 552
    assert deliver(office, ours, "Content-Type: message/rfc822\r\n\r\n" * 6000) == 250
    assert len(server.mails) == 1
    assert states(office) == [("SENT", "")]

    # Eleven days later it is nobody's any more.
    office.ahead += timedelta(days=11)
    assert deliver(office, ours, REPORT.format(status="5.1.1")) == 550
    assert states(office) == [("SENT", "")]


@pytest.fixture
def certified(office, tmp_path):
    """A receiver that requires encryption, and a function that renews its certificate; what a client trusts then."""
    files = tmp_path / "tls.crt", tmp_path / "tls.key"
    named = dict(zip(("mail_bounce_certificate", "mail_bounce_key"), map(str, files), strict=True))

    def renew(days=1):
        files[0].write_bytes(certificate(key, days))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return ssl.create_default_context(cadata=files[0].read_text())

    key, old = ec.generate_private_key(ec.SECP256R1()), office.receiver
    trusted = renew()
    settings = old._settings.model_copy(update={**named, "mail_bounce_tls_required": True})
    office.receiver = Receiver(settings, office.database)
    office.receiver.start()
    yield SimpleNamespace(trusts=trusted, renew=renew, files=files)
    office.receiver.stop()
    office.receiver = old


def certificate(key, days):
    """A certificate for this machine, by itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def test_where_encryption_is_required_reports_are_taken_by_starttls_alone(office, server, certified):
    office.say(office.ana)
    report = REPORT.format(status="5.1.1")
    with smtplib.SMTP("127.0.0.1", office.receiver.port, timeout=20) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        assert client.mail("")[0] == 530
        client.starttls(context=certified.trusts)
        assert client.sendmail("", [server.mails[0].sender], report) == {}
        assert client.sock.version() in ("TLSv1.2", "TLSv1.3")
    assert states(office) == [("BOUNCED", "")]

    # A renewed certificate is shown to the next; one that is broken leaves the one before.
    renewed = certified.renew(days=2)
    with smtplib.SMTP("127.0.0.1", office.receiver.port, timeout=20) as client:
        client.starttls(context=renewed)
    certified.files[0].write_text("no certificate")
    with smtplib.SMTP("127.0.0.1", office.receiver.port, timeout=20) as client:
        client.starttls(context=renewed)


def test_connections_that_cannot_be_encrypted_take_no_room_for_long(office, certified):
    for _ in range(25):
        with socket.create_connection(("127.0.0.1", office.receiver.port), timeout=20) as one:
            one.recv(200)
            one.sendall(b"EHLO x\r\n")
            one.recv(500)
            one.sendall(b"STARTTLS\r\n")
            one.recv(200)
            one.sendall(b"no handshake at all\r\n\r\n")
    wait_until(lambda: office.receiver._connections == 0, lambda: str(office.receiver._connections))


@pytest.mark.parametrize("named", [{"mail_bounce_key": "x"}, {"mail_bounce_tls_required": True}])
def test_a_certificate_that_is_not_whole_stops_the_process_at_its_start(office, named):
    settings = office.receiver._settings.model_copy(update=named)
    with pytest.raises(ValueError, match="CADRE_MAIL_BOUNCE_CERTIFICATE and CADRE_MAIL_BOUNCE_KEY must both"):
        Receiver(settings, office.database)


def test_only_so_many_may_be_connected_and_who_waits_is_told_so(office):
    def greeting(connection):
        return connection.recv(200).decode()

    with contextlib.ExitStack() as stack:
        there = [
            stack.enter_context(socket.create_connection(("127.0.0.1", office.receiver.port), timeout=20))
            for _ in range(21)
        ]
        said = [greeting(connection)[:3] for connection in there]
        assert said == ["220"] * 20 + ["421"]
    # When they are gone there is room again.
    wait_until(lambda: deliver(office, f"bounce@{DOMAIN}", "x") == 550, "there should be room again")


def test_a_canary_of_each_rule_goes_once_and_the_day_after_only_where_the_rule_sent_something(office, server):
    def canaries():
        office.canaries.send(office.database, office.now())
        went = [mail for mail in server.mails if mail.to == "canary@watch.example"]
        server.mails.clear()
        return went

    def late():
        figures = office.notification.figures()
        return {key[1]: value for key, value in figures.items() if key[0] == "cadre_mail_canary_late_seconds" and value}

    first = canaries()
    assert len(first) == len(KINDS)
    said = [mail.message.get_body(("plain",)).get_content() for mail in first]
    assert all("an example" in text.lower() for text in said)
    assert canaries() == []
    assert late() == {}
    rules = office.notification.stubs(rights=["operations.read"]).ListMessageRules(message_pb.ListMessageRulesRequest())
    assert all(one.canary.HasField("sent_time") and not one.canary.HasField("due_time") for one in rules.rules)
    assert all(0 <= one.canary.took_seconds < 60 for one in rules.rules)
    kept = {f"<{row[0]}@example.org>" for row in office.rows("SELECT mail_id FROM mail_canary")}
    assert kept == {mail.message["Message-ID"] for mail in first}

    office.say(office.ana)
    office.ahead += timedelta(days=1)
    assert len(canaries()) == 1
    assert states(office) == [("SENT", "")]

    # One that comes back did not arrive: it is late at once, and the next one goes the next day.
    of_issued = office.rows(f"SELECT mail_id FROM mail_canary WHERE kind = '{LETTER_ISSUED.name}'")
    sender = next(mail.sender for mail in first if mail.message["Message-ID"] == f"<{of_issued[0][0]}@example.org>")
    assert deliver(office, sender, REPORT.format(status="5.1.1")) == 250
    assert {kind for kind, seconds in late().items() if seconds >= 86_400} == {LETTER_ISSUED.name}
    assert len(canaries()) == 1
