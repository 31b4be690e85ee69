"""Contract ↔ domain: messages, rules and mail."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from cadre.notification.v1 import ladder_service_pb2 as ladder_pb
from cadre.notification.v1 import message_service_pb2 as pb
from notification.messages import queries, quiet, reminders
from notification.messages.ladders import STATE as STATES_OWN
from notification.messages.ladders import Held, etag_of
from notification.messages.ledger import Wanted
from notification.messages.rules.answers import plain
from notification.messages.rules.kind import Kind
from notification.messages.rules.kinds import offered
from notification.messages.rules.ladder import COORDINATOR, DIRECTOR, STAFF, STATE, SUPERVISOR, Of, Rung
from notification.messages.rules.said import said
from notification.messages.rules.words import Said
from servicekit import names
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
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
    "BOUNCED": pb.BOUNCED,
}
_MAIL = {
    "READY": pb.WAITING,
    "SENDING": pb.WAITING,
    "SENT": pb.SENT,
    "DROPPED": pb.HELD_BACK,
    "FAILED": pb.FAILED,
    "BOUNCED": pb.BOUNCED,
}
_WHOM = {
    STAFF: ladder_pb.Rung.STAFF,
    SUPERVISOR: ladder_pb.Rung.SUPERVISOR,
    COORDINATOR: ladder_pb.Rung.COORDINATOR,
    DIRECTOR: ladder_pb.Rung.DIRECTOR,
    STATE: ladder_pb.Rung.STATE,
}
_SAID_WHOM = {value: whom for whom, value in _WHOM.items()}


def message_ids(given: Sequence[str]) -> list[UUID]:
    """Return the ids in `messages/{uuid}`."""
    if len(given) > _MOST:
        raise InvalidField("names", len(given), f"must be at most {_MOST}")
    return [names.uuid_in("messages/{message}", name, field="names") for name in given]


def people(given: Sequence[str], field: str = "people") -> list[UUID]:
    """Return the ids in `people/{uuid}`."""
    if len(given) > MOST_PEOPLE:
        raise InvalidField(field, len(given), f"must be at most {MOST_PEOPLE}")
    return [names.uuid_in("people/{person}", name, field=field) for name in given]


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
    # The page has a sign for what is urgent; a mail says it in words.
    return _put(made, said(row.kind, row.about, {name: fact for name, fact in row.facts.items() if name != "urgent"}))


def _put(made: pb.Message, words: Said) -> pb.Message:
    made.title, made.link, made.act = words.title, words.link, words.act
    made.lines.extend(line for line in words.lines if line)
    return made


def choices(said_: Mapping[str, bool], morning_hour: int, rights: Collection[str]) -> pb.MailChoices:
    """Return of which messages somebody with these *rights* gets mail, and at which hour that of the morning."""
    return pb.MailChoices(choices=[_choice(kind, said_) for kind in offered(rights, said_)], morning_hour=morning_hour)


def mail_hours(held: quiet.Held) -> pb.MailHours:
    """Write the hours of an agency."""
    return pb.MailHours(
        name=f"agencies/{held.agency_id}/mailHours",
        open_hour=held.own.opens,
        close_hour=held.own.closes,
        etag=quiet.etag_of(held.revision),
    )


def _choice(kind: Kind, said_: Mapping[str, bool]) -> pb.MailChoice:
    wanted = kind.mandatory or said_.get(kind.name, True)
    return pb.MailChoice(kind=kind.name, sentence=kind.choice, mandatory=kind.mandatory, wanted=wanted)


def rule(kind: Kind, found: queries.Rules) -> pb.MessageRule:
    """Return a rule with what it did."""
    made = pb.MessageRule(
        kind=kind.name,
        sentence=kind.sentence,
        mandatory=kind.mandatory,
        held_back=[pb.HeldBack(cause=one.cause, count=one.people) for one in found.held if one.kind == kind.name],
        next_time=timestamp(found.next.get(kind.name)),
    )
    if (counts := found.counts.get(kind.name)) is not None:
        made.waiting, made.sent, made.failed = counts.waiting, counts.sent, counts.failed
        made.bounced = counts.bounced
        if last := timestamp(counts.last_sent):
            made.last_time.CopyFrom(last)
    if (canary := found.canaries.get(kind.name)) is not None:
        made.canary.CopyFrom(
            pb.Canary(
                sent_time=timestamp(canary.sent_at),
                took_seconds=round(canary.took_seconds, 1),
                due_time=timestamp(canary.due_at),
            )
        )
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
        unticked=row.unticked,
        done_since=row.done_since,
    )


def failing(row: queries.FailingAddress) -> pb.FailingAddress:
    """Return an address that does not work, with why in plain words."""
    return pb.FailingAddress(
        person=f"{_PEOPLE}{row.person_id}",
        since_time=timestamp(row.since),
        why=plain(row.error),
        address_sha256=row.address_sha256,
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
        letters=row.letters or (),
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
        letters=row.letters or (),
    )


def ladder_owner(name: str, field: str) -> str:
    """Return whose ladder it is: `state`, `series/{series}` or `notices/{uuid}`, of that and `/ladder`."""
    owner, _, last = name.rpartition("/")
    kind, _, id_ = owner.partition("/")
    if last == "ladder" and owner == STATES_OWN:
        return owner
    if last == "ladder" and kind == "notices":
        return f"notices/{names.as_uuid(id_, field=field)}"
    if last == "ladder" and kind == "series" and id_ and "/" not in id_:
        return owner
    raise InvalidField(field, name, "must be state/ladder, series/{series}/ladder or notices/{notice}/ladder")


def rungs(message: ladder_pb.Ladder) -> list[Rung]:
    """Read the rungs of a ladder."""
    return [_rung_of(n, one) for n, one in enumerate(message.rungs)]


def _rung_of(n: int, message: ladder_pb.Rung) -> Rung:
    if message.whom not in _SAID_WHOM:
        raise InvalidField(f"ladder.rungs[{n}].whom", message.whom, "must be somebody who hears it")
    if message.of not in {ladder_pb.Rung.WORK, ladder_pb.Rung.CONFIRMATION}:
        raise InvalidField(f"ladder.rungs[{n}].of", message.of, "must be work or a confirmation")
    return Rung(Of(ladder_pb.Rung.Of.Name(message.of)), message.business_days, _SAID_WHOM[message.whom], message.on)


def ladder(held: Held) -> ladder_pb.Ladder:
    """Write a ladder as it holds."""
    return ladder_pb.Ladder(
        name=f"{held.owner}/ladder",
        rungs=map(_rung, held.ladder.rungs),
        source=f"{held.ladder.source}/ladder" if held.ladder.source else "",
        etag=etag_of(held.revision),
    )


def _rung(rung: Rung) -> ladder_pb.Rung:
    return ladder_pb.Rung(
        of=ladder_pb.Rung.Of.Value(rung.of.value), whom=_WHOM[rung.whom], business_days=rung.business_days, on=rung.on
    )


def dues(request: ladder_pb.PreviewLadderRequest) -> tuple[date, date]:
    """Return by when staff are due, and agencies have to confirm."""
    due = day_of("due_date", request.due_date, YEARS_OF_DOCUMENTS)
    if not request.agency_due_date:
        return due, due
    return due, day_of("agency_due_date", request.agency_due_date, YEARS_OF_DOCUMENTS)


def rung_days(found: Sequence[tuple[date, Rung]]) -> ladder_pb.PreviewLadderResponse:
    """Write on which days rungs fall."""
    return ladder_pb.PreviewLadderResponse(
        days=[ladder_pb.RungDay(date=day.isoformat(), rung=_rung(rung)) for day, rung in found]
    )
