"""Between the contract's messages and bodies."""

from datetime import date

from cadre.partnership.v1 import body_service_pb2 as pb
from partnership.bodies import queries
from partnership.bodies.queries import name_of
from partnership.bodies.rules import bodies, ruling
from partnership.bodies.rules.ruling import Ruling, Share, Threshold
from partnership.bodies.telling import rules
from servicekit import names, text
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.rpc.wire import day_text, timestamp


def body_id(name: str, field: str = "name") -> str:
    """Read `bodies/{body}`."""
    return names.slug_in("bodies/{body}", name, field=field)


def said(given: pb.Body) -> bodies.Said:
    """Read what a body says; what is only set by the service is ignored."""
    return bodies.Said(
        title=text.line(given.title),
        code=text.line(given.code),
        kind=pb.Body.Kind.Name(given.kind) if given.kind in pb.Body.Kind.values() else "",
        visibility=pb.Body.Visibility.Name(given.visibility) if given.visibility in pb.Body.Visibility.values() else "",
        purpose=text.block(given.purpose),
        newcomers_read_all=given.newcomers_read_all,
        open_meetings=given.open_meetings,
        source=text.line(given.source),
        rules=_ruling(given.rules),
    )


def constituencies(given: pb.Body) -> list[bodies.Constituency]:
    """Read the constituencies of a body that is to be made, with their seats."""
    return [
        bodies.Constituency(
            names.slug(one.id, field="body.constituencies.id"),
            text.line(one.title),
            tuple(seat(each, "body.constituencies.seats") for each in one.seats),
        )
        for one in given.constituencies
    ]


def seat(given: pb.Seat, field: str = "seat") -> bodies.Seat:
    """Read a seat that is to be made."""
    return bodies.Seat(
        names.slug(given.id, field=f"{field}.id"), text.line(given.title), given.voting, text.line(given.wanted)
    )


def day(value: str, field: str) -> date:
    """Read a day that must be said."""
    return day_of(field, value, YEARS_OF_DOCUMENTS)


def body(row: queries.Body, seats: list[bodies.Constituency]) -> pb.Body:
    """Write a body, whole."""
    return pb.Body(
        name=name_of(row.id),
        title=row.title,
        code=row.code,
        kind=pb.Body.Kind.Value(row.kind),
        visibility=pb.Body.Visibility.Value(row.visibility),
        purpose=row.purpose,
        newcomers_read_all=row.newcomers_read_all,
        open_meetings=row.open_meetings,
        rules=rules(ruling.read(row.rules)),
        source=row.source,
        constituencies=[
            pb.Constituency(id=one.id, title=one.title, seats=[_seat(each) for each in one.seats]) for one in seats
        ],
        my_parts=row.parts,
        create_time=timestamp(row.created_at),
        etag=str(row.revision),
    )


def summary(row: queries.Summary) -> pb.BodySummary:
    """Write a body in a list."""
    return pb.BodySummary(
        name=name_of(row.id),
        title=row.title,
        code=row.code,
        kind=pb.Body.Kind.Value(row.kind),
        visibility=pb.Body.Visibility.Value(row.visibility),
        purpose=row.purpose,
        seats=row.seats,
        filled=row.filled,
        people=row.people,
        next_meeting=f"{name_of(row.id)}/meetings/{row.meeting_id}" if row.meeting_id else "",
        next_meeting_time=timestamp(row.start_at),
        my_parts=row.parts,
    )


def _seat(one: bodies.Seat) -> pb.Seat:
    return pb.Seat(id=one.id, title=one.title, voting=one.voting, wanted=one.wanted, end_date=day_text(one.end_on))


def _ruling(given: pb.BodyRules) -> Ruling:
    return Ruling(
        quorum=_share(given.quorum),
        quorum_of_each_constituency=given.quorum_of_each_constituency,
        thresholds=tuple(
            Threshold(
                decision_class=one.decision_class,
                of_all=_share(one.of_all),
                of_each_constituency=_share(one.of_each_constituency),
                yes_of_each_constituency=one.yes_of_each_constituency,
            )
            for one in given.thresholds
        ),
        notice_hours=given.notice_hours,
        written_votes=given.written_votes,
        override=_share(given.override),
        conflict_text=text.block(given.conflict_text),
    )


def _share(given: pb.Fraction) -> Share:
    return Share(given.numerator, given.denominator)
