"""Between the contract's messages and the register."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import register_service_pb2 as pb
from notification.letters.rows import name_of
from notification.letters.wire import section_dates
from notification.register.chain import Chain
from notification.register.queries import Ender, Named, Row
from notification.register.rules import life
from notification.register.rules.asked import Rule
from servicekit.calendar import YEARS_OF_DOCUMENTS, day_of
from servicekit.rpc.wire import day_text


def day(field: str, value: str) -> date | None:
    """Read a day; None if none is said."""
    return day_of(field, value, YEARS_OF_DOCUMENTS) if value else None


def ruling(
    row: Row,
    enders: Mapping[UUID, Sequence[Ender]],
    named: Mapping[UUID, Sequence[Named]],
    rule: Rule | None = None,
) -> pb.Ruling:
    """Write a letter of the register."""
    return pb.Ruling(
        notice=name_of(row.notice_id),
        series=row.series,
        number=row.number,
        subject=row.subject,
        topic=row.topic,
        issuer=row.issuer,
        demonstration=row.demonstration,
        historic=row.historic,
        since=day_text(row.effective),
        exact=pb.Ruling.Exact.Value(row.exact),
        rules=[
            pb.NamedRule(
                rule=one.rule,
                kind=pb.LinkKind.Value(one.kind),
                relation=pb.RuleRelation.Value(rule.relation(one.rule)) if rule else pb.RULE_RELATION_UNSPECIFIED,
            )
            for one in named.get(row.notice_id, ())
        ],
        superseded_by=[_successor(one) for one in enders.get(row.notice_id, ())],
        section_dates=section_dates(row.section_dates),
    )


def lived(row: Row, enders: Mapping[UUID, Sequence[Ender]], named: Mapping[UUID, Sequence[Named]]) -> pb.Ruling:
    """Write a letter of a timeline: with its end, if one is known."""
    answer = ruling(row, enders, named)
    whole = (one.effective for one in enders.get(row.notice_id, ()) if one.whole)
    end, withdrawn = life.until(whole, row.withdrawn_on)
    answer.until, answer.withdrawn = day_text(end), withdrawn
    return answer


def chain(found: Chain) -> pb.Chain:
    """Write a chain."""
    places = {letter: n for n, letter in enumerate(found.letters)}
    answer = pb.Chain(more=found.more)
    for letter in found.letters:
        one = answer.letters.add(series=letter.series, number=letter.number)
        if kept := found.kept.get(letter):
            one.notice, one.subject, one.since = name_of(kept.notice_id), kept.subject, day_text(kept.effective)
            one.exact = pb.Ruling.Exact.Value(kept.exact)
            one.withdrawn, one.demonstration = kept.withdrawn, kept.demonstration
    for edge in found.edges:
        says, other = edge.ends
        answer.links.add(
            to=places[other],
            kind=pb.LinkKind.Value(edge.kind),
            whole=edge.whole,
            parts="" if edge.whole else edge.parts,
            source=found.kept[says].source,
            **{"from": places[says]},
        )
    return answer


def _successor(one: Ender) -> notice_pb.Successor:
    return notice_pb.Successor(
        notice=name_of(one.notice_id),
        series=one.series,
        number=one.number,
        subject=one.subject,
        since=day_text(one.effective),
        whole=one.whole,
        parts="" if one.whole else one.parts,
        rescinds=one.rescinds,
    )
