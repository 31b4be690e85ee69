"""Questions about letters: who asks, who sees what was asked, who answers, and what is clarified for everybody."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import question_service_pb2 as pb
from notification.messages.rules.said import said
from notification.messages.rules.windows import Hours
from notification.questions import steps, telling
from servicekit.testing.offices import state_calendar

from .conftest import ANALYST, change, new_id

HOURS = Hours(state_calendar(), always=True)
SELF = {"notices.read": ["self"], "learning.do": ["self"], "self.read": ["self"]}


def somebody(cadre, **rights):
    name = f"people/{uuid.uuid4()}"
    held = SELF | {right: list(scopes) for right, scopes in rights.items()}
    return SimpleNamespace(name=name, id=name[7:], stub=cadre.running.stubs(caller=name, rights=held))


def coordinator(cadre, agency):
    return somebody(cadre, **{"notices.confirm_for_agency": [f"agencies/{agency}"], "self.read": ["self"]})


@pytest.fixture
def asker(cadre):
    return somebody(cadre)


@pytest.fixture
def letter(cadre, asker):
    """A letter that is out, to the asker at Lake and to somebody at Yolo."""
    return cadre.issued(cadre.new_audience(change(asker.id, "lake"), change(new_id(), "yolo")))


def ask(who, letter, text="Does this hold for closed cases?", section="staff_action"):
    request = pb.AskQuestionRequest(parent=letter.name, section=section, text=text, request_id=new_id())
    return getattr(who, "stub", who).AskQuestion(request)


def answer(cadre, question, text="Yes, for a year."):
    return cadre.analyst.AnswerQuestion(pb.AnswerQuestionRequest(name=question.name, text=text, request_id=new_id()))


def clarify(cadre, letter, text="It holds for cases that were closed less than a year ago.", **values):
    request = {"parent": letter.name, "section": "staff_action", "text": text, "request_id": new_id()} | values
    return cadre.analyst.CreateClarification(pb.CreateClarificationRequest(**request))


def questions(who, letter, **page):
    return getattr(who, "stub", who).ListQuestions(pb.ListQuestionsRequest(parent=letter.name, **page))


def clarifications(who, letter):
    request = pb.ListClarificationsRequest(parent=letter.name)
    return getattr(who, "stub", who).ListClarifications(request).clarifications


def waiting(cadre, **page):
    return cadre.analyst.ListOpenQuestions(pb.ListOpenQuestionsRequest(**page))


def told(cadre):
    """Have everything told that waits; the kinds of messages by whom they are for."""
    database = cadre.running.runtime.database
    with database.transaction(actor="services/notification", method="test") as db:
        for key in db.values("SELECT key FROM task WHERE kind = %(kind)s ORDER BY key", kind=telling.TASK):
            steps.tell(db, key, HOURS)
    return [
        (kind, str(person))
        for kind, person in cadre.rows(
            "SELECT kind, person_id FROM message JOIN message_to ON message_id = message.id"
            " WHERE kind IN ('question.asked', 'question.answered', 'letter.clarified') ORDER BY kind, person_id"
        )
    ]


def test_who_sees_a_letter_asks_about_a_part_of_it_and_reads_the_answer(cadre, asker, letter):
    asked = ask(asker, letter)

    assert (asked.section, asked.asker, list(asked.agencies)) == ("staff_action", asker.name, ["agencies/lake"])
    assert not asked.answers
    answer(cadre, asked)
    answer(cadre, asked, "And for two years where a court says so.")
    (seen,) = questions(asker, letter).questions
    assert [one.text for one in seen.answers] == ["Yes, for a year.", "And for two years where a court says so."]
    assert {one.answerer for one in seen.answers} == {ANALYST}
    assert asker.stub.GetQuestion(pb.GetQuestionRequest(name=asked.name)) == seen


def test_a_question_is_seen_by_who_asked_their_coordinator_and_the_state_and_nobody_else(cadre, asker, letter):
    asked = ask(asker, letter)
    answer(cadre, asked)
    sees = {
        "state": cadre.analyst,
        "approver": somebody(cadre, **{"notices.approve": ["state"]}),
        "own coordinator": coordinator(cadre, "lake"),
    }
    blind = {
        "colleague": somebody(cadre),
        "another coordinator": coordinator(cadre, "yolo"),
        "supervisor": somebody(cadre, **{"readiness.read_agency": ["agencies/lake"]}),
        "evaluator": somebody(cadre, **{"readiness.read": ["state"]}),
    }

    assert {who: questions(one, letter).total_count for who, one in sees.items()} == dict.fromkeys(sees, 1)
    assert {who: questions(one, letter).total_count for who, one in blind.items()} == dict.fromkeys(blind, 0)
    get = pb.GetQuestionRequest(name=asked.name)
    for one in blind.values():
        assert not questions(one, letter).questions
        assert cadre.reason_of(one.stub.GetQuestion, get) == "NOT_FOUND"


def test_only_who_writes_letters_for_the_state_answers_and_clarifies(cadre, asker, letter):
    asked = ask(asker, letter)
    answers = pb.AnswerQuestionRequest(name=asked.name, text="Yes.", request_id=new_id())
    clarifies = pb.CreateClarificationRequest(parent=letter.name, text="Yes.", request_id=new_id())
    for who in (asker, coordinator(cadre, "lake")):
        assert cadre.reason_of(who.stub.AnswerQuestion, answers) == "PERMISSION_MISSING"
        assert cadre.reason_of(who.stub.CreateClarification, clarifies) == "PERMISSION_MISSING"
        assert cadre.reason_of(who.stub.ListOpenQuestions, pb.ListOpenQuestionsRequest()) == "PERMISSION_MISSING"


def test_a_clarification_is_seen_by_everybody_who_sees_the_letter_and_names_nobody_who_asked(cadre, asker, letter):
    asked = ask(asker, letter)
    given = clarify(cadre, letter, question=asked.name)

    (seen,) = clarifications(somebody(cadre), letter)
    assert seen == given
    assert (seen.section, seen.giver, seen.superseded_by) == ("staff_action", ANALYST, "")
    assert asker.name not in str(seen)
    assert asked.name not in str(seen)
    (own,) = questions(asker, letter).questions
    assert list(own.clarifications) == [given.name]
    assert asked.name not in {one.name for one in waiting(cadre).questions}


def test_a_clarification_is_superseded_once_and_stays(cadre, letter):
    first = clarify(cadre, letter)
    second = clarify(cadre, letter, "It holds for all cases.", supersedes=first.name)

    assert [(one.name, one.superseded_by) for one in clarifications(cadre.analyst, letter)] == [
        (first.name, second.name),
        (second.name, ""),
    ]
    assert cadre.reason_of(lambda: clarify(cadre, letter, "No.", supersedes=first.name)) == "ALREADY_SUPERSEDED"
    other = cadre.issued(cadre.new_audience(change(new_id(), "lake")))
    assert cadre.reason_of(lambda: clarify(cadre, other, supersedes=second.name)) == "INVALID_FIELD"
    assert cadre.reason_of(lambda: clarify(cadre, letter, question=f"{other.name}/questions/{new_id()}")) == (
        "INVALID_FIELD"
    )


def test_of_eight_that_supersede_one_at_the_same_time_one_does(cadre, letter):
    first = clarify(cadre, letter)

    def supersede(number):
        return cadre.reason_of(lambda: clarify(cadre, letter, f"Number {number}.", supersedes=first.name))

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(supersede, range(8)))
    assert answers == ["", *["ALREADY_SUPERSEDED"] * 7]


def test_a_withdrawn_letter_takes_no_questions_and_what_was_asked_is_still_answered(cadre, asker, letter):
    asked = ask(asker, letter)
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(name=letter.name, etag=letter.etag, reason="Wrong.", request_id=new_id())
    )

    assert cadre.reason_of(ask, asker, letter) == "NOTICE_WITHDRAWN"
    assert cadre.reason_of(lambda: clarify(cadre, letter)) == "NOTICE_WITHDRAWN"
    answer(cadre, asked, "It was withdrawn.")
    assert questions(asker, letter).questions[0].answers[0].text == "It was withdrawn."


def test_a_draft_and_a_letter_that_staff_do_not_see_yet_have_no_questions_for_them(cadre, asker):
    draft = cadre.draft(cadre.new_audience(change(asker.id, "lake")))
    embargoed = cadre.issued(cadre.new_audience(change(asker.id, "lake")), staff_release_days=5)
    clarify(cadre, embargoed)

    assert cadre.reason_of(ask, cadre.analyst, draft) == "NOT_FOUND"
    for letter in (draft, embargoed):
        for call in (ask, questions, clarifications):
            assert cadre.reason_of(call, asker, letter) == "NOT_FOUND"
    lake = coordinator(cadre, "lake")
    assert list(ask(lake, embargoed).agencies) == ["agencies/lake"]
    lake.stub.ReleaseToStaff(
        agency_pb.ReleaseToStaffRequest(parent="agencies/lake", notice=embargoed.name, request_id=new_id())
    )
    assert len(clarifications(asker, embargoed)) == 1


@pytest.mark.parametrize(
    ("section", "text"),
    [("", ""), ("staff_action", "  "), ("until_then", "Why?"), ("contact", "Why?"), ("id", "Why?"), ("", "x" * 2001)],
)
def test_a_question_says_something_about_a_part_that_the_letter_has(cadre, asker, letter, section, text):
    assert cadre.reason_of(lambda: ask(asker, letter, text, section)) == "INVALID_FIELD"


def test_what_waits_is_listed_the_oldest_first_page_by_page(cadre, asker, letter):
    before = waiting(cadre).total_count
    mine = [ask(asker, letter, f"Question {number}?").name for number in range(5)]
    seen, token = [], ""
    while True:
        page = waiting(cadre, page_size=2, page_token=token)
        seen += [one.name for one in page.questions]
        token = page.next_page_token
        if not token:
            break

    assert page.total_count == before + 5
    assert [name for name in seen if name in mine] == mine
    own, token = [], ""
    while True:
        page = questions(asker, letter, page_size=2, page_token=token)
        own += [one.name for one in page.questions]
        token = page.next_page_token
        if not token:
            break
    assert own == mine[::-1]


def test_a_question_that_is_sent_twice_is_asked_once(cadre, asker, letter):
    request = pb.AskQuestionRequest(parent=letter.name, text="Why?", request_id=new_id())
    assert asker.stub.AskQuestion(request) == asker.stub.AskQuestion(request)
    assert questions(asker, letter).total_count == 1


def test_who_wrote_the_letter_hears_of_a_question_and_who_asked_of_the_answer_and_of_clarifications(
    cadre, asker, letter
):
    earlier = told(cadre)
    other = somebody(cadre)
    asked = ask(asker, letter)
    ask(other, letter, "Who signs?")
    answer(cadre, asked)
    clarify(cadre, letter)

    news = told(cadre)
    for one in earlier:
        news.remove(one)
    assert sorted(news) == sorted(
        [
            ("question.asked", ANALYST[7:]),
            ("question.asked", ANALYST[7:]),
            ("question.answered", asker.id),
            ("letter.clarified", asker.id),
            ("letter.clarified", other.id),
        ]
    )
    assert told(cadre) == sorted([*earlier, *news])


def test_no_message_says_what_was_asked_or_answered(cadre, asker, letter):
    asked = ask(asker, letter, "Zebrafish?")
    answer(cadre, asked, "Zebrafish.")
    clarify(cadre, letter, "Zebrafish!", question=asked.name)
    told(cadre)

    for kind, about, facts in cadre.rows(
        "SELECT kind, about, facts FROM message WHERE kind IN ('question.asked', 'question.answered',"
        " 'letter.clarified') AND about = %(about)s",
        about=letter.name,
    ):
        one = said(kind, about, facts)
        assert one.link == f"/letters/{letter.name[8:]}/questions"
        assert "Zebrafish" not in str(one)


def test_what_was_answered_and_clarified_is_never_changed(cadre, asker, letter):
    answer(cadre, ask(asker, letter))
    clarify(cadre, letter)
    for table in ("question_answer", "clarification"):
        with pytest.raises(Exception, match="append-only"), cadre.running.connect() as connection:
            connection.execute(f"UPDATE {table} SET text = 'x'")


def test_a_question_names_the_moment_at_which_it_was_asked(asker, letter):
    asked = ask(asker, letter)
    assert abs(asked.ask_time.ToDatetime(UTC) - datetime.now(UTC)).total_seconds() < 60


def test_tasks_of_questions_are_asked_for_in_their_transaction(cadre, asker, letter):
    asked = ask(asker, letter)
    with cadre.running.runtime.database.read() as db:
        keys = db.values("SELECT key FROM task WHERE kind = %(kind)s", kind=telling.TASK)
    assert f"asked/{asked.name.rpartition('/')[2]}" in keys
