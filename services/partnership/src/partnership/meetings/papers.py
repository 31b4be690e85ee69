"""Papers and minutes of meetings: new editions, and the newest one that somebody sees."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from partnership.meetings import queries
from partnership.meetings.meetings import load
from partnership.meetings.queries import INSIDE, SEEN, Meeting
from partnership.meetings.rules import meetings, papers
from partnership.meetings.rules.papers import MINUTES
from partnership.meetings.tables import DocumentRow, EditionRow
from partnership.visibility import MINE, Reader, standing, values
from servicekit.data.db import Db, count
from servicekit.refusals import InvalidField, NotFound

# Of a meeting that the reader sees: those inside see all; others what is public, and minutes once they are approved.
_EDITIONS = f"""
FROM document AS d
JOIN edition AS e ON e.document_id = d.id
JOIN meeting AS m ON m.id = d.meeting_id
JOIN body AS b ON b.id = m.body_id {MINE}
WHERE m.id = %(meeting)s AND b.id = %(body)s AND {SEEN} AND ({INSIDE} OR CASE
  WHEN d.kind = 'MINUTES' THEN m.public AND m.approved_edition = e.number ELSE e.public END)
"""
_EDITION = """
d.id, d.kind, e.number, e.title, e.digest, e.published_at,
d.kind = 'MINUTES' AND coalesce(m.approved_edition = e.number, false) AS approved,
CASE WHEN d.kind = 'MINUTES' THEN m.public AND m.approved_edition IS NOT NULL ELSE e.public END AS public
"""
_SUMMARIES = f"""
SELECT * FROM (
  SELECT DISTINCT ON (d.id) {_EDITION} {_EDITIONS} ORDER BY d.id, e.number DESC
) AS newest ORDER BY kind <> 'MINUTES', published_at, id
"""  # noqa: S608 - made of constants
_ONE = f"""
SELECT {_EDITION}, e.text, e.link, array_agg(e.number) OVER (ORDER BY e.number DESC
  ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS editions
{_EDITIONS} AND d.id = %(document)s ORDER BY e.number DESC
"""
# Texts are left out from where together they would be longer than a packet holds.
_WHOLE = f"""
SELECT id, kind, number, title, digest, published_at, approved, public,
  CASE WHEN said <= %(most)s THEN text ELSE '' END AS text, link, editions, said > %(most)s AND text <> '' AS cut
FROM (
  SELECT *, sum(length(text)) OVER (ORDER BY published_at, id) AS said FROM (
    SELECT DISTINCT ON (d.id) {_EDITION}, e.text, e.link, ARRAY[e.number] AS editions
    {_EDITIONS} AND (d.kind = 'MINUTES') = %(minutes)s ORDER BY d.id, e.number DESC
  ) AS newest
) AS counted ORDER BY published_at, id
"""  # noqa: S608 - made of constants
_NEWEST = "SELECT coalesce(max(number), 0) FROM edition WHERE document_id = %(document)s"


class Summary(NamedTuple):
    """The newest edition of a document that somebody sees."""

    id: UUID
    kind: str
    number: int
    title: str
    digest: str
    published_at: datetime
    approved: bool
    public: bool


class Edition(NamedTuple):
    """What an edition of a document says, and which there are."""

    of: Summary
    text: str
    link: str
    editions: list[int]


def name_of(body_id: str, meeting_id: UUID, document_id: UUID) -> str:
    """Return the resource name."""
    return f"{queries.name_of(body_id, meeting_id)}/documents/{document_id}"


def summaries(db: Db, meeting: Meeting, reader: Reader) -> Sequence[Summary]:
    """Return the documents of a meeting, each in its newest edition that *reader* sees; minutes first."""
    return db.all(Summary, _SUMMARIES, body=meeting.body_id, meeting=meeting.id, **values(reader))


def edition(db: Db, body_id: str, meeting_id: UUID, document_id: UUID, number: int, reader: Reader) -> Edition:
    """Return an edition that *reader* sees, the newest if *number* is 0."""
    named = {"body": body_id, "meeting": meeting_id, "document": document_id}
    seen = db.all(Edition, _ONE, **named, **values(reader))
    found = [one for one in seen if number in (0, one.of.number)]
    if not found:
        raise NotFound(name_of(body_id, meeting_id, document_id))
    return found[0]


class Whole(NamedTuple):
    """What the newest edition says, for a packet; *cut*: its text is left out there."""

    said: Edition
    cut: bool


def whole(db: Db, meeting: Meeting, reader: Reader, *, minutes: bool, most: int) -> list[Whole]:
    """Return what the papers of a meeting say, or its *minutes*, in the newest editions that *reader* sees."""
    asked = {"body": meeting.body_id, "meeting": meeting.id, "minutes": minutes, "most": most}
    return db.all(Whole, _WHOLE, **asked, **values(reader))


class New(NamedTuple):
    """An edition that is to be added; *document* is None for a new paper."""

    document: UUID | None
    kind: str
    title: str
    text: str
    link: str
    public: bool


def add(db: Db, body_id: str, meeting_id: UUID, new: New, reader: Reader) -> UUID:
    """Add a paper, or a new edition of one."""
    seen = queries.one(db, body_id, meeting_id, reader)
    standing(db, body_id, reader).require_runs()
    row = load(db, meeting_id)
    if new.document is None:
        papers.check(new.kind, new.title, new.text, new.link)
        if new.kind == MINUTES:
            raise InvalidField("kind", MINUTES, "must be another one: notes that are put out are the minutes")
        document = DocumentRow(id=uuid4(), meeting_id=meeting_id, kind=new.kind, created_at=db.at)
        meetings.check_step(papers.step_of(new.kind), seen.name, row.state)
        db.add(document)
        db.flush()
    else:
        found = db.get(DocumentRow, new.document)
        if found is None or found.meeting_id != meeting_id:
            raise NotFound(name_of(body_id, meeting_id, new.document))
        document = found
        if new.kind not in ("", document.kind):
            raise InvalidField("kind", new.kind, f"must be {document.kind}, as it was")
        papers.check(document.kind, new.title, new.text, new.link)
        meetings.check_step(papers.step_of(document.kind), seen.name, row.state)
    number = put(db, document.id, new)
    name = name_of(body_id, meeting_id, document.id)
    db.changed(name, after={"edition": number, "digest": papers.digest(new.text, new.link), "public": new.public})
    return document.id


def put(db: Db, document_id: UUID, new: New) -> int:
    """Write an edition; return its number. The meeting is locked."""
    number = count(db, _NEWEST, document=document_id) + 1
    digest = papers.digest(new.text, new.link)
    db.add(
        EditionRow(
            document_id=document_id,
            number=number,
            title=new.title,
            text=new.text,
            link=new.link,
            digest=digest,
            public=new.public,
            published_at=db.at,
        )
    )
    db.flush()
    return number
