"""The decisions, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification.inbox.rules import Counts, Standing
from notification.letters.rules import due_dates, letter, lifecycle
from notification.letters.rules.due_dates import DueRule
from notification.letters.rules.letter import Asks, Letter
from notification.letters.rules.lifecycle import FINAL, STEPS, NoticeWithdrawn, SelfApproval, State, Step, WrongState
from servicekit.refusals import InvalidField, Stale
from servicekit.testing.offices import state_calendar

COMPLETE = Letter(
    kind="POLICY",
    series="CSSP",
    number="26-04",
    addressees="ALL IV-D DIRECTORS",
    subject="Subject",
    reason="STATE_LAW",
    contact="Somebody",
    change="Something",
    effective_date=date(2027, 1, 4),
    audience_id=uuid4(),
    asks="TRAIN",
    course_id="earning-capacity",
    course_version=2,
)
FIVE = "due Wednesday, December 2, 5 business days after"
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
NOW = datetime(2026, 11, 23, tzinfo=UTC)


class TestLetter:
    def test_a_complete_letter_may_be_sent_for_approval(self):
        letter.check_draft(COMPLETE)
        letter.check_complete(COMPLETE)

    @pytest.mark.parametrize("day", [date.min, date(27, 2, 1), date(1974, 12, 31), date(2101, 1, 1), date.max])
    def test_a_draft_of_before_there_was_a_range_of_days_is_not_sent_for_approval(self, day):
        with pytest.raises(InvalidField) as refusal:
            letter.check_complete(replace(COMPLETE, effective_date=day))
        assert refusal.value.field == "notice.effective_date"

    @pytest.mark.parametrize(
        ("missing", "named"),
        [
            ("kind", "kind"),
            ("series", "series"),
            ("addressees", "addressees"),
            ("subject", "subject"),
            ("reason", "reason"),
            ("contact", "contact"),
            ("change", "change"),
            ("effective_date", "effective_date"),
            ("audience_id", "audience"),
            ("asks", "asks"),
            ("course_id", "course_version"),
        ],
    )
    def test_each_field_that_is_missing_is_named(self, missing, named):
        values = {**vars(COMPLETE), missing: None if missing in ("effective_date", "audience_id") else ""}

        with pytest.raises(InvalidField) as refusal:
            letter.check_complete(Letter(**values))

        assert refusal.value.field == f"notice.{named}"
        assert refusal.value.metadata["missing"] == named

    def test_all_that_is_missing_is_named_at_once(self):
        with pytest.raises(InvalidField) as refusal:
            letter.check_complete(Letter(asks="READ", kind="POLICY", series="CSSP", number="26-01"))

        assert refusal.value.metadata["missing"] == "addressees,subject,reason,contact,change,effective_date,audience"

    @pytest.mark.parametrize(
        ("field", "value", "named"),
        [
            ("series", "cssp", "notice.series"),
            ("number", "26/4", "notice.number"),
            ("subject", "x" * 301, "notice.subject"),
            ("body", "x" * 100_001, "notice.body"),
            ("business_days_before_effective", -1, "notice.due_rule.business_days_before_effective"),
            ("business_days_after_issue", 251, "notice.due_rule.business_days_after_issue"),
            ("agency_confirms_within", -1, "notice.agency_confirms_within"),
        ],
    )
    def test_a_draft_is_refused_what_it_may_not_hold(self, field, value, named):
        with pytest.raises(InvalidField) as refusal:
            letter.check_draft(Letter(**{**vars(COMPLETE), field: value}))

        assert refusal.value.field == named

    def test_a_course_needs_a_letter_that_asks_to_train(self):
        with pytest.raises(InvalidField) as refusal:
            letter.check_draft(Letter(asks="CONFIRM", course_id="earning-capacity", course_version=1))

        assert refusal.value.field == "notice.course_version"

    def test_the_hash_is_that_of_every_field_and_of_nothing_else(self):
        first = letter.digest(letter.canonical(COMPLETE))

        assert first == letter.digest(letter.canonical(Letter(**vars(COMPLETE))))
        texts = [name for name, value in vars(COMPLETE).items() if isinstance(value, str)]
        assert len(texts) > 10
        for name in texts:
            other = Letter(**{**vars(COMPLETE), name: getattr(COMPLETE, name) + "ñ"})
            assert letter.digest(letter.canonical(other)) != first, name


class TestLifecycle:
    @pytest.mark.parametrize(("step", "state"), list(product(Step, State)))
    def test_a_step_happens_from_where_it_starts_and_is_refused_elsewhere(self, step, state):
        starts, end = STEPS[step]
        if state in starts:
            assert lifecycle.after(step, "notices/1", state) is end
            return
        with pytest.raises(WrongState) as refusal:
            lifecycle.after(step, "notices/1", state)

        needed = " or ".join(starts)
        assert refusal.value.metadata == {"notice": "notices/1", "state": state, "needed": needed}

    def test_every_state_has_an_exit_or_is_final_and_a_final_one_can_be_reached(self):
        exits = {state: {end for starts, end in STEPS.values() if state in starts} - {state} for state in State}

        assert {state for state, ends in exits.items() if not ends} == set(FINAL)
        for start in set(State) - set(FINAL):
            reached, seen = {start}, set()
            while reached - seen:
                state = (reached - seen).pop()
                seen.add(state)
                reached |= exits[state]
            assert State.WITHDRAWN in reached, start
            assert State.HISTORIC not in reached

    def test_what_holds_no_more_asks_for_nothing(self):
        lifecycle.check_in_force("notices/1", None)
        with pytest.raises(NoticeWithdrawn) as refusal:
            lifecycle.check_in_force("notices/1", NOW)

        assert refusal.value.metadata == {"notice": "notices/1", "withdraw_time": NOW.isoformat()}

    def test_a_time_of_issue_lies_ahead_and_not_too_far(self):
        for ahead in (timedelta(seconds=1), timedelta(days=366)):
            lifecycle.check_publish_at(NOW + ahead, NOW)
        for ahead in (timedelta(), timedelta(days=-1), timedelta(days=367)):
            with pytest.raises(InvalidField) as refusal:
                lifecycle.check_publish_at(NOW + ahead, NOW)
            assert refusal.value.field == "publish_at"

    def test_who_wrote_on_a_notice_cannot_approve_it(self):
        author, editor, approver = uuid4(), uuid4(), uuid4()

        lifecycle.check_approver("notices/1", approver, [author, editor])
        for writer in (author, editor):
            with pytest.raises(SelfApproval):
                lifecycle.check_approver("notices/1", writer, [author, editor])

    def test_an_etag_must_be_given_and_be_the_newest(self):
        lifecycle.check_etag("notices/1", "4", 4)
        with pytest.raises(Stale):
            lifecycle.check_etag("notices/1", "3", 4)
        with pytest.raises(InvalidField):
            lifecycle.check_etag("notices/1", "", 4)

    def test_a_return_and_a_withdrawal_say_why(self):
        assert lifecycle.check_reason("  Wrong date. ") == "Wrong date."
        for reason in ("", "  ", "x" * 2_001):
            with pytest.raises(InvalidField) as refusal:
                lifecycle.check_reason(reason)
            assert refusal.value.field == "reason"


class TestDueDates:
    @given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 10), DAYS, DAYS)
    def test_nobody_has_less_time_than_the_rule_grants(self, before, after, release, effective, issued):
        rule = DueRule(before, after, release)
        due = due_dates.due_date(rule, state_calendar(), effective=effective, issued=issued)
        seen = due_dates.staff_release_date(rule, state_calendar(), issued=issued)

        assert state_calendar().between(issued, seen) >= release
        assert state_calendar().between(seen, due) >= after
        assert due in (state_calendar().add(effective, -before), state_calendar().add(seen, after))

    @given(st.integers(1, 30), DAYS, DAYS)
    def test_a_joiner_is_never_due_before_the_others_and_has_their_days(self, days, due, joined):
        joiner_due = due_dates.joiner_due_date(state_calendar(), due, days, joined)

        assert joiner_due >= due
        assert state_calendar().between(joined, joiner_due) >= days
        assert joiner_due == due or state_calendar().is_business_day(joiner_due)

    @pytest.mark.parametrize(
        ("effective", "due"),
        [
            # Monday, July 6: the 4th, a Saturday, closes no office on Friday.
            (date(2026, 7, 6), date(2026, 7, 1)),
            # The Monday after November 11 on a Saturday, which is kept on Friday.
            (date(2034, 11, 13), date(2034, 11, 7)),
            # The Thursday after New Year's Day on a Sunday, which is kept on Monday.
            (date(2034, 1, 5), date(2033, 12, 30)),
            # February 15 is a working day; Presidents' Day, Monday the 19th, is none.
            (date(2029, 2, 20), date(2029, 2, 14)),
        ],
    )
    def test_due_dates_know_the_states_holidays_and_no_others(self, effective, due):
        rule = DueRule(3, 0)
        assert due_dates.due_date(rule, state_calendar(), effective=effective, issued=date(2020, 1, 2)) == due

    @pytest.mark.parametrize(
        ("rule", "effective", "said"),
        [
            (DueRule(3, 5), date(2027, 1, 4), "due Tuesday, December 29, 3 business days before it takes effect"),
            (DueRule(1, 5), date(2027, 1, 4), "due Thursday, December 31, 1 business day before it takes effect"),
            (DueRule(0, 1), date(2027, 1, 4), "due Monday, January 4, when it takes effect"),
            # Thanksgiving and the day after it are holidays.
            (DueRule(3, 5), date(2026, 11, 24), f"{FIVE} issue; it takes effect before that, on Tuesday, November 24"),
            (DueRule(3, 5), date(2026, 11, 23), f"{FIVE} issue; it takes effect on the day of issue"),
            (DueRule(3, 5), date(2026, 11, 22), f"{FIVE} issue; it took effect yesterday, Sunday, November 22"),
            (DueRule(3, 5), date(2026, 1, 1), f"{FIVE} issue; it has been in effect since Thursday, January 1"),
            (DueRule(3, 5), date(2024, 9, 1), f"{FIVE} issue; it has been in effect since Sunday, September 1, 2024"),
            (DueRule(3, 0), date(2026, 11, 23), "due Monday, November 23, the day of issue"),
            (
                DueRule(3, 3, 2),
                date(2026, 11, 25),
                (
                    "due Wednesday, December 2, 3 business days after staff see it; it takes effect before that, "
                    "on Wednesday, November 25"
                ),
            ),
            (DueRule(3, 0, 2), date(2026, 11, 25), "due Wednesday, November 25, the day on which staff see it"),
            (DueRule(3, 5), date(2026, 12, 3), f"{FIVE} issue"),
        ],
    )
    def test_a_due_date_is_a_sentence_that_says_plainly_what_takes_effect_before(self, rule, effective, said):
        assert due_dates.sentence(rule, state_calendar(), effective=effective, issued=date(2026, 11, 23)) == said

    @given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 10), DAYS, DAYS)
    def test_every_rule_and_day_has_its_sentence(self, before, after, release, effective, issued):
        rule = DueRule(before, after, release)
        said = due_dates.sentence(rule, state_calendar(), effective=effective, issued=issued)

        assert said.startswith("due ")
        due = due_dates.due_date(rule, state_calendar(), effective=effective, issued=issued)
        late = effective < due
        assert (";" in said) == late


def standings():
    moments = (None, NOW)
    for asks, read, confirmed, trained, excused, on_leave in product(
        Asks, moments, moments, moments, (False, True), (False, True)
    ):
        yield Standing(asks, read, confirmed, trained, excused=excused, on_leave=on_leave)


class TestStanding:
    def test_every_person_is_in_one_part_of_the_list_at_most(self):
        checked = 0
        for standing in standings():
            counts = standing.counts()
            assert counts.ready + counts.not_started + counts.on_leave <= counts.listed
            assert counts.listed + counts.excused == 1
            assert counts.ready == standing.ready
            done = (counts.ready, counts.read, counts.confirmed, counts.trained, counts.not_started)
            assert max(done) <= counts.listed - counts.on_leave
            checked += 1
        assert checked == 128

    def test_ready_needs_every_step_that_is_asked(self):
        def ready(asks, *, read=None, confirmed=None, trained=None):
            return Standing(asks, read, confirmed, trained, excused=False, on_leave=False).ready

        assert ready("NOTHING")
        assert not ready("READ")
        assert ready("READ", read=NOW)
        assert not ready("CONFIRM", read=NOW)
        assert ready("CONFIRM", read=NOW, confirmed=NOW)
        assert not ready("TRAIN", read=NOW, confirmed=NOW)
        assert not ready("TRAIN", read=NOW, trained=NOW)
        assert ready("TRAIN", read=NOW, confirmed=NOW, trained=NOW)

    def test_not_started_is_who_is_at_work_and_did_nothing_at_all(self):
        for standing in standings():
            did = standing.read_at or standing.confirmed_at or standing.trained_at
            here = not standing.excused and not standing.on_leave
            assert standing.counts().not_started == (here and not did and standing.asks != Asks.NOTHING)

    def test_who_is_on_leave_or_excused_is_not_ready_whatever_they_did(self):
        for excused, on_leave in ((True, False), (False, True), (True, True)):
            assert not Standing("READ", NOW, NOW, NOW, excused=excused, on_leave=on_leave).ready

    def test_a_difference_of_nothing_is_nothing(self):
        counts = Counts(listed=1, read=1)

        assert not counts - counts
        assert counts - Counts()
        assert (Counts() - counts) == Counts(listed=-1, read=-1)
