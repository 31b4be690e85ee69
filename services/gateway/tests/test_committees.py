"""Committees: rules as sentences, and who sits there by the names that a visitor sees."""

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from gateway.committees import forms, phrases
from gateway.committees.shown import People
from gateway.web.forms import Form

_LARGE = (
    "A large decision needs two thirds of those for and against, more than half in each constituency and at least one"
    " yes from each constituency."
)
_OBJECTION = (
    "An objection holds a vote until it is settled, or until two thirds of those without a conflict override it and say"
    " why."
)


def test_rules_are_said_as_sentences():
    half, most = body_pb.Fraction(numerator=1, denominator=2), body_pb.Fraction(numerator=4, denominator=6)
    rules = body_pb.BodyRules(
        quorum=half,
        quorum_of_each_constituency=1,
        thresholds=[
            body_pb.Threshold(
                decision_class="MAJOR", of_all=most, of_each_constituency=half, yes_of_each_constituency=1
            )
        ],
        notice_hours=72,
        override=most,
    )

    assert phrases.rules(rules) == [
        "More than half of the filled seats must be there, and at least one of each constituency.",
        _LARGE,
        _OBJECTION,
        "A meeting is called at least 3 days before it begins.",
        "Votes are taken at meetings alone.",
    ]


def test_rules_are_read_as_they_are_shown():
    given = body_pb.Body(rules=body_pb.BodyRules(notice_hours=72, written_votes=True))
    given.rules.quorum.numerator, given.rules.quorum.denominator = 1, 2
    given.rules.thresholds.add(decision_class="MINOR", yes_of_each_constituency=2)
    opened = {one.name: one.shown(given) for one in forms.RULES} | forms.thresholds_shown(given.rules)
    form, read = Form.of(opened), body_pb.Body()

    for one in forms.RULES:
        one.read(form, read)
    forms.read_thresholds(form, read.rules)

    assert form.errors == {}
    assert read == given
    wrong = Form.of({"quorum": "3/2"})
    forms.RULES[0].read(wrong, read)
    assert wrong.errors == {"quorum": "Give a share such as 2/3, or leave it empty."}


def test_who_is_not_seen_by_name_is_said_by_their_agency():
    one = membership_pb.Membership(person="people/1", organization="lake")

    shown = People([one], {}, {"agencies/lake": "Lake"})

    assert shown.name("people/1") == "Somebody of Lake"
    assert shown.name("people/2") == "Somebody who has no part here now"
