"""Forms that are declared once: what of a letter is read, shown, missing and named."""

import pytest

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.areas import OUTCOMES
from gateway.letters import letter_form, who
from gateway.letters.letter_form import ASK, CHANGE, FIELDS, LETTER, STEPS
from gateway.web import declared
from gateway.web.declared import Line, Lines
from gateway.web.forms import Form


def test_what_a_step_shows_of_a_letter_it_reads_again():
    letter = letter_form.beginning("CSSP", demonstration=True)
    letter.subject, letter.references, letter.effective_date = "Fees", "One\n  two", "2027-01-04"
    letter.kind, letter.reason, letter.staff_release_days = pb.Notice.RELEASE, pb.Notice.COURT_ORDER, 4

    read = pb.Notice(demonstration=True)
    for step in STEPS:
        declared.read(step.fields, Form.of(declared.shown(step.fields, letter)), read)

    assert read == letter


def test_each_field_of_the_form_stands_once_and_is_one_of_the_contract():
    names = [one.name for one in FIELDS]
    assert len(names) == len(set(names)) > 20
    assert {one.name for one in FIELDS if not one.of} <= set(pb.Notice.DESCRIPTOR.fields_by_name)
    assert [one.name for one in FIELDS if OUTCOMES.label(one.name) != one.label] == []


@pytest.mark.parametrize("field", [one for one in FIELDS if isinstance(one, Line)], ids=lambda one: one.name)
def test_a_text_that_is_too_long_is_said_at_its_field_and_stays_in_the_form(field):
    form = Form.of({field.name: "x" * (field.most + 1)})

    field.read(form, pb.Notice())

    assert form.errors == {field.name: f"This must have at most {field.most:,} characters; it has {field.most + 1:,}."}


def test_a_number_of_days_that_is_none_is_said_at_its_field():
    form = Form.of({"days_before": "three"})

    declared.read([one for one in ASK.fields if one.name == "days_before"], form, pb.Notice())

    assert list(form.errors) == ["days_before"]


def test_what_is_missing_is_found_step_by_step_and_named_as_on_the_page():
    letter = letter_form.beginning("CSSP", demonstration=False)
    letter.name, letter.asks, letter.subject = "notices/1", pb.TRAIN, "Fees"

    found = [(one.step, one.field) for one in letter_form.corrections(letter)]

    assert found == [
        ("letter", "reason"),
        ("letter", "contact"),
        ("change", "change"),
        ("change", "effective_date"),
        ("who", "act_scope"),
        ("ask", "course_version"),
    ]
    assert "Contact is empty" in [one.sentence for one in letter_form.corrections(letter)]


def test_what_the_services_say_of_a_letter_is_not_sent_back_to_them():
    letter = letter_form.beginning("CSSP", demonstration=True)
    letter.name, letter.etag, letter.audience = "notices/1", "4", "audiences/1"
    letter.receivers.append("agencies/lake")
    known = pb.Notice()
    known.CopyFrom(letter)
    known.state, known.author, known.due_sentence = pb.Notice.DRAFT, "people/1", "due today"
    known.attachments.add(name="notices/1/attachments/1")
    known.create_time.GetCurrentTime()

    assert letter_form.written(known) == letter


def test_a_field_of_several_lines_keeps_them_and_one_of_one_line_is_shown_as_a_line():
    controls = {type(one): one.control for one in (*LETTER.fields, *CHANGE.fields)}

    assert (controls[Line], controls[Lines]) == ("line", "area")


def chosen(**fields):
    empty = {"receivers_scope": "all", "act_scope": "all", "receivers": [], "agencies": [], "units": []}
    return Form.of(empty | {"job_classes": []} | fields)


@pytest.mark.parametrize(
    ("fields", "receivers", "clause"),
    [
        ({}, [], {}),
        ({"units": ["intake"]}, [], {}),
        ({"act_scope": "some", "units": ["legal", "intake"]}, [], {"units": ["intake", "legal"]}),
        (
            {"receivers_scope": "some", "receivers": ["agencies/yolo", "agencies/lake"]},
            ["agencies/lake", "agencies/yolo"],
            {"agencies": ["agencies/lake", "agencies/yolo"]},
        ),
        (
            {"receivers_scope": "some", "receivers": ["agencies/lake"], "act_scope": "some", "units": ["intake"]},
            ["agencies/lake"],
            {"agencies": ["agencies/lake"], "units": ["intake"]},
        ),
        ({"act_scope": "some", "agencies": ["agencies/lake"]}, [], {"agencies": ["agencies/lake"]}),
    ],
)
def test_who_gets_a_letter_and_who_must_act_are_opened_as_they_were_chosen(fields, receivers, clause):
    form, letter = chosen(**fields), pb.Notice()

    who.read_receivers(form, letter)
    wanted = who.expression(form)

    assert list(letter.receivers) == receivers
    assert wanted == audience_pb.AudienceExpression(include=[audience_pb.AudienceClause(**clause)])
    again = Form.of(who.opened(letter, audience_pb.Audience(expression=wanted)))
    assert (who.expression(again), who.digest(again)) == (wanted, who.digest(form))
    assert form.errors == {}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"receivers_scope": "some"}, "receivers"), ({"act_scope": "some"}, "act_scope")],
)
def test_some_of_nothing_is_asked_about(fields, wrong):
    form = chosen(**fields)

    who.read_receivers(form, pb.Notice())
    who.expression(form)

    assert list(form.errors) == [wrong]
