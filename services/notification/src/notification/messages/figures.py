"""What operators see of messages and mail, by rule: nothing here says who, and nothing counts the ledger.

Messages are counted as they change (`counts.py`), and shown of the last 90 days; mail is counted of the last day by its
index, and what waits by the indexes of what waits.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from notification.messages import circuit, queries
from notification.messages.queries import LATELY
from notification.messages.rules.kinds import KINDS
from servicekit.background.measures import Figure, Measure, Reading
from servicekit.calendar import pacific_date
from servicekit.data.db import Db

MESSAGES = Figure(
    "cadre_messages", "People by rule and what became of the message, of the last 90 days", ("kind", "state")
)
MAILS = Figure("cadre_mails", "Mails of the last day by state", ("state",))
DUE = Figure("cadre_mail_due", "Mails, and messages not put together yet, whose time has come")
OLDEST = Figure("cadre_mail_oldest_due_seconds", "How long the oldest of them is past its moment")
LAST_SENT = Figure("cadre_mail_last_sent_timestamp_seconds", "Unix time when a mail last went; 0 if none ever did")
SERVER = Figure("cadre_mail_server", "1 for how the mail server takes mail, 0 for how it does not", ("state",))
CLOSED_UNTIL = Figure(
    "cadre_mail_server_closed_until_timestamp_seconds", "Unix time until which the server is left alone; 0 if it is not"
)
LAST_MINUTE = Figure("cadre_mails_last_minute", "Mails that went within the last minute")
A_MINUTE = Figure("cadre_mails_limit_per_minute", "Mails that may go in a minute")
CANARY = Figure(
    "cadre_mail_canary_timestamp_seconds", "Unix time when a canary of a rule last went; 0 if none did", ("kind",)
)
CANARY_TOOK = Figure(
    "cadre_mail_canary_took_seconds",
    "How long the last canary took from when it was due until a server took it",
    ("kind",),
)
CANARY_LATE = Figure("cadre_mail_canary_late_seconds", "How long a canary that is due did not go", ("kind",))
FIGURES = (
    MESSAGES,
    MAILS,
    DUE,
    OLDEST,
    LAST_SENT,
    SERVER,
    CLOSED_UNTIL,
    LAST_MINUTE,
    A_MINUTE,
    CANARY,
    CANARY_TOOK,
    CANARY_LATE,
)

# State of a message or mail -> as it is shown.
_MESSAGE_STATES = {
    "WANTED": "waiting",
    "MAILED": "waiting",
    "SENT": "sent",
    "HELD_BACK": "held back",
    "FAILED": "failed",
    "BOUNCED": "bounced",
}
_MAIL_STATES = {
    "READY": "waiting",
    "SENDING": "waiting",
    "SENT": "sent",
    "DROPPED": "held back",
    "FAILED": "failed",
    "BOUNCED": "bounced",
}
SERVER_STATES = ("reachable", "refusing", "closed", "none")
_COUNTS = """
SELECT kind, state, sum(people)::bigint AS people FROM message_count WHERE day > %(since)s GROUP BY kind, state
"""
# A mail that was tried waits for its next try, and is late after that only.
_MAIL = """
SELECT
  (SELECT max(sent_at) FROM mail) AS last_sent,
  (SELECT count(*) FROM mail WHERE sent_at > %(at)s - interval '1 minute') AS last_minute,
  mails.due + wanted.due + targets.due AS due,
  least(mails.oldest, wanted.oldest, targets.oldest) AS oldest
FROM (
  SELECT count(*) AS due, min(CASE WHEN tries = 0 THEN goes_at ELSE next_try END) AS oldest
  FROM mail WHERE state IN ('READY', 'SENDING') AND (tries = 0 OR next_try <= %(at)s)
) AS mails, (
  SELECT count(*) AS due, min(goes_at) AS oldest FROM message_to WHERE state = 'WANTED' AND goes_at <= %(at)s
) AS wanted, (
  SELECT count(*) AS due, min(m.goes_at) AS oldest
  FROM message_target AS t JOIN message AS m ON m.id = t.message_id
  WHERE t.resolved_at IS NULL AND m.goes_at <= %(at)s
) AS targets
"""
_OF_A_DAY = """
SELECT state, count(*) AS mails FROM mail WHERE created_at > %(at)s - interval '1 day' GROUP BY state
"""


class _Count(NamedTuple):
    kind: str
    state: str
    people: int


class _InState(NamedTuple):
    state: str
    mails: int


class _Mail(NamedTuple):
    last_sent: datetime | None
    last_minute: int
    due: int
    oldest: datetime | None


def _read(db: Db) -> Iterable[Reading]:
    counts = dict.fromkeys(((kind, state) for kind in KINDS for state in _MESSAGE_STATES.values()), 0)
    for row in db.all(_Count, _COUNTS, since=pacific_date(db.at - LATELY)):
        # A kind that there was in a release before is shown by nobody.
        if row.kind in KINDS:
            counts[row.kind, _MESSAGE_STATES[row.state]] += row.people
    for (kind, state), people in counts.items():
        yield MESSAGES.of(people, kind, state)
    mails = dict.fromkeys(_MAIL_STATES.values(), 0)
    for state, number in db.all(_InState, _OF_A_DAY, at=db.at):
        mails[_MAIL_STATES[state]] += number
    for state, number in mails.items():
        yield MAILS.of(number, state)
    mail = db.one(_Mail, _MAIL, at=db.at)
    yield DUE.of(mail.due)
    yield OLDEST.of(max(0.0, (db.at - mail.oldest).total_seconds()) if mail.oldest else 0)
    yield LAST_SENT.of(_unix(mail.last_sent))
    yield LAST_MINUTE.of(mail.last_minute)
    yield from _server(circuit.known(db), db.at)
    canaries = queries.canaries(db)
    for kind in KINDS:
        canary = canaries.get(kind, queries.Canary(kind, None, None, None))
        yield CANARY.of(_unix(canary.sent_at), kind)
        yield CANARY_TOOK.of(canary.took_seconds, kind)
        yield CANARY_LATE.of((db.at - canary.due_at).total_seconds() if canary.due_at else 0, kind)


def _server(known: circuit.Circuit, at: datetime) -> Iterator[Reading]:
    if known.way in ("", "OFF"):
        stands = "none"
    elif known.closed(at):
        stands = "closed"
    else:
        stands = "refusing" if known.failures else "reachable"
    for state in SERVER_STATES:
        yield SERVER.of(state == stands, state)
    yield CLOSED_UNTIL.of(_unix(known.closed_until) if stands == "closed" else 0)
    yield A_MINUTE.of(known.a_minute)


def _unix(at: datetime | None) -> float:
    return at.timestamp() if at else 0


MEASURES = (Measure("mail", timedelta(seconds=10), FIGURES, _read),)
