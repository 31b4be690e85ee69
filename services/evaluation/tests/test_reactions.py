"""Asking for a reaction and taking it: through the service, its database and its key."""

from datetime import timedelta

import pytest

from evaluation.quality.box import COMMENT_BYTES, RATING_BYTES, box_of, tickets_of
from evaluation.quality.releases import release
from servicekit.rpc import keys
from servicekit.testing.plugin import ISSUER

from .conftest import COURSE, QUESTIONS, RIGHT, VERSION, new_id, refusal

# ---- the form ----


def test_the_form_asks_five_plain_questions_with_a_ticket(quality):
    form = quality.form(f"people/{new_id()}")

    assert [question.id for question in form.questions] == QUESTIONS
    assert (form.version, len(form.answers), form.questions[0].text) == (1, 5, "I can use this in my own work.")
    assert len(form.ticket) > 40


def test_only_who_took_the_test_is_asked(quality, evaluation, published):
    quality.hear(2, test=("intake", 1))
    version = f"{COURSE}/versions/2"
    me = f"people/{evaluation.person_id}"
    sitting = evaluation.start(published)

    refused = refusal(quality.form, me, version)
    assert (refused.reason, refused.metadata) == ("NOT_TAKEN_YET", {"course_version": version})

    evaluation.submit(sitting, *RIGHT)
    assert quality.form(me, version).ticket
    assert refusal(quality.form, f"people/{new_id()}", version).reason == "NOT_TAKEN_YET"


def test_there_is_no_form_for_a_course_that_nobody_published_and_none_for_a_service(quality):
    refused = refusal(quality.form, f"people/{new_id()}", f"{COURSE}/versions/9")
    assert (refused.reason, refused.metadata) == ("NOT_FOUND", {"resource": f"{COURSE}/versions/9"})
    assert refusal(quality.form, "services/test").reason == "PERMISSION_MISSING"
    assert list(refusal(quality.form, f"people/{new_id()}", f"{COURSE}/versions/x").fields) == ["course_version"]


# ---- the ticket ----


def test_an_answer_sent_twice_counts_once_also_when_the_form_was_opened_twice(quality):
    person = f"people/{new_id()}"
    first = quality.send(5, 5, 5, 5, 5, person=person)
    quality.stub(person, tests_take=["self"]).SendReaction(first)
    assert quality.form(person).sent
    quality.send(1, 1, 1, 1, 1, person=person)

    assert not quality.form(f"people/{new_id()}").sent
    assert quality.waiting() == 6
    assert quality.rows("SELECT count(*) FROM spent_ticket") == [(1,)]


@pytest.mark.parametrize("ticket", ["", "made-up", "AAAA", "é", "=" * 8])
def test_a_ticket_that_we_did_not_give_is_refused(quality, ticket):
    refused = refusal(quality.send, ticket=ticket)

    assert (refused.reason, list(refused.fields)) == ("TICKET_INVALID", ["ticket"])
    assert refused.metadata == {"course_version": VERSION}
    assert quality.waiting() == 0


def test_a_ticket_is_good_for_its_course_only(quality):
    quality.hear(2)
    ticket = quality.form(f"people/{new_id()}").ticket

    assert refusal(quality.send, version=f"{COURSE}/versions/2", ticket=ticket).reason == "TICKET_INVALID"
    quality.send(ticket=ticket)


def test_a_ticket_of_before_a_restart_is_still_good_and_no_two_processes_give_the_same_one(quality):
    before, after = tickets_of(quality.keys_dir), tickets_of(quality.keys_dir)
    given = before.give("people/1", VERSION)

    assert after.digest(given, VERSION) == before.digest(given, VERSION)
    assert given == before.give("people/1", VERSION)
    assert given not in {after.give("people/1", VERSION), before.give("people/2", VERSION)}


def test_a_reaction_that_is_refused_spends_no_ticket(quality):
    person = f"people/{new_id()}"
    refused = refusal(quality.send, 0, 0, 0, 0, 0, person=person)
    assert (refused.reason, list(refused.fields)) == ("INVALID_FIELD", ["ratings"])

    quality.send(person=person)
    assert quality.waiting() == 6


def test_no_line_in_the_log_names_who_sent_a_reaction(quality, evaluation, published, capsys):
    person = f"people/{evaluation.person_id}"
    quality.send(person=person)
    evaluation.start(published)

    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err).splitlines() if evaluation.person_id in line]
    # Whoever starts a test leaves a line; whoever says what they think leaves none.
    assert lines
    assert not [line for line in lines if "StartSitting" not in line]


# ---- the box ----


def test_what_waits_is_sealed_all_alike_whatever_was_said(quality):
    quality.send(5, 0, 0, 0, 0)
    quality.send(1, 1, 1, 1, 1, comment="Ü" * 1000, agency="los-angeles")

    rows = quality.rows("SELECT length(sealed), count(*) FROM sealed_answer GROUP BY 1 ORDER BY 1")
    overhead = 12 + 16
    assert rows == [(RATING_BYTES + overhead, 10), (COMMENT_BYTES + overhead, 2)]


def test_what_was_sealed_is_read_with_its_key_only_and_unchanged_only(quality, tmp_path):
    box = box_of(quality.keys_dir)
    sealed = box.seal({"rating": 4}, RATING_BYTES)
    keys.ensure_keys(tmp_path, ISSUER, {"evaluation": []})

    assert box.open(sealed) == {"rating": 4}
    assert box_of(tmp_path).open(sealed) is None
    assert box.open(sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert box.seal({"rating": 4}, RATING_BYTES) != sealed


def test_answers_whose_key_is_gone_stay_where_they_are(quality, tmp_path):
    for _ in range(5):
        quality.send()
    keys.ensure_keys(tmp_path, ISSUER, {"evaluation": []})

    release(quality.database, quality.at + timedelta(days=1), box_of(tmp_path))

    assert quality.waiting() == 30
    quality.release()
    assert quality.waiting() == 0
