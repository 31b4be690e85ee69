"""Mail that comes back: by which address it is known, what its report says, and what strangers send instead."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification.messages.composing import hash_of
from notification.messages.rules import bounces, canaries, verp
from notification.messages.rules.answers import plain
from notification.messages.rules.windows import Hours
from servicekit.calendar import PACIFIC
from servicekit.testing.offices import state_calendar

KEY, DAY = b"k" * 32, date(2027, 2, 3)
DOMAIN = "bounces.example"
MAIL, TO = uuid.UUID("8ca3de00-c00d-45ca-9849-ed5443c5f510"), hash_of("ana@lake.example")
HOURS = Hours(state_calendar())


def report(*, action="failed", status="5.1.1", diagnostic="smtp; 550 5.1.1 <ana@lake.example>: no such user"):
    """A report as mail servers write it (RFC 3464), with the mail that came back."""
    return f"""\
From: MAILER-DAEMON@mx.lake.example
To: bounce@{DOMAIN}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I could not deliver it.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.lake.example
Arrival-Date: Wed, 3 Feb 2027 09:00:00 -0800

Final-Recipient: rfc822; ana@lake.example
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--b1
Content-Type: message/rfc822

From: cadre@state.example
Content-Type: multipart/alternative; boundary="b2"

--b2
Content-Type: text/plain

Action: failed
--b2--

--b1--
""".replace("\n", "\r\n").encode()


def test_an_envelope_sender_says_of_which_mail_it_is_also_in_capital_letters():
    sender = verp.address(KEY, DOMAIN, MAIL, TO, DAY)
    mailbox = sender.partition("@")[0]

    assert len(mailbox) <= 64
    for written in (sender, sender.upper(), sender.replace("bounces", "Bounces")):
        found = verp.read(KEY, DOMAIN, written, DAY)
        assert found.mail_id == MAIL
        assert found.went_to(TO)
        assert not found.went_to(hash_of("ben@lake.example"))


@given(place=st.integers(0, 51), letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_no_other_token_is_one(place, letter):
    sender = verp.address(KEY, DOMAIN, MAIL, TO, DAY)
    at = len("bounce+") + place
    forged = sender[:at] + letter + sender[at + 1 :]

    # The last letter has bits that say nothing: then it is the same mail.
    assert forged == sender or verp.read(KEY, DOMAIN, forged, DAY) in (None, verp.read(KEY, DOMAIN, sender, DAY))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "@",
        "bounce+@bounces.example",
        "bounce+aaaa@bounces.example",
        "ana@lake.example",
        f"bounce+{'é' * 52}@bounces.example",
        verp.address(KEY, "elsewhere.example", MAIL, TO, DAY),
        verp.address(b"x" * 32, DOMAIN, MAIL, TO, DAY),
        verp.address(KEY, DOMAIN, MAIL, TO, DAY + timedelta(days=1)),
        verp.address(KEY, DOMAIN, MAIL, TO, DAY - timedelta(days=11)),
    ],
)
def test_what_is_no_envelope_sender_of_the_last_ten_days_is_nobodys(given):
    assert verp.read(KEY, DOMAIN, given, DAY) is None


def test_ten_days_later_it_is_still_known():
    assert verp.read(KEY, DOMAIN, verp.address(KEY, DOMAIN, MAIL, TO, DAY), DAY + timedelta(days=10)) is not None


@pytest.mark.parametrize(
    ("status", "blames"),
    [
        ("5.1.1", True),
        ("5.1.10 (unknown)", True),
        ("5.0.0", True),
        ("5.4.4", True),
        ("5.2.1", True),
        # Full, too large, taken for spam, given up after days: the address may well be right.
        ("5.2.2", False),
        ("5.3.4", False),
        ("5.7.1", False),
        ("4.4.7", False),
        ("", False),
    ],
)
def test_a_report_says_that_a_mail_came_back_and_whether_the_address_is_to_blame(status, blames):
    found = bounces.read(report(status=status))

    assert found.blames is blames
    assert "ana@" not in found.said
    assert "no such user" in found.said


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_is_under_way_or_arrived_did_not_come_back(action):
    assert bounces.read(report(action=action)) is None


AWAY = b"Auto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
READ = report().replace(b"message/delivery-status", b"message/disposition-notification")
INNER = b"Content-Type: message/rfc822\r\n\r\n"
PARTS = b"".join(b'Content-Type: multipart/mixed; boundary="x%d"\r\n\r\n--x%d\r\n' % (n, n) for n in range(4000))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff" * 1000, AWAY, READ, INNER * 6000, PARTS, b"a" * 250_000, b"Content-Type: \xff;;=\r\n\r\n"],
)
def test_what_is_no_report_says_nothing_however_it_is_made(content):
    assert bounces.read(content) is None


@given(cut=st.integers(0, 1500), noise=st.binary(max_size=60))
def test_a_report_that_is_damaged_breaks_nothing(cut, noise):
    whole = report()
    found = bounces.read(whole[:cut] + noise + whole[cut:])

    assert found is None or isinstance(found.blames, bool)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("550 5.1.1 (address): no such user", "The mail server there knows no such mailbox."),
        ("5.1.2 unknown host", "There is no such domain behind the @."),
        ("550 5.2.1 disabled", "The mailbox is closed."),
        ("554 refused", "The mail server there takes no mail for it."),
    ],
)
def test_what_a_server_said_is_told_in_plain_words(said, words):
    assert plain(said) == words


def moment(day, hour=9):
    return datetime(2027, 2, day, hour, tzinfo=PACIFIC).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "sent", "rule_sent", "due"),
    [
        # Wednesday the 3rd; the first one goes in office hours.
        (moment(3), None, None, True),
        (moment(3, 5), None, None, False),
        (moment(6), None, None, False),
        # Once a day if the rule sent something since, once a week if not.
        (moment(3, 15), moment(3), moment(3, 11), False),
        (moment(4), moment(3), moment(3, 11), True),
        (moment(4), moment(3), moment(2), False),
        (moment(9), moment(3), None, False),
        (moment(10), moment(3), None, True),
    ],
)
def test_a_canary_is_due_each_business_day_of_a_rule_that_sends_and_each_week_of_one_that_is_quiet(
    at, sent, rule_sent, due
):
    assert canaries.is_due(HOURS, at, sent, rule_sent) is due
