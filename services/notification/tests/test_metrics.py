"""What operators see is what the state's page shows, and costs the same however many people stand behind it."""

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as pb
from notification import metrics
from servicekit.testing.offices import state_calendar

STANDINGS = ("ready", "in progress", "not started", "on leave")


def confirm_for(cadre, notice, agency, **changes):
    fields = {"parent": f"agencies/{agency}", "notice": notice.name, "text_sha256": notice.text_sha256}
    request = pb.ConfirmForAgencyRequest(**fields, request_id=cadre.new_id(), **changes)
    return cadre.coordinator(agency).ConfirmForAgency(request)


@pytest.fixture
def staff(cadre):
    return sorted(cadre.people(5))


@pytest.fixture
def notice(cadre, staff):
    ana, ben, cruz, dee, eli = staff
    audience = cadre.new_audience(
        cadre.at(ana, "lake"),
        cadre.at(ana, "yolo"),
        cadre.at(ben, "lake"),
        cadre.at(cruz, "lake"),
        cadre.at(dee, "yolo", on_leave=True),
        cadre.at(eli, "alameda"),
    )
    notice = cadre.issued(audience, number="26-40")
    cadre.confirm(notice, ana)
    cadre.read(notice, ben)
    confirm_for(cadre, notice, "lake")
    confirm_for(cadre, notice, "yolo", problem="Nobody to lead it")
    return notice


def test_the_figures_of_an_open_letter_are_those_of_the_states_page(cadre, notice):
    figures, shown = cadre.running.figures(), cadre.readiness(notice)

    standing = {name: figures["cadre_notice_staff", "CSSP 26-40", name] for name in STANDINGS}
    assert standing == {"ready": 1, "in progress": 1, "not started": 2, "on leave": 1}
    assert sum(standing.values()) == shown.state.of
    assert standing["ready"] == shown.state.ready
    assert standing["on leave"] == shown.state.on_leave
    assert standing["not started"] == shown.state.not_started
    assert figures["cadre_notice_overdue_staff", "CSSP 26-40"] == shown.state.overdue == 0
    assert figures["cadre_notice_agencies", "CSSP 26-40", "confirmed"] == shown.agencies_confirmed == 2
    assert figures["cadre_notice_agencies", "CSSP 26-40", "waiting"] == len(cadre.agencies) - 2
    assert figures["cadre_notice_problem_agencies", "CSSP 26-40"] == 1
    assert figures["cadre_notice_effective_days", "CSSP 26-40"] == (cadre.effective - cadre.today).days
    assert figures["cadre_notices", "published"] == figures["cadre_open_notices",] == 1


def test_who_and_which_agency_is_late_is_late_in_the_figures_too(cadre, notice):
    with cadre.running.connect() as connection:
        for table in ("notice", "readiness", "delivery", "recipient"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.execute(f"UPDATE {table} SET due_date = %s", [state_calendar().add(cadre.today, -1)])
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    figures, shown = cadre.running.figures(), cadre.readiness(notice)

    assert figures["cadre_notice_overdue_staff", "CSSP 26-40"] == shown.state.overdue == 3
    assert figures["cadre_open_notices_overdue_staff",] == 3
    assert figures["cadre_notice_agencies", "CSSP 26-40", "overdue"] == len(cadre.agencies) - 2
    assert figures["cadre_open_notices_agencies", "overdue"] == len(cadre.agencies) - 2


def test_a_letter_that_everybody_acted_on_is_no_longer_open(cadre, staff, notice):
    for person in staff:
        cadre.confirm(notice, person)
    for agency in sorted(set(cadre.agencies) - {"lake", "yolo"}):
        confirm_for(cadre, notice, agency)

    figures = cadre.running.figures()

    assert figures["cadre_open_notices",] == 0
    assert figures["cadre_notices", "published"] == 1
    assert not [key for key in figures if key[0].startswith("cadre_notice_")]
    assert figures["cadre_open_notices_staff", "ready"] == 0


def test_only_so_many_letters_are_named_and_the_sums_hold_them_all(cadre):
    audience = cadre.new_audience(cadre.at(cadre.new_id(), "lake"))
    issued = metrics.MOST_NAMED + 2
    for _ in range(issued):
        cadre.issued(audience)

    figures = cadre.running.figures()

    named = {key[1] for key in figures if key[0] == "cadre_notice_staff"}
    assert len(named) == metrics.MOST_NAMED
    assert figures["cadre_open_notices",] == issued
    assert figures["cadre_open_notices_staff", "not started"] == issued


def test_counting_takes_two_statements_however_many_letters_there_are(cadre, notice, statements):
    def sent():
        with statements() as found:
            cadre.running.figures()
        return len([statement for statement in found if "notice" in statement])

    one = sent()
    audience = cadre.new_audience(*(cadre.at(person, "lake") for person in cadre.people(50)))
    for _ in range(4):
        cadre.issued(audience)

    assert sent() == one == 2
