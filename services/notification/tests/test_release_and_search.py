"""Who finds and sees which letter, and from when on: agencies first, staff once it is released, a draft nobody."""

from datetime import UTC, datetime

import pytest

from cadre.notification.v1 import agency_notice_service_pb2 as agency_notice_pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from notification.notices import searching
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def bo(cadre):
    return cadre.new_id()


@pytest.fixture
def audience(cadre, ana, bo):
    return cadre.new_audience(cadre.at(ana, "lake"), cadre.at(bo, "yolo"))


def release(cadre, notice, agency="lake", **changes):
    fields = {"parent": f"agencies/{agency}", "notice": notice.name, "request_id": cadre.new_id()} | changes
    return cadre.coordinator(agency).ReleaseToStaff(agency_notice_pb.ReleaseToStaffRequest(**fields))


def search(stub, query="", **changes):
    return stub.SearchNotices(notice_pb.SearchNoticesRequest(query=query, **changes)).notices


def found(stub, query="", **changes):
    return [f"{notice.series} {notice.number}" for notice in search(stub, query, **changes)]


def seen(cadre, notice, person):
    """In which of the ways there are a person sees a letter."""
    learner = cadre.learner(person)
    ways = {
        "inbox": lambda: [notice.name] == [item.notice.name for item in cadre.inbox(person)],
        "search": lambda: notice.name in [one.name for one in search(learner)],
        "item": lambda: learner.GetInboxItem(inbox_pb.GetInboxItemRequest(notice=notice.name)),
        "letter": lambda: learner.GetNotice(notice_pb.GetNoticeRequest(name=notice.name)),
        "read": lambda: cadre.read(notice, person),
        "confirm": lambda: cadre.confirm(notice, person),
    }
    answers = {}
    for way, ask in ways.items():
        try:
            answers[way] = bool(ask())
        except Refused as refused:
            answers[way] = refused.reason != "NOT_FOUND"
    return set(answers.values())


def test_staff_see_a_letter_so_many_business_days_after_their_agency(cadre, audience, ana):
    notice = cadre.issued(audience, staff_release_days=2)

    assert notice.staff_release_date == state_calendar().add(cadre.today, 2).isoformat()
    assert seen(cadre, notice, ana) == {False}
    at_lake = cadre.coordinator("lake").GetAgencyNotice(
        agency_notice_pb.GetAgencyNoticeRequest(parent="agencies/lake", notice=notice.name)
    )
    assert at_lake.readiness.staff_release_date == notice.staff_release_date
    assert not at_lake.readiness.HasField("staff_release_time")


def test_without_such_days_they_see_it_at_once(cadre, audience, ana):
    notice = cadre.issued(audience)

    assert notice.staff_release_date == cadre.today.isoformat()
    assert seen(cadre, notice, ana) == {True}


def test_an_agency_releases_it_sooner_to_its_own_staff_alone(cadre, audience, ana, bo):
    notice = cadre.issued(audience, staff_release_days=2)

    at_lake = release(cadre, notice)

    assert at_lake.readiness.staff_release_time.seconds
    assert release(cadre, notice) == at_lake
    ((payload,),) = cadre.rows("SELECT payload FROM outbox WHERE subject = 'cadre.notification.notice.released.v1'")
    told = events.NoticeReleased.FromString(payload)
    assert (told.notice_id, told.version, told.agency_id) == (notice.name.removeprefix("notices/"), 1, "lake")
    assert told.release_time == at_lake.readiness.staff_release_time
    assert seen(cadre, notice, ana) == {True}
    assert seen(cadre, notice, bo) == {False}


def test_whoever_prepares_it_at_an_agency_or_works_on_it_at_the_state_sees_it_before(cadre, audience, ana):
    notice = cadre.issued(audience, staff_release_days=2)
    rights = {"learning.do": ["self"], "notices.read": ["self"]}
    for more in ({"notices.confirm_for_agency": ["agencies/lake"]}, {"readiness.read_agency": ["agencies/lake"]}):
        stub = cadre.running.stubs(caller=f"people/{ana}", rights=rights | more)
        assert [item.notice.name for item in stub.ListInbox(inbox_pb.ListInboxRequest()).items] == [notice.name]
        assert found(stub) == [f"CSSP {notice.number}"]
    assert found(cadre.analyst) == [f"CSSP {notice.number}"]


def test_a_letter_that_is_not_there_is_not_released(cadre, audience):
    with pytest.raises(Refused) as refused:
        release(cadre, cadre.submitted(audience))

    assert refused.value.reason == "NOT_FOUND"


# ---- search ----


def test_a_letter_is_found_by_its_words_and_by_its_number_in_any_form(cadre, audience, ana):
    cadre.issued(audience, number="26-07", references="Family Code 4058, CSS Letter 15-09", topic="Establishment")
    cadre.issued(
        audience, number="26-08", subject="Passports of the NCP", change="Other.", after="", body="", references=""
    )
    learner = cadre.learner(ana)

    for query in (
        "cssp 26-7",
        "CSSP-26-07",
        "26-07",
        "2607",
        "26 07",
        "earning CAPACIT",
        "css 15-09",
        "15-09",
        "4058",
        "establish",
    ):
        assert found(learner, query) == ["CSSP 26-07"], query
    for query in ("PPS passport", "noncustodial parents", "ncp"):
        assert found(learner, query) == ["CSSP 26-08"], query
    assert found(learner, "CSSI 26-07") == found(learner, "PRS") == found(learner, "nothing like it") == []
    assert found(learner) == found(learner, "  ")
    assert sorted(found(learner)) == ["CSSP 26-07", "CSSP 26-08"]


def test_d136_a_number_in_each_of_its_forms_finds_its_letter_before_those_that_name_it(cadre, audience, ana):
    cadre.issued(audience, number="26-07")
    for number in ("26-08", "26-09"):
        cadre.issued(audience, number=number, subject="On CSSP 26-07", references="CSSP 26-07; CSSP-26-07")
    learner = cadre.learner(ana)

    forms = (
        *("CSSP 26-07", "cssp 26-7", "CSSP-26-07", "CSSP26-07", "C.S.S.P. 26/07"),
        *("CSSP Letter No. 26-07", "CSSP 26\u201107", "CSSP 26\u201307", "26-07", "2607", "cssp2607", "CSSP 2026-07"),
    )
    assert {form: found(learner, form)[0] for form in forms} == dict.fromkeys(forms, "CSSP 26-07")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"change": "See 42 USC 654.7(b) and Health Code 1203.5"}, ["654.7", "42 USC 654.7", "1203.5", "654.7(b)"]),
        ({"references": "AB-1058; form DV-105"}, ["AB-1058", "AB 1058", "dv-105", "DV105"]),
        ({"change": "custody/visitation, see courts.example.gov"}, ["visitation", "courts.example.gov"]),
        ({"change": "The \u201cgrossedup\u201d amount\u2014netted later"}, ["grossedup", '"grossedup"', "netted"]),
        (
            {"subject": "D\u2019Angelo v. Ib\u00e1\u00f1ez"},
            ["d'angelo", "d\u2019angelo", "Ibanez", "ib\u00e1\u00f1"],
        ),
        ({"body": "Arrears of the genetic father"}, ["genetic fathers"]),
        ({"staff_action": "Close the ledger"}, ["ledger closing"]),
    ],
)
def test_a_letter_is_found_by_what_stands_in_it_however_that_is_typed(cadre, audience, ana, said, asked):
    notice = cadre.issued(audience, **said)

    for query in asked:
        assert found(cadre.learner(ana), query) == [f"CSSP {notice.number}"], query
    assert found(cadre.learner(ana), "654.8") == found(cadre.learner(ana), "AB-1057") == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (
            "Family Code section 4058(b)",
            ["FC 4058", "Fam. Code \u00a7 4058(b)", "section 4058 of the Family Code"],
        ),
        (
            "45 C.F.R. \u00a7 303.11(b)(5)",
            ["45 CFR 303.11", "45 CFR part 303", "303.11(b)", "303.11(b)(5) closes"],
        ),
        ("section 466(a)(14) of the Act", ["42 USC 666(a)(14)", "42 U.S.C. 666"]),
        ("FC 17600 through 17604", ["Family Code 17604"]),
    ],
)
def test_a_letter_is_found_by_a_rule_that_it_names_however_either_is_written(cadre, audience, ana, said, asked):
    notice = cadre.issued(audience, change=f"It closes under {said}.")

    for query in asked:
        assert found(cadre.learner(ana), query) == [f"CSSP {notice.number}"], query
    for query in ("FC 4059", "Civil Code 4058", "45 CFR 303.12", "42 USC 667", "45 CFR 303.11(c)"):
        assert found(cadre.learner(ana), query) == [], query


@pytest.mark.parametrize("query", ["'", "\u201c\u201d", "\\", "':*", "&|!()", "a", "x" * 200, "a " * 100, "%"])
def test_odd_questions_are_answered(cadre, audience, ana, query):
    cadre.issued(audience)

    assert len(search(cadre.learner(ana), query)) <= 1


@pytest.mark.parametrize("query", ["%", "_", "%%", "\u201c\u201d", "&|!()"])
def test_signs_without_a_word_find_nothing(cadre, audience, ana, query):
    cadre.issued(audience)

    assert found(cadre.learner(ana), query) == []


def test_what_an_earlier_release_kept_is_found_by_the_words_of_this_one(cadre, audience, ana):
    notice = cadre.issued(audience, change="See 42 USC 654.7")
    bring(cadre, historic(staff_action="Ask for form DV-105."))
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE notice_search SET words = to_tsvector('simple', 'see 654.7'), cut = 0")
    assert found(cadre.learner(ana), "654.7") == found(cadre.learner(ana), "DV-105") == []

    searching.keep_anew(cadre.running.runtime.database, datetime.now(UTC))

    assert found(cadre.learner(ana), "654.7") == [f"CSSP {notice.number}"]
    assert found(cadre.learner(ana), "DV-105") == ["CSSP 19-06"]
    assert found(cadre.learner(ana), year=2019) == ["CSSP 19-06"]


def test_drafts_and_scheduled_letters_are_found_by_nobody(cadre, audience):
    cadre.draft(audience)
    cadre.submitted(audience)

    assert found(cadre.analyst) == []


def test_a_withdrawn_letter_is_found_as_such(cadre, audience, ana):
    notice = cadre.issued(audience)
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(name=notice.name, reason="Wrong", etag=notice.etag, request_id=cadre.new_id())
    )

    (one,) = search(cadre.learner(ana))
    assert (one.state, one.withdraw_reason, one.body) == (notice_pb.Notice.WITHDRAWN, "Wrong", "")


def test_a_query_that_is_too_long_is_refused(cadre, ana):
    with pytest.raises(Refused) as refused:
        search(cadre.learner(ana), "x" * 201)

    assert list(refused.value.fields) == ["query"]


# ---- letters from before ----


def historic(**changes):
    said = {
        "series": "CSSP",
        "number": "19-06",
        "issuer": "DCSS",
        "date": "31 Jul 2019",
        "subject": "Gender and name changes",
        "effective": "orders made after 8 Oct 2015",
        "staff_action": "Ask for identification.",
        "topic": "Intake",
        "supersedes": "CSS 11-13",
        "references": "Family Code 1",
        "source": "https://example.org/letter",
    }
    return notice_pb.HistoricNotice(**(said | changes))


def bring(cadre, *letters):
    request = notice_pb.ImportNoticesRequest(notices=letters, request_id=cadre.new_id())
    return cadre.importer.ImportNotices(request).notices_changed


def test_letters_from_before_are_found_and_read_as_printed_and_reach_nobody(cadre, ana):
    assert (
        bring(
            cadre, historic(), historic(series="DCL", number="98-100", date="", subject="Case registry", supersedes="")
        )
        == 2
    )

    assert found(cadre.learner(ana)) == ["CSSP 19-06", "DCL 98-100"]
    assert found(cadre.learner(ana), year=1998) == ["DCL 98-100"]
    assert found(cadre.learner(ana), series="CSSP") == ["CSSP 19-06"]
    assert found(cadre.learner(ana), "css 11-13") == ["CSSP 19-06"]
    (one,) = search(cadre.learner(ana), "name changes")
    read = cadre.learner(ana).GetNotice(notice_pb.GetNoticeRequest(name=one.name))
    assert (read.state, read.issuer, read.issued_on) == (notice_pb.Notice.HISTORIC, "DCSS", "31 Jul 2019")
    assert (read.effective_printed, read.asks, read.author) == ("orders made after 8 Oct 2015", notice_pb.NOTHING, "")
    assert (read.source, read.topic, read.due_sentence) == ("https://example.org/letter", "Intake", "")
    assert list(cadre.inbox(ana)) == []
    assert list(cadre.analyst.ListNotices(notice_pb.ListNoticesRequest()).notices) == []


def test_bringing_them_again_changes_nothing_and_a_correction_is_taken(cadre, ana):
    bring(cadre, historic())
    (before,) = search(cadre.learner(ana))

    assert bring(cadre, historic()) == 0
    assert bring(cadre, historic(subject="Changes of name")) == 1

    (after,) = search(cadre.learner(ana), "changes of name")
    assert (after.name, after.subject) == (before.name, "Changes of name")
    assert found(cadre.learner(ana), "gender") == []


def test_a_number_belongs_to_one_letter_from_before_or_of_ours(cadre, audience):
    ours = cadre.issued(audience, number="26-31")

    with pytest.raises(Refused) as refused:
        bring(cadre, historic(number="26-31"))

    assert (refused.value.reason, refused.value.metadata["notice"]) == ("NUMBER_TAKEN", ours.name)
    bring(cadre, historic(number="26-44"))
    with pytest.raises(Refused) as refused:
        cadre.draft(audience, number="26-44")
    assert refused.value.reason == "NUMBER_TAKEN"
    suggested = cadre.analyst.SuggestNumber(series_pb.SuggestNumberRequest(series="CSSP")).number
    assert suggested == f"26-{45:02}" or not suggested.startswith("26-")


@pytest.mark.parametrize(
    ("letters", "field"),
    [
        ([], "notices"),
        ([historic(), historic()], "notices"),
        ([historic(series="XYZ")], "notices[0].series"),
        ([historic(), historic(number="1906")], "notices[1].number"),
        ([historic(subject=" ")], "notices[0].subject"),
        ([historic(topic="x" * 501)], "notices[0].topic"),
    ],
)
def test_what_is_no_letter_is_refused_by_its_place(cadre, letters, field):
    with pytest.raises(Refused) as refused:
        bring(cadre, *letters)

    assert (refused.value.reason, list(refused.value.fields)) == ("INVALID_FIELD", [field])


# ---- series ----


def test_series_are_listed_and_a_letter_is_of_one_of_them(cadre, audience, ana):
    series = series_pb.Series(name="series/FSD", title="Older", kind=notice_pb.Notice.PROGRAM, source="a page")
    request = {"series": [series]}
    assert (
        cadre.importer.ImportSeries(series_pb.ImportSeriesRequest(**request, request_id=cadre.new_id())).series_changed
        == 1
    )
    assert (
        cadre.importer.ImportSeries(series_pb.ImportSeriesRequest(**request, request_id=cadre.new_id())).series_changed
        == 0
    )

    series.past = True
    again = series_pb.ImportSeriesRequest(series=[series], request_id=cadre.new_id())
    assert cadre.importer.ImportSeries(again).series_changed == 1

    listed = list(cadre.learner(ana).ListSeries(series_pb.ListSeriesRequest()).series)
    assert series in listed
    assert [one.name for one in listed] == sorted(one.name for one in listed)
    for call in (
        lambda: cadre.draft(audience, series="XYZ"),
        lambda: cadre.analyst.SuggestNumber(series_pb.SuggestNumberRequest(series="XYZ")),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.fields, refused.value.metadata["value"]) == (
            {"notice.series": "notice.series must be a series on record"},
            "XYZ",
        )


def test_a_number_may_be_typed_in_any_form(cadre, audience):
    assert cadre.draft(audience, number="CSSP-26-9").number == "26-09"
    for number in ("CSSI 26-09", "26/9", "nine"):
        with pytest.raises(Refused) as refused:
            cadre.draft(audience, number=number)
        assert list(refused.value.fields) == ["notice.number"]


def superseded_by(stub, notice):
    read = stub.GetNotice(notice_pb.GetNoticeRequest(name=notice.name))
    return [(one.series, one.number, one.since, one.whole, one.parts) for one in read.superseded_by]


def test_a_letter_says_what_superseded_it_altogether_or_in_part_to_who_sees_that(cadre, audience, ana):
    old = cadre.issued(audience, number="24-02")
    part = "CSSP 24-02, section 3"
    in_part = cadre.issued(audience, number="26-05", supersedes=part, effective_date="2031-01-06")
    cadre.submitted(audience, number="26-06", replaces="CSSP 24-02")
    late = {"number": "26-07", "replaces": "CSSP-24-2; CSSP 19-06", "staff_release_days": 5}
    whole = cadre.issued(audience, effective_date="2031-02-03", **late)
    learner, coordinator = cadre.learner(ana), cadre.coordinator("lake")

    assert superseded_by(cadre.analyst, old) == [
        ("CSSP", "26-05", "2031-01-06", False, part),
        ("CSSP", "26-07", "2031-02-03", True, ""),
    ]
    assert [one[1] for one in superseded_by(learner, old)] == ["26-05"], "the other one is not released to staff yet"
    of_agency = coordinator.GetAgencyNotice(
        agency_notice_pb.GetAgencyNoticeRequest(parent="agencies/lake", notice=old.name)
    )
    assert [one.notice for one in of_agency.notice.superseded_by] == [in_part.name, whole.name]
    own = learner.GetInboxItem(inbox_pb.GetInboxItemRequest(notice=old.name))
    assert [one.notice for one in own.notice.superseded_by] == [in_part.name]
    assert superseded_by(cadre.analyst, whole) == []
    listed = {one.name: [by.number for by in one.superseded_by] for one in search(learner, "24-02")}
    assert listed == {old.name: ["26-05"], in_part.name: []}

    withdraw = notice_pb.WithdrawNoticeRequest(
        name=whole.name, etag=whole.etag, reason="By mistake", request_id=cadre.new_id()
    )
    cadre.approver.WithdrawNotice(withdraw)
    assert [one[1] for one in superseded_by(cadre.analyst, old)] == ["26-05"]


def test_letters_from_before_supersede_as_their_sources_print_it(cadre, ana):
    """ACF: AT-96-09 replaced AT-96-02; AT-90-12 replaced IM-86-09 and AT-85-18."""
    bring(
        cadre,
        historic(series="AT", number="96-02", supersedes=""),
        historic(series="AT", number="96-09", date="1996-12-23", supersedes="AT-96-02 (1996-01-29 in print)"),
    )
    old = next(one for one in search(cadre.learner(ana), "AT 96-02") if one.number == "96-02")

    assert superseded_by(cadre.analyst, old) == [("AT", "96-09", "1996-12-23", True, "")]
