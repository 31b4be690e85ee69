"""Questions and links of before there were lasting ids: frozen rows stay, a question has one id, and links follow."""

import json
import uuid
from datetime import UTC, datetime

import psycopg

import curriculum.app
import evaluation.app
from cadre.evaluation.v1 import events_pb2
from curriculum.works.consumers import test_versions_published as hear
from evaluation.tests.rules import content
from evaluation.tests.rules.content import Item, Kind, Option
from evaluation.tests.telling import tell_versions
from evaluation.tests.versions import Versions
from servicekit.data import migrations
from servicekit.data.db import Database
from servicekit.events.consumers import Delivered

from .test_rows_of_before import write

LONG_AGO = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
BEFORE_TESTS, BEFORE_TRACES = "0007", "0012"
VERSIONS = {1: ["Who?", "When?"], 2: ["Where?", "When?", "Who?"], 3: ["When?", "When?", "How?"]}


def asked(text):
    options = [{"text": "yes", "correct": True}, {"text": "no", "correct": False}]
    return {"text": text, "kind": "SINGLE", "options": options, "explanation": "", "section": 1}


def kept(connection, table):
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


def versions_told(database_at):
    """Migrate a service of before, let it tell its versions, and return what it told, by version."""
    items = {number: json.dumps([asked(text) for text in texts]) for number, texts in VERSIONS.items()}
    url = database_at(evaluation.app.APP, BEFORE_TESTS)
    whole = {"title": "Old", "pass_mark": 1}
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        draft = {"id": "old", "items": items[3], "latest_version": 3, "revision": 1, "changed_at": LONG_AGO}
        published = [{"test_id": "old", "version": n, "items": items[n], "published_at": LONG_AGO} for n in VERSIONS]
        write(connection, {"test": [draft | whole], "test_version": [one | whole for one in published]})
        before = kept(connection, "test_version")

    migrations.upgrade(url, evaluation.app.APP.migrations)
    database = Database(url, pool_size=2)
    for _ in range(2):
        tell_versions(database, LONG_AGO)

    with database.read() as db:
        digests = [Versions().get(db, "old", n).test.sha256 for n in VERSIONS]
    database.dispose()
    options = (Option("yes", correct=True), Option("no"))
    without = [tuple(Item(text, Kind.SINGLE, options, "", 1) for text in texts) for texts in VERSIONS.values()]
    assert digests == [content.Test("Old", items, 1).sha256 for items in without]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        assert kept(connection, "test_version") == before
        sql = "SELECT payload FROM outbox WHERE subject = 'cadre.evaluation.test_version.published.v1'"
        told = [events_pb2.TestVersionPublished.FromString(bytes(one)) for (one,) in connection.execute(sql)]
    assert len(told) == len(VERSIONS)
    return {one.version: one for one in told}


def test_a_question_of_before_is_told_with_one_id_wherever_it_stood_and_links_by_number_become_links_to_it(database_at):
    told = versions_told(database_at)

    ids = {number: list(one.item_ids) for number, one in told.items()}
    (who, when), (where, same_when, same_who), (third_when, another_when, how) = ids[1], ids[2], ids[3]
    assert (same_who, same_when, third_when) == (who, when, when)
    assert len({who, when, where, another_when, how}) == 5
    assert {str(uuid.UUID(one)) for one in ids[3]} == set(ids[3])

    url = database_at(curriculum.app.APP, BEFORE_TRACES)
    said = {"id": str(uuid.uuid4()), "condition": "", "behavior": "", "standard": "", "tasks": [], "sections": []}
    said |= {"items": ["tests/old/items/3", "tests/old/items/1", "tests/other/items/2"], "planned_items": 0}
    parts = {"objectives": json.dumps([said]), "tasks": "[]"}
    words = ("title", "provider", "delivery_mode", "duration", "audience", "source_url", "confidence", "year_or_date")
    course = dict.fromkeys((*words, "summary", "sort_title", "search_text"), "") | {"id": "old", "title": "Old"}
    course |= {"test_version": "tests/old/versions/2", "sections": "[]", "demonstration": False}
    course |= {"latest_version": 1, "revision": 1, "changed_at": LONG_AGO}
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        pinned = {"course_id": "old", "version": 1, "audience": ""} | parts
        trace = {"course_id": "old", "revision": 4} | parts
        write(connection, {"course": [course], "trace": [trace], "trace_version": [pinned]})
        before = kept(connection, "trace_version")

    migrations.upgrade(url, curriculum.app.APP.migrations)
    database = Database(url, pool_size=2)
    # Whatever the order, and however often.
    for number in (3, 2, 1, 2):
        with database.transaction(actor="services/curriculum", method="hear") as db:
            hear(db, [Delivered(uuid.uuid4(), told[number], LONG_AGO, {})])
    database.dispose()

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        ((objectives, revision),) = connection.execute("SELECT objectives, revision FROM trace").fetchall()
        assert kept(connection, "trace_version") == before
    links = [f"tests/old/items/{who}", f"tests/old/items/{where}", "tests/other/items/2"]
    assert (objectives, revision) == ([said | {"items": links}], 4)
