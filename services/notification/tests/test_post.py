"""What becomes of mail at servers as they are: good, full, strict, slow, and gone. Each is a real SMTP server."""

import asyncio
import contextlib
import ssl
import uuid
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP

from notification.messages.mails import Went
from notification.messages.post import Letter, Server, hand_over


class Answers:
    """Takes mail, but says to some what it is told to say at a step."""

    def __init__(self, at_recipient=None, at_data=None, closes_after=None):
        self.at_recipient, self.at_data, self.closes_after = at_recipient or {}, at_data or {}, closes_after
        self.taken = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - the protocol's
        if address in self.at_recipient:
            return self.at_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        (address,) = envelope.rcpt_tos
        if address in self.at_data:
            return self.at_data[address]
        if self.closes_after is not None and len(self.taken) >= self.closes_after:
            server.transport.abort()
            return "421 gone"
        self.taken.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


def served_by(answers, **options):
    @contextlib.asynccontextmanager
    async def opened():
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(lambda: SMTP(answers, loop=loop, **options), "127.0.0.1", 0)
        yield Server("127.0.0.1", listening.sockets[0].getsockname()[1], security="none")
        listening.close()
        await listening.wait_closed()

    return opened()


def letter(to="ana@lake.example", subject="A letter"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "cadre@state.example", to, subject
    message["Message-ID"] = f"<{uuid.uuid4()}@state.example>"
    message.set_content("Grüße, 你好. A line of text.\n.\nAfter a dot.\n")
    message.add_alternative("<p>Grüße</p>", subtype="html")
    return Letter(uuid.uuid4(), "cadre@state.example", to, message.as_bytes(policy=CRLF))


def test_what_is_taken_arrives_as_it_was_written_with_any_letters_and_a_dot_alone_on_a_line():
    answers, sent = Answers(), letter(subject="Für Ana: 你好")
    outcomes, trouble = hand_over(served_by(answers), [sent])

    assert trouble == ""
    assert outcomes[sent.id].went is Went.SENT
    (taken,) = answers.taken
    assert taken["Subject"] == "Für Ana: 你好"
    assert taken["Message-ID"] == message_from_bytes(sent.content)["Message-ID"]
    text = taken.get_body(("plain",)).get_content()
    assert text.splitlines() == ["Grüße, 你好. A line of text.", ".", "After a dot."]


@pytest.mark.parametrize(
    ("answer", "went", "address"),
    [
        ("450 mailbox busy", Went.LATER, False),
        ("452 too much mail today", Went.LATER, False),
        ("550 no such user", Went.REFUSED, True),
    ],
)
def test_an_answer_to_the_recipient_says_later_or_never(answer, went, address):
    bad, good = letter("ben@lake.example"), letter()
    outcomes, trouble = hand_over(served_by(Answers(at_recipient={"ben@lake.example": answer})), [bad, good])

    assert (outcomes[bad.id].went, bool(outcomes[bad.id].address)) == (went, address)
    assert answer[:3] in outcomes[bad.id].said
    assert outcomes[good.id].went is Went.SENT
    assert trouble == ""


@pytest.mark.parametrize(
    "answer", ["450 <ben@lake.example>: busy", "550 5.1.1 ben@lake.example unknown", "421 ben@lake.example"]
)
def test_what_a_server_said_is_kept_without_the_address_that_it_names(answer):
    bad = letter("ben@lake.example")
    outcomes, trouble = hand_over(served_by(Answers(at_recipient={"ben@lake.example": answer})), [bad])

    assert "ben" not in outcomes[bad.id].said + trouble
    assert answer[:3] in outcomes[bad.id].said


@pytest.mark.parametrize(("answer", "went"), [("451 try again", Went.LATER), ("554 looks like spam", Went.REFUSED)])
def test_an_answer_to_the_content_blames_no_address(answer, went):
    bad = letter("ben@lake.example")
    outcomes, _ = hand_over(served_by(Answers(at_data={"ben@lake.example": answer})), [bad])

    assert (outcomes[bad.id].went, outcomes[bad.id].address) == (went, "")


def test_a_server_that_says_that_it_goes_away_has_refused_nothing():
    letters = [letter() for _ in range(9)]
    away = Answers(at_data=dict.fromkeys(["ana@lake.example"], "421 closing for the night"))
    outcomes, trouble = hand_over(served_by(away), letters)

    assert {outcome.went for outcome in outcomes.values()} == {Went.NOT_TRIED}
    assert len(outcomes) == 9
    assert "421" in trouble


def test_a_server_that_closes_in_the_middle_took_what_it_answered_for_and_nothing_else():
    answers, letters = Answers(closes_after=3), [letter() for _ in range(20)]
    outcomes, trouble = hand_over(served_by(answers), letters)

    went = [outcome.went for outcome in outcomes.values()]
    assert went.count(Went.SENT) == len(answers.taken) == 3
    assert went.count(Went.NOT_TRIED) == 17
    assert trouble


def test_a_server_that_never_answers_is_left_after_a_while():
    @contextlib.asynccontextmanager
    async def silent():
        listening = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        yield Server("127.0.0.1", port, security="none", patience_seconds=0.2)
        listening.close()

    one = letter()
    outcomes, trouble = hand_over(silent(), [one])

    assert outcomes[one.id].went is Went.NOT_TRIED
    assert trouble


def test_without_a_server_everything_waits():
    @contextlib.asynccontextmanager
    async def nobody():
        listening = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        listening.close()
        await listening.wait_closed()
        yield Server("127.0.0.1", port, security="none")

    one = letter()
    outcomes, trouble = hand_over(nobody(), [one])

    assert outcomes[one.id].went is Went.NOT_TRIED
    assert trouble


def test_mail_does_not_go_in_clear_where_the_way_is_to_be_kept_private():
    @contextlib.asynccontextmanager
    async def in_clear():
        async with served_by(answers) as server:
            yield Server(server.host, server.port, security="starttls", context=ssl.create_default_context())

    answers, one = Answers(), letter()
    outcomes, trouble = hand_over(in_clear(), [one])

    assert outcomes[one.id].went is Went.NOT_TRIED
    assert answers.taken == []
    assert "STARTTLS" in trouble.upper()
