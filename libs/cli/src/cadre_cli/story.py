"""The demonstration's story: one letter, from a state analyst's draft to trained workers, through the pages' RPCs.

Told twice, it changes nothing: what has happened is found, and each request has an id of its own that stays the same.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from cadre.curriculum.v1 import curriculum_service_pb2 as curriculum_pb
from cadre.directory.v1 import directory_service_pb2 as directory_pb
from cadre.enrollment.v1 import enrollment_service_pb2 as enrollment_pb
from cadre.evaluation.v1 import evaluation_service_pb2 as evaluation_pb
from cadre.notification.v1 import notification_service_pb2 as pb
from cadre_cli.access import Access, request_id
from cadre_cli.demo_content import DemoContent
from servicekit import calendar
from servicekit.client import Refused

T = TypeVar("T")

# The story leaves three agencies unconfirmed: the state's page has somebody to call, and Lake's coordinator, whom
# visitors may sign in as, has something to do.
UNCONFIRMED = ("del-norte", "eastern-sierra", "lake")
_CALLERS = 8
_POLL_SECONDS = 0.005
_VISIBLE_SECONDS = 120.0
_ASKS = {"nothing": pb.NOTHING, "read": pb.READ, "read_and_confirm": pb.CONFIRM, "read_confirm_and_train": pb.TRAIN}
_REASONS = {
    "state_law": pb.Notice.STATE_LAW,
    "federal_law": pb.Notice.FEDERAL_LAW,
    "court_order": pb.Notice.COURT_ORDER,
    "clarification": pb.Notice.CLARIFICATION,
    "started_by_dcss": pb.Notice.OWN_INITIATIVE,
}

# Told how many of how many are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Cast:
    """Who acts: resource names of people."""

    analyst: str
    approver: str
    # One coordinator or director per local agency.
    leads: dict[str, str]
    # Whom visitors may sign in as: the walk leaves them their training to do.
    personas: frozenset[str]


@dataclass(frozen=True)
class Issued:
    """The issued letter; *seconds* from asking for issue until every worker has it (None if it was issued before)."""

    notice: pb.Notice
    seconds: float | None


@dataclass(frozen=True)
class Learners:
    """Who takes the training, and who of them has not yet."""

    everybody: list[str]
    to_go: list[str]


def find_cast(access: Access) -> Cast:
    """Find the people of the story in the directory."""
    personas = access.ask(access.directory.ListPersonas, directory_pb.ListPersonasRequest()).personas
    parts = {persona.part: persona.person for persona in personas}
    agencies = access.every(
        access.directory.ListAgencies,
        directory_pb.ListAgenciesRequest(page_size=100),
        "agencies",
        person=parts["analyst"],
    )
    leads = {
        agency.name.removeprefix("agencies/"): min(
            agency.contacts, key=lambda c: (c.role != "coordinator", c.person)
        ).person
        for agency in agencies
        if agency.kind != "state"
    }
    return Cast(parts["analyst"], parts["approver"], leads, frozenset(parts.values()))


def issue_letter(access: Access, cast: Cast, content: DemoContent, course_version: str) -> Issued:
    """Draft the letter as the analyst, send it for approval, approve and issue it as another person."""
    letter = draft_letter(access, cast, content, course_version)
    if letter.state == pb.Notice.PUBLISHED:
        return Issued(letter, None)
    worker = cast.leads["los-angeles"]
    started = time.perf_counter()
    notice = publish_letter(access, cast, letter)
    _wait(lambda: _has_it(access, worker, notice.name), "the letter is not on a worker's list")
    return Issued(notice, time.perf_counter() - started)


def draft_letter(access: Access, cast: Cast, content: DemoContent, course_version: str) -> pb.Notice:
    """Write the letter as the analyst and send it for approval; one that exists is taken as far as it is."""
    subject = content.letter.subject
    listed = access.every(access.notification.ListNotices, pb.ListNoticesRequest(), "notices", person=cast.analyst)
    notice = next((notice for notice in listed if notice.subject == subject), None)
    if notice is None:
        create = _create_request(access, cast, content, course_version)
        notice = access.ask(access.notification.CreateNotice, create, person=cast.analyst)
    if notice.state == pb.Notice.DRAFT:
        submit = pb.SubmitNoticeRequest(
            name=notice.name, etag=notice.etag, request_id=request_id(notice.name, "submit")
        )
        notice = access.ask(access.notification.SubmitNotice, submit, person=cast.analyst)
    return notice


def publish_letter(access: Access, cast: Cast, letter: pb.Notice) -> pb.Notice:
    """Approve and issue as another person, as soon as the audience has arrived where letters are issued."""
    audience = access.ask(
        access.directory.GetAudience, directory_pb.GetAudienceRequest(name=letter.audience), person=cast.approver
    )
    publish = pb.PublishNoticeRequest(
        name=letter.name,
        audience_revision=audience.revision,
        etag=letter.etag,
        request_id=request_id(letter.name, "publish"),
    )

    def try_it() -> pb.Notice | None:
        try:
            return access.ask(access.notification.PublishNotice, publish, person=cast.approver)
        except Refused as refused:
            if refused.reason != "AUDIENCE_NOT_READY":
                raise
            return None

    return _wait(try_it, "the audience did not arrive")


def confirm_for_agencies(access: Access, cast: Cast, notice: pb.Notice, progress: Progress) -> None:
    """Have the agencies confirm that they received the letter, but for three."""

    def confirm(agency: str) -> None:
        request = pb.ConfirmForAgencyRequest(
            parent=f"agencies/{agency}",
            notice=notice.name,
            text_sha256=notice.text_sha256,
            request_id=request_id(notice.name, "confirm", agency),
        )
        access.ask(access.notification.ConfirmForAgency, request, person=cast.leads[agency])

    overview = access.ask(
        access.notification.GetReadiness, pb.GetReadinessRequest(notice=notice.name), person=cast.analyst
    )
    confirmed = {row.agency.removeprefix("agencies/") for row in overview.agencies if row.HasField("confirm_time")}
    open_ones = sorted(set(cast.leads) - set(UNCONFIRMED) - confirmed)
    _in_parallel(confirm, open_ones, progress)


def train(access: Access, notice: pb.Notice, people: Sequence[str], content: DemoContent, progress: Progress) -> None:
    """Have *people* read, confirm, take the course section by section and pass its test, by the RPCs of the pages."""
    key = [
        evaluation_pb.Answer(options=[n for n, choice in enumerate(question.choices) if choice.correct])
        for question in content.test.question
    ]
    course = access.ask(
        access.curriculum.GetCourseVersion, curriculum_pb.GetCourseVersionRequest(name=notice.course_version)
    )

    def learn(person: str) -> None:
        def step(method: Callable[..., T], request: Any, *what: object) -> T:  # noqa: ANN401 - any request of a write
            request.request_id = request_id(notice.name, person, *what)
            return access.ask(method, request, person=person)

        step(access.notification.ReadNotice, pb.ReadNoticeRequest(notice=notice.name), "read")
        confirm = pb.ConfirmNoticeRequest(notice=notice.name, text_sha256=notice.text_sha256)
        step(access.notification.ConfirmNotice, confirm, "confirm")
        own = enrollment_pb.GetAssignmentRequest(name=notice.name)
        assignment = access.ask(access.enrollment.GetAssignment, own, person=person)
        if assignment.state == enrollment_pb.Assignment.COMPLETED:
            return
        step(access.enrollment.StartAssignment, enrollment_pb.StartAssignmentRequest(name=assignment.name), "start")
        for number in range(1, len(course.sections) + 1):
            section = enrollment_pb.CompleteSectionRequest(name=assignment.name, section=number)
            step(access.enrollment.CompleteSection, section, "section", number)
        start = evaluation_pb.StartSittingRequest(test_version=course.test_version)
        sitting = step(access.evaluation.StartSitting, start, "sitting")
        submit = evaluation_pb.SubmitSittingRequest(name=sitting.name, answers=key)
        step(access.evaluation.SubmitSitting, submit, "submit")

    _in_parallel(learn, people, progress)


def choose_learners(access: Access, cast: Cast, notice: pb.Notice, wanted: int) -> Learners:
    """Choose who takes the training: of every agency the same share, those at work only."""
    overview = access.ask(
        access.notification.GetReadiness, pb.GetReadinessRequest(notice=notice.name), person=cast.analyst
    )
    chosen: dict[str, bool] = {}
    for row in overview.agencies:
        request = pb.ListRecipientsRequest(parent=row.agency, notice=notice.name, page_size=1000)
        lead = cast.leads[row.agency.removeprefix("agencies/")]
        rows = access.every(access.notification.ListRecipients, request, "recipients", person=lead)
        # By id, not by what is still to do: told again, the story is about the same people.
        at_work = sorted(
            (recipient.person, recipient.ready)
            for recipient in rows
            if not recipient.on_leave and recipient.person not in cast.personas
        )
        share = math.ceil(wanted * row.counts.of / overview.state.of)
        chosen.update(at_work[:share])
    return Learners(everybody=list(chosen), to_go=[person for person, ready in chosen.items() if not ready])


def wait_until_trained(access: Access, cast: Cast, notice: pb.Notice, people: int) -> pb.Readiness:
    """Wait until the state's page shows so many people trained, and return what it shows."""
    request = pb.GetReadinessRequest(notice=notice.name)

    def shown() -> pb.Readiness | None:
        readiness = access.ask(access.notification.GetReadiness, request, person=cast.analyst)
        return readiness if readiness.state.trained >= people else None

    return _wait(shown, f"the state's page does not show {people} trained people")


def _create_request(access: Access, cast: Cast, content: DemoContent, course_version: str) -> pb.CreateNoticeRequest:
    letter, ask = content.letter, content.letter.ask
    audience = access.ask(
        access.directory.CreateAudience,
        directory_pb.CreateAudienceRequest(
            audience=directory_pb.Audience(
                title="Everyone at all local agencies",
                expression=directory_pb.AudienceExpression(include=[directory_pb.AudienceClause()]),
            ),
            request_id=request_id("audience", letter.subject),
        ),
        person=cast.analyst,
    )
    today = calendar.pacific_date(datetime.now(UTC))
    series = pb.SuggestNumberRequest(series=letter.series)
    number = letter.number or access.ask(access.notification.SuggestNumber, series, person=cast.analyst).number
    contact = letter.contact
    notice = pb.Notice(
        kind=pb.Notice.POLICY,
        series=letter.series,
        number=number,
        addressees=letter.to,
        subject=letter.subject,
        reason=_REASONS[letter.reason],
        references="\n".join(reference.citation for reference in letter.reference),
        supersedes="; ".join(letter.supersedes),
        contact=f"{contact.name}, {contact.email}, {contact.telephone}",
        change=letter.change,
        before=letter.before,
        after=letter.after,
        staff_action="\n".join(f"- {item}" for item in letter.staff_must),
        until_then=letter.until_then,
        effective_date=calendar.add_business_days(today, letter.effective.business_days_after_issue).isoformat(),
        audience=audience.name,
        asks=_ASKS[ask.of_staff],
        course_version=course_version,
        due_rule=pb.DueRule(
            business_days_before_effective=ask.due_business_days_before_effective,
            business_days_after_issue=ask.due_not_before_business_days_after_issue,
        ),
        agency_confirms_within=ask.agency_confirms_within_business_days,
        briefing_counts=ask.local_briefing_counts,
        demonstration=True,
    )
    return pb.CreateNoticeRequest(notice=notice, request_id=request_id("notice", letter.subject))


def _has_it(access: Access, worker: str, notice: str) -> bool:
    """Whether the letter and its training are on the worker's list. All workers' rows become visible together."""
    letters = access.ask(access.notification.ListInbox, pb.ListInboxRequest(only_open=True), person=worker).items
    training = access.ask(access.enrollment.ListToDo, enrollment_pb.ListToDoRequest(), person=worker).assignments
    return any(item.notice.name == notice for item in letters) and any(row.notice == notice for row in training)


def _wait(condition: Callable[[], T | None], complaint: str) -> T:
    deadline = time.monotonic() + _VISIBLE_SECONDS
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"After {_VISIBLE_SECONDS:g} s {complaint}.")
        time.sleep(_POLL_SECONDS)
    return answer


def _in_parallel(act: Callable[[str], None], subjects: Iterable[str], progress: Progress) -> None:
    everybody = list(subjects)
    progress(0, len(everybody))
    with ThreadPoolExecutor(_CALLERS) as pool:
        for done, _ in enumerate(pool.map(act, everybody), start=1):
            progress(done, len(everybody))
