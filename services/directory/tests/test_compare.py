"""Audiences before they are saved: whom an expression would reach, by agency, and what saving it would change."""

import pytest

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from servicekit.rpc.client import Refused

LAKE, MENDOCINO = (
    audience_pb.AudienceClause(agencies=["agencies/lake"]),
    audience_pb.AudienceClause(agencies=["agencies/mendocino"]),
)


def preview(directory, *include, exclude=(), by_value=False):
    expression = audience_pb.AudienceExpression(include=include, exclude=exclude)
    return directory.as_whole("audiences.read").PreviewAudience(
        audience_pb.PreviewAudienceRequest(expression=expression, by_value=by_value)
    )


def row(agency, staff=0, *, no_unit=0, on_leave=0):
    titles = {"lake": "Lake County", "los-angeles": "Los Angeles County", "mendocino": "Mendocino County"}
    return audience_pb.AgencyCount(
        agency=f"agencies/{agency}",
        title=titles.get(agency, "Department of Child Support Services"),
        staff=staff,
        no_unit_recorded=no_unit,
        on_leave=on_leave,
    )


def compare(stub, audience, *include, exclude=(), examples=0):
    expression = audience_pb.AudienceExpression(include=include, exclude=exclude)
    return stub.CompareAudience(
        audience_pb.CompareAudienceRequest(name=audience.name, expression=expression, examples=examples)
    )


def as_reader(directory, *agencies):
    scopes = ["state" if agency == "state" else f"agencies/{agency}" for agency in agencies]
    rights = {"audiences.read": ["state"]} | ({"people.read": scopes} if scopes else {})
    return directory.as_person("people/00000000-0000-0000-0000-00000000000a", rights)


def also_at(directory, person, agency):
    job = person_pb.Job(local_title="X", job_class="attorney", start_date="2020-01-01")
    directory.as_whole("people.write").CreateJob(
        person_pb.CreateJobRequest(
            parent=f"agencies/{agency}", person=person.name, job=job, request_id=directory.request_id()
        )
    )


def test_a_preview_counts_every_local_agency_also_where_nobody_matches(directory):
    person = directory.hire("lake", units=["legal"])
    also_at(directory, person, "mendocino")
    directory.hire("lake", units=[])
    directory.hire("lake", units=["intake"])
    directory.hire("dcss", units=["legal"])
    directory.as_whole("people.write").RecordLeave(
        person_pb.RecordLeaveRequest(
            person=person.name,
            leave=person_pb.Leave(start_date=directory.day().isoformat()),
            request_id=directory.request_id(),
        )
    )

    found = preview(directory, audience_pb.AudienceClause(units=["legal"]))

    assert list(found.agencies) == [
        row("lake", 2, no_unit=1, on_leave=1),
        row("los-angeles"),
        row("mendocino", 1, no_unit=1, on_leave=1),
    ]
    assert found.people == 2, "a person at two agencies counts once for the state"
    assert found.sentence == "Everyone in Legal at all 3 agencies"


def test_a_preview_counts_by_unit_and_by_class_each_person_once_if_it_is_asked_to(directory):
    both = directory.hire("lake", units=["intake", "legal"])
    also_at(directory, both, "mendocino")
    directory.hire("lake", units=[])
    directory.hire("los-angeles", units=["intake"])

    found = preview(directory, LAKE, MENDOCINO, by_value=True)

    assert {one.value: one.people for one in found.units} == {"intake": 1, "legal": 1}
    assert sum(one.people for one in found.job_classes) == 2
    assert found.no_unit_recorded == 2, "a person counts who has a unit at one agency and none at another"
    assert list(preview(directory, LAKE, MENDOCINO).units) == []


def test_who_has_no_unit_recorded_can_be_left_out_and_an_audience_keeps_that(directory):
    directory.hire("lake", units=[])
    directory.hire("lake", units=["legal"])
    clause = audience_pb.AudienceClause(units=["legal"], recorded_units_only=True)

    assert preview(directory, clause).people == 1
    audience = directory.audience(clause)
    assert (audience.people, audience.expression.include[0]) == (1, clause)
    assert audience.sentence == "Everyone recorded in Legal at all 3 agencies"


def test_a_preview_of_the_states_own_staff_shows_the_states_row_too(directory):
    directory.hire("dcss")

    found = preview(directory, audience_pb.AudienceClause(agencies=["agencies/dcss"]))

    assert [(each.agency, each.staff) for each in found.agencies] == [
        ("agencies/dcss", 1),
        ("agencies/lake", 0),
        ("agencies/los-angeles", 0),
        ("agencies/mendocino", 0),
    ]


def test_a_preview_without_anybody_still_counts(directory):
    found = preview(directory, audience_pb.AudienceClause())

    assert [each.staff for each in found.agencies] == [0, 0, 0]
    assert found.people == 0


def test_a_preview_saves_nothing(directory):
    directory.hire("lake")
    preview(directory, audience_pb.AudienceClause())

    with directory.running.connect() as connection:
        assert connection.execute("SELECT count(*) FROM audience").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM audience_member").fetchone() == (0,)


def test_a_comparison_counts_who_would_come_go_and_stay(directory):
    directory.hire("lake", units=["legal"])
    directory.hire("lake", units=["intake"])
    directory.hire("lake", units=[])
    directory.hire("mendocino", units=["legal"])
    audience = directory.audience(LAKE)

    found = compare(as_reader(directory), audience, audience_pb.AudienceClause(units=["legal"]))

    assert [(row.agency, row.title, row.added, row.removed, row.unchanged) for row in found.agencies] == [
        ("agencies/lake", "Lake County", 0, 1, 2),
        ("agencies/mendocino", "Mendocino County", 1, 0, 0),
    ], "who has no unit recorded stays in"
    assert (found.added, found.removed, found.unchanged) == (1, 1, 2)
    assert (found.sentence_before, found.sentence) == ("Everyone at Lake County", "Everyone in Legal at all 3 agencies")


def test_the_same_expression_again_changes_nothing(directory):
    directory.hire("lake")
    audience = directory.audience(LAKE)

    found = compare(as_reader(directory), audience, LAKE, examples=10)

    assert (found.added, found.removed, found.unchanged, len(found.added_examples)) == (0, 0, 1, 0)


def test_a_person_at_two_agencies_who_stays_by_one_is_not_counted_as_gone(directory):
    also_at(directory, directory.hire("lake"), "mendocino")
    audience = directory.audience(LAKE)

    found = compare(as_reader(directory, "state"), audience, MENDOCINO, examples=10)

    assert [(row.agency, row.added, row.removed) for row in found.agencies] == [
        ("agencies/lake", 0, 1),
        ("agencies/mendocino", 1, 0),
    ]
    assert (found.added, found.removed, found.unchanged) == (0, 0, 1)
    assert (len(found.added_examples), len(found.removed_examples)) == (0, 0)


def test_a_comparison_foretells_whom_another_audience_adds_and_removes_and_saves_nothing(directory):
    for agency in ("lake", "lake", "mendocino"):
        directory.hire(agency)
    audience = directory.audience(LAKE)

    found = compare(as_reader(directory), audience, MENDOCINO)

    assert directory.get_audience(audience) == audience
    other = directory.audience(MENDOCINO)
    before, after = (
        {key for key, change in directory.changes(one, 1).items() if change.member} for one in (audience, other)
    )
    assert (found.added, found.removed) == (len(after - before), len(before - after))
    assert other.people == found.added + found.unchanged


def test_names_are_for_those_who_may_read_them(directory):
    for family in ("Álvarez", "Baker", "Cruz"):
        directory.hire("lake", family=family)
    directory.hire("mendocino", family="Adams")
    audience = directory.audience(MENDOCINO)

    def named(*agencies, examples=2):
        found = compare(as_reader(directory, *agencies), audience, LAKE, examples=examples)
        return [
            [each.display_name for each in side] for side in (found.added_examples, found.removed_examples)
        ], found.added

    assert named() == ([[], []], 3)
    assert named("lake") == ([["Jo Álvarez", "Jo Baker"], []], 3)
    assert named("state") == ([["Jo Álvarez", "Jo Baker"], ["Jo Adams"]], 3)
    assert named("state", examples=0) == ([[], []], 3)


def test_a_comparison_that_makes_no_sense_is_refused(directory):
    audience = directory.audience()
    stub = as_reader(directory)

    def refused(call):
        with pytest.raises(Refused) as caught:
            call()
        return caught.value

    many = refused(lambda: compare(stub, audience, LAKE, examples=101))
    assert (many.reason, list(many.fields), many.metadata["value"]) == ("INVALID_FIELD", ["examples"], "101")
    nobody = refused(lambda: compare(stub, audience))
    assert (nobody.reason, list(nobody.fields)) == ("INVALID_FIELD", ["expression.include"])
    unknown = audience_pb.Audience(name="audiences/00000000-0000-0000-0000-000000000001")
    missing = refused(lambda: compare(stub, unknown, LAKE))
    assert (missing.reason, missing.metadata) == ("NOT_FOUND", {"resource": unknown.name})
