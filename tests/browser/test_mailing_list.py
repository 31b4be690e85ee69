"""The addresses to which an agency's letters are mailed besides its people: pasted, taken off, put back, saved."""

import csv
import io
import uuid

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

COORDINATOR = "Coordinator, Lake"
LIST = "/agencies/lake/mailing-list"


@pytest.fixture
def coordinator(person):
    return person().sign_in(COORDINATOR)


def saved(person):
    """Read the list as its file has it: what is said of each address."""
    answer = person.page.request.get(f"{person.url}{LIST}/addresses.csv")
    assert answer.ok
    assert answer.headers["content-type"].startswith("text/csv")
    return {row["Address"]: row for row in csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig")))}


def test_a_pasted_list_with_a_fault_adds_nothing_and_corrected_it_is_on_the_page_and_in_its_file(coordinator):
    one, other = (f"{name}-{uuid.uuid4().hex[:8]}@county.example.gov" for name in ("desk", "legal"))
    coordinator.go(LIST)
    coordinator.type("Addresses", f"Front desk <{one}>\nno address\n{other}")
    coordinator.press("Add to the list")
    coordinator.sees("Nothing was saved: 1 thing is wrong")
    assert (
        coordinator.page.get_by_role("row").filter(has_text="no address").get_by_role("rowheader").inner_text() == "2"
    )
    assert one not in saved(coordinator)

    coordinator.type("Addresses", f"Front desk <{one}>\n{other}")
    coordinator.press("Add to the list")
    coordinator.sees(one)
    assert saved(coordinator)[one] | {"Since": ""} == {
        "Address": one,
        "Name": "Front desk",
        "Since": "",
        "What a mail server said against it": "",
    }

    coordinator.page.get_by_role("button", name=f"Take it off the list: {other}").click()
    coordinator.sees("Taken off in the last 30 days")
    assert other not in saved(coordinator)
    coordinator.page.get_by_role("button", name=f"Put it back on the list: {other}").click()
    coordinator.page.get_by_role("button", name=f"Take it off the list: {other}").wait_for()
    assert {one, other} <= set(saved(coordinator))
