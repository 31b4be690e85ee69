"""Contract ↔ domain: audiences and their expressions."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from cadre.directory.v1 import audience_service_pb2 as pb
from directory.agencies.wire import agency_id
from directory.audiences import additions, counts, rules
from directory.audiences.tables import AudienceRow
from directory.people.wire import person_id
from directory.rules.names import display_name
from servicekit import names
from servicekit.refusals import InvalidField

_MOST_UNITS = 50


def audience_id(name: str, field: str = "name") -> UUID:
    """Return the id in `audiences/{uuid}`."""
    return names.uuid_in("audiences/{audience}", name, field=field)


def expression(message: pb.AudienceExpression) -> rules.Expression:
    """Return an audience's expression, with ids instead of names."""
    return rules.Expression(
        tuple(_clause(clause, "expression.include") for clause in message.include),
        tuple(_clause(clause, "expression.exclude") for clause in message.exclude),
    )


def _clause(message: pb.AudienceClause, field: str) -> rules.Clause:
    return rules.Clause(
        agencies=tuple(agency_id(name, f"{field}.agencies") for name in message.agencies),
        regions=tuple(message.regions),
        job_classes=tuple(message.job_classes),
        units=tuple(message.units),
        roles=tuple(message.roles),
        people=tuple(str(person_id(name, f"{field}.people")) for name in message.people),
        recorded_units_only=message.recorded_units_only,
    )


def audience(row: AudienceRow, kept: rules.Expression, known: rules.Vocabulary) -> pb.Audience:
    """Return an audience, its expression as a sentence too."""
    message = pb.Audience(
        name=f"audiences/{row.id}",
        title=row.title,
        expression=expression_message(kept),
        revision=row.revision,
        people=row.people,
        etag=str(row.version),
        sentence=rules.sentence(kept, known),
    )
    message.create_time.FromDatetime(row.created_at)
    return message


def expression_message(kept: rules.Expression) -> pb.AudienceExpression:
    """Return an expression with names instead of ids."""

    def clauses(given: Sequence[rules.Clause]) -> list[pb.AudienceClause]:
        return [
            pb.AudienceClause(
                agencies=[f"agencies/{each}" for each in clause.agencies],
                regions=clause.regions,
                job_classes=clause.job_classes,
                units=clause.units,
                roles=clause.roles,
                people=[f"people/{each}" for each in clause.people],
                recorded_units_only=clause.recorded_units_only,
            )
            for clause in given
        ]

    return pb.AudienceExpression(include=clauses(kept.include), exclude=clauses(kept.exclude))


def preview(
    rows: Iterable[counts.OfAgency], people_matched: int, sentence: str, values: Sequence[counts.OfValue] = ()
) -> pb.PreviewAudienceResponse:
    """Return the table of a preview, and what it counts by unit and class."""

    def of(kind: str) -> list[pb.ValueCount]:
        return [pb.ValueCount(value=one.value, people=one.people) for one in values if one.kind == kind and one.value]

    return pb.PreviewAudienceResponse(
        agencies=[
            pb.AgencyCount(
                agency=f"agencies/{row.agency_id}",
                title=row.title,
                staff=row.staff,
                no_unit_recorded=row.no_unit_recorded,
                on_leave=row.on_leave,
            )
            for row in rows
        ],
        people=people_matched,
        sentence=sentence,
        units=of("unit"),
        job_classes=of("class"),
        no_unit_recorded=sum(one.people for one in values if one.kind == "unit" and not one.value),
    )


def units(request: pb.PreviewAdditionRequest) -> list[str]:
    """Return the units that a request names, each once."""
    if len(request.units) > _MOST_UNITS:
        raise InvalidField("units", len(request.units), f"must name at most {_MOST_UNITS}")
    return sorted({names.slug(one, field="units") for one in request.units})


def addition(by_unit: Iterable[additions.OfUnit], chosen: additions.Chosen) -> pb.PreviewAdditionResponse:
    """Return whom an agency could ask too."""
    return pb.PreviewAdditionResponse(
        units=[pb.ValueCount(value=one.unit, people=one.people) for one in by_unit],
        people=chosen.people,
        on_leave=chosen.on_leave,
    )


def comparison(found: counts.Comparison, before: str, after: str) -> pb.CompareAudienceResponse:
    """Return what saving an expression would change, with both as sentences."""

    def examples(*, was: bool) -> list[pb.AudienceExample]:
        return [
            pb.AudienceExample(
                person=f"people/{each['person']}",
                display_name=display_name(each["family_name"], each["given_name"]),
                agency=f"agencies/{each['agency']}",
            )
            for each in found.examples
            if each["was"] == was
        ]

    return pb.CompareAudienceResponse(
        agencies=[pb.AgencyDifference(**one | {"agency": f"agencies/{one['agency']}"}) for one in found.agencies],
        added=found.added,
        removed=found.removed,
        unchanged=found.unchanged,
        sentence_before=before,
        sentence=after,
        added_examples=examples(was=False),
        removed_examples=examples(was=True),
    )
