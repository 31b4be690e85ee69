"""Contract ↔ domain: messages, rules and mail."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from cadre.notification.v1 import message_service_pb2 as pb
from notification.messages import queries, reminders
from notification.messages.ledger import Wanted
from notification.messages.rules.kinds import KINDS, Kind
from notification.messages.rules.said import said
from notification.messages.rules.words import Said
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp

_MOST = 1_000
MOST_PEOPLE = 10_000
_PEOPLE = "people/"
_LEDGER = {
    "WANTED": pb.WAITING,
    "MAILED": pb.WAITING,
    "SENT": pb.SENT,
    "HELD_BACK": pb.HELD_BACK,
    "FAILED": pb.FAILED,
}
_MAIL = {
    "READY": pb.WAITING,
    "SENDING": pb.WAITING,
    "SENT": pb.SENT,
    "DROPPED": pb.HELD_BACK,
    "FAILED": pb.FAILED,
}


def message_ids(given: Sequence[str]) -> list[UUID]:
    """Return the ids in `messages/{uuid}`."""
    if len(given) > _MOST:
        raise InvalidField("names", len(given), f"must be at most {_MOST}")
    return [names.uuid_in("messages/{message}", name, field="names") for name in given]


def people(given: Sequence[str]) -> list[UUID]:
    """Return the ids in `people/{uuid}`."""
    if len(given) > MOST_PEOPLE:
        raise InvalidField("people", len(given), f"must be at most {MOST_PEOPLE}")
    return [names.uuid_in("people/{person}", name, field="people") for name in given]


def caught_id(name: str) -> UUID:
    """Return the id in `caughtMails/{uuid}`."""
    return names.uuid_in("caughtMails/{mail}", name, field="name")


def person_or_none(given: str) -> UUID | None:
    """Return the id in `people/{uuid}`; none where nobody is named."""
    return names.uuid_in("people/{person}", given, field="person") if given else None


def mail_states(given: pb.MailState.ValueType) -> list[str]:
    """Return the states of mail that are shown as one; none for all."""
    if given not in pb.MailState.values():
        raise InvalidField("state", given, "must be a state of mail")
    return [state for state, shown in _MAIL.items() if shown == given]


def message(row: queries.OwnMessage) -> pb.Message:
    """Return a message in words."""
    made = pb.Message(
        name=f"messages/{row.id}",
        kind=row.kind,
        create_time=timestamp(row.at),
        opened=row.opened,
        mail=_LEDGER[row.state],
        held_back=row.cause,
        urgent=row.urgent,
        mail_time=timestamp(row.sent_at),
    )
    return _put(made, said(row.kind, row.about, row.facts))


def _put(made: pb.Message, words: Said) -> pb.Message:
    made.title, made.link, made.act = words.title, words.link, words.act
    made.lines.extend(line for line in words.lines if line)
    return made


def choices(said_: Mapping[str, bool]) -> pb.MailChoices:
    """Return of which messages somebody gets mail."""
    return pb.MailChoices(choices=[_choice(kind, said_) for kind in KINDS.values()])


def _choice(kind: Kind, said_: Mapping[str, bool]) -> pb.MailChoice:
    wanted = kind.mandatory or said_.get(kind.name, True)
    return pb.MailChoice(kind=kind.name, sentence=kind.choice, mandatory=kind.mandatory, wanted=wanted)


def rule(kind: Kind, counts: queries.RuleCounts | None, held: Sequence[queries.Held]) -> pb.MessageRule:
    """Return a rule with what it did."""
    made = pb.MessageRule(
        kind=kind.name,
        sentence=kind.sentence,
        mandatory=kind.mandatory,
        held_back=[pb.HeldBack(cause=one.cause, count=one.people) for one in held if one.kind == kind.name],
    )
    if counts is not None:
        made.waiting, made.sent, made.failed = counts.waiting, counts.sent, counts.failed
        if last := timestamp(counts.last_sent):
            made.last_time.CopyFrom(last)
        if next_ := timestamp(counts.next):
            made.next_time.CopyFrom(next_)
    return made


def preview(found: Sequence[reminders.ToGo], wanted: Wanted) -> pb.ReminderPreview:
    """Return who would be reminded, who would not, what they would read and when."""
    kind = wanted.kind.name
    return pb.ReminderPreview(
        message=_put(pb.Message(kind=kind, urgent=wanted.urgent), said(kind, wanted.about, wanted.facts)),
        goes_time=timestamp(wanted.goes_at),
        people=[f"{_PEOPLE}{one.person_id}" for one in found if not one.cause],
        left_out=[pb.LeftOut(person=f"{_PEOPLE}{one.person_id}", cause=one.cause) for one in found if one.cause],
    )


def reminder(row: reminders.Sent) -> pb.Reminder:
    """Return a reminder that was sent."""
    return pb.Reminder(
        name=f"messages/{row.id}",
        sender=f"{_PEOPLE}{row.sender_id}",
        create_time=timestamp(row.at),
        people=row.people,
        left_out=row.left_out,
        done_since=row.done_since,
    )


def mail(row: queries.Mail) -> pb.Mail:
    """Return a mail as operators see it."""
    return pb.Mail(
        name=f"mails/{row.id}",
        person=f"{_PEOPLE}{row.person_id}",
        state=_MAIL[row.state],
        create_time=timestamp(row.created_at),
        sent_time=timestamp(row.sent_at),
        tries=row.tries,
        error=row.error,
        kinds=row.kinds or (),
        about=row.about or (),
    )


def caught(row: queries.Caught) -> pb.CaughtMail:
    """Return a mail that would have gone out."""
    return pb.CaughtMail(
        name=f"caughtMails/{row.id}",
        person=f"{_PEOPLE}{row.person_id}",
        catch_time=timestamp(row.at),
        to=row.to,
        subject=row.subject,
        text=row.text,
        html=row.html,
        about=row.about or (),
    )
