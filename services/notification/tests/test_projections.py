"""What was lost or damaged is rebuilt: figures from the people, the membership from one whole revision."""

from datetime import UTC, datetime
from operator import attrgetter

import pytest

from notification.inbox.projections import PROJECTIONS
from servicekit.background import schedule
from servicekit.background.jobs import Progress

_SPOIL = """
SET session_replication_role = replica;
UPDATE readiness SET listed = listed + 7 WHERE agency_id = 'lake';
DELETE FROM readiness WHERE agency_id = '';
RESET session_replication_role
"""


@pytest.fixture
def rebuild(cadre):
    """Rebuild the readiness as the service's worker would; return its line of the table."""

    def run():
        (projection,) = PROJECTIONS
        database = cadre.running.runtime.database
        with database.transaction(actor="people/1", method="test") as db:
            schedule.load(db, projection.entry, None)
        projection.rebuild(database, datetime.now(UTC), Progress(database, projection.entry))
        with database.read() as db:
            return schedule.entries(db, [projection.entry])[projection.entry]

    return run


def test_spoilt_figures_are_counted_anew_from_the_people(cadre, rebuild):
    ana, bo, cleo = cadre.people(3)
    audience = cadre.new_audience(cadre.at(ana, "lake"), cadre.at(ana, "yolo"), cadre.at(bo, "lake"))
    one, two = cadre.issued(audience), cadre.issued(audience)
    cadre.members(audience, cadre.at(cleo, "yolo", on_leave=True))
    cadre.confirm(one, ana)
    before = [cadre.readiness(notice) for notice in (one, two)]
    with cadre.running.connect() as connection:
        connection.execute(_SPOIL)
    assert cadre.audits()["readiness.drift"] > 0

    entry = rebuild()

    assert [cadre.readiness(notice) for notice in (one, two)] == before
    assert cadre.audits()["readiness.drift"] == 0
    assert (entry.done, entry.total) == (2, 2)
    cadre.confirm(two, bo)
    assert cadre.state(two)["ready"] == 1
    audited = cadre.rows("SELECT resource FROM audit WHERE method = 'projections/readiness'")
    assert sorted(row[0] for row in audited) == sorted(map(attrgetter("name"), (one, two)))


def test_a_whole_revision_makes_up_for_one_that_was_lost(cadre):
    ana, bo, cleo = cadre.people(3)
    audience = cadre.new_audience(cadre.at(ana, "lake"), cadre.at(bo, "lake"))
    notice = cadre.submitted(audience)
    cadre.chunks(audience, cadre.at(ana, "lake", member=False), cadre.at(cleo, "yolo"))  # told, and never heard
    everybody = cadre.at(ana, "lake", member=False), cadre.at(bo, "lake"), cadre.at(cleo, "yolo")
    first, second = cadre.chunks(audience, *everybody, size=2)
    first.whole = second.whole = True

    cadre.deliver(first)
    assert cadre.reason_of(cadre.publish, notice) == "AUDIENCE_NOT_READY"
    cadre.deliver(second)

    issued = cadre.publish(notice)
    assert cadre.state(issued) == {"of": 2, "not_started": 2}
    assert cadre.agency(issued, "yolo") == {"of": 1, "not_started": 1}
    # Afterwards revisions follow one another as before.
    cadre.members(audience, cadre.at(ana, "lake"))
    assert cadre.state(issued)["of"] == 3
    assert cadre.publish(cadre.submitted(audience)).name
