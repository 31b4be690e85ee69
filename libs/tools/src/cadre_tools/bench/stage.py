"""A Cadre of its own for one measurement: synthetic people, an audience of all of them, courses, and the actors."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre_cli import loading, reference
from cadre_cli.access import Access, request_id
from cadre_cli.processes import Site
from cadre_cli.reference import STATE_AGENCY
from cadre_cli.supervisor import Supervisor
from cadre_demo import roster, synthetic
from cadre_demo.command import open_access
from cadre_demo.roster import RosterRow
from cadre_tools.bench.report import Roster
from servicekit import calendar, clock

T = TypeVar("T")

# The right answer of each of the measured test's questions.
KEY = [sitting_pb.Answer(options=[1])] * 5
_READY_SECONDS = 120.0
# A million people are under way for minutes.
_PATIENCE_SECONDS = 600.0
_EFFECTIVE_BUSINESS_DAYS = 40
# Of the tasks of notification, what tells people of letters.
_TELLING = "tell-"
# As many as one roster may have.
_ROWS_IN_A_FILE = 200_000


class WrongResultError(RuntimeError):
    """What was measured did not do its work: its seconds say nothing."""


@dataclass(frozen=True)
class Stage:
    """What a measurement acts with: the actors are people as the directory knows them by their staff numbers."""

    access: Access
    site: Site
    analyst: str
    approver: str
    operator: str
    # One of those who get the letters.
    worker: str
    audience: audience_pb.Audience
    roster: Roster
    # Where the pages are.
    gateway_url: str
    # Courses of one section each; the second one has a test.
    course: str
    tested_course: str

    @property
    def people(self) -> int:
        """Who gets the letters."""
        return self.audience.people

    def draft_letter(self, number: int, course_version: str, *, urgent_reason: str = "") -> notice_pb.Notice:
        """Write a letter to everyone and send it for approval: what remains is to issue it."""
        today, offices = calendar.pacific_date(clock.utc()), reference.load().calendar.as_far_as_known()
        create = notice_pb.CreateNoticeRequest(
            notice=notice_pb.Notice(
                kind=notice_pb.Notice.POLICY,
                series="CSSP",
                number=f"26-{number:02}",
                addressees="All local agencies",
                subject=f"Synthetic letter {number} of a measurement",
                reason=notice_pb.Notice.STATE_LAW,
                contact="Nobody: this letter is synthetic",
                change="Nothing changes: this letter is there to be measured.",
                body="A paragraph of the usual length stands here so that the letter is no shorter than real ones. "
                * 40,
                effective_date=offices.add(today, _EFFECTIVE_BUSINESS_DAYS).isoformat(),
                audience=self.audience.name,
                asks=notice_pb.TRAIN,
                course_version=course_version,
                due_rule=notice_pb.DueRule(business_days_before_effective=3, business_days_after_issue=5),
                agency_confirms_within=3,
                demonstration=True,
                urgent_reason=urgent_reason,
            ),
            request_id=request_id("bench", number, "create"),
        )
        draft = self.access.ask(self.access.notices.CreateNotice, create, person=self.analyst)
        submit = notice_pb.SubmitNoticeRequest(
            name=draft.name, etag=draft.etag, request_id=request_id("bench", number, "submit")
        )
        return self.access.ask(self.access.notices.SubmitNotice, submit, person=self.analyst)

    def readiness(self, notice: str) -> readiness_pb.Readiness:
        """Give the figures of the state's page."""
        request = readiness_pb.GetReadinessRequest(notice=notice)
        return self.access.ask(self.access.readiness.GetReadiness, request, person=self.analyst)

    def await_quiet(self) -> None:
        """Wait until no service has anything left to publish or to handle, in two looks, and everybody is told."""
        wait_until(lambda: self.access.quiet() and self.access.quiet(), "events are still under way")
        wait_until(lambda: not self._telling(), "people are still being told of a letter")

    def _telling(self) -> bool:
        """Whether what tells people waits or is under way: it begins after what a measurement waits for."""
        found = self.access.every(
            self.access.operations["notification"].ListTasks, operations_pb.ListTasksRequest(page_size=100), "tasks"
        )
        return any(task.kind.startswith(_TELLING) for task in found)

    def require_clean_books(self) -> None:
        """Have every service count what must be zero.

        Raises:
            WrongResultError: something is not.
        """
        if wrong := self.access.wrong():
            raise WrongResultError(f"What must be zero is not: {wrong}")


def wait_until(condition: Callable[[], T], complaint: str, pause_seconds: float = 0.02) -> T:
    """Ask *condition* until its answer is true, and give that answer.

    Raises:
        WrongResultError: it did not become true.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise WrongResultError(f"After {_PATIENCE_SECONDS:g} s {complaint}.")
        time.sleep(pause_seconds)
    return answer


@contextmanager
def told(**said: str) -> Iterator[None]:
    """Have the processes that are started meanwhile find these settings in their environment."""
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def open_stage(people: int, folder: Path, *, fsync: bool = True) -> Iterator[Stage]:
    """Start the servers and the back ends in *folder*, with this many local people; afterwards nothing of it runs.

    Args:
        people: those who work for local agencies; the state's own come on top and get no letters.
        folder: where the data will be; empty.
        fsync: off for tests of the measurement itself.
    """
    with Supervisor(folder, 0, demo=True, fsync=fsync) as supervisor:
        supervisor.wait_ready(_READY_SECONDS)
        access = open_access(supervisor)
        try:
            yield _fill(access, supervisor, people, folder)
        finally:
            access.close()


def _fill(access: Access, supervisor: Supervisor, people: int, folder: Path) -> Stage:
    known = reference.load()
    rows = synthetic.generate(people=people, reference=known)
    loading.load_reference(access, known)
    # The state's staff come first: one of them makes the audience, so that the roster has one to update.
    _import(access, folder, [row for row in rows if row.agency == STATE_AGENCY])
    analyst, approver = _with_role(rows, "policy_analyst"), _with_role(rows, "approver")
    everyone = audience_pb.AudienceExpression(include=[audience_pb.AudienceClause()])
    create = audience_pb.CreateAudienceRequest(
        audience=audience_pb.Audience(title="Everyone at all local agencies", expression=everyone),
        request_id=request_id("bench", "audience"),
    )
    get = audience_pb.GetAudienceRequest(name=access.ask(access.audiences.CreateAudience, create, person=analyst).name)
    seconds = _import(access, folder, rows)
    audience = access.ask(access.audiences.GetAudience, get, person=analyst)
    stage = Stage(
        access=access,
        site=supervisor.site,
        gateway_url=supervisor.gateway_url,
        analyst=analyst,
        approver=approver,
        operator=_with_role(rows, "operator"),
        worker=_number(next(row for row in rows if _is_at_work(row))),
        audience=audience,
        roster=Roster(audience.people, len(rows), seconds),
        course=_publish_course(access, "measured-course", ""),
        tested_course=_publish_course(access, "measured-course-with-a-test", _publish_test(access)),
    )
    stage.await_quiet()
    return stage


def _import(access: Access, folder: Path, rows: list[RosterRow]) -> float:
    """Import *rows* as a file of the whole state, or as several where one would be too large; return the seconds."""
    path, seconds = folder / "roster.csv", 0.0
    for first in range(0, len(rows), _ROWS_IN_A_FILE):
        path.write_text(roster.text_of(rows[first : first + _ROWS_IN_A_FILE]), encoding="utf-8", newline="")
        started = time.perf_counter()
        loading.load_roster(access, path.read_bytes())
        seconds += time.perf_counter() - started
    return seconds


def _publish_test(access: Access) -> str:
    items = [
        test_pb.Item(
            text=f"Question {number} of a measurement: which one is right?",
            kind=test_pb.Item.SINGLE,
            explanation="The second one is right.",
            section=1,
            options=[test_pb.Option(text=f"Answer {n}", correct=n == 1) for n in range(4)],
        )
        for number in range(1, len(KEY) + 1)
    ]
    create = test_pb.CreateTestRequest(
        test_id="measured-test",
        test=test_pb.Test(title="Measured test", pass_mark=len(items), items=items),
        request_id=request_id("bench", "test"),
    )
    test = access.ask(access.tests.CreateTest, create)
    publish = test_pb.PublishTestRequest(name=test.name, etag=test.etag, request_id=request_id("bench", "publish test"))
    return access.ask(access.tests.PublishTest, publish).name


def _publish_course(access: Access, slug: str, test_version: str) -> str:
    section = course_pb.Section(title="The only section", minutes=5, markdown="Nothing to learn: this is measured.")
    create = course_pb.CreateCourseRequest(
        course_id=slug,
        course=course_pb.Course(
            title=slug.replace("-", " ").capitalize(),
            provider="Nobody",
            sections=[section],
            test_version=test_version,
            demonstration=True,
        ),
        request_id=request_id("bench", slug),
    )
    course = access.ask(access.courses.CreateCourse, create)
    publish = course_pb.PublishCourseRequest(
        name=course.name, etag=course.etag, request_id=request_id("bench", "publish", slug)
    )
    return access.ask(access.courses.PublishCourse, publish).name


def _with_role(rows: list[RosterRow], role: str) -> str:
    return _number(next(row for row in rows if role in row.roles))


def _number(row: RosterRow) -> str:
    return f"staffNumbers/{row.staff_number}"


def _is_at_work(row: RosterRow) -> bool:
    return row.agency != STATE_AGENCY and row.holds_job_on(synthetic.AS_OF) and not row.on_leave_on(synthetic.AS_OF)
