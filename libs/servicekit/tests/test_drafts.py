"""Drafts and their versions: whatever people do, in whatever order, what was published stays, numbered without gaps."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from servicekit.data.db import Database
from servicekit.data.drafts import DraftRow, Drafts
from servicekit.data.tables import moment, service_metadata
from servicekit.refusals import AlreadyExists, InvalidField, NotFound, Refusal, Stale
from servicekit.testing.looking import dicts

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
metadata = service_metadata()


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of the rows here."""


class SongRow(DraftRow, Base, table=True):
    __tablename__ = "song"

    title: str
    verses: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    # For the draft only.
    note: str
    changed_at: datetime = moment()


class SongVersionRow(Base, table=True):
    __tablename__ = "song_version"

    song_id: str = Field(primary_key=True, foreign_key="song.id")
    version: int = Field(primary_key=True)
    title: str
    verses: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    length: int
    published_at: datetime = moment()


class SongUnchanged(Refusal):
    """The song is as it was."""


SONGS = Drafts(
    noun="song",
    collection="songs",
    draft=SongRow,
    version=SongVersionRow,
    published=("title", "verses"),
    unchanged=SongUnchanged,
)


def columns(title: str, verses: int, note: str = "") -> dict[str, Any]:
    return {"title": title, "verses": [{"lines": (n, n + 1)} for n in range(verses)], "note": note}


# A few values, so that the same content comes again.
contents = st.builds(columns, st.sampled_from("ab"), st.integers(0, 1), st.sampled_from("xy"))
# Which song; what is done; with an etag that is right, old, or missing.
steps = st.lists(
    st.tuples(
        st.sampled_from(["one", "two"]),
        st.sampled_from(["create", "change", "publish", "publish"]),
        st.sampled_from(["right", "right", "right", "old", ""]),
        contents,
    ),
    max_size=25,
)


@pytest.fixture
def database(kit_database):
    database = Database(kit_database)
    metadata.create_all(database.engine)
    yield database
    database.dispose()


def write(database, act):
    with database.transaction(actor="people/1", method="Kit/Write", at=NOW) as db:
        return act(db)


def create(database, song, content):
    write(database, lambda db: SONGS.create(db, song, content))


def change(database, song, etag, content):
    write(database, lambda db: SONGS.change(db, SONGS.load(db, song, etag, field="etag"), content))


def publish(database, song, etag):
    def act(db):
        row = SONGS.load(db, song, etag, field="etag")
        return SONGS.publish(db, row, length=len(row.verses)).version

    return write(database, act)


def versions(database, song):
    """What the versions of a song hold, and their numbers."""
    with database.read() as db:
        rows = dicts(db, "SELECT * FROM song_version WHERE song_id = %(song)s ORDER BY version", song=song)
    return [row["version"] for row in rows], [(row["title"], row["verses"], row["length"]) for row in rows]


def state(database, song):
    with database.read() as db:
        return dicts(db, "SELECT * FROM song WHERE id = %(song)s", song=song), versions(database, song)


class Model:
    """What one song is, in plain Python."""

    def __init__(self, content):
        self.content, self.revision, self.published = content, 1, []

    @property
    def held(self):
        verses = [{"lines": list(verse["lines"])} for verse in self.content["verses"]]
        return self.content["title"], verses, len(verses)

    def expected(self, act, etag):
        """Return what the song refuses the act with; None = it does not."""
        if etag != "right":
            return Stale if etag else InvalidField
        return SongUnchanged if act == "publish" and self.published[-1:] == [self.held] else None

    def done(self, act, content):
        self.revision += 1
        if act == "publish":
            self.published.append(self.held)
        else:
            self.content = content


# Each example writes songs of its own.
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_versions_are_numbered_without_gaps_never_change_and_none_is_like_the_one_before(database, done):
    run, songs = uuid.uuid4().hex, {}
    for song, act, etag, content in done:
        name, model = f"{run}-{song}", songs.get(song)
        given_etag = {"right": str(model.revision if model else 1), "old": "0", "": ""}[etag]
        if act == "create":
            expected = AlreadyExists if model else None
        else:
            expected = model.expected(act, etag) if model else (NotFound if etag else InvalidField)
        calls = {
            "create": lambda name=name, content=content: create(database, name, content),
            "change": lambda name=name, etag=given_etag, content=content: change(database, name, etag, content),
            "publish": lambda name=name, etag=given_etag: publish(database, name, etag),
        }
        if expected is not None:
            before = state(database, name)
            with pytest.raises(expected):
                calls[act]()
            assert state(database, name) == before
            continue
        calls[act]()
        if act == "create":
            songs[song] = Model(content)
        else:
            model.done(act, content)
        for each, model in songs.items():
            numbers, held = versions(database, f"{run}-{each}")
            assert numbers == list(range(1, len(model.published) + 1))
            assert held == model.published
            assert all(one != next_ for one, next_ in pairwise(held))


def test_of_eight_who_publish_what_they_read_one_does_and_seven_are_stale(database):
    song = uuid.uuid4().hex
    create(database, song, columns("a", 1))

    def ask(_):
        try:
            return publish(database, song, "1")
        except Refusal as refused:
            return refused.reason

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert sorted(answers, key=str) == [1] + ["STALE"] * 7
    assert versions(database, song)[0] == [1]


def test_what_only_the_draft_has_makes_no_version(database):
    song = uuid.uuid4().hex
    create(database, song, columns("a", 1, note="x"))
    publish(database, song, "1")
    change(database, song, "2", columns("a", 1, note="y"))

    with pytest.raises(SongUnchanged) as refused:
        publish(database, song, "3")

    assert refused.value.metadata == {"song": f"songs/{song}", "version": f"songs/{song}/versions/1"}


def test_what_is_changed_and_published_in_one_write_is_compared_as_the_database_keeps_it(database):
    song = uuid.uuid4().hex
    create(database, song, columns("a", 1))
    publish(database, song, "1")

    def both(db):
        SONGS.change(db, SONGS.load(db, song, "2", field="etag"), columns("a", 1))
        SONGS.publish(db, SONGS.load(db, song, "3", field="etag"), length=1)

    with pytest.raises(SongUnchanged):
        write(database, both)


def test_a_draft_that_is_only_looked_at_is_not_locked(database):
    song = uuid.uuid4().hex
    create(database, song, columns("a", 1))

    with database.read() as db:
        SONGS.load(db, song, "1", field="etag", lock=False)
        change(database, song, "1", columns("b", 1))

    assert state(database, song)[0][0]["title"] == "b"
