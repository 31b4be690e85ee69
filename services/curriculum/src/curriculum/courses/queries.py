"""What can be read of the curriculum without deciding anything."""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Integer, and_, false, func, literal_column, not_, or_, tuple_
from sqlalchemy.orm import aliased, defer
from sqlmodel import col, select

from curriculum.courses.records import media_of
from curriculum.courses.rules import catalogue
from curriculum.courses.rules.catalogue import Offer
from curriculum.courses.rules.pieces import Media
from curriculum.courses.tables import CourseRow, CourseVersionRow, MediaRow, UploadRow
from curriculum.governance.decisions import Way
from curriculum.governance.rules.bodies import DecisionClass
from curriculum.governance.tables import DecisionRow
from servicekit import words
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_UNVERSIONED = col(CourseRow.latest_version) == 0
# What a source describes stays given elsewhere until it has a version here, also while somebody drafts one.
_SOURCED = and_(_UNVERSIONED, col(CourseRow.source_url) != "")
# As `catalogue.offer_of` reads it.
_LAST_YEAR: ColumnElement[int] = literal_column(
    r"(SELECT max(found[1]::integer) FROM regexp_matches(course.year_or_date, '\d{4}', 'g') AS found)", Integer
)
_NEWEST = and_(
    col(CourseVersionRow.course_id) == col(CourseRow.id), col(CourseVersionRow.version) == col(CourseRow.latest_version)
)
Version = tuple[CourseVersionRow, int, DecisionRow]
_VERSIONS = (
    select(CourseVersionRow, CourseRow.latest_version, DecisionRow)
    .join(CourseRow, col(CourseRow.id) == col(CourseVersionRow.course_id))
    .join(DecisionRow, col(DecisionRow.id) == col(CourseVersionRow.decision_id))
)


def _unreviewed() -> ColumnElement[bool]:
    """Whether nobody but its publisher decided on the last large change of a course, as `decisions.is_alone` says."""
    version, decision = aliased(CourseVersionRow), aliased(DecisionRow)
    alone = and_(col(decision.way) == Way.APPROVER, col(decision.motion) == "")
    last = (
        select(alone)
        .join(version, col(version.decision_id) == col(decision.id))
        .where(col(version.course_id) == col(CourseRow.id), col(decision.decision_class) == DecisionClass.MAJOR)
        .order_by(col(version.version).desc())
        .limit(1)
    )
    return last.correlate(CourseRow).scalar_subquery()


def _offered(offer: Offer, today: date) -> ColumnElement[bool]:
    """Whether a course is offered so."""
    archived = func.coalesce(catalogue.oldest_year(today) > _LAST_YEAR, false())
    return {
        Offer.HERE: col(CourseRow.latest_version) > 0,
        Offer.ELSEWHERE: and_(_SOURCED, not_(archived)),
        Offer.ARCHIVED: and_(_SOURCED, archived),
        Offer.UNFINISHED: and_(_UNVERSIONED, col(CourseRow.source_url) == ""),
    }[offer]


def list_courses(
    db: Db, page: Page, *, query: str, offers: Collection[Offer], test_id: str, unreviewed: bool = False
) -> Sequence[tuple[CourseRow, int]]:
    """Return one row more than the page holds, by title, without sections; with the newest version's minutes.

    Each word of *query* must begin a word of title, provider or audience. With *test_id*, only courses whose draft
    names a version of this test; *unreviewed*: only those whose last large change no committee looked at.
    """
    order = (col(CourseRow.sort_title), col(CourseRow.id))
    # A query of signs without a word finds everything, as an empty one does.
    wanted = [func.strpos(CourseRow.search_text, f" {word}") > 0 for word in words.plain(query)]
    wanted.append(or_(false(), *(_offered(offer, pacific_date(db.at)) for offer in offers)))
    if test_id:
        wanted.append(col(CourseRow.test_version).startswith(f"tests/{test_id}/versions/", autoescape=True))
    if unreviewed:
        wanted.append(_unreviewed())
    if page.after is not None:
        wanted.append(tuple_(*order) > tuple_(*page.after))
    without_sections = defer(col(CourseRow.sections), raiseload=True)  # type: ignore[arg-type]
    statement = (
        select(CourseRow, func.coalesce(CourseVersionRow.minutes, 0))
        .outerjoin(CourseVersionRow, _NEWEST)
        .where(*wanted)
        .order_by(*order)
        .limit(page.size + 1)
    )
    return db.exec(statement.options(without_sections)).all()


def get_entry(db: Db, course_id: str, *, offers: Collection[Offer]) -> tuple[CourseRow, int]:
    """Return what the catalogue says of a course that is offered in one of these ways, and its minutes."""
    statement = (
        select(CourseRow, func.coalesce(CourseVersionRow.minutes, 0))
        .outerjoin(CourseVersionRow, _NEWEST)
        .where(CourseRow.id == course_id, or_(false(), *(_offered(offer, pacific_date(db.at)) for offer in offers)))
    )
    found = db.exec(statement).one_or_none()
    if found is None:
        raise NotFound(f"courses/{course_id}")
    return found


def get_course(db: Db, course_id: str) -> CourseRow:
    """Return the course with its draft."""
    row = db.get(CourseRow, course_id)
    if row is None:
        raise NotFound(f"courses/{course_id}")
    return row


def get_version(db: Db, course_id: str, version: int) -> Version:
    """Return a version of the course, the number of the newest one, and the decision on it."""
    statement = _VERSIONS.where(CourseVersionRow.course_id == course_id, CourseVersionRow.version == version)
    found = db.exec(statement).one_or_none()
    if found is None:
        raise NotFound(f"courses/{course_id}/versions/{version}")
    return found


def list_versions(db: Db, page: Page, *, course_id: str) -> Sequence[Version]:
    """Return one version of the course more than the page holds, newest first."""
    wanted = [CourseVersionRow.course_id == course_id]
    if page.after is not None:
        wanted.append(col(CourseVersionRow.version) < page.after[0])
    statement = _VERSIONS.where(*wanted).order_by(col(CourseVersionRow.version).desc()).limit(page.size + 1)
    return db.exec(statement).all()


def find_versions(db: Db, keys: Collection[tuple[str, int]]) -> Sequence[Version]:
    """Return those of *keys* (course, number) that there are, without sections."""
    key = tuple_(col(CourseVersionRow.course_id), col(CourseVersionRow.version))
    without_sections = defer(col(CourseVersionRow.sections), raiseload=True)  # type: ignore[arg-type]
    return db.exec(_VERSIONS.where(key.in_(keys)).order_by(key).options(without_sections)).all()


def get_upload(db: Db, upload: uuid.UUID, *, owner: str) -> UploadRow:
    """Return an upload of its owner's."""
    row = db.get(UploadRow, upload)
    if row is None or row.owner != owner:
        raise NotFound(f"uploads/{upload}")
    return row


def find_media(db: Db, sha256: str) -> Media:
    """Return what the store knows of a file."""
    row = db.get(MediaRow, sha256)
    if row is None:
        raise NotFound(f"media/{sha256}")
    return media_of(row)


def get_media(db: Db, course_id: str, version: int, sha256: str, *, writes: bool, beside: Callable[[], bool]) -> Media:
    """Return a file that a version names; with version 0 one that the draft names, for those who write it.

    *beside*: whether the caller may see it as one that stands beside the text.
    """
    names = [{"pieces": [{"media": {"sha256": sha256}}]}]
    if version:
        holder = select(CourseVersionRow.version).where(
            CourseVersionRow.course_id == course_id,
            CourseVersionRow.version == version,
            col(CourseVersionRow.sections).contains(names),
        )
    else:
        holder = select(CourseRow.latest_version).where(
            CourseRow.id == course_id, col(CourseRow.sections).contains(names)
        )
    in_text = (version or writes) and db.exec(holder).one_or_none() is not None
    if not in_text and not beside():
        raise NotFound(f"courses/{course_id}/media/{sha256}")
    return find_media(db, sha256)
