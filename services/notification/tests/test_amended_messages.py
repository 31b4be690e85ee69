"""What is said when a letter is amended: to agencies, to staff who have something to do, to who wrote it."""

from datetime import UTC, datetime

import pytest

from notification.messages import amended
from notification.messages.rules.said import said
from servicekit.calendar import pacific_date
from servicekit.testing.offices import state_calendar

from .amending import amend
from .test_messages import HOURS, tell

ANEW = {"staff_action": "Try five times to reach the person."}
LATER = {"effective_date": state_calendar().add(pacific_date(datetime.now(UTC)), 60).isoformat()}


@pytest.fixture
def people(cadre):
    return cadre.people(3)


@pytest.fixture
def letter(cadre, people):
    """A letter to three at Lake, of which everybody was told."""
    issued = cadre.issued(cadre.new_audience(*(cadre.at(person, "lake", "legal") for person in people)))
    tell(cadre)
    return issued


def tell_of_amendments(cadre, *, times=1):
    """Do what was deferred, as the process that leads does."""
    database = cadre.running.runtime.database
    for (key,) in cadre.rows("SELECT key FROM task WHERE kind = 'tell-of-amendment'"):
        for _ in range(times):
            with database.transaction(actor="services/notification", method="test/tell") as db:
                amended.tell(db, key, HOURS)
                db.run("DELETE FROM task WHERE kind = 'tell-of-amendment'")


def told(cadre, kind):
    """Who hears of it: people by id, agencies by name."""
    sql = """
    SELECT coalesce(t.person_id::text, target.scope) FROM message AS m
    LEFT JOIN message_to AS t ON t.message_id = m.id LEFT JOIN message_target AS target ON target.message_id = m.id
    WHERE m.kind = %(kind)s ORDER BY 1
    """
    return [who for (who,) in cadre.rows(sql, kind=kind) if who]


def facts(cadre, kind):
    ((found,),) = cadre.rows("SELECT facts FROM message WHERE kind = %(kind)s", kind=kind)
    return found


def test_d27_of_a_change_of_substance_all_who_have_the_letter_hear_once(cadre, letter, people):
    cadre.confirm(letter, people[0])

    amend(cadre, letter, **ANEW)
    tell_of_amendments(cadre, times=2)

    assert told(cadre, "letter.changed") == sorted(people)
    assert told(cadre, "letter.amended") == [f"agencies/{slug}" for slug in sorted(cadre.agencies)]
    ((confirm_by,),) = cadre.rows(
        "SELECT DISTINCT t.facts ? 'confirm_by' FROM message_target AS t JOIN message AS m ON m.id = t.message_id"
        " WHERE m.kind = 'letter.amended'"
    )
    assert confirm_by
    assert facts(cadre, "letter.changed")["what_changed"] == "The second step is said more plainly."


def test_of_other_days_those_hear_who_have_something_to_do(cadre, letter, people):
    cadre.confirm(letter, people[0])

    moved = amend(cadre, letter, **LATER)
    tell_of_amendments(cadre)

    assert told(cadre, "letter.changed") == sorted(people[1:])
    assert facts(cadre, "letter.changed")["due"] == moved.due_date
    assert "again" not in facts(cadre, "letter.changed")


def test_of_other_words_nobody_hears_but_who_wrote_them(cadre, letter):
    amend(cadre, letter, after="It pleads the real income, or earning capacity.")
    tell_of_amendments(cadre)

    assert (told(cadre, "letter.changed"), told(cadre, "letter.amended")) == ([], [])
    assert told(cadre, "letter.out") == [letter.author.removeprefix("people/")]


def test_who_comes_under_a_letter_by_its_amendment_hears_that_it_is_new(cadre, letter, people):
    newcomer = cadre.new_id()
    wider = cadre.new_audience(*(cadre.at(who, "lake") for who in (*people, newcomer)))

    amend(cadre, letter, audience=f"audiences/{wider}")
    tell_of_amendments(cadre)

    assert told(cadre, "letter.changed") == sorted(people)
    assert told(cadre, "letter.asked") == sorted([*people, newcomer])


def test_staff_who_do_not_see_a_letter_yet_hear_of_its_amendment_when_they_do(cadre, people):
    audience = cadre.new_audience(*(cadre.at(person, "lake") for person in people))
    letter = cadre.issued(audience, staff_release_days=5)
    tell(cadre)

    amend(cadre, letter, **ANEW)
    tell_of_amendments(cadre)

    sql = """
    SELECT DISTINCT (t.goes_at AT TIME ZONE 'America/Los_Angeles')::date::text
    FROM message_to AS t JOIN message AS m ON m.id = t.message_id WHERE m.kind = 'letter.changed'
    """
    assert cadre.rows(sql) == [(letter.staff_release_date,)]


def test_what_was_amended_again_before_it_was_told_is_told_once(cadre, letter, people):
    amend(cadre, letter, **ANEW)
    amend(cadre, letter, staff_action="Try six times.", what_changed="Six times.")
    tell_of_amendments(cadre)

    assert told(cadre, "letter.changed") == sorted(people)
    assert facts(cadre, "letter.changed")["what_changed"] == "Six times."


def test_an_amendment_that_waits_for_approval_is_called_one(cadre, letter):
    known = {"letter": "Amendment of CSSP 26-04: X", "change": "Y.", "effective": "2027-01-04"}

    assert said("letter.waiting", "notices/1", known).title == "Amendment of CSSP 26-04: X waits for approval"
