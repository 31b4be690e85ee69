"""A person's transcript: what they completed, year by year, as pages and files show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC

from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.enrollment.v1 import completion_service_pb2 as pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from gateway.letters import letters
from gateway.web.visit import Visit
from gateway.words import glossary, sentences
from servicekit.calendar import pacific_date

# What a call may be asked for.
_MOST_LINES = 1_000
_PAGE = 50
COLUMNS = ("Completed", "Training", "Version", "Letter", "How", "Minutes")
KINDS = {
    value: glossary.COMPLETIONS[name] for name, value in pb.Completion.Kind.items() if name in glossary.COMPLETIONS
}


@dataclass(frozen=True)
class Line:
    """One training that was completed. *letter* is empty where the visitor cannot know it."""

    done: pb.Completion
    title: str
    version: int
    letter: str
    # Of what was taken back: by whom, as far as the visitor may know.
    by: str = ""

    @property
    def how(self) -> str:
        """Course, briefing or another system, and who led it; of a credit, when the course was taken."""
        kind = KINDS.get(self.done.kind, "Training")
        taken = sentences.as_date(self.done.credited_date)
        if taken:
            return f"{kind}: course taken {taken:%b} {taken.day}, {taken.year}, for another letter"
        said = f"{kind}, led by {self.done.led_by}" if self.done.led_by else kind
        return f"{said}. {self.taken_back}" if self.taken_back else said

    @property
    def taken_back(self) -> str:
        """`Taken back Nov 28, 2026, by Ana Ruiz: the wrong unit`; empty of what stands."""
        if not self.done.retract_time.seconds:
            return ""
        day = pacific_date(self.done.retract_time.ToDatetime(UTC))
        by = f", by {self.by}" if self.by else ""
        return f"Taken back {day:%b} {day.day}, {day.year}{by}: {self.done.retract_reason}"

    @property
    def minutes(self) -> int:
        """What it counts: nothing once it was taken back."""
        return 0 if self.taken_back else self.done.minutes


@dataclass(frozen=True)
class Transcript:
    """A page of a transcript of one *year* (0 = all), and what every year adds up to, the newest first."""

    lines: list[Line]
    years: list[pb.YearOfTraining]
    year: int
    next_page: str = ""

    def of(self, year: int) -> pb.YearOfTraining:
        """What a year adds up to."""
        return next((one for one in self.years if one.year == year), pb.YearOfTraining(year=year))

    def by_year(self) -> list[tuple[pb.YearOfTraining, list[Line]]]:
        """All lines, sorted into their years."""
        return [
            (one, [line for line in self.lines if line.done.complete_date.startswith(f"{one.year:04}-")])
            for one in self.years
        ]


def this_year(visit: Visit) -> pb.YearOfTraining:
    """What the visitor completed in this year."""
    answer = _completions(visit, visit.person, year=visit.today.year, size=1, page="")
    return Transcript([], list(answer.years), visit.today.year).of(visit.today.year)


def of_year(visit: Visit, person: str, agency: str, *, year: int | None, page: str) -> Transcript:
    """Return a page of a person's transcript of one year: the one given, or this one.

    *agency* (`agencies/{agency}`) is the one whose page it is; empty on the person's own.
    """
    chosen = visit.today.year if year is None else year
    answer = _completions(visit, person, year=chosen, size=_PAGE, page=page)
    lines = _lines(visit, answer.completions, agency)
    return Transcript(lines, list(answer.years), chosen, answer.next_page_token)


def whole(visit: Visit, person: str, agency: str) -> Transcript:
    """Return a person's whole transcript, to print and to keep."""
    answer = _completions(visit, person, year=0, size=_MOST_LINES, page="")
    found = list(answer.completions)
    while answer.next_page_token:
        answer = _completions(visit, person, year=0, size=_MOST_LINES, page=answer.next_page_token)
        found += answer.completions
    return Transcript(_lines(visit, found, agency), list(answer.years), 0)


def rows(transcript: Transcript) -> list[tuple[str | int, ...]]:
    """Return the lines as a file has them, in the order of `COLUMNS`."""
    return [
        (line.done.complete_date, line.title, line.version, line.letter, line.how, line.minutes)
        for line in transcript.lines
    ]


def _completions(visit: Visit, person: str, *, year: int, size: int, page: str) -> pb.ListCompletionsResponse:
    return visit.clients.completions.ListCompletions(
        pb.ListCompletionsRequest(parent=person, year=year, page_size=size, page_token=page)
    )


def _lines(visit: Visit, completions: Iterable[pb.Completion], agency: str) -> list[Line]:
    """Join titles of versions and numbers of letters to completions, one call each for a thousand."""
    completions = list(completions)
    if not completions:
        return []
    names = list(dict.fromkeys(done.course_version for done in completions))
    titles: dict[str, course_pb.CourseVersion] = {}
    for start in range(0, len(names), _MOST_LINES):
        asked = course_pb.BatchGetCourseVersionsRequest(names=names[start : start + _MOST_LINES])
        found = visit.clients.courses.BatchGetCourseVersions(asked).course_versions
        titles |= {version.name: version for version in found}
    numbers: dict[str, str] = {}
    under = list(dict.fromkeys(done.notice for done in completions if done.notice))
    for start in range(0, len(under), _MOST_LINES):
        numbers |= _letters(visit, under[start : start + _MOST_LINES], agency)
    known = visit.names([done.retracted_by for done in completions if done.retracted_by])
    return [
        Line(
            by=known.get(done.retracted_by, ""),
            done=done,
            title=titles[done.course_version].title if done.course_version in titles else "Training",
            version=titles[done.course_version].version if done.course_version in titles else 0,
            letter=numbers.get(done.notice, ""),
        )
        for done in completions
    ]


def _letters(visit: Visit, notices: list[str], agency: str) -> Mapping[str, str]:
    """Return what those of *notices* are called that the visitor has, or else their *agency*."""
    size = len(notices)
    if not agency:
        mine = visit.clients.inbox.ListInbox(inbox_pb.ListInboxRequest(page_size=size, notices=notices)).items
        return {item.notice.name: letters.title(item.notice) for item in mine}
    request = agency_notice_pb.ListAgencyNoticesRequest(parent=agency, page_size=size, notices=notices)
    return {
        one.notice.name: letters.title(one.notice)
        for one in visit.clients.agency_notices.ListAgencyNotices(request).notices
    }
