"""Between the contract's messages and ballots and decisions."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cadre.curriculum.v1 import ballot_service_pb2 as pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from curriculum.governance import queries
from curriculum.governance.ballots import Prepared
from curriculum.governance.queries import Reader
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.rules.counting import Choice
from curriculum.governance.rules.saying import Words
from curriculum.governance.rules.states import State
from curriculum.governance.rules.still_needed import StillNeeded, still_needed
from curriculum.governance.sheets import RUNS, Sheet, counts
from curriculum.governance.tables import BallotRollRow, BallotRow, DecisionRow, PositionRow
from servicekit import names
from servicekit.calendar import YEARS_OF_DOCUMENTS, moment_of, pacific_date
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import day_text, timestamp

_MOST_AUTHORS = 50
_SHA256_LETTERS = 64


def ballot_id(name: str) -> UUID:
    """Read `ballots/{ballot}`."""
    return names.uuid_in("ballots/{ballot}", name)


def decision_id(name: str) -> UUID:
    """Read `decisions/{decision}`."""
    return names.uuid_in("decisions/{decision}", name)


def body_id(name: str, *, field: str = "parent") -> str:
    """Read `bodies/{body}`."""
    return names.slug_in("bodies/{body}", name, field=field)


def parent(name: str) -> tuple[str, str]:
    """Read of which body, or on which thing, decisions are asked for: the one or the other."""
    if name.startswith("bodies/"):
        return body_id(name), ""
    if not name:
        raise InvalidField("parent", name, "must name a body, or what was decided on")
    return "", name


def prepared(message: pb.Ballot) -> Prepared:
    """Read what a ballot is to be."""
    closes = message.close_time if message.HasField("close_time") else None
    if len(message.digest) != _SHA256_LETTERS:
        raise InvalidField("ballot.digest", message.digest, "must be the SHA-256 of the content")
    body = body_id(message.body, field="ballot.body")
    return Prepared(
        body=body,
        motion=message.motion.strip(),
        decision_class=_class(message.decision_class),
        subject=message.subject,
        digest=message.digest,
        closes_at=moment_of("ballot.close_time", closes, YEARS_OF_DOCUMENTS) if closes else None,
        meeting=_meeting(message.meeting, body) if message.meeting else "",
        authors=tuple(people(message.authors)),
    )


def people(given: Iterable[str]) -> list[UUID]:
    """Read who wrote what is voted on."""
    return names.uuids_in("people/{person}", list(given), field="ballot.authors", most=_MOST_AUTHORS)


def person_id(name: str) -> UUID:
    """Read `people/{person}`."""
    return names.uuid_in("people/{person}", name, field="person")


def choice(value: "pb.Choice.ValueType", *, default: Choice | None = None) -> Choice:
    """Read what a seat says."""
    if value == pb.CHOICE_UNSPECIFIED and default is not None:
        return default
    if value == pb.CHOICE_UNSPECIFIED or value not in pb.Choice.values():
        raise InvalidField("choice", value, f"must be one of {', '.join(Choice)}")
    return Choice(pb.Choice.Name(value))


def states(given: Iterable["pb.Ballot.State.ValueType"]) -> list[State]:
    """Read in which states the ballots are that are asked for."""
    found = sorted(set(given))
    for value in found:
        if value == pb.Ballot.STATE_UNSPECIFIED or value not in pb.Ballot.State.values():
            raise InvalidField("states", value, f"must be one of {', '.join(State)}")
    return [State(pb.Ballot.State.Name(value)) for value in found]


def words(request: pb.CastPositionRequest | pb.RecordPositionRequest) -> Words:
    """Read what is said with it."""
    return Words(request.text.strip(), request.lifted_by.strip(), request.override_reason.strip())


def ballot_line(row: BallotRow, decision: UUID | None = None) -> pb.Ballot:
    """Write a ballot without what seats said."""
    return pb.Ballot(
        name=f"ballots/{row.id}",
        body=f"bodies/{row.body_id}",
        motion=row.motion,
        decision_class=decision_pb.DecisionClass.Value(row.decision_class),
        subject=row.subject,
        digest=row.digest,
        close_time=timestamp(row.closes_at),
        meeting=f"bodies/{row.body_id}/meetings/{row.meeting_id}" if row.meeting_id else "",
        authors=[_person(one) for one in row.authors],
        state=pb.Ballot.State.Value(row.state),
        create_time=timestamp(row.created_at),
        open_time=timestamp(row.opened_at),
        end_time=timestamp(row.ended_at),
        reason=row.reason,
        decision=f"decisions/{decision}" if decision else "",
    )


def ballot(sheet: Sheet, reader: Reader, decision: UUID | None, now: datetime) -> pb.Ballot:
    """Write a ballot whole, as the reader sees it."""
    answer = ballot_line(sheet.row, decision)
    answer.rules_json = json.dumps(sheet.row.rules, sort_keys=True)
    answer.roll.extend(_seat(sheet, line, reader) for line in sheet.roll)
    # As it ended; what is contested or corrected later changes no count.
    kept = sheet.row.counts if State(sheet.row.state) not in {State.PREPARED, State.OPEN} else counts(sheet.votes())
    answer.counts.extend(count(one) for one in kept)
    if State(sheet.row.state) is State.OPEN:
        answer.still_needed.CopyFrom(_needed(still_needed(sheet.votes(), sheet.rules, sheet.threshold)))
    if reader.person is not None:
        day = pacific_date(now)
        answer.my_seats.extend(queries.my_seats(sheet, reader.person, day))
        answer.my_silent_seats.extend(queries.silent_seats(sheet, reader.person, day))
        answer.runs = bool(sheet.parts(reader.person, day) & RUNS)
    return answer


def decision_line(row: DecisionRow, *, by_name: bool) -> decision_pb.Decision:
    """Write a decision without its counts; who decided, where it may be said *by_name*."""
    person = row.decider if by_name and row.decider.startswith("people/") else ""
    return decision_pb.Decision(
        name=f"decisions/{row.id}",
        number=row.number,
        way=decision_pb.Decision.Way.Value(row.way),
        body=f"bodies/{row.body_id}" if row.body_id else "",
        ballot=f"ballots/{row.ballot_id}" if row.ballot_id else "",
        subject=row.subject,
        digest=row.digest,
        decision_class=decision_pb.DecisionClass.Value(row.decision_class),
        motion=row.motion,
        decider=person,
        decide_time=timestamp(row.decided_at),
        corrects=f"decisions/{row.corrects}" if row.corrects else "",
        reason=row.reason,
    )


def decision(row: DecisionRow, corrected_by: UUID | None) -> decision_pb.Decision:
    """Write a decision whole."""
    answer = decision_line(row, by_name=True)
    answer.counts.extend(count(one) for one in row.counts)
    answer.dissent.extend(row.dissent)
    answer.corrected_by = f"decisions/{corrected_by}" if corrected_by else ""
    return answer


def count(kept: Mapping[str, Any]) -> decision_pb.ConstituencyCount:
    """Write what a constituency said."""
    return decision_pb.ConstituencyCount(
        constituency=kept["constituency"],
        seats=kept["seats"],
        silent=kept["silent"],
        **{one.value.lower(): kept[one.value] for one in Choice},
    )


def _seat(sheet: Sheet, line: BallotRollRow, reader: Reader) -> pb.RollSeat:
    counting = sheet.counting(line.seat_id)
    shown = [one for one in sheet.positions if one.seat_id == line.seat_id and _is_shown(sheet, one, reader)]
    return pb.RollSeat(
        seat=line.seat_id,
        constituency=line.constituency_id,
        holder=_person(line.holder_id),
        alternate=_person(line.alternate_id) if line.alternate_id else "",
        positions=[_position(one) for one in shown],
        counting=counting.number if counting else 0,
    )


def _is_shown(sheet: Sheet, one: PositionRow, reader: Reader) -> bool:
    """Until a meeting, what a member thinks of what it votes on is their own note, and stays so."""
    is_note = one.recorder_id is None and not one.counted and not sheet.rules.written_votes
    return not is_note or one.person_id == reader.person


def _position(one: PositionRow) -> pb.Position:
    return pb.Position(
        number=one.number,
        choice=pb.Choice.Value(one.choice),
        person=_person(one.person_id),
        say_time=timestamp(one.said_at),
        text=one.text,
        lifted_by=one.lifted_by,
        override_reason=one.override_reason,
        recorder=_person(one.recorder_id) if one.recorder_id else "",
        not_counted=not one.counted,
        contest=one.contest,
        contest_until=day_text(one.contest_until),
    )


def _needed(needed: StillNeeded) -> pb.StillNeeded:
    return pb.StillNeeded(
        yes_in=[pb.StillNeeded.InConstituency(constituency=name, yes=n) for name, n in needed.yes_in.items()],
        yes_anywhere=needed.yes_anywhere,
        voices=needed.voices,
        holds=needed.holds,
        overrides=needed.overrides,
        reachable=needed.reachable,
    )


def _class(value: "decision_pb.DecisionClass.ValueType") -> DecisionClass:
    if value == decision_pb.DECISION_CLASS_UNSPECIFIED or value not in decision_pb.DecisionClass.values():
        raise InvalidField("ballot.decision_class", value, f"must be one of {', '.join(DecisionClass)}")
    return DecisionClass(decision_pb.DecisionClass.Name(value))


def _meeting(name: str, body: str) -> str:
    """Read a meeting of the body that votes."""
    found = names.parse("bodies/{body}/meetings/{meeting}", name, field="ballot.meeting")
    if found["body"] != body:
        raise InvalidField("ballot.meeting", name, "must be a meeting of the body that votes")
    return str(names.as_uuid(found["meeting"], field="ballot.meeting"))


def _person(person: UUID) -> str:
    return f"people/{person}"
