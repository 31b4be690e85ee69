"""What must be zero is not zero once it is broken."""

import pytest

NAMES = {
    "recipients.duplicates",
    "recipients.missing",
    "readiness.drift",
    "acknowledgements.duplicates",
    "acknowledgements.without_statement",
    "deliveries.duplicates",
    "versions.altered",
    "files.unused",
    "notices.unfindable",
}


@pytest.fixture
def notice(cadre):
    ana = cadre.new_id()
    notice = cadre.issued(cadre.new_audience(cadre.at(ana, "lake"), cadre.at(cadre.new_id(), "yolo")))
    cadre.confirm(notice, ana)
    return notice


def break_it(cadre, *statements):
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


def test_nothing_is_broken_at_first_and_everything_is_looked_at(cadre, notice):
    audits = cadre.audits()

    assert set(audits) >= NAMES
    assert {audits[name] for name in NAMES} == {0}


@pytest.mark.parametrize(
    ("broken", "count", "statements"),
    [
        ("files.unused", 1, ["INSERT INTO file (sha256, content) VALUES ('x', 'y')"]),
        ("notices.unfindable", 1, ["DELETE FROM notice_search"]),
        (
            "recipients.duplicates",
            2,
            [
                "ALTER TABLE recipient DROP CONSTRAINT pk_recipient",
                "CREATE TEMP TABLE again AS SELECT * FROM recipient",
                "INSERT INTO recipient SELECT * FROM again",
            ],
        ),
        ("recipients.missing", 1, ["DELETE FROM recipient WHERE confirmed_at IS NULL"]),
        ("readiness.drift", 5, ["UPDATE readiness SET listed = listed + 5 WHERE agency_id = 'lake' AND slot = 0"]),
        (
            "readiness.drift",
            4,
            [
                "DELETE FROM readiness WHERE agency_id = 'yolo'",
                "UPDATE recipient SET trained_at = now() WHERE confirmed_at IS NULL",
            ],
        ),
        (
            "acknowledgements.duplicates",
            1,
            [
                "ALTER TABLE acknowledgement DROP CONSTRAINT pk_acknowledgement",
                "INSERT INTO acknowledgement SELECT * FROM acknowledgement",
            ],
        ),
        ("acknowledgements.without_statement", 1, ["DELETE FROM statement"]),
        (
            "deliveries.duplicates",
            4,
            [
                "ALTER TABLE delivery DROP CONSTRAINT pk_delivery",
                "INSERT INTO delivery SELECT * FROM delivery",
            ],
        ),
        ("versions.altered", 1, ["UPDATE notice_version SET canonical = canonical || ' '"]),
        ("versions.altered", 1, ["DELETE FROM notice_version"]),
    ],
)
def test_what_is_broken_is_found(cadre, notice, broken, count, statements):
    break_it(cadre, *statements)

    assert cadre.audits()[broken] == count
    # Breaking one thing may break others with it; this test is about the one.
    cadre.broken = {name: found for name, found in cadre.audits().items() if found}
