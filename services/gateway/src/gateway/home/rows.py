"""What each service knows to be open, as rows of the one list."""

from collections.abc import Iterable, Mapping, Sequence

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import work_service_pb2 as work_pb
from cadre.evaluation.v1 import test_service_pb2 as test_pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import review_service_pb2 as review_pb
from gateway.home.queue import Row
from gateway.learning import todo
from gateway.letters import agency_lists, letters, on_its_way
from gateway.operations import health
from gateway.reviews import phrases, reading
from gateway.web.rights import Rights
from gateway.web.visit import Visit
from gateway.words import sentences
from gateway.works import gates
from gateway.works import phrases as work_phrases

# Of whom to write in one line: these many names, then how many others.
_NAMES = 4


def own(visit: Visit, items: Iterable[todo.Item]) -> list[Row]:
    """The visitor's letters to read and confirm, and the training that they ask for."""
    return [
        Row(
            kind="My training" if item.letter.asks == notice_pb.TRAIN else "To read",
            title=letters.named(item.letter),
            said=letters.title(item.letter),
            facts=_facts(f"{item.minutes} minutes" if item.minutes else "", _effect(visit, item.letter)),
            act="Continue" if item.begun else "Start",
            to=f"/training/{item.id}",
            due=sentences.as_date(item.due_date),
            why=f"/training/{item.id}/why",
            urgent=bool(item.letter.urgent_reason),
            letter=item.letter.name,
            beside="it is for you too",
        )
        for item in items
    ]


def to_confirm(visit: Visit, agency: str, title: str, found: Iterable[agency_notice_pb.AgencyNotice]) -> list[Row]:
    """Letters that an agency has still to confirm; *title* names it where the visitor has several."""
    return [
        Row(
            kind="Letter",
            title=letters.named(one.notice),
            said=letters.title(one.notice),
            facts=_facts(one.notice.urgent_reason.rstrip("."), _confirms(one.notice), _effect(visit, one.notice)),
            act="Read and confirm",
            to=f"/{agency}/letters/{_id(one.notice)}",
            due=sentences.as_date(one.notice.agency_due_date),
            agency=title,
            urgent=bool(one.notice.urgent_reason),
            letter=one.notice.name,
        )
        for one in found
        if agency_lists.to_confirm(one)
    ]


def to_review(visit: Visit, found: Iterable[review_pb.Review]) -> list[Row]:
    """Drafts on which an agency has still to send its comments; for whoever speaks for it."""
    return [
        Row(
            kind="Draft to review",
            title=review.title,
            said=review.title,
            facts=f"{visit.agency(mine.agency).short_title}, not issued yet",
            act="Read and comment",
            to=reading.path(review, mine),
            due=sentences.as_date(review.due_date),
        )
        for review in found
        for mine in review.agencies
        if phrases.is_open(review) and not mine.sender
    ]


def people_to_go(
    rights: Rights,
    agency: str,
    title: str,
    found: Iterable[agency_notice_pb.AgencyNotice],
    names: Mapping[str, str],
) -> list[Row]:
    """Letters under which people of an agency still have something to do; *names* has those of whom to say who.

    Who supervises units is told of the people there alone, and not how many they are where that was not asked.
    """
    rows, whole = [], rights.units("readiness.read_agency", agency) is None
    for one in found:
        count = agency_lists.to_go(one.readiness.counts) if whole else _of_units(one)
        if not letters.asks_something(one.notice) or count == 0:
            continue
        who = "people" if count is None else sentences.count(count, "person", "people")
        base = f"/{agency}/letters/{_id(one.notice)}"
        act, to = "See who", f"{base}#our-people"
        if rights.at("training.record", agency) and one.notice.asks == notice_pb.TRAIN:
            act, to = "Record training", f"{base}/briefing?kind=elsewhere"
            if one.notice.briefing_counts:
                act, to = "Record a briefing", f"{base}/briefing?select=all"
        rows.append(
            Row(
                kind="People",
                title=f"{letters.title(one.notice)}: {who} still to do",
                said=letters.title(one.notice),
                facts=_who([names[person] for person in one.left if person in names], count or 0) or one.notice.subject,
                act=act,
                to=to,
                about=f"{base}#our-people",
                due=sentences.as_date(one.notice.due_date),
                agency=title,
                urgent=bool(one.notice.urgent_reason),
                letter=one.notice.name,
                beside=f"{who} still to do",
            )
        )
    return rows


def to_approve(
    visit: Visit,
    waiting: Iterable[notice_pb.Notice],
    names: Mapping[str, str],
    stages: Mapping[str, on_its_way.OnItsWay],
) -> list[Row]:
    """Letters that wait for an approval that the visitor may give: never their own, nor another's stage."""
    asked = [(letter, stages.get(letter.name, on_its_way.OnItsWay())) for letter in waiting]
    return [
        Row(
            kind="Approval",
            title=letters.named(letter),
            said=letters.title(letter),
            facts=_facts(
                f"for {way.next.title}" if way.next else "",
                f"written by {names.get(letter.author, 'state staff')}",
                _effect(visit, letter),
            ),
            act="Issue or return" if way.is_last else "Approve or return",
            to=f"/letters/{_id(letter)}",
            to_approve=True,
            due=sentences.as_date(way.next.due_date) if way.next else None,
            urgent=bool(letter.urgent_reason),
        )
        for letter, way in asked
        if letter.state == notice_pb.Notice.IN_APPROVAL and letter.author != visit.person and way.asks(visit.person)
    ]


def own_drafts(visit: Visit, waiting: Iterable[notice_pb.Notice]) -> list[Row]:
    """Letters that the visitor writes; those that came back to them first."""
    mine = [one for one in waiting if one.state == notice_pb.Notice.DRAFT and one.author == visit.person]
    return [
        Row(
            kind="Draft",
            title=letters.named(letter),
            said=letters.title(letter),
            facts=f"Returned: {letter.return_reason}"
            if letter.return_reason
            else f"Begun {sentences.day_of(letter.create_time, visit.today)}",
            act="Continue",
            to=f"/letters/{_id(letter)}/edit",
            about=f"/letters/{_id(letter)}",
        )
        for letter in sorted(mine, key=lambda one: not one.return_reason)
    ]


def courses(found: Iterable[course_pb.Course]) -> list[Row]:
    """Courses that are being written."""
    return [
        Row(
            kind="Course",
            title=course.title,
            said=course.title,
            facts="Being written · no version yet",
            act="Continue",
            to=f"/{course.name}/edit",
        )
        for course in found
    ]


def works(visit: Visit, found: Iterable[work_pb.Work]) -> list[Row]:
    """Courses under way that wait for the visitor, each with its day."""
    return [
        Row(
            kind="Course",
            title=work.title,
            said=work.title,
            facts=_facts(
                work_phrases.step(work), gates.ready(work), f"with you {work_phrases.since(work, visit.today)}"
            ),
            act="Open",
            to=f"/{work.name}",
            due=None if work_phrases.is_there(work) else sentences.as_date(work.target_date),
        )
        for work in found
        if not work_phrases.has_ended(work) and work.status != work_pb.Work.ON_HOLD
    ]


def tests(found: Iterable[test_pb.Test]) -> list[Row]:
    """Tests that are being written."""
    return [
        Row(
            kind="Test",
            title=test.title,
            said=test.title,
            facts=f"Being written · {sentences.count(test.item_count, 'question')}",
            act="Continue",
            to=f"/{test.name}/edit",
        )
        for test in found
        if not test.latest_version
    ]


def health_of(visit: Visit, needs: Sequence[health.Need]) -> list[Row]:
    """What needs the operator, in one row; none while all is well."""
    if not needs:
        return []
    worst = needs[0]
    about = f"{', '.join(worst.places)}: {worst.said}"
    more = f" · and {sentences.count(len(needs) - 1, 'other thing')}" if len(needs) > 1 else ""
    return [
        Row(
            kind="Operations",
            title=f"{sentences.count(len(needs), 'thing')} {'needs' if len(needs) == 1 else 'need'} you",
            said="on the operator's page",
            facts=f"{worst.state.words}: {about}{more}",
            act="See what",
            to="/operations",
            due=visit.today,
        )
    ]


def _of_units(one: agency_notice_pb.AgencyNotice) -> int | None:
    """How many of the visitor's units are still to go; None where the agency is large and that was not asked."""
    if one.left or one.units:
        return len(one.left) or sum(agency_lists.to_go(unit.counts) for unit in one.units)
    to_go = agency_lists.to_go(one.readiness.counts)
    return 0 if one.readiness.counts.of <= agency_lists.NAMES_AT_ONCE or not to_go else None


def _confirms(letter: notice_pb.Notice) -> str:
    return f"the agency confirms {'in the morning' if letters.in_the_morning(letter) else 'by 5 p.m.'}"


def _effect(visit: Visit, letter: notice_pb.Notice) -> str:
    takes = "takes" if letter.effective_date >= visit.today.isoformat() else "took"
    return f"{takes} effect {sentences.short_day(letter.effective_date, visit.today)}" if letter.effective_date else ""


def _facts(*parts: str) -> str:
    """One line of those of *parts* that say something, which begins as sentences do."""
    said = " · ".join(part for part in parts if part)
    return said[:1].upper() + said[1:]


def _who(names: Sequence[str], count: int) -> str:
    """`Ana Ruiz, Ben Ito and 3 others`; empty if no names are known."""
    if not names:
        return ""
    shown = names if count <= _NAMES else names[: _NAMES - 1]
    others = count - len(shown)
    return ", ".join(shown) + (f" and {sentences.count(others, 'other')}" if others else "")


def _id(letter: notice_pb.Notice) -> str:
    return letter.name.removeprefix("notices/")
