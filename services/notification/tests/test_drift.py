"""The stored figures are those of a recount, whatever happened, in whatever order, at the same time."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cadre.enrollment.v1 import events_pb2 as enrollment
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.inbox.rules import Counts, Standing

from .amending import amend

PEOPLE = 5
AGENCIES = ("alameda", "lake", "yolo")
ASKS = (notice_pb.READ, notice_pb.CONFIRM, notice_pb.TRAIN)

person = st.integers(0, PEOPLE - 1)
asked = st.sampled_from(ASKS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.lists(st.tuples(person, st.sets(st.sampled_from(AGENCIES)), st.booleans()))),
        st.tuples(st.just("read"), asked, person),
        st.tuples(st.just("confirm"), asked, person),
        st.tuples(st.just("complete"), asked, st.sets(person, min_size=1)),
        st.tuples(st.just("retract"), asked, st.sets(person, min_size=1)),
        st.tuples(st.just("waive"), asked, st.sets(person, min_size=1)),
        st.tuples(st.just("assign"), asked, st.sets(person, min_size=1)),
        st.tuples(st.just("amend"), asked, st.booleans()),
    ),
    max_size=25,
)


@dataclass
class World:
    """What should be so, kept by the rule for one person: the service keeps it by SQL for many."""

    cadre: object
    people: list = field(init=False)
    notices: dict = field(init=False)
    places: dict = field(init=False)
    away: dict = field(init=False)
    done: dict = field(default_factory=dict)

    def __post_init__(self):
        self.people = self.cadre.people(PEOPLE)
        self.places = {n: {AGENCIES[n % 3]} for n in range(PEOPLE)}
        self.away = dict.fromkeys(range(PEOPLE), False)
        audience = self.cadre.new_audience(*(self.cadre.at(self.people[n], AGENCIES[n % 3]) for n in range(PEOPLE)))
        self.audience = audience
        self.notices = {asks: self.cadre.issued(audience, asks=asks) for asks in ASKS}

    def move(self, moves):
        """People are at these agencies and on leave or not, from one revision to the next."""
        changes = []
        for n, agencies, away in {move[0]: move for move in moves}.values():
            everywhere = agencies | self.places[n]
            changes += [
                self.cadre.at(self.people[n], agency, member=agency in agencies, on_leave=away)
                for agency in sorted(everywhere)
            ]
            self.places[n], self.away[n] = agencies, away and bool(agencies)
        self.cadre.members(self.audience, *changes)

    def read(self, asks, n):
        self._step(self.cadre.read, asks, n, "read")

    def confirm(self, asks, n):
        self._step(self.cadre.confirm, asks, n, "read", "confirmed")

    def _step(self, act, asks, n, *did):
        reason = self.cadre.reason_of(act, self.notices[asks], self.people[n])
        assert reason == ("" if self.places[n] else "NOT_FOUND")
        if not reason:
            self.did(asks, n).update(dict.fromkeys(did, True))

    def amend(self, asks, anew):
        """A letter gets another version, with which all is asked anew or not."""
        letter = self.notices[asks]
        text = f"Try {letter.version + 1} times."
        changes = {"staff_action": text} if anew else {"addressees": f"ALL DIRECTORS, edition {letter.version + 1}"}
        self.notices[asks] = amend(self.cadre, letter, **changes)
        for n in range(PEOPLE) if anew else ():
            self.did(asks, n).update(read=False, confirmed=False)

    def complete(self, asks, some):
        self.cadre.deliver(self.cadre.completed(self.notices[asks], *(self.people[n] for n in some)))
        for n in some:
            self.did(asks, n)["trained"] = True

    def retract(self, asks, some):
        notice_id = self.notices[asks].name.removeprefix("notices/")
        people = [self.people[n] for n in some]
        self.cadre.deliver(
            enrollment.CompletionRetracted(requirement_id=notice_id, notice_id=notice_id, person_ids=people)
        )
        for n in some:
            self.did(asks, n)["trained"] = False

    def waive(self, asks, some):
        self._tell(enrollment.AssignmentWaived, asks, some, excused=True)

    def assign(self, asks, some):
        self._tell(enrollment.AssignmentCreated, asks, some, excused=False)

    def _tell(self, message_type, asks, some, *, excused):
        notice_id = self.notices[asks].name.removeprefix("notices/")
        people = [self.people[n] for n in some]
        self.cadre.deliver(message_type(requirement_id=notice_id, notice_id=notice_id, person_ids=people))
        for n in some:
            self.did(asks, n)["excused"] = excused

    def did(self, asks, n):
        return self.done.setdefault((asks, n), {})

    def expected(self, asks, agency=None):
        """The figure of an agency, or of the state."""
        now = datetime.now(UTC)
        total = Counts()
        for n, places in self.places.items():
            if agency in places or (agency is None and places):
                did = self.did(asks, n)
                moments = (now if did.get(step) else None for step in ("read", "confirmed", "trained"))
                standing = Standing(
                    notice_pb.Asks.Name(asks), *moments, excused=did.get("excused", False), on_leave=self.away[n]
                )
                total = total - (Counts() - standing.counts())
        named = {("of" if name == "listed" else name): value for name, value in vars(total).items()}
        return {name: value for name, value in named.items() if value}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_history_ends_with_the_figures_of_the_rule(cadre, history):
    world = World(cadre)

    for name, *arguments in history:
        getattr(world, name)(*arguments)

    for asks, notice in world.notices.items():
        readiness = cadre.readiness(notice)
        assert cadre.figures(readiness.state) == world.expected(asks)
        by_agency = {row.agency.removeprefix("agencies/"): cadre.figures(row.counts) for row in readiness.agencies}
        assert {agency: by_agency[agency] for agency in AGENCIES} == {
            agency: world.expected(asks, agency) for agency in AGENCIES
        }
    assert cadre.audits()["readiness.drift"] == 0


@pytest.mark.timers
def test_what_happens_at_the_same_time_does_not_make_the_figures_drift(cadre):
    """Calls, memberships and completions run beside each other, each on its own connection."""
    people = cadre.people(40)
    audience = cadre.new_audience(*(cadre.at(who, "lake") for who in people))
    notice = cadre.issued(audience, asks=notice_pb.TRAIN)
    chance = random.Random(20261121)
    chunks = []
    for _ in range(15):
        changes = []
        for who in chance.sample(people, 20):
            here, away = chance.random() < 0.7, chance.random() < 0.3
            changes += [
                cadre.at(who, agency, member=here and chance.random() < 0.7, on_leave=away)
                for agency in ("lake", "yolo")
            ]
        chunks.append(cadre.chunks(audience, *changes))
    completions = [cadre.completed(notice, *chance.sample(people, 8)) for _ in range(15)]
    learners = {who: cadre.learner(who) for who in people}

    def confirm(who):
        request = inbox_pb.ConfirmNoticeRequest(
            notice=notice.name, text_sha256=notice.text_sha256, request_id=cadre.new_id()
        )
        return cadre.reason_of(learners[who].ConfirmNotice, request)

    with ThreadPoolExecutor(8) as pool:
        told = [
            pool.submit(lambda: [cadre.deliver(*revision) for revision in chunks]),
            pool.submit(lambda: [cadre.deliver(completion) for completion in completions]),
        ]
        reasons = set(pool.map(confirm, chance.choices(people, k=150)))
        for future in told:
            future.result()

    assert "" in reasons
    assert reasons <= {"", "NOT_FOUND"}
    assert cadre.audits()["readiness.drift"] == 0
