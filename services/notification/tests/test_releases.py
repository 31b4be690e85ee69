"""Releases of the case system: planned, filled by a file, made into letters, announced, decided; and who sees what."""

from datetime import timedelta

import pytest

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import release_service_pb2 as pb
from servicekit.rpc.client import Refused

from .conftest import EFFECTIVE, TODAY, change, new_id

STATE = {"notices.read": ["self"], "notices.write": ["state"], "readiness.read": ["state"]}
HEAD = (
    "item,title,area,page,before,after,reason,roles,workaround,workaround_ends,training,procedures,known_issues,source"
)
ROWS = (
    (
        "CR-101,Add-on costs are prorated,Guideline Calculator,Add-ons page,Half and half,By income,Policy letter,"
        "child-support-specialist-1;child-support-specialist-2,,,train,Chapter 7,,"
    ),
    (
        "CR-102,Names with accents print,Legal forms and documents,FL-430,Accents were lost,Accents print,Defect,,"
        "Type the name by hand,12/31/2026,read,,,"
    ),
    "CR-103,Batch runs earlier,Financial,Batch 17,At 6 a.m.,At 4 a.m.,,account-specialist,,,none,,One report is late,",
)


def file_of(*rows, head=HEAD):
    return "\n".join((head, *rows)).encode() + b"\n"


def release_of(**values):
    said = {
        "kind": pb.Release.MAJOR,
        "number": f"CCSAS {new_id()[:8]}",
        "title": "Third release of the year",
        "contact": "Release desk",
        "production_date": EFFECTIVE.isoformat(),
    }
    return pb.Release(**(said | values))


def planned(cadre, **values):
    return cadre.analyst.CreateRelease(pb.CreateReleaseRequest(release=release_of(**values), request_id=new_id()))


def bring_in(cadre, release, *rows, **values):
    request = {"parent": release.name, "content": file_of(*rows), "etag": release.etag, "request_id": new_id()} | values
    return cadre.analyst.ImportChangeItems(pb.ImportChangeItemsRequest(**request))


def get(who, release):
    return getattr(who, "stub", who).GetRelease(pb.GetReleaseRequest(name=release.name))


def items(who, release, **values):
    return who.ListChangeItems(pb.ListChangeItemsRequest(parent=release.name, **values)).items


@pytest.fixture
def release(cadre):
    """A release with three items, not announced."""
    made = planned(cadre)
    bring_in(cadre, made, *ROWS)
    return get(cadre.analyst, made)


def draft(cadre, release, *ids, audience=""):
    request = notice_pb.BeginReleaseLetterRequest(
        items=[f"{release.name}/items/{id_}" for id_ in ids], audience=audience, request_id=new_id()
    )
    return cadre.analyst.BeginReleaseLetter(request)


def announce(cadre, release):
    return cadre.analyst.AnnounceRelease(
        pb.AnnounceReleaseRequest(name=release.name, etag=get(cadre.analyst, release).etag, request_id=new_id())
    )


def decide(cadre, release, who=None, *, go=True, reason="All agencies are ready."):
    etag = get(cadre.analyst, release).etag
    return (who or cadre.approver).DecideRelease(
        pb.DecideReleaseRequest(name=release.name, go=go, reason=reason, etag=etag, request_id=new_id())
    )


def test_a_file_fills_a_release_and_the_same_file_again_changes_nothing(cadre):
    made = planned(cadre)
    content = file_of(*ROWS)
    looked = cadre.analyst.CompareChangeItems(pb.CompareChangeItemsRequest(parent=made.name, content=content))

    assert [(row.line, row.outcome, row.item.item_id) for row in looked.rows] == [
        (2, pb.ChangeItemsReport.NEW, "CR-101"),
        (3, pb.ChangeItemsReport.NEW, "CR-102"),
        (4, pb.ChangeItemsReport.NEW, "CR-103"),
    ]
    assert not items(cadre.analyst, made)
    applied = bring_in(cadre, made, *ROWS)
    assert applied.applied
    assert {one.item_id for one in items(cadre.analyst, made)} == {"CR-101", "CR-102", "CR-103"}
    again = cadre.analyst.CompareChangeItems(pb.CompareChangeItemsRequest(parent=made.name, content=content))
    assert {row.outcome for row in again.rows} == {pb.ChangeItemsReport.UNCHANGED}
    assert bring_in(cadre, get(cadre.analyst, made), *ROWS).etag == applied.etag


def test_what_the_file_says_otherwise_is_changed_and_what_it_does_not_name_goes(cadre, release):
    other = ROWS[2].replace("At 4 a.m.", "At 5 a.m.")
    looked = bring_in(cadre, release, ROWS[0], other)

    name = pb.ChangeItemsReport.Outcome.Name
    assert [(row.item.item_id, name(row.outcome), list(row.columns)) for row in looked.rows] == [
        ("CR-101", "UNCHANGED", []),
        ("CR-103", "CHANGED", ["after"]),
        ("CR-102", "REMOVED", []),
    ]
    assert {one.item_id: one.after for one in items(cadre.analyst, release)} == {
        "CR-101": "By income",
        "CR-103": "At 5 a.m.",
    }


def test_a_file_with_one_bad_row_changes_nothing_and_each_error_has_row_column_value_and_rule(cadre, release):
    rows = (
        ROWS[0].replace("Guideline Calculator", "Guidline Calculator"),
        ROWS[1].replace("12/31/2026", "31.12.2026"),
        ROWS[2].replace(",none,", ",somehow,"),
        "CR-101,Twice,Locate,,,Said,,,,,,,,",
        "cr 9,No id,Locate,,,Said,,,,,,,,",
        "CR-104,,Locate,,,Said,,,,,,,,",
        "CR-105,End of nothing,Locate,,,Said,,,,1/2/2027,,,,",
    )
    report = bring_in(cadre, release, *rows)

    assert not report.applied
    assert [(one.line, one.column, one.value) for one in report.problems] == [
        (2, "area", "Guidline Calculator"),
        (3, "workaround_ends", "31.12.2026"),
        (4, "training", "somehow"),
        (6, "item", "cr 9"),
        (7, "title", ""),
        (8, "workaround_ends", "1/2/2027"),
    ]
    assert all(one.rule for one in report.problems)
    assert {one.item_id for one in items(cadre.analyst, release)} == {"CR-101", "CR-102", "CR-103"}
    assert get(cadre.analyst, release).etag == release.etag


def test_an_item_that_has_a_letter_stays_in_the_file_and_on_the_release(cadre, release):
    letter = draft(cadre, release, "CR-102")
    current = get(cadre.analyst, release)
    report = bring_in(cadre, current, ROWS[0], ROWS[2])

    (problem,) = report.problems
    assert (problem.column, problem.value) == ("item", "CR-102")
    delete = pb.DeleteChangeItemRequest(name=f"{release.name}/items/CR-102", etag=current.etag, request_id=new_id())
    assert cadre.reason_of(cadre.analyst.DeleteChangeItem, delete) == "ITEM_HAS_LETTER"
    gone = notice_pb.DeleteNoticeRequest(name=letter.name, etag=letter.etag, request_id=new_id())
    cadre.analyst.DeleteNotice(gone)
    assert not get(cadre.analyst, release).letters
    delete.request_id = new_id()
    assert cadre.analyst.DeleteChangeItem(delete).item_count == 2


def test_a_letter_is_drafted_from_items_in_their_words_and_takes_effect_with_the_release(cadre, release):
    letter = draft(cadre, release, "CR-102", "CR-101")

    assert (letter.state, letter.kind, letter.series) == (notice_pb.Notice.DRAFT, notice_pb.Notice.RELEASE, "CCSAS")
    assert letter.effective_date == release.production_date
    assert letter.asks == notice_pb.TRAIN
    assert release.number in letter.subject
    assert "Accents were lost" in letter.before
    assert "By income" in letter.after
    assert "Stop using the workaround of CR-102: Type the name by hand" in letter.staff_action
    assert "until Thursday, December 31, 2026" in letter.until_then
    (linked,) = get(cadre.analyst, release).letters
    assert (linked.notice, list(linked.items)) == (letter.name, ["CR-101", "CR-102"])
    by_item = {one.item_id: list(one.letters) for one in items(cadre.analyst, release)}
    assert by_item == {"CR-101": [letter.name], "CR-102": [letter.name], "CR-103": []}
    found = cadre.analyst.FindReleaseOfNotice(pb.FindReleaseOfNoticeRequest(notice=letter.name))
    assert (found.release.name, list(found.items)) == (release.name, ["CR-101", "CR-102"])


def test_agencies_see_nothing_of_a_release_before_it_is_announced_and_of_its_letters_nothing_before_their_issue(
    cadre, release
):
    person = new_id()
    audience = cadre.new_audience(change(person, "lake"))
    letter = draft(cadre, release, "CR-103", audience=f"audiences/{audience}")
    rights = {"notices.read": ["self"], "notices.confirm_for_agency": ["agencies/lake"]}
    coordinator = cadre.running.stubs(caller=f"people/{new_id()}", rights=rights)
    seers = [cadre.learner(person), coordinator]

    def sees(stub):
        """Whether the release is listed, and all that is told of it."""
        listed = [one.name for one in stub.ListReleases(pb.ListReleasesRequest()).releases]
        get_it = pb.GetReleaseRequest(name=release.name)
        whole = None if cadre.reason_of(stub.GetRelease, get_it) == "NOT_FOUND" else stub.GetRelease(get_it)
        return release.name in listed, whole

    for one in seers:
        assert sees(one) == (False, None)
        assert cadre.reason_of(one.ListChangeItems, pb.ListChangeItemsRequest(parent=release.name)) == "NOT_FOUND"
        assert not one.FindReleaseOfNotice(pb.FindReleaseOfNoticeRequest(notice=letter.name)).HasField("release")
    announce(cadre, release)
    for one in seers:
        listed, whole = sees(one)
        assert listed
        assert (whole.item_count, list(whole.letters), list(whole.writers)) == (3, [], [])
        assert all(not item.letters for item in items(one, release))
        assert not one.FindReleaseOfNotice(pb.FindReleaseOfNoticeRequest(notice=letter.name)).HasField("release")
    sent = cadre.analyst.SubmitNotice(
        notice_pb.SubmitNoticeRequest(name=letter.name, etag=letter.etag, request_id=new_id())
    )
    issued = cadre.publish(sent)
    for one in seers:
        assert [each.notice for each in sees(one)[1].letters] == [issued.name]
        assert one.FindReleaseOfNotice(pb.FindReleaseOfNoticeRequest(notice=letter.name)).release.name == release.name


def test_who_wrote_a_release_does_not_decide_it_and_a_go_keeps_what_was_known(cadre, release):
    reader = new_id()
    audience = cadre.new_audience(change(reader, "lake"), change(new_id(), "yolo"))
    letter = draft(cadre, release, "CR-103", audience=f"audiences/{audience}")
    sent = cadre.analyst.SubmitNotice(
        notice_pb.SubmitNoticeRequest(name=letter.name, etag=letter.etag, request_id=new_id())
    )
    cadre.publish(sent)
    writer = cadre.running.stubs(
        caller=release.writers[0], rights={"notices.approve": ["state"], "notices.read": ["self"]}
    )

    with pytest.raises(Refused) as refused:
        decide(cadre, release, writer)
    assert refused.value.reason == "RELEASE_WRITER_DECIDES"
    went = decide(cadre, release)
    assert went.state == pb.Release.GO
    (decision,) = went.decisions
    assert decision.holds
    assert decision.items_sha256 == release.items_sha256
    assert {one.agency for one in decision.readiness} >= {"agencies/lake", "agencies/yolo"}
    assert decision.agencies == len({one.agency for one in decision.readiness})


def test_after_a_go_another_item_or_day_leaves_the_release_undecided_again_and_the_decision_says_so(cadre, release):
    went = decide(cadre, release)
    title = pb.Release()
    title.CopyFrom(went)
    title.title = "Another title"
    kept = cadre.analyst.UpdateRelease(pb.UpdateReleaseRequest(release=title, request_id=new_id()))
    assert (kept.state, kept.decisions[0].holds) == (pb.Release.GO, True)
    moved = pb.Release()
    moved.CopyFrom(kept)
    moved.production_date = (EFFECTIVE + timedelta(days=7)).isoformat()
    undecided = cadre.analyst.UpdateRelease(pb.UpdateReleaseRequest(release=moved, request_id=new_id()))

    assert (undecided.state, undecided.decisions[0].holds) == (pb.Release.PLANNED, False)
    complete = pb.CompleteReleaseRequest(name=release.name, etag=undecided.etag, request_id=new_id())
    assert cadre.reason_of(cadre.analyst.CompleteRelease, complete) == "RELEASE_STATE"
    assert decide(cadre, release, go=False, reason="Training is not done.").state == pb.Release.PLANNED
    assert decide(cadre, release).state == pb.Release.GO
    bring_in(cadre, get(cadre.analyst, release), ROWS[0])
    assert get(cadre.analyst, release).state == pb.Release.PLANNED
    decide(cadre, release)
    complete.etag = get(cadre.analyst, release).etag
    complete.request_id = new_id()
    assert cadre.analyst.CompleteRelease(complete).state == pb.Release.LIVE
    assert [one.go for one in get(cadre.analyst, release).decisions] == [True, True, False, True]
    write = pb.ImportChangeItemsRequest(
        parent=release.name, content=file_of(*ROWS), etag=get(cadre.analyst, release).etag, request_id=new_id()
    )
    assert cadre.reason_of(cadre.analyst.ImportChangeItems, write) == "RELEASE_STATE"


def test_training_that_is_due_in_a_freeze_window_is_issued_with_a_reason_that_stays_on_record(cadre):
    audience = cadre.new_audience(change(new_id(), "lake"))
    letter = cadre.submitted(audience, asks=notice_pb.TRAIN)
    first, last = TODAY, EFFECTIVE + timedelta(days=3)
    frozen = planned(cadre, freeze_from_date=first.isoformat(), freeze_to_date=last.isoformat())
    publish = notice_pb.PublishNoticeRequest(
        name=letter.name, etag=letter.etag, audience_revision=cadre.revisions[audience], request_id=new_id()
    )

    with pytest.raises(Refused) as refused:
        cadre.approver.PublishNotice(publish)
    assert (refused.value.reason, refused.value.metadata["number"]) == ("TRAINING_IN_FREEZE", frozen.number)
    publish.freeze_reason, publish.request_id = "The course needs no training environment.", new_id()
    issued = cadre.approver.PublishNotice(publish)
    steps = cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=issued.name)).steps
    assert steps[-1].reason == "The course needs no training environment."


@pytest.mark.parametrize("values", [{"asks": notice_pb.CONFIRM}, {"asks": notice_pb.TRAIN, "urgent_reason": "Outage"}])
def test_a_letter_without_training_and_an_urgent_one_are_issued_in_a_freeze_window_as_ever(cadre, values):
    audience = cadre.new_audience(change(new_id(), "lake"))
    planned(cadre, freeze_from_date=TODAY.isoformat(), freeze_to_date=(EFFECTIVE + timedelta(days=3)).isoformat())

    assert cadre.issued(audience, **values).state == notice_pb.Notice.PUBLISHED


def test_freeze_windows_are_told_to_agencies_once_the_release_is_announced(cadre):
    frozen = planned(cadre, freeze_from_date=TODAY.isoformat(), freeze_to_date=EFFECTIVE.isoformat())
    bring_in(cadre, frozen, *ROWS)
    outside = cadre.learner(new_id())
    find = pb.FindFreezeWindowsRequest()

    assert frozen.name in [one.release for one in cadre.analyst.FindFreezeWindows(find).windows]
    assert frozen.name not in [one.release for one in outside.FindFreezeWindows(find).windows]
    announce(cadre, frozen)
    assert frozen.name in [one.release for one in outside.FindFreezeWindows(find).windows]
    after = pb.FindFreezeWindowsRequest(on=(EFFECTIVE + timedelta(days=1)).isoformat())
    assert frozen.name not in [one.release for one in outside.FindFreezeWindows(after).windows]


def test_lists_of_releases_and_items_go_on_by_their_last_key(cadre):
    made = [planned(cadre, production_date=(EFFECTIVE + timedelta(days=n)).isoformat()) for n in range(3)]
    bring_in(cadre, made[0], *ROWS)
    names, token = [], ""
    while True:
        listed = cadre.analyst.ListReleases(pb.ListReleasesRequest(page_size=1, page_token=token))
        names += [one.name for one in listed.releases]
        token = listed.next_page_token
        if not token:
            break
    assert [name for name in names if name in {one.name for one in made}] == [one.name for one in reversed(made)]
    ids, token = [], ""
    while True:
        page = cadre.analyst.ListChangeItems(
            pb.ListChangeItemsRequest(parent=made[0].name, page_size=1, page_token=token)
        )
        assert page.total_count == 3
        ids += [one.item_id for one in page.items]
        token = page.next_page_token
        if not token:
            break
    assert ids == ["CR-103", "CR-101", "CR-102"]
    mine = items(cadre.analyst, made[0], roles=["account-specialist"])
    assert [one.item_id for one in mine] == ["CR-103", "CR-102"]
    assert [one.item_id for one in items(cadre.analyst, made[0], area="Financial")] == ["CR-103"]
