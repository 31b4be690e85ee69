"""What changed between two versions of a course, as whoever takes it reads it."""

from cadre.curriculum.v1 import trace_service_pb2 as pb
from gateway.courses import changes

WORDS = pb.ChangedWords


def test_objectives_are_sentences_before_and_now():
    before = pb.Objective(condition="a case", behavior="finds the parent", standard="within 30 days")
    after = pb.Objective(condition="a case", behavior="finds the parent", standard="within 10 days")
    found = changes.objectives(
        pb.CourseComparison(
            objectives=[
                pb.ObjectiveChange(after=after),
                pb.ObjectiveChange(before=before, after=after),
                pb.ObjectiveChange(before=before),
            ]
        )
    )

    was, now = (f"Given a case, the worker finds the parent, within {days} days" for days in (30, 10))
    assert [(one.title, one.means, one.pieces) for one in found] == [
        (now, "New", []),
        (now, "Changed", [("del", was)]),
        (was, "Taken out", []),
    ]


def test_sections_say_what_became_of_them_with_their_words():
    words = [
        WORDS(kind=WORDS.SAME, text="Call "),
        WORDS(kind=WORDS.REMOVED, text="soon"),
        WORDS(kind=WORDS.ADDED, text="now"),
    ]
    found = changes.sections(
        pb.CourseComparison(
            sections=[
                pb.SectionChange(
                    title_before="Calls", title_after="Calls", minutes_before=5, minutes_after=7, words=words
                ),
                pb.SectionChange(title_before="Mail", title_after="Letters", minutes_before=5, minutes_after=5),
                pb.SectionChange(title_before="A", title_after="A", pieces_changed=True),
                pb.SectionChange(title_after="B", minutes_after=3),
                pb.SectionChange(title_before="C", minutes_before=3),
            ]
        )
    )

    assert [(one.title, one.means, one.pieces) for one in found] == [
        ("Calls, 7 minutes instead of 5", "Changed", [("", "Call "), ("del", "soon"), ("ins", "now")]),
        ("Letters (before: Mail)", "Changed", []),
        ("A", "Something beside its words changed", []),
        ("B", "New", []),
        ("C", "Taken out", []),
    ]
