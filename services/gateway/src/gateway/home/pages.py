"""The home page: what waits for the visitor from all services, by day, then the changes that come."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from fastapi import APIRouter

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import release_service_pb2 as release_pb
from cadre.notification.v1 import review_service_pb2 as review_pb
from cadre.partnership.v1 import body_service_pb2 as body_pb
from gateway.committees import phrases as committee_phrases
from gateway.committees import shown, votes
from gateway.home import changes, committees, rows
from gateway.home.asking import Asking
from gateway.home.queue import Row, joined, queue
from gateway.learning import todo
from gateway.letters import agency_lists, checklists, letters, on_its_way, over_time, readiness
from gateway.operations import overview
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter()

# How much is shown of what is to do, of coming changes, and of calls; the page says how many there are.
_ROWS, _CHANGES, _CALLS = 20, 10, 8
# Letters of an agency, and of the state, out of which these are found.
_LOOKED_AT, _ISSUED_LOOKED_AT = 100, 50
# Letters for which it is asked who has still something to do.
_IN_DETAIL = 10
# Drafts, and courses and tests that are being written.
_UNDER_WAY = 100
# Freeze windows that begin so soon are said, beside those that last.
_FREEZE_AHEAD = timedelta(days=14)


@dataclass
class AgencyHome:
    """What the page shows of an agency whose letters the visitor sees; *title* names it where they have several."""

    agency: agency_pb.Agency
    title: str
    found: agency_notice_pb.ListAgencyNoticesResponse
    names: dict[str, str]
    staff: person_pb.StaffCounts
    coming: list[agency_notice_pb.AgencyNotice]
    still: changes.StillToDo
    # How the first of the coming changes came along.
    card: over_time.Card | None


@dataclass
class StateHome:
    """What the page shows to those who see the whole state."""

    waiting: list[notice_pb.Notice]
    names: dict[str, str]
    coming: list[changes.StateChange]
    calls: list[tuple[notice_pb.Notice, readiness.Needed]]
    # How the first of the coming changes that are out came along.
    card: over_time.Card | None


@router.get("/home")
def home(visit: Visitor) -> Answer:
    """Everything that waits for this person, whatever their roles, and what comes."""
    if visit.rights.from_outside:
        return visit.page("home/outside.html", committees=_committees(visit), to_vote=votes.to_vote(visit), votes=votes)
    found: list[Row] = []
    asking = Asking()
    own = asking.of("notification", lambda: todo.of_visitor(visit, size=_ROWS), todo.ToDo([], 0, ""))
    total = own.total
    agencies = _agencies(visit, asking)
    for one in agencies:
        if visit.rights.at("notices.confirm_for_agency", one.agency.name):
            found += rows.to_confirm(visit, one.agency.name, one.title, one.found.notices)
            total += one.found.unconfirmed_count
        found += rows.people_to_go(visit.rights, one.agency.name, one.title, one.found.notices, one.names)
        total += one.found.to_go_count
    nothing_asked = review_pb.ListOwnReviewsResponse()
    asked = review_pb.ListOwnReviewsRequest(page_size=_ROWS)
    reviews = asking.of("notification", lambda: visit.clients.reviews.ListOwnReviews(asked), nothing_asked)
    found += (asked_here := rows.to_review(visit, reviews.reviews))
    to_review = max(reviews.waiting_count, len(asked_here))
    total += to_review
    found += (of_committees := committees.rows(visit, asking))
    total += len(of_committees)
    found += rows.own(visit, (item for _, items in own.groups for item in items))
    of_state = letters.of_the_state(visit.rights)
    state = asking.of("notification", lambda: _state(visit), None) if of_state else None
    written = [*(_of_state(visit, state) if state else []), *_under_way(visit, asking)]
    operates = visit.rights.state("operations.read")
    needs = rows.health_of(visit, overview.needs(visit)) if operates else []
    one_row_each = joined(found)
    total += len(one_row_each) - len(found) + len(written) + len(needs)
    shown = queue([*one_row_each, *written, *needs], visit.today, most=_ROWS, total=total)
    nothing: list[str] = []
    no_freezes: list[release_pb.FreezeWindow] = []
    return visit.page(
        "home/home.html",
        letters=letters,
        queue=shown,
        votes_wait=any(one.kind == "Vote" for _, rows in shown.groups for one in rows),
        own=own,
        to_review=to_review,
        agencies=agencies,
        state=state,
        moved=asking.of("notification", lambda: _moved(visit, agencies, state), nothing) if shown.nothing_due else [],
        well=operates and not needs,
        units=visit.units() if agencies else {},
        freezes=asking.of("notification", lambda: _freezes(visit), no_freezes) if of_state or agencies else [],
        missing=asking.missing,
        to_go=agency_lists.to_go,
        most_changes=_CHANGES,
        most_calls=_CALLS,
    )


def _committees(visit: Visit) -> list[tuple[body_pb.BodySummary, str, str]]:
    """Return the committees of somebody from outside, each with their part in it and its address."""
    listed = visit.clients.bodies.ListBodies(body_pb.ListBodiesRequest(page_size=_UNDER_WAY, mine=True)).bodies
    return [(one, committee_phrases.parts(one.my_parts), shown.path(one.name)) for one in listed]


def _freezes(visit: Visit) -> list[release_pb.FreezeWindow]:
    """Return the freeze windows that last or begin soon."""
    soon = (visit.today + _FREEZE_AHEAD).isoformat()
    found = visit.clients.releases.FindFreezeWindows(release_pb.FindFreezeWindowsRequest())
    return [one for one in found.windows if one.from_date <= soon]


def _agencies(visit: Visit, asking: Asking) -> list[AgencyHome]:
    names = visit.rights.agencies("readiness.read_agency")
    asked = [asking.of("notification", partial(_agency, visit, name, several=len(names) > 1), None) for name in names]
    return [one for one in asked if one is not None]


def _agency(visit: Visit, name: str, *, several: bool) -> AgencyHome:
    clients, agency = visit.clients, visit.agency(name)
    found = clients.agency_notices.ListAgencyNotices(
        agency_notice_pb.ListAgencyNoticesRequest(
            parent=name,
            page_size=_LOOKED_AT,
            left_for=_IN_DETAIL,
            left_most=agency_lists.NAMES_AT_ONCE,
            which=agency_notice_pb.COMING,
        )
    )
    names = visit.names([person for one in found.notices for person in one.left])
    coming = changes.of_agency(found.notices, visit.today)
    return AgencyHome(
        agency=agency,
        title=agency.short_title if several else "",
        found=found,
        names=names,
        staff=clients.people.GetStaffCounts(person_pb.GetStaffCountsRequest(parent=name)),
        coming=coming,
        still=changes.still_to_do(found.notices, names),
        card=over_time.card(visit, coming[0].notice, name) if coming else None,
    )


def _state(visit: Visit) -> StateHome:
    clients = visit.clients

    def listed(states: Collection[notice_pb.Notice.State.ValueType], most: int) -> list[notice_pb.Notice]:
        request = notice_pb.ListNoticesRequest(states=states, page_size=most)
        return list(clients.notices.ListNotices(request).notices)

    waiting = listed(letters.BEFORE_ISSUE, _UNDER_WAY)
    issued = listed((notice_pb.Notice.PUBLISHED,), _ISSUED_LOOKED_AT)
    request = readiness_pb.BatchGetReadinessRequest(notices=[letter.name for letter in issued])
    figures = {one.notice: one for one in clients.readiness.BatchGetReadiness(request).readiness}
    coming = changes.of_state([*waiting, *issued], figures, visit.today)
    first_out = next((one.letter for one in coming if one.figures), None)
    return StateHome(
        waiting=waiting,
        names=visit.names([letter.author for letter in waiting]),
        coming=coming,
        calls=readiness.calls(issued, figures, visit.agencies(), checklists.blocked_of(visit, issued)),
        card=over_time.card(visit, first_out) if first_out else None,
    )


def _of_state(visit: Visit, state: StateHome) -> list[Row]:
    found: list[Row] = []
    if visit.rights.state("notices.approve"):
        waiting = [letter for letter in state.waiting if letter.state == notice_pb.Notice.IN_APPROVAL]
        found = rows.to_approve(visit, waiting, state.names, on_its_way.of_letters(visit, waiting))
    return found + (rows.own_drafts(visit, state.waiting) if visit.rights.state("notices.write") else [])


def _under_way(visit: Visit, asking: Asking) -> list[Row]:
    """What a training manager has begun: courses and tests without a version."""
    found: list[Row] = []
    works: Sequence[work_pb.Work] = ()
    if visit.rights.state("works.write"):
        mine = work_pb.ListWorksRequest(mine_to_do=True, page_size=_UNDER_WAY)
        works = asking.of("curriculum", lambda: visit.clients.works.ListWorks(mine).works, works)
        found += rows.works(visit, works)
    if visit.rights.state("courses.write"):
        asked = course_pb.ListCoursesRequest(offer=course_pb.UNFINISHED, page_size=_UNDER_WAY)
        courses = asking.of("curriculum", lambda: visit.clients.courses.ListCourses(asked).courses, None)
        # One that somebody takes through its gates stands there already.
        taken = {work.course for work in works}
        found += rows.courses(one for one in courses or () if one.name not in taken)
    if visit.rights.state("tests.write"):
        listed = test_pb.ListTestsRequest(page_size=_UNDER_WAY)
        tests = asking.of("evaluation", lambda: visit.clients.tests.ListTests(listed).tests, None)
        found += rows.tests(tests or ())
    return found


def _moved(visit: Visit, agencies: Sequence[AgencyHome], state: StateHome | None) -> list[str]:
    """What moved since yesterday, for a day on which nothing is due."""
    said = [line for one in agencies for line in changes.moved_at(visit, one.agency.name, one.coming)]
    return [*said, *(changes.moved_in_state(visit, state.coming) if state else [])]
