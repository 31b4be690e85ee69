"""The demonstration's story: one letter, from a state analyst's draft to trained workers, through the pages' RPCs.

Told twice, it changes nothing: what has happened is found, and each request has an id of its own that stays the same.
"""

import math
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, TypeVar

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.enrollment.v1 import assignment_service_pb2 as assignment_pb
from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.evaluation.v1 import quality_service_pb2 as quality_pb
from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import message_service_pb2 as message_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre_cli.access import Access, request_id
from cadre_demo import letters
from cadre_demo.content import DemoContent
from cadre_demo.pacing import Progress, in_parallel, wait_for
from servicekit import calendar

T = TypeVar("T")

# The story leaves three agencies unconfirmed: the state's page has somebody to call, and Lake's coordinator, whom
# visitors may sign in as, has something to do.
UNCONFIRMED = ("del-norte", "eastern-sierra", "lake")
# One agency says that something is in its way, and is behind.
TROUBLED = "imperial"
PROBLEM = "Our training room is closed until the end of the month; half of our staff will be trained late."
# Of 12 staff in Lake one is on leave: 8 are ready, and 3 have it to do, the two whom visitors may be among them.
LAKE, LAKE_READY = "lake", 8
# Statewide; agencies differ by up to so much to either side.
READY_SHARE, _SPREAD_PERCENT, _BEHIND_SHARE = 0.62, 15, 0.2
_BRIEFING_MINUTES = 40
# An urgent letter is in the mail of all staff: what it takes the slowest machine to write that.
_MAIL_SECONDS = 900.0
# What is wanted now is due in the next second, or at the next full minute: later than the question whether it is due.
_AT_ONCE = timedelta(minutes=1)
# What one RecordTraining takes.
_MOST_RECORDED = 2000
# Every so many-th of those who took the course say what they think of it, and these are the answers that they give.
_REACTS_EVERY = 6
_RATINGS = ((5, 4, 5, 4, 4), (4, 4, 4, 3, 4), (5, 5, 4, 5, 5), (3, 4, 3, 2, 4), (4, 5, 4, 4, 0), (2, 3, 3, 2, 3))
_COMMENTS = (
    "The example with the three tries to reach a parent is just what we see at the counter.",
    "",
    "",
    "Section 3 could show the screen where the search is noted.",
    "",
    "Too short on what happens to cases filed before.",
)


@dataclass(frozen=True)
class Cast(letters.Writers):
    """Who acts: resource names of people."""

    # One coordinator or director per local agency.
    leads: dict[str, str]
    # Whom visitors may sign in as: the walk leaves them their training to do.
    personas: frozenset[str]


@dataclass(frozen=True)
class Issued:
    """The issued letter; *seconds* from asking for issue until every worker has it (None if it was issued before)."""

    notice: notice_pb.Notice
    seconds: float | None


@dataclass(frozen=True)
class Learners:
    """Who takes the course, each with their agency (slug), and which of them have not yet.

    *to_brief*: who of which agency is still to attend a briefing instead; *trained*: how many are in the end.
    """

    everybody: dict[str, str]
    to_go: list[str]
    to_brief: dict[str, list[str]]
    trained: int


def find_cast(access: Access) -> Cast:
    """Find the people of the story in the directory."""
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    parts = {persona.part: persona.person for persona in personas}
    agencies = access.every(
        access.agencies.ListAgencies,
        agency_pb.ListAgenciesRequest(page_size=100),
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
    letter = letters.draft(access, cast, content.letter, course_version)
    if letter.state == notice_pb.Notice.PUBLISHED:
        return Issued(letter, None)
    worker = cast.leads["los-angeles"]
    started = time.perf_counter()
    notice = letters.publish(access, cast, letter)
    wait_for(lambda: _has_it(access, worker, notice.name), "the letter is not on a worker's list")
    return Issued(notice, time.perf_counter() - started)


def wait_for_mail(access: Access, cast: Cast, notice: notice_pb.Notice) -> int:
    """Wait until each agency has the letter in its mail, before any of them confirms it. Return how many mails."""
    left = set(cast.leads.values())

    def out() -> bool:
        left.difference_update([lead for lead in left if _caught(access, notice, person=lead)])
        return not left

    wait_for(out, "the letter is not in the mail of every agency")
    return _caught(access, notice)


def remind(access: Access, cast: Cast, notice: notice_pb.Notice) -> int:
    """Have the coordinator of the agency that is behind remind its people, once; wait until all mail of it is out.

    Return how many were reminded.
    """
    parent, coordinator = f"agencies/{TROUBLED}", cast.leads[TROUBLED]
    listed = message_pb.ListRemindersRequest(parent=parent, notice=notice.name)
    known = list(access.ask(access.messages.ListReminders, listed, person=coordinator).reminders)
    if not known:
        send = message_pb.SendReminderRequest(
            parent=parent, notice=notice.name, request_id=request_id(notice.name, "remind", TROUBLED)
        )
        known = [access.ask(access.messages.SendReminder, send, person=coordinator)]

    def out() -> bool:
        """Whether all that is due has gone, and what was just wanted, which goes a moment later; the rest waits."""
        if not _all_told(access):
            return False
        told = access.ask(access.messages.ListMessageRules, message_pb.ListMessageRulesRequest())
        soon = access.clock() + _AT_ONCE
        due = [rule for rule in told.rules if rule.HasField("next_time") and rule.next_time.ToDatetime(UTC) <= soon]
        return not due and told.queued == 0

    wait_for(out, "the mail is not out", seconds=_MAIL_SECONDS)
    return sum(one.people for one in known)


def mail(access: Access, cast: Cast, notice: notice_pb.Notice) -> dict[str, int]:
    """Have one agency remind its people; return how many those are, and how much mail went out and waits in all."""
    reminded = remind(access, cast, notice)
    went = access.ask(access.messages.ListCaughtMail, message_pb.ListCaughtMailRequest(page_size=1)).total_size
    return {"mails": went, "reminded": reminded, "ledger_open": _queued(access)}


def _all_told(access: Access) -> bool:
    """Whether nothing is on its way of which mail may come: no event, and then no task that an event brought."""
    if not access.quiet():
        return False
    asked = operations_pb.ListTasksRequest(page_size=100)
    tasks = access.every(access.operations["notification"].ListTasks, asked, "tasks")
    return not any(task.state == operations_pb.Task.WAITING for task in tasks)


def _queued(access: Access) -> int:
    return access.ask(access.messages.ListMessageRules, message_pb.ListMessageRulesRequest()).queued


def _caught(access: Access, notice: notice_pb.Notice, person: str = "") -> int:
    request = message_pb.ListCaughtMailRequest(about=notice.name, person=person, page_size=1)
    return access.ask(access.messages.ListCaughtMail, request).total_size


def confirm_for_agencies(access: Access, cast: Cast, notice: notice_pb.Notice, progress: Progress) -> None:
    """Have the agencies confirm that they received the letter, but for three; one reports what is in its way."""

    def confirm(agency: str) -> None:
        request = agency_notice_pb.ConfirmForAgencyRequest(
            parent=f"agencies/{agency}",
            notice=notice.name,
            problem=PROBLEM if agency == TROUBLED else "",
            text_sha256=notice.text_sha256,
            request_id=request_id(notice.name, "confirm", agency),
        )
        access.ask(access.agency_notices.ConfirmForAgency, request, person=cast.leads[agency])

    overview = access.ask(
        access.readiness.GetReadiness, readiness_pb.GetReadinessRequest(notice=notice.name), person=cast.analyst
    )
    confirmed = {row.agency.removeprefix("agencies/") for row in overview.agencies if row.HasField("confirm_time")}
    open_ones = sorted(set(cast.leads) - set(UNCONFIRMED) - confirmed)
    in_parallel(confirm, open_ones, progress)


def train(
    access: Access, notice: notice_pb.Notice, people: Sequence[str], content: DemoContent, progress: Progress
) -> None:
    """Have *people* read, confirm, take the course section by section and pass its test, by the RPCs of the pages."""
    key = [
        sitting_pb.Answer(options=[n for n, choice in enumerate(question.choices) if choice.correct])
        for question in content.test.question
    ]
    course = access.ask(access.courses.GetCourseVersion, course_pb.GetCourseVersionRequest(name=notice.course_version))

    def learn(person: str) -> None:
        def step(method: Callable[..., T], request: Any, *what: object) -> T:  # noqa: ANN401 - any request of a write
            request.request_id = request_id(notice.name, person, *what)
            return access.ask(method, request, person=person)

        step(access.inbox.ReadNotice, inbox_pb.ReadNoticeRequest(notice=notice.name), "read")
        confirm = inbox_pb.ConfirmNoticeRequest(notice=notice.name, text_sha256=notice.text_sha256)
        step(access.inbox.ConfirmNotice, confirm, "confirm")
        own = assignment_pb.GetAssignmentRequest(name=notice.name)
        assignment = access.ask(access.assignments.GetAssignment, own, person=person)
        if assignment.state == assignment_pb.Assignment.COMPLETED:
            return
        step(access.assignments.StartAssignment, assignment_pb.StartAssignmentRequest(name=assignment.name), "start")
        for number in range(1, len(course.sections) + 1):
            section = assignment_pb.CompleteSectionRequest(name=assignment.name, section=number)
            step(access.assignments.CompleteSection, section, "section", number)
        start = sitting_pb.StartSittingRequest(test_version=course.test_version)
        sitting = step(access.sittings.StartSitting, start, "sitting")
        submit = sitting_pb.SubmitSittingRequest(name=sitting.name, answers=key)
        step(access.sittings.SubmitSitting, submit, "submit")

    in_parallel(learn, people, progress)


def brief(
    access: Access, cast: Cast, notice: notice_pb.Notice, to_brief: dict[str, list[str]], progress: Progress
) -> None:
    """Have coordinators record a local briefing for their people, each of whom confirms having read the letter."""
    today = calendar.pacific_date(access.clock()).isoformat()

    def record(agency: str) -> None:
        for chunk in _chunks(to_brief[agency]):
            request = completion_pb.RecordTrainingRequest(
                parent=f"agencies/{agency}",
                notice=notice.name,
                people=chunk,
                kind=completion_pb.Completion.BRIEFING,
                complete_date=today,
                minutes=_BRIEFING_MINUTES,
                led_by="Training coordinator",
                request_id=request_id(notice.name, "briefing", *chunk),
            )
            access.ask(access.completions.RecordTraining, request, person=cast.leads[agency])

    def confirm(person: str) -> None:
        request = inbox_pb.ConfirmNoticeRequest(
            notice=notice.name, text_sha256=notice.text_sha256, request_id=request_id(notice.name, person, "confirm")
        )
        access.ask(access.inbox.ConfirmNotice, request, person=person)

    in_parallel(record, to_brief, lambda *_: None)
    in_parallel(confirm, [person for people in to_brief.values() for person in people], progress)


def react(access: Access, notice: notice_pb.Notice, learners: Learners, progress: Progress) -> int:
    """Have some of those who took the course say what they think of it. Return how many have, now or before."""
    reacting = sorted(learners.everybody.items())[::_REACTS_EVERY]

    def send(number: int) -> None:
        person, agency = reacting[number]
        asked = quality_pb.GetReactionFormRequest(course_version=notice.course_version)
        form = access.ask(access.quality.GetReactionForm, asked, person=person)
        if form.sent:
            return
        reaction = quality_pb.SendReactionRequest(
            course_version=notice.course_version,
            ratings=_RATINGS[number % len(_RATINGS)],
            comment=_COMMENTS[number % len(_COMMENTS)],
            ticket=form.ticket,
            agency=f"agencies/{agency}",
        )
        access.ask(access.quality.SendReaction, reaction, person=person)

    in_parallel(send, range(len(reacting)), progress)
    return len(reacting)


def choose_learners(access: Access, cast: Cast, notice: notice_pb.Notice, wanted: int) -> Learners:
    """Choose who takes the course, of every agency the same share of those at work, and who attends a briefing.

    Together about 62 % of the state are ready in the end.
    """
    overview = access.ask(
        access.readiness.GetReadiness, readiness_pb.GetReadinessRequest(notice=notice.name), person=cast.analyst
    )
    everybody: dict[str, str] = {}
    to_go: list[str] = []
    # Whether they are ready already, by person: whoever works at two agencies is chosen once.
    briefed: dict[str, bool] = {}
    at_agency: dict[str, list[str]] = {}
    for row in overview.agencies:
        agency = row.agency.removeprefix("agencies/")
        request = agency_notice_pb.ListRecipientsRequest(parent=row.agency, notice=notice.name, page_size=1000)
        rows = access.every(access.agency_notices.ListRecipients, request, "recipients", person=cast.leads[agency])
        # By id, not by what is still to do: told again, the story is about the same people.
        at_work = sorted(
            (recipient.person, recipient.ready)
            for recipient in rows
            if not recipient.on_leave and recipient.person not in cast.personas
        )
        ready = min(_ready_at(agency, row.counts.of), len(at_work))
        course = min(math.ceil(wanted * row.counts.of / overview.state.of), ready)
        to_go += [person for person, ready in at_work[:course] if not ready and person not in everybody]
        everybody |= {person: agency for person, _ in at_work[:course]}
        at_agency[agency] = [person for person, _ in at_work[course:ready] if person not in briefed]
        briefed |= dict(at_work[course:ready])
    to_brief = {
        agency: [person for person in people if not briefed[person] and person not in everybody]
        for agency, people in at_agency.items()
    }
    return Learners(
        everybody,
        to_go,
        {agency: people for agency, people in to_brief.items() if people},
        trained=len(everybody.keys() | briefed.keys()),
    )


def wait_until_trained(access: Access, cast: Cast, notice: notice_pb.Notice, people: int) -> readiness_pb.Readiness:
    """Wait until the state's page shows this many people trained, and return what it shows."""
    request = readiness_pb.GetReadinessRequest(notice=notice.name)

    def asked() -> readiness_pb.Readiness:
        return access.ask(access.readiness.GetReadiness, request, person=cast.analyst)

    def shown() -> readiness_pb.Readiness | None:
        readiness = asked()
        return readiness if readiness.state.trained >= people else None

    def complaint() -> str:
        return f"the state's page shows {asked().state.trained} of {people} trained people; wrong: {access.wrong()}"

    return wait_for(shown, complaint)


def _ready_at(agency: str, staff: int) -> int:
    """How many of an agency's *staff* are ready in the end: the same each time, and not the same everywhere."""
    if agency == LAKE:
        return LAKE_READY
    if agency == TROUBLED:
        return int(staff * _BEHIND_SHARE)
    apart = zlib.crc32(agency.encode()) % (2 * _SPREAD_PERCENT + 1) - _SPREAD_PERCENT
    return round(staff * (READY_SHARE + apart / 100))


def _chunks(people: list[str]) -> Iterator[list[str]]:
    return (people[start : start + _MOST_RECORDED] for start in range(0, len(people), _MOST_RECORDED))


def _has_it(access: Access, worker: str, notice: str) -> bool:
    """Whether the letter and its training are on the worker's list. All workers' rows become visible together."""
    inbox = access.ask(access.inbox.ListInbox, inbox_pb.ListInboxRequest(only_open=True), person=worker).items
    training = access.ask(access.assignments.ListToDo, assignment_pb.ListToDoRequest(), person=worker).assignments
    return any(item.notice.name == notice for item in inbox) and any(row.notice == notice for row in training)
