"""Whatever is heard twice, late or in another order: a copy ends as if all had been heard once and in order."""

import uuid
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, String
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.data.db import Database
from servicekit.data.tables import needs_audit_trigger, service_metadata
from servicekit.events.copies import (
    Change,
    Chunk,
    CollectionOfCopy,
    Copy,
    MemberOfCopy,
    RevisionOfCopy,
    collections_of,
)
from servicekit.testing.looking import dicts

COPY = Copy(collection="shelf", member="book", group="room", details="tags")
BOOKS = [uuid.UUID(int=number) for number in range(1, 5)]
ROOMS = ("attic", "cellar")
DAY = date(2026, 11, 23)
metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    pass


class ShelfRow(CollectionOfCopy, Base, table=True):
    __tablename__ = "shelf"

    shelf_id: uuid.UUID = Field(primary_key=True)


class RevisionRow(RevisionOfCopy, Base, table=True):
    __tablename__ = "shelf_revision"

    shelf_id: uuid.UUID = Field(primary_key=True)
    revision: int = Field(primary_key=True)


class MemberRow(MemberOfCopy, Base, table=True):
    __tablename__ = "shelf_member"

    shelf_id: uuid.UUID = Field(primary_key=True)
    book_id: uuid.UUID = Field(primary_key=True)
    room_id: str = Field(sa_column=Column(String, primary_key=True))
    tags: list[str] = Field(sa_column=Column(ARRAY(TEXT), nullable=False))


TABLES = [metadata.tables[name] for name in ("shelf", "shelf_revision", "shelf_member")]

# A revision says of some books where they are (nowhere = gone) and whether they are lent, and comes in so many parts.
REVISIONS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(BOOKS), st.tuples(st.sets(st.sampled_from(ROOMS)), st.booleans())),
        st.integers(1, 3),
        st.integers(0, 9).map(lambda n: n == 0),
    ),
    min_size=1,
    max_size=7,
)


@pytest.fixture
def shelves(kit_database):
    database = Database(kit_database)
    metadata.create_all(database.engine, tables=TABLES)
    with database.engine.begin() as connection:
        for table in TABLES:
            connection.exec_driver_sql(needs_audit_trigger(table.name))
    yield database
    database.dispose()


def at(book, room="attic", *, member=True, away=False):
    return Change(book, room, (), member, away)


def chunks_of(shelf, revisions):
    """What the owner tells; of a *whole* revision, of everybody that was ever told of."""
    known = {}
    told = []
    for number, (books, parts, whole) in enumerate(revisions, 1):
        now = {
            (book, room): Change(book, room, (f"r{number}", room), room in rooms, away)
            for book, (rooms, away) in books.items()
            for room in ROOMS
        }
        changes = list((known | now if whole else now).values())
        known |= now
        told += [Chunk(shelf, number, n + 1, parts, DAY, changes[n::parts], whole) for n in range(parts)]
    return told


def hear(database, *batches):
    for batch in batches:
        with database.transaction(actor="services/kit", method="test") as db:
            COPY.hold(db, collections_of(batch))
            for wave in COPY.note(db, batch):
                COPY.take(db, wave)


def copy_of(database, shelf, columns="book_id, room_id, tags, member, on_leave, revision"):
    with database.read() as db:
        return sorted(
            map(str, dicts(db, f"SELECT {columns} FROM shelf_member WHERE shelf_id = %(shelf)s", shelf=shelf))
        )


def complete(database, shelf):
    with database.transaction(actor="services/kit", method="test") as db:
        return COPY.complete_revision(db, shelf)


def complete_by_the_rule(chunks):
    """Up to which revision nothing is missing, said for one chunk after the other."""
    seen, wanted = {}, {}
    for chunk in chunks:
        seen.setdefault(chunk.revision, set()).add(chunk.number)
        wanted[chunk.revision] = chunk.chunks, chunk.whole
    whole = {revision for revision, (parts, _) in wanted.items() if len(seen[revision]) == parts}
    last = max((revision for revision in whole if wanted[revision][1]), default=0)
    while last + 1 in whole:
        last += 1
    return last


def batches(data, chunks):
    """Cut a list anywhere."""
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(chunks) - 1)))))
    return [part for start, end in zip([0, *cuts], [*cuts, len(chunks)], strict=True) if (part := chunks[start:end])]


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REVISIONS, st.data())
def test_any_order_any_repetition_and_any_batch_end_with_the_same_members(shelves, revisions, data):
    plain, other = uuid.uuid4(), uuid.uuid4()
    hear(shelves, *([chunk] for chunk in chunks_of(plain, revisions)))
    told = chunks_of(other, revisions)
    again = data.draw(st.lists(st.sampled_from(told), max_size=5))

    hear(shelves, *batches(data, data.draw(st.permutations(told + again))))

    assert copy_of(shelves, other) == copy_of(shelves, plain)
    assert complete(shelves, other) == complete(shelves, plain) == len(revisions)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REVISIONS, st.data())
def test_a_copy_is_complete_up_to_the_last_revision_before_a_gap(shelves, revisions, data):
    shelf = uuid.uuid4()
    told = chunks_of(shelf, revisions)
    arrived = data.draw(st.lists(st.sampled_from(told), min_size=1, unique_by=id))

    heard = []
    for batch in batches(data, arrived):
        hear(shelves, batch)
        heard += batch
        assert complete(shelves, shelf) == complete_by_the_rule(heard)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(REVISIONS, st.data())
def test_since_when_somebody_is_there_does_not_depend_on_what_arrived_together(shelves, revisions, data):
    plain, other = uuid.uuid4(), uuid.uuid4()
    since = "book_id, room_id, since"
    for number in range(1, len(revisions) + 1):
        hear(shelves, [chunk for chunk in chunks_of(plain, revisions) if chunk.revision == number])
    in_order = [chunk for chunk in chunks_of(other, revisions) for _ in range(data.draw(st.integers(1, 2)))]

    hear(shelves, *batches(data, in_order))

    assert copy_of(shelves, other, since) == copy_of(shelves, plain, since)


def test_who_came_and_who_came_back_is_told_apart_from_who_moved(shelves):
    shelf, (come, back, moved, gone) = uuid.uuid4(), BOOKS
    first = [at(back, away=True), at(moved), at(gone)]
    second = [at(come), at(back), at(moved, member=False), at(moved, "cellar"), at(gone, member=False)]
    hear(shelves, [Chunk(shelf, 1, 1, 1, DAY, first)])
    with shelves.transaction(actor="services/kit", method="test") as db:
        db.run("CREATE TEMPORARY TABLE heard (book_id uuid, came boolean) ON COMMIT DROP")
        COPY.hold(db, [shelf])
        COPY.take(
            db,
            [Chunk(shelf, 2, 1, 1, DAY, second)],
            "INSERT INTO heard SELECT book_id, bool_or(member AND since = revision) FROM changed GROUP BY book_id",
        )
        heard = {row["book_id"]: row["came"] for row in dicts(db, "SELECT * FROM heard")}

    assert heard == {come: True, back: True, moved: False, gone: False}
