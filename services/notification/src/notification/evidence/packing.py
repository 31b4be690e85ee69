"""Writing a packet: its tables, its texts, its summary, and what must hold of them (`servicekit.files.packets`)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from notification.agencies import queries as agencies
from notification.agencies.records import Figures
from notification.attachments import attachments
from notification.evidence import layout, summary
from notification.evidence.reading import Reading
from notification.letters.tables import Notice
from notification.notices import queries as notices
from notification.versions import queries as versions
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.data.db import Db
from servicekit.files.packets import Figure, Packer, Reference, Text

_CONTENT = "SELECT content FROM file WHERE sha256 = %(sha256)s"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """A packet as it is asked for. *names* are those of an agency's people; the state's packet has none."""

    packet_id: UUID
    notice: Notice
    agency_id: str
    at: datetime
    demonstration: bool
    names: Mapping[UUID, str]


def write(db: Db, target: IO[bytes], asked: Asked, at: Progress) -> None:
    """Write a packet of what *db* sees into *target*; say what is *at* hand."""
    _Writing(db, target, asked, at).all()


class _Writing:
    def __init__(self, db: Db, target: IO[bytes], asked: Asked, at: Progress) -> None:
        self._db, self._asked, self._at = db, asked, at
        self._packer = Packer(target)
        self._reading = Reading(db, asked.notice, asked.agency_id, pacific_date(asked.at))
        self._named = bool(asked.agency_id)
        self._counts: Counter[str] = Counter()

    def all(self) -> None:
        """Write everything."""
        about = layout.about(self._asked.notice, self._asked.packet_id, self._asked.agency_id, self._asked.at)
        self._packer.add("README.txt", [layout.readme(about, names=self._named).encode()])
        self._at("TEXTS")
        listed = self._versions()
        self._at("PEOPLE")
        self._people()
        self._agencies()
        self._at("CONFIRMATIONS")
        self._said()
        self._at("MESSAGES")
        self._table("messages.csv", layout.MESSAGES, self._messages())
        self._at("QUESTIONS")
        self._questions()
        self._at("SUMMARY")
        figures = self._figures()
        pdf = summary.pdf(about, figures, listed, demonstration=self._asked.demonstration, at=self._asked.at)
        self._packer.add("summary.pdf", [pdf])
        self._packer.seal(
            about,
            texts=[
                Text("versions.csv", sha256="text_sha256"),
                Text("files.csv"),
                Text("statements.csv"),
            ],
            references=[
                Reference("confirmations.csv", ("version", "text_sha256"), "versions.csv"),
                Reference("files.csv", ("version",), "versions.csv"),
                Reference("answers.csv", ("question",), "questions.csv"),
            ],
            figures=figures,
        )

    def _table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add a table, with a column of names after that of people where names are said; count its rows."""
        if self._named and "person" in columns:
            place = columns.index("person") + 1
            columns = (*columns[:place], "name", *columns[place:])
            rows = ((*row[:place], self._asked.names.get(row[place - 1], ""), *row[place:]) for row in rows)

        def counted() -> Iterator[Sequence[Any]]:
            for row in rows:
                self._counts[name] += 1
                yield [_cell(one) for one in row]

        self._packer.table(name, columns, counted())

    def _versions(self) -> list[Sequence[str]]:
        """Write each version's text as it was hashed, and its files."""
        notice = self._asked.notice
        found: list[Sequence[Any]] = []
        files: list[Sequence[Any]] = []
        listed: list[Sequence[str]] = []
        for number in range(1, notice.version + 1):
            one = versions.version(self._db, notice.id, number)
            name = f"versions/{number}/text.json"
            self._packer.add(name, [one.canonical.encode()])
            found.append(
                (
                    *(number, one.change, one.published_at, one.author_id, one.approver_id, one.what_changed),
                    *(one.text_sha256, name),
                )
            )
            listed.append((str(number), str(_cell(one.published_at)), one.text_sha256))
            for file in attachments.of_version(self._db, notice.id, one.files_of):
                name = layout.file_name(number, file.place, file.filename)
                self._packer.add(name, [bytes(self._db.value(_CONTENT, sha256=file.sha256))])
                files.append((number, file.place, file.kind, file.title, file.filename, file.sha256, name))
        self._table("versions.csv", layout.VERSIONS, found)
        self._table("files.csv", layout.FILES, files)
        if not self._named:
            self._table("approvals.csv", layout.APPROVALS, self._approvals())
        return listed

    def _approvals(self) -> Iterator[Sequence[Any]]:
        """Give how each version was approved: for the state alone, since agencies see none of a draft's way."""
        notice = self._asked.notice
        for one in reversed(versions.versions(self._db, notice.id)):
            for step in notices.steps(self._db, one.files_of or notice.id):
                yield (one.version, step.at, step.actor, step.came_from, step.state, step.reason)

    def _people(self) -> None:
        def rows() -> Iterator[Sequence[Any]]:
            for one in self._reading.people():
                self._counts["listed"] += not one.excused and not one.local
                self._counts["ready"] += one.ready and not one.local
                self._counts["on_leave"] += one.on_leave and not one.excused and not one.local
                self._counts["excused"] += one.excused and not one.local
                self._counts["local"] += one.local
                yield (
                    *(one.person_id, ";".join(one.units), one.due_date, one.ready, one.on_leave, one.excused),
                    *(one.read_at, one.confirmed_at, one.trained_at, one.local),
                )

        self._table("people.csv", layout.PEOPLE, rows())

    def _agencies(self) -> None:
        def rows() -> Iterator[Sequence[Any]]:
            for one in self._reading.agencies():
                self._counts["agencies_confirmed"] += one.delivery.confirmed_at is not None
                yield (
                    *(one.agency_id, one.delivery.delivered_at, one.delivery.confirmed_at, one.delivery.confirmed_by),
                    *(one.delivery.problem or "", *(one.figures[n] for n in range(len(Figures._fields)))),
                )

        self._table("agencies.csv", (*layout.AGENCIES, *Figures._fields), rows())

    def _said(self) -> None:
        def rows() -> Iterator[Sequence[Any]]:
            for one in self._reading.said():
                self._counts[one.kind] += not one.local
                yield (
                    *(one.person_id, one.kind, one.agency_id, one.version, one.text_sha256, one.at),
                    *(one.statement_sha256, one.channel, one.recorded_by),
                    # Why somebody did not do it themselves stays inside the agency.
                    one.reason if self._named else "",
                    one.local,
                )

        self._table("confirmations.csv", layout.CONFIRMATIONS, rows())
        found = []
        for one in self._reading.statements():
            name = f"statements/{one.sha256[:12]}.txt"
            self._packer.add(name, [one.text.encode()])
            found.append((one.sha256, one.language, name))
        self._table("statements.csv", layout.STATEMENTS, found)

    def _messages(self) -> Iterator[Sequence[Any]]:
        for one in self._reading.messages():
            self._counts[f"messages_{one.state.lower()}"] += 1
            yield (
                *(one.message_id, one.person_id, one.scope, one.kind, one.wanted_at, one.due_date),
                *(one.state, one.cause, one.sent_at),
            )

    def _questions(self) -> None:
        part = self._reading
        self._table(
            "questions.csv",
            layout.QUESTIONS,
            [(one.id, one.section, one.asked_by, one.asked_at, one.text) for one in part.questions()],
        )
        self._table(
            "answers.csv",
            layout.ANSWERS,
            [(one.question_id, one.answered_by, one.answered_at, one.text) for one in part.answers()],
        )
        self._table("clarifications.csv", layout.CLARIFICATIONS, part.clarifications())

    def _figures(self) -> list[Figure]:
        """Return the figures: of people those that the pages show, of a withdrawn letter as counted here.

        Its figures stay as they were then, while people still come and go.
        """
        notice, agency_id = self._asked.notice, self._asked.agency_id
        values = dict(self._counts)
        if notice.withdrawn_at is None:
            shown = agencies.figures(self._db, notice, agency_id, pacific_date(self._asked.at))
            values |= {name: getattr(shown, name) for name in ("listed", "ready", "on_leave", "excused")}
        return layout.figures(values)


def _cell(value: object) -> object:
    """Write what stands in a cell: moments as in California, yes and no as such, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.astimezone(PACIFIC).isoformat(" ", "seconds") if isinstance(value, datetime) else str(value)
