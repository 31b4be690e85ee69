"""A letter's figures: the same on the page, in files and in answers of the services; the map and its table."""

import csv
import io
import re

import httpx
import pytest
from playwright.sync_api import expect

from cadre.notification.v1 import evidence_service_pb2 as evidence_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

ANALYST = "State analyst"
# As the metric has them.
STANDINGS = ("ready", "in progress", "not started", "on leave")
COVERED = ("Ready", "Still to do", "On leave", "Does not apply", "Left since it was issued")
COORDINATOR, BIG_COORDINATOR = "Coordinator, Lake", "Coordinator, Los Angeles"


def table(visitor, name):
    """The lines of the first table of a page by their first cell."""
    rows = visitor.page.get_by_role("table", name=name).get_by_role("row").all()
    return {cells[0]: cells for cells in ([cell.strip() for cell in row.inner_text().split("\t")] for row in rows[1:])}


def read_csv(visitor, path):
    answer = visitor.page.request.get(visitor.url + path)
    assert answer.status == 200, path
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="DEMONSTRATION-')
    return list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"), newline="")))


def test_d61_the_states_page_its_file_the_interface_and_prometheus_say_the_same_numbers(person, cadre, issued):
    notice = issued("The same number everywhere", demonstration=True)
    analyst = person(scripts=True).sign_in(ANALYST)
    lines = read_csv(analyst, f"/letters/{notice}/agencies.csv")
    analyst.go(f"/letters/{notice}")
    shown = table(analyst, re.compile("agencies, A to Z"))
    answered = cadre.access.ask(
        cadre.access.readiness.GetReadiness,
        pb.GetReadinessRequest(notice=f"notices/{notice}"),
        person=cadre.cast.analyst,
    )

    *agencies, state = lines
    assert len(agencies) == len(shown) == len(answered.agencies) == 47
    by_file = {line["Agency"]: (int(line["Staff"]), int(line["Ready"]), int(line["Not started"])) for line in agencies}
    by_page = {
        # Where nobody is at work it is said in words.
        name: (
            int(cells[2].replace(",", "")),
            int((re.match(r"\d+", cells[3]) or "0")[0]),
            int(cells[4].replace(",", "")),
        )
        for name, cells in shown.items()
    }
    assert by_file == by_page
    assert sorted(by_file.values()) == sorted(
        (row.counts.of, row.counts.ready, row.counts.not_started) for row in answered.agencies
    )
    assert int(state["Staff"]) == answered.state.of > 0

    def measured():
        """The staff under the letter as Prometheus sees them, by standing."""
        mark = f'cadre_notice_staff{{notice="{title}",standing="'
        rows = [
            row
            for row in httpx.get(cadre.notification_metrics, verify=NO_AUTHORITIES).text.splitlines()
            if row.startswith(mark)
        ]
        return {row.removeprefix(mark).partition('"')[0]: int(float(row.rpartition(" ")[2])) for row in rows}

    title = state["Letter"].partition(" (")[0]
    counts = answered.state
    in_progress = counts.of - counts.ready - counts.on_leave - counts.not_started
    expected = dict(zip(STANDINGS, (counts.ready, in_progress, counts.not_started, counts.on_leave), strict=True))
    wait_until(lambda: measured() == expected, lambda: f"{measured()} instead of {expected}")
    ask = evidence_pb.GetStateCoverageRequest(notice=f"notices/{notice}")
    covered = cadre.access.ask(cadre.access.evidence.GetStateCoverage, ask, person=cadre.cast.analyst).state
    *_, line = read_csv(analyst, f"/letters/{notice}/evidence/coverage.csv")
    analyst.go(f"/letters/{notice}/evidence")
    stands = analyst.page.get_by_role("table", name="How they stand").get_by_role("row").all_inner_texts()
    by_page = [int(re.sub(r"\D", "", row)) for row in stands]
    now = measured()
    measured_so = [now["ready"], now["in progress"] + now["not started"], now["on leave"]]
    by_service = [covered.ready, covered.to_go, covered.on_leave, covered.excused, covered.left]
    assert by_page == by_service == [int(line[name]) for name in COVERED]
    assert by_page[:3] == measured_so
    assert sum(by_page) == covered.expected == int(line["Expected"]) > 0


def test_the_table_and_its_file_have_the_chosen_region_and_size(person, letter):
    analyst = person(scripts=True).sign_in(ANALYST)
    analyst.go(f"/letters/{letter}")
    analyst.page.get_by_label("Region").select_option("Northern")
    analyst.page.get_by_label("Size").select_option("Small")
    analyst.press("Show")
    shown = table(analyst, re.compile("A to Z"))
    path = analyst.page.get_by_role("link", name="Download CSV").get_attribute("href")
    lines = read_csv(analyst, path)

    assert 0 < len(shown) < 47
    assert [line["Agency"] for line in lines[:-1]] == list(shown)
    assert {line["Region"] for line in lines[:-1]} == {"Northern"}


def test_names_are_in_a_file_only_for_the_agencys_own(person, cadre, letter):
    path = f"/agencies/lake/letters/{letter}/people.csv"
    coordinator = person(scripts=True).sign_in(COORDINATOR)
    lines = read_csv(coordinator, path)
    coordinator.go(f"/agencies/lake/letters/{letter}")
    rows = coordinator.page.get_by_role("table", name=re.compile("by family name, A to Z"))
    shown = rows.get_by_role("rowheader").all_inner_texts()

    assert [line["Name"] for line in lines] == shown
    for who in (ANALYST, BIG_COORDINATOR, "Specialist, Lake"):
        other = person().sign_in(who)
        assert other.page.request.get(cadre.url + path).status == 403
    big = person().sign_in(BIG_COORDINATOR)
    staff = read_csv(big, f"/agencies/los-angeles/letters/{letter}/people.csv")
    assert len(staff) > 25


def test_every_county_of_the_map_leads_to_the_card_of_its_agency(person, letter):
    analyst = person(scripts=True).sign_in(ANALYST)
    analyst.go(f"/letters/{letter}/map")
    areas = analyst.page.locator("svg a.area:not([tabindex])")

    assert areas.count() == 47
    assert areas.locator("path").count() == 58
    for link in areas.all():
        card = analyst.page.locator(link.get_attribute("href"))
        expect(card).to_have_count(1)
        name = card.locator("h3").text_content()
        assert link.get_attribute("aria-label").startswith(f"{name}: ")
    card = analyst.page.get_by_role("region", name="North Coast")
    expect(card).to_be_hidden()
    analyst.page.get_by_role("link", name=re.compile("^North Coast: ")).focus()
    analyst.page.keyboard.press("Enter")
    assert analyst.page.url.endswith("#map-north-coast")
    expect(card).to_be_visible()
    analyst.sees(re.compile("Counties of a regional agency share one figure."))
    analyst.press("Agencies confirmed")
    analyst.sees("Agencies by confirmation")
