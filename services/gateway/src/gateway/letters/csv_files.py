"""A letter's tables as files for spreadsheet programs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from cadre.notification.v1 import acknowledgement_service_pb2 as acknowledgement_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from gateway.letters import agreed, forecasts, letters
from gateway.letters.agency_lists import Line
from gateway.letters.readiness import Row
from gateway.web import sheets
from servicekit.calendar import PACIFIC

AGENCY_COLUMNS = (
    *("Letter", "As of", "Agency", "Region", "Size", "Confirmed", "Confirmation past due"),
    *("Staff", "At work", "Ready", "Not started", "On leave", "Read", "Confirmed by staff", "Trained"),
    *("Past due", "Does not apply", "Problem"),
)
PEOPLE_COLUMNS = (
    *("Letter", "As of", "Name", "Staff number", "Unit"),
    *("Read", "Confirmed", "Trained", "Due", "Ready", "On leave", "Note"),
    *("Confirmed version", "In which words", "Hash of the words", "How confirmed"),
)
FORECAST_COLUMNS = (
    *("Letter", "As of", "Agency", "At work", "Ready", "By", "Expected", "From", "To"),
    *("Business days late", "Ready a day lately", "Note"),
)
WHOLE_STATE = "Whole state, each person once"


def agencies(letter: notice_pb.Notice, figures: readiness_pb.Readiness, rows: Iterable[Row], at: datetime) -> bytes:
    """Return the state's table: the same lines as on the page, and the state's own figures as the last one."""
    begun = head(letter, at)
    lines = [
        [
            *begun,
            row.agency.short_title,
            row.agency.region,
            row.agency.size_class,
            sheets.moment(row.figures.confirm_time),
            _yes(row.figures.confirmation_overdue),
            *_counts(row.figures.counts),
            row.figures.problem,
        ]
        for row in rows
    ]
    lines.append([*begun, WHOLE_STATE, "", "", "", "", *_counts(figures.state), ""])
    return sheets.file_of(AGENCY_COLUMNS, lines)


def forecast(letter: notice_pb.Notice, rows: Iterable[forecasts.Row], at: datetime) -> bytes:
    """Return each agency's forecast, as its page has it; without one, why there is none."""
    begun = head(letter, at)
    lines = []
    for row in rows:
        ahead = row.ahead
        known = [ahead.day, ahead.expected, ahead.low, ahead.high, "" if ahead.never else ahead.days_short]
        known += [f"{ahead.pace:.2f}", forecasts.help_by(ahead, at.date())]
        unknown = [*("" for _ in known[1:]), forecasts.missing(ahead)]
        lines.append(
            [*begun, row.agency.short_title, ahead.at_work, ahead.ready, *(unknown if ahead.missing else known)]
        )
    return sheets.file_of(FORECAST_COLUMNS, lines)


def people(
    letter: notice_pb.Notice,
    lines: Iterable[Line],
    at: datetime,
    said: Mapping[str, Sequence[acknowledgement_pb.Acknowledgement]],
) -> bytes:
    """Return an agency's people under a letter, as its page has them, with what they *said*; never a score."""
    begun = head(letter, at)
    return sheets.file_of(
        PEOPLE_COLUMNS,
        [
            [
                *begun,
                line.name,
                line.staff_number,
                line.units,
                sheets.moment(line.standing.read_time),
                sheets.moment(line.standing.confirm_time),
                sheets.moment(line.standing.train_time),
                line.standing.due_date,
                _yes(line.standing.ready),
                _yes(line.standing.on_leave),
                _note(line),
                *_agreed(agreed.confirmed(said.get(line.person, ()))),
            ]
            for line in lines
        ],
    )


def _note(line: Line) -> str:
    notes = ["Does not apply"] if line.standing.excused else []
    return "; ".join([*notes, "Asked by our agency"] if line.standing.local else notes)


def _agreed(one: acknowledgement_pb.Acknowledgement | None) -> tuple[str | int, ...]:
    if one is None:
        return ("", "", "", "")
    said = f"{agreed.how(one)}: {one.reason}" if one.reason else agreed.how(one)
    return one.version, one.statement, one.statement_sha256, said


def name(letter: notice_pb.Notice, what: str, day: date) -> str:
    """`CSSP-26-04-agencies-2026-11-23.csv`; a letter of a demonstration says so in the name, too."""
    mark = "DEMONSTRATION-" if letter.demonstration else ""
    return f"{mark}{letters.title(letter).replace(' ', '-')}-{what}-{day.isoformat()}.csv"


def head(letter: notice_pb.Notice, at: datetime) -> tuple[str, str]:
    """With what each line of a file begins: the letter, and when it was so."""
    mark = " (DEMONSTRATION, not issued by DCSS)" if letter.demonstration else ""
    return f"{letters.title(letter)}{mark}", at.astimezone(PACIFIC).isoformat(" ", "seconds")


def _counts(counts: readiness_pb.Counts) -> tuple[int, ...]:
    return (
        *(counts.of, counts.at_work, counts.ready, counts.not_started, counts.on_leave, counts.read),
        *(counts.confirmed, counts.trained, counts.overdue, counts.excused),
    )


def _yes(value: bool) -> str:
    return "Yes" if value else "No"
