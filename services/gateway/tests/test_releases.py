"""A release from its plan to its decision, as its coordinator, an approver and an agency see it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import release_service_pb2 as pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.releases import drawing, ours, phrases
from notification.releases.rules import files, items
from servicekit.calendar import pacific_date

from .test_reviews import Program, reads, send
from .test_state_letters import hidden, new_id

TODAY = pacific_date(datetime.now(UTC))
ROWS = [
    "CR-1,Add-ons are prorated,Guideline Calculator,Add-ons page,Half,By income,,analyst,,,train,,,",
    "CR-2,Accents print,Legal forms and documents,FL-430,Lost,Print,,,Type it by hand,12/31/2026,read,,,",
    'CR-3,"Batch, earlier",Financial,Batch 17,6 a.m.,4 a.m.,,,,,none,,=1+1,',
]


@pytest.fixture
def program(launch, database, keys_dir, peers):
    made = Program(launch, database, keys_dir, peers)
    series = [series_pb.Series(name="series/CCSAS", title="Releases", kind=notice_pb.Notice.RELEASE)]
    made.letters.stubs(rights=["reference.import"]).ImportSeries(
        series_pb.ImportSeriesRequest(series=series, request_id=new_id())
    )
    yield made
    made.close()


def day(n):
    return (TODAY + timedelta(days=n)).isoformat()


def upload(browser, base, *rows, encoding="utf-8"):
    """Send a file; the page that says what it would change."""
    content = "\r\n".join((",".join(files.COLUMNS), *rows, "")).encode(encoding)
    shown = browser.get(f"{base}/file").text
    values = hidden(shown, re.escape(f"{base}/file"))
    return browser.post(f"{base}/file", data=values, files={"file": ("items.csv", content, "text/csv")})


def words(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<main")[2]).split())


def applied(browser, page, base):
    """Press the button below what the file would change; where that leads."""
    values = hidden(page, re.escape(f"{base}/file/apply"))
    return browser.post(f"{base}/file/apply", data=values).headers.get("location", "")


def filled(analyst, base):
    """Send a file with errors, mend it, look what it would change, apply it; the same again changes nothing."""
    bad = upload(analyst, base, ROWS[0], ROWS[1].replace("12/31/2026", "soon"), ROWS[2].replace(",none,", ",some,"))
    assert bad.status_code == 400
    assert "The file has 2 errors; nothing was changed" in words(bad.text)
    assert "3 CR-2 workaround_ends soon Must be a date" in words(bad.text)
    nobody = upload(analyst, base, ROWS[0].replace(",analyst,", ",juggler,"))
    assert "2 CR-1 roles juggler Is no short name of a job class" in words(nobody.text)
    good = upload(analyst, base, *ROWS, encoding="cp1252")
    assert "New 3 Changed 0 Unchanged 0 Taken out 0" in words(good.text)
    assert "No items yet" in reads(analyst, base)
    assert applied(analyst, good.text, base) == f"{base}?done=items-brought-in"

    own = analyst.get(f"{base}/items.csv").content
    again = analyst.post(
        f"{base}/file",
        data=hidden(analyst.get(f"{base}/file").text, re.escape(f"{base}/file")),
        files={"file": ("items.csv", own, "text/csv")},
    )
    assert "New 0 Changed 0 Unchanged 3 Taken out 0" in words(again.text)


def drafted(analyst, base):
    """Draft a letter for three items; its address."""
    assert "Tick the items" in send(analyst, base, f"{base}/letter")
    step = send(analyst, base, f"{base}/letter", items=["CR-1", "CR-2", "CR-3"])
    assert re.fullmatch(r"/letters/[^/]+/edit/change", step)
    written = analyst.get(step).text
    assert "CCSAS 26.3 brings 3 changes" in written
    assert f'value="{day(60)}"' in written
    letter = step.partition("/edit")[0]
    assert f'href="{letter}"' in analyst.get(base).text
    return letter


def test_a_release_is_planned_filled_drafted_announced_and_decided(program):
    _, analyst = program.somebody("dcss", "policy_analyst")
    _, approver = program.somebody("dcss", "approver")
    _, lake = program.somebody("lake", "coordinator")
    typed = {
        "release_number": "CCSAS 26.3",
        "release_title": "Third release",
        "release_kind": "MAJOR",
        "release_contact": "Release desk",
        "production_date": day(60),
        "freeze_from_date": day(50),
        "freeze_to_date": day(65),
    }

    assert "must not lie before" in send(analyst, "/releases/new", **(typed | {"freeze_to_date": day(49)}))
    base = send(analyst, "/releases/new", **typed).partition("?")[0]
    assert "CCSAS 26.3 is another release" in send(analyst, "/releases/new", **typed)

    filled(analyst, base)
    letter = drafted(analyst, base)
    # Nobody at an agency finds it by any page before it is announced; then the release, and no draft.
    assert lake.get(base).status_code == 404
    assert "CCSAS 26.3" not in reads(lake, "/releases")
    for path in ("items.csv", "print", "items/CR-1", "template.csv", "agencies/lake", "agencies/lake/items.csv"):
        assert lake.get(f"{base}/{path}").status_code == 404, path
    assert "nobody gets mail" in reads(analyst, f"{base}/announce")
    assert "Enter key does not send" in send(analyst, f"{base}/announce", enter="only")
    assert send(analyst, f"{base}/announce") == f"{base}?done=release-announced"
    seen = reads(lake, base)
    assert "What changes" in seen
    assert "Those that concern you (Analyst)" in seen
    assert "No letter about it has been issued yet" in seen
    for page in (base, f"{base}/items/CR-1", f"{base}/print", "/releases", "/home"):
        assert letter.removeprefix("/letters/") not in lake.get(page).text, page
    assert "1 item of 3" in reads(lake, f"{base}?area=Financial")
    for_us = reads(lake, f"{base}/agencies/lake")
    for said in ("3 of 3 items concern somebody here", "Everyone (1 person): 2 items", "Analyst (1 person): 1 item"):
        assert said in for_us
    assert "Analyst,1,0,CR-1,Add-ons are prorated" in lake.get(f"{base}/agencies/lake/items.csv").text
    assert analyst.get(f"{base}/agencies/lake").status_code == 403

    assert "You wrote on this release, so another person decides" in reads(analyst, f"{base}/decide")
    assert "Choose go or no-go" in send(approver, f"{base}/decide", reason="Ready")
    assert "1 letter is not issued" in reads(approver, f"{base}/decide")
    assert send(approver, f"{base}/decide", outcome="go", reason="All is ready.").endswith("done=release-go")
    assert "Go decided" in reads(lake, base)
    assert "All is ready." in reads(lake, base)
    said = {"item_title": "Batch, earlier", "item_area": "Financial", "item_after": "5 a.m."}
    assert "Fill this in" in send(analyst, f"{base}/items/CR-3/edit", **(said | {"item_after": ""}))
    other = send(analyst, f"{base}/items/CR-3/edit", **said)
    assert other == f"{base}/items/CR-3?done=item-saved"
    assert "Items or days changed since" in reads(analyst, base)
    assert "Take it out" not in reads(analyst, f"{base}/items/CR-3")
    assert send(approver, f"{base}/cancel", reason="Next year.").endswith("done=release-cancelled")
    assert "Next year." in reads(lake, base)


def test_home_says_that_a_freeze_window_lasts_to_agencies_once_the_release_is_announced(program):
    _, analyst = program.somebody("dcss", "policy_analyst")
    _, lake = program.somebody("lake", "coordinator")
    typed = {"release_number": "CCSAS 26.4", "release_title": "Fourth", "release_kind": "MINOR"}
    typed |= {"production_date": day(2), "freeze_from_date": day(0), "freeze_to_date": day(3)}
    base = send(analyst, "/releases/new", **typed).partition("?")[0]
    applied(analyst, upload(analyst, base, ROWS[0]).text, base)

    assert "Freeze window of CCSAS 26.4" in reads(analyst, "/home")
    assert "CCSAS 26.4" not in reads(lake, "/home")
    send(analyst, f"{base}/announce")
    assert "Freeze window of CCSAS 26.4" in reads(lake, "/home")


def test_items_stand_below_the_job_classes_of_an_agency_and_none_is_left_out():
    given = {"CR-1": ["clerk", "analyst"], "CR-2": [], "CR-3": ["attorney"], "CR-4": ["clerk"]}
    items_ = [pb.ChangeItem(item_id=name, roles=roles) for name, roles in given.items()]
    counts = [person_pb.JobClassCount(job_class=slug, staff=n) for slug, n in (("clerk", 4), ("analyst", 2), ("it", 1))]
    counted = person_pb.ListJobClassCountsResponse(classes=counts, staff=7)

    found = ours.divide(items_, counted, {"analyst": "Analyst", "clerk": "Clerk", "it": "Technology"})

    assert [one.item_id for one in found.everybody] == ["CR-2"]
    assert [(one.title, one.people, [item.item_id for item in one.items]) for one in found.of_their_own] == [
        ("Analyst", 2, ["CR-1"]),
        ("Clerk", 4, ["CR-1", "CR-4"]),
    ]
    assert [one.title for one in found.others] == ["Technology"]
    assert [one.item_id for one in found.elsewhere] == ["CR-3"]
    assert found.here == 3


def test_pages_and_service_have_the_same_columns_and_areas():
    assert [name for name, _, _ in phrases.COLUMNS] == list(files.COLUMNS)
    assert {name for name, required, _ in phrases.COLUMNS if required} == set(files.REQUIRED)
    assert phrases.AREAS == items.AREAS


def test_the_freeze_window_is_said_as_it_lies_to_today():
    first, last = "2026-12-28", "2027-01-06"

    def said(at):
        return phrases.freeze(first, last, date.fromisoformat(at))

    assert said("2026-12-01") == "Freeze window Dec 28 to Jan 6, 2027."
    assert said("2026-12-28") == "Freeze window now: Dec 28 to Jan 6, 2027. It ends in 9 days."
    assert said("2027-01-05").endswith("It ends tomorrow.")
    assert said("2027-01-06").endswith("Today is its last day.")
    assert said("2027-01-07").startswith("The freeze window is over")
    assert phrases.freeze("", "", date(2027, 1, 7)) == ""


def test_the_picture_has_every_day_in_order_within_its_bounds():
    release = pb.Release(
        test_date="2026-11-02",
        training_date="2026-11-30",
        production_date="2027-01-04",
        freeze_from_date="2026-12-28",
        freeze_to_date="2027-01-06",
    )
    drawn = drawing.picture(release, date(2026, 11, 20))

    places = [mark.place for mark in drawn.marks]
    assert places == sorted(places)
    assert 0 < places[0] < drawn.now < places[-1] < 100
    assert drawn.freeze[0] < places[-1] < drawn.freeze[0] + drawn.freeze[1]
    assert drawing.picture(release, date(2030, 1, 1)).now is None
