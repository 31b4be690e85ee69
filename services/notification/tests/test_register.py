"""The register: what rules on a day, as it was known on a day, by topic, rule and series; and the chain of a letter."""

import csv
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import register_service_pb2 as pb
from notification.letters.rules import cited, printed_days
from notification.letters.rules.cited import Kind
from notification.letters.rules.numbers import LetterNumber
from notification.register.rules.asked import days as days_meant
from servicekit.calendar import PACIFIC, pacific_date
from servicekit.rpc.client import Refused
from servicekit.tree import ROOT

from .amending import amend

SERIES = ("AT", "CSS", "CSSP", "IM")


def number(text):
    series, bare = text.split()
    return LetterNumber(series, bare)


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def audience(cadre, ana):
    return cadre.new_audience(cadre.at(ana, "lake"), cadre.at(cadre.new_id(), "yolo"))


# ---- rules ----


def test_a_letter_ends_what_it_replaces_altogether_and_what_it_supersedes_in_part():
    found = cited.ended(
        "CSS 12-02; rescinds CSS 11-13", "CSSP 19-06, section 3; CSS 04-03, page 2", SERIES, historic=False
    )

    assert {str(one.number): (one.whole, one.rescinds, one.said) for one in found.values()} == {
        "CSSP 19-06": (False, False, "CSSP 19-06, section 3"),
        "CSS 04-03": (False, False, "CSS 04-03, page 2"),
        "CSS 12-02": (True, False, "CSS 12-02"),
        "CSS 11-13": (True, True, "rescinds CSS 11-13"),
    }


def test_the_first_word_of_a_part_says_what_a_letter_does_to_what_it_names():
    references = "Clarifies CSS 12-02 and CSS 11-13; implements AB 1686. Corrects CSSP 19-06\nSee AT 96-02; CSS 04-03"

    assert {str(one): kind for one, kind in cited.referred(references, ["As CSS 12-02 says"], SERIES).items()} == {
        "CSS 12-02": Kind.CLARIFIES,
        "CSS 11-13": Kind.CLARIFIES,
        "CSSP 19-06": Kind.CORRECTS,
        "AT 96-02": Kind.CITES,
        "CSS 04-03": Kind.CITES,
    }
    assert cited.ruled(references, ["45 CFR 303.11(b); CSSP 19-06"]) == {
        "ca/bill/ab/1686": Kind.IMPLEMENTS,
        "us/cfr/45/303/11/b": Kind.CITES,
    }


def test_what_rescinds_stands_where_letters_are_ended_and_nowhere_else():
    assert cited.referred("Rescinds CSS 12-02", (), SERIES) == {number("CSS 12-02"): Kind.CITES}


@pytest.mark.parametrize(
    ("ending", "known", "path"),
    [
        ({"CSS 12-02": True}, {"CSS 12-02": {"CSS 11-13": True}}, ""),
        ({"CSS 12-02": True}, {"CSS 12-02": {"CSSP 26-01": True}}, "CSSP 26-01, CSS 12-02, CSSP 26-01"),
        (
            {"CSS 12-02": False},
            {"CSS 12-02": {"CSS 11-13": True}, "CSS 11-13": {"CSSP 26-01": False}},
            "CSSP 26-01, CSS 12-02, CSS 11-13, CSSP 26-01",
        ),
        # Parts of one another: both hold with what is left of them.
        ({"CSS 12-02": False}, {"CSS 12-02": {"CSSP 26-01": False}}, ""),
        # Others may go round; this one is not among them.
        ({"CSS 12-02": True}, {"CSS 12-02": {"CSS 11-13": True}, "CSS 11-13": {"CSS 12-02": True}}, ""),
        ({"CSSP 26-01": True}, {}, ""),
    ],
)
def test_a_letter_supersedes_itself_by_way_of_others(ending, known, path):
    numbered = {number(one): {number(other): whole for other, whole in ends.items()} for one, ends in known.items()}

    found = cited.circle(number("CSSP 26-01"), {number(one): whole for one, whole in ending.items()}, numbered)

    assert ", ".join(map(str, found)) == path


@pytest.mark.parametrize(
    ("issued", "effective", "day", "exact"),
    [
        ("1996-12-23", "1996-12-20", date(1996, 12, 20), "DAY"),
        ("31 Jul 2019", "", date(2019, 7, 31), "DAY"),
        ("2019-02", "", date(2019, 2, 1), "MONTH"),
        ("2019", "orders made after 8 Oct 2015", date(2019, 1, 1), "YEAR"),
        ("2019-07-31", "2020", date(2020, 1, 1), "YEAR"),
        ("", "", date(1996, 1, 1), "YEAR"),
    ],
)
def test_a_letter_of_before_counts_by_its_printed_days(issued, effective, day, exact):
    issue = printed_days.issued(issued, "96-09")

    assert printed_days.effective(effective, issue) == (day, exact)


# ---- the register ----


def in_force(stub, **asked):
    listed = stub.ListInForce(pb.ListInForceRequest(**asked))
    assert listed.total_size == len(listed.letters) or listed.next_page_token or asked.get("page_token")
    return [f"{one.series} {one.number}" for one in listed.letters]


def bring(cadre, *letters):
    cadre.import_series(*{one["series"] for one in letters})
    given = [notice_pb.HistoricNotice(**({"subject": "A letter"} | one)) for one in letters]
    cadre.importer.ImportNotices(notice_pb.ImportNoticesRequest(notices=given, request_id=cadre.new_id()))


FEDERAL = (
    {"series": "AT", "number": "96-02", "date": "1996-01-29", "topic": "Systems"},
    {
        "series": "AT",
        "number": "96-09",
        "date": "1996-12-23",
        "effective": "1996-12-20",
        "supersedes": "AT-96-02 (1996-01-29)",
        "topic": "Systems, reporting",
        "references": "Implements 45 CFR 307.15",
    },
    {"series": "IM", "number": "97-01", "date": "1997", "supersedes": "IM-95-01"},
)


def test_on_any_day_those_letters_rule_that_took_effect_and_that_nothing_has_ended(cadre, ana):
    bring(cadre, *FEDERAL)
    learner = cadre.learner(ana)

    assert in_force(learner, on="1990-06-01") == []
    assert in_force(learner, on="1996-01-28") == []
    assert in_force(learner, on="1996-12-19") == ["AT 96-02"]
    assert in_force(learner, on="1996-12-20") == ["AT 96-09"]
    assert in_force(learner, on="1997-01-01") == in_force(learner) == ["IM 97-01", "AT 96-09"]
    assert in_force(learner, series="AT") == in_force(learner, topic="Reporting") == ["AT 96-09"]
    (one,) = learner.ListInForce(pb.ListInForceRequest(series="IM")).letters
    assert (one.since, one.exact, one.historic) == ("1997-01-01", pb.Ruling.YEAR, True)
    topics = learner.ListTopics(pb.ListTopicsRequest()).topics
    assert [(one.topic, one.letters) for one in topics] == [("reporting", 1), ("systems", 1)]


@pytest.mark.parametrize(
    ("rule", "relation"),
    [
        ("45 CFR 303.11(b)(5)", "EXACT"),
        ("45 CFR 303.11", "WITHIN"),
        ("us/cfr/45/303/11/b/5/i", "AROUND"),
        ("45 CFR 303.1", None),
        ("45 CFR 303.110", None),
        ("Family Code 4058", None),
    ],
)
def test_letters_are_found_by_the_very_rule_a_part_of_it_and_what_it_is_a_part_of(cadre, ana, rule, relation):
    bring(cadre, {"series": "AT", "number": "93-03", "references": "Clarifies 45 CFR 303.11(b)(5); 45 CFR 309.1"})

    listed = cadre.learner(ana).ListInForce(pb.ListInForceRequest(rule=rule)).letters

    found = [
        (one.rule, pb.LinkKind.Name(one.kind), pb.RuleRelation.Name(one.relation))
        for row in listed
        for one in row.rules
    ]
    assert found == ([("us/cfr/45/303/11/b/5", "CLARIFIES", relation)] if relation else [])


def test_what_a_letter_supersedes_in_part_rules_on_and_says_by_what(cadre, audience, ana):
    old = cadre.issued(audience, number="24-02", effective_date="2031-01-01")
    cadre.issued(audience, number="26-05", supersedes="CSSP 24-02, section 3", effective_date="2031-01-06")
    cadre.issued(audience, number="26-06", replaces="CSSP 24-02", effective_date="2031-02-03")
    learner = cadre.learner(ana)

    assert in_force(learner, on="2031-01-31") == ["CSSP 26-05", "CSSP 24-02"]
    assert in_force(learner, on="2031-02-03") == ["CSSP 26-06", "CSSP 26-05"]
    (one,) = [
        row for row in learner.ListInForce(pb.ListInForceRequest(on="2031-01-31")).letters if row.notice == old.name
    ]
    assert [(by.number, by.since, by.whole, by.parts) for by in one.superseded_by] == [
        ("26-05", "2031-01-06", False, "CSSP 24-02, section 3"),
        ("26-06", "2031-02-03", True, ""),
    ]
    lived = learner.GetTimeline(pb.GetTimelineRequest(topic=one.topic or "none")).letters
    assert all(row.until == ("2031-02-03" if row.notice == old.name else "") for row in lived)


def withdraw(cadre, notice):
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(
            name=notice.name, etag=notice.etag, reason="By mistake", request_id=cadre.new_id()
        )
    )


def test_a_withdrawn_letter_holds_until_its_day_and_what_it_ended_rules_again(cadre, audience, ana):
    learner, today = cadre.learner(ana), cadre.today
    bring(cadre, {"series": "CSS", "number": "12-02", "date": "2012", "topic": "Enforcement"})
    on = cadre.effective.isoformat()
    new = cadre.issued(audience, replaces="CSS 12-02", effective_date=on, topic="Enforcement")
    assert in_force(learner, on=on) == [f"CSSP {new.number}"]

    withdraw(cadre, new)

    assert in_force(learner, on=on) == in_force(learner, on=today.isoformat()) == ["CSS 12-02"]
    lived = learner.GetTimeline(pb.GetTimelineRequest(topic="enforcement")).letters
    assert [(one.number, one.until, one.withdrawn) for one in lived] == [
        (new.number, today.isoformat(), True),
        ("12-02", "", False),
    ]


def test_as_known_on_a_day_there_is_only_what_was_out_by_then(cadre, audience, ana):
    learner, today = cadre.learner(ana), cadre.today
    bring(cadre, *FEDERAL)
    cadre.issued(audience, number="26-05", replaces="AT 96-09", effective_date="2027-01-04")

    known = {"on": "2027-01-04", "known_on": today.isoformat()}
    assert in_force(learner, **known) == in_force(learner, on="2027-01-04") == ["CSSP 26-05", "IM 97-01"]
    for asked, field in (
        ({"known_on": (today + timedelta(days=1)).isoformat()}, "known_on"),
        ({"known_on": "1996-02-30"}, "known_on"),
        ({"on": "yesterday"}, "on"),
        ({"rule": "the law"}, "rule"),
        ({"rule": "CSS 12-02"}, "rule"),
    ):
        with pytest.raises(Refused) as refused:
            in_force(learner, **asked)
        assert list(refused.value.fields) == [field]


def test_what_was_known_before_cadre_kept_letters_is_refused_and_no_guess(cadre, ana):
    learner = cadre.learner(ana)
    assert in_force(learner, known_on="2001-01-01") == [], "there is nothing to guess of"
    bring(cadre, *FEDERAL)

    with pytest.raises(Refused) as refused:
        in_force(learner, known_on=(cadre.today - timedelta(days=1)).isoformat())

    assert (refused.value.reason, refused.value.metadata["since"]) == ("KNOWN_BEFORE_CADRE", cadre.today.isoformat())


def test_a_later_version_rules_from_its_own_day_and_what_was_known_before_stays(cadre, audience, ana):
    bring(cadre, {"series": "CSS", "number": "12-02", "date": "2012"})
    notice = cadre.issued(audience, number="26-05", effective_date="2027-01-04")
    learner, yesterday = cadre.learner(ana), cadre.today - timedelta(days=1)
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE notice SET created_at = created_at - interval '3 days'")
        connection.execute("UPDATE letter_standing SET known_from = %s WHERE series = 'CSSP'", [yesterday])

    amend(cadre, notice, effective_date="2027-03-01", replaces="CSS 12-02")

    assert in_force(learner, on="2027-01-04", known_on=yesterday.isoformat()) == ["CSSP 26-05", "CSS 12-02"]
    assert in_force(learner, on="2027-03-01", known_on=yesterday.isoformat()) == ["CSSP 26-05", "CSS 12-02"]
    assert in_force(learner, on="2027-01-04") == ["CSS 12-02"]
    assert in_force(learner, on="2027-03-01") == ["CSSP 26-05"]


@pytest.mark.parametrize(("hour", "rules"), [("2027-01-03T23:59:59", False), ("2027-01-04T00:00:00", True)])
def test_a_letter_rules_from_the_first_minute_of_its_day_in_california(cadre, audience, ana, hour, rules):
    """D129: one minute before and after the beginning of the day."""
    notice = cadre.issued(audience, number="26-05", effective_date="2027-01-04")
    today = pacific_date(datetime.fromisoformat(hour).replace(tzinfo=PACIFIC).astimezone(UTC))
    meant = days_meant(None, None, today=today, since=None)

    assert (in_force(cadre.learner(ana), on=str(meant.on)) == [f"CSSP {notice.number}"]) is rules


def test_the_register_of_any_history_is_what_its_rule_says_letter_by_letter(cadre, ana):
    chance, first = random.Random(12), date(1990, 1, 1)
    letters = {}
    for n in range(60):
        day = first + timedelta(days=chance.randrange(12_000))
        ended = chance.sample(sorted(letters), min(len(letters), chance.choice([0, 0, 1, 1, 2])))
        effective = day + timedelta(days=chance.randrange(-200, 400))
        letters[f"12-{n + 10}"] = (day, effective, ended, chance.choice(["a", "b", "a, b"]))
    bring(
        cadre,
        *(
            {
                "series": "CSS",
                "number": number,
                "date": str(day),
                "effective": str(effective),
                "supersedes": "; ".join(f"CSS {one}" for one in ended),
                "topic": topic,
            }
            for number, (day, effective, ended, topic) in letters.items()
        ),
    )
    learner = cadre.learner(ana)

    for _ in range(40):
        on, topic = first + timedelta(days=chance.randrange(13_000)), chance.choice(["", "a", "b"])
        ruling = {number for number, (_, effective, _, _) in letters.items() if effective <= on}
        over = {one for number in ruling for one in letters[number][2]}
        expected = {f"CSS {number}" for number in ruling - over if not topic or topic in letters[number][3]}
        assert set(in_force(learner, on=str(on), topic=topic, page_size=100)) == expected
        counted = {one.topic: one.letters for one in learner.ListTopics(pb.ListTopicsRequest(on=str(on))).topics}
        if topic:
            assert counted.get(topic, 0) == len(expected)


def test_pages_of_the_register_hold_every_letter_once(cadre, ana):
    bring(cadre, *({"series": "CSS", "number": f"12-{n:02}", "date": f"2012-01-0{1 + n % 3}"} for n in range(1, 12)))
    learner, token, seen = cadre.learner(ana), "", []
    while True:
        listed = learner.ListInForce(pb.ListInForceRequest(page_size=4, page_token=token))
        assert listed.total_size == 11
        seen += [one.number for one in listed.letters]
        if not (token := listed.next_page_token):
            break

    assert len(seen) == len(set(seen)) == 11
    assert (seen[0], seen[-1]) == ("12-11", "12-03")


# ---- the chain ----


def test_the_chain_of_a_letter_is_what_came_before_and_after_and_what_it_names(cadre, audience, ana):
    bring(cadre, *FEDERAL, {"series": "CSS", "number": "12-02", "references": "Clarifies AT 96-09", "source": "A page"})
    new = cadre.issued(audience, number="26-05", replaces="AT 96-09; rescinds IM 97-01", effective_date="2027-01-04")
    learner = cadre.learner(ana)

    chain = learner.GetChain(pb.GetChainRequest(notice=new.name))
    names = [f"{one.series} {one.number}" for one in chain.letters]
    assert names == ["IM 95-01", "AT 96-02", "AT 96-09", "IM 97-01", "CSSP 26-05"]
    assert [bool(one.notice) for one in chain.letters] == [False, True, True, True, True]
    said = {(names[getattr(one, "from")], pb.LinkKind.Name(one.kind), names[one.to]) for one in chain.links}
    assert said == {
        ("AT 96-09", "SUPERSEDES", "AT 96-02"),
        ("IM 97-01", "SUPERSEDES", "IM 95-01"),
        ("CSSP 26-05", "SUPERSEDES", "AT 96-09"),
        ("CSSP 26-05", "RESCINDS", "IM 97-01"),
    }
    (middle,) = [one.notice for one in chain.letters if one.number == "96-09"]
    around = learner.GetChain(pb.GetChainRequest(notice=middle))
    assert [one.number for one in around.letters] == ["96-02", "96-09", "12-02", "26-05"]
    assert [one.source for one in around.links if one.kind == pb.CLARIFIES] == ["A page"]


def test_a_letter_that_would_supersede_itself_by_way_of_others_is_not_sent_for_approval(cadre, audience):
    cadre.issued(audience, number="26-05", replaces="CSSP 26-06; CSS 12-02")
    bring(cadre, {"series": "CSS", "number": "12-02", "supersedes": "CSSP 26-07"})

    for own in ("26-06", "26-07"):
        with pytest.raises(Refused) as refused:
            cadre.submitted(audience, number=own, replaces="CSSP 26-05")
        assert refused.value.reason == "SUPERSEDES_ITSELF"
        assert refused.value.metadata["path"].startswith(f"CSSP {own}, CSSP 26-05")


def test_letters_that_supersede_parts_of_one_another_are_no_circle(cadre, audience, ana):
    cadre.issued(audience, number="26-05", supersedes="CSSP 26-06, section 1", effective_date="2027-01-04")
    cadre.issued(audience, number="26-06", supersedes="CSSP 26-05, section 2", effective_date="2027-01-04")

    assert in_force(cadre.learner(ana), on="2027-01-04") == ["CSSP 26-06", "CSSP 26-05"]


def test_two_that_wait_and_supersede_one_another_are_not_both_issued(cadre, audience):
    one = cadre.submitted(audience, number="26-05", replaces="CSSP 26-06")
    other = cadre.submitted(audience, number="26-06", replaces="CSSP 26-05")
    cadre.publish(one)

    assert cadre.reason_of(cadre.publish, other) == "SUPERSEDES_ITSELF"


def test_letters_from_before_that_would_go_round_are_not_brought_in(cadre):
    with pytest.raises(Refused) as refused:
        bring(
            cadre,
            {"series": "CSS", "number": "12-02", "supersedes": "CSS 11-13"},
            {"series": "CSS", "number": "11-13", "supersedes": "CSS 12-02"},
        )

    assert refused.value.reason == "SUPERSEDES_ITSELF"


def test_a_superseded_letter_stands_below_its_successor_in_a_search_whatever_their_days(cadre, ana):
    """D128: two of one day, and one of which a year alone is printed."""
    bring(
        cadre,
        {"series": "CSS", "number": "12-03", "date": "2012-05-01", "subject": "Levies"},
        {"series": "CSS", "number": "12-02", "date": "2012-05-01", "subject": "Levies", "supersedes": "CSS 12-03"},
        {"series": "CSS", "number": "12-04", "date": "2012", "subject": "Levies", "supersedes": "CSS 12-02"},
    )

    found = cadre.learner(ana).SearchNotices(notice_pb.SearchNoticesRequest(query="levies")).notices

    assert [one.number for one in found] == ["12-04", "12-02", "12-03"]


# ---- the real letters that the product ships ----


def real_letters():
    """The files under `data/notices`, as they are brought in."""
    for path in sorted((ROOT / "data/notices").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)


def test_the_register_answers_of_the_real_letters_for_any_day_since_1990(cadre, ana):
    letters = list(real_letters())
    cadre.import_series(*{one["series"] for one in letters})
    bring(cadre, *letters)
    learner = cadre.learner(ana)

    for year in range(1990, 2027):
        ruled = in_force(learner, on=f"{year}-06-30")
        assert ("AT 90-12" in ruled) == (year > 1990)
        assert ("AT 96-09" in ruled) == (year > 1996)
    of_rule = {"rule": "45 CFR 303.11(b)"}
    assert in_force(learner, on="1993-03-17", **of_rule) == []
    assert in_force(learner, **of_rule) == ["PIQ 08-02", "PIQT 05-02", "AT 93-03"]
    assert in_force(learner, rule="AB 1686") == ["CSSI 23-10"]
    links = set()
    for one in learner.ListInForce(pb.ListInForceRequest(page_size=100)).letters:
        chain = learner.GetChain(pb.GetChainRequest(notice=one.notice))
        names = [f"{letter.series} {letter.number}" for letter in chain.letters]
        links |= {(names[getattr(link, "from")], pb.LinkKind.Name(link.kind), names[link.to]) for link in chain.links}
        assert all(link.source for link in chain.links)
    assert links == {
        ("AT 90-12", "SUPERSEDES", "IM 86-09"),
        ("AT 90-12", "SUPERSEDES", "AT 85-18"),
        ("AT 91-05", "SUPERSEDES", "AT 90-06"),
        ("AT 96-09", "SUPERSEDES", "AT 96-02"),
        ("IM 97-01", "SUPERSEDES", "IM 95-01"),
        ("AT 16-06", "CITES", "AT 17-03"),
        ("AT 08-04", "CITES", "AT 05-04"),
        ("AT 08-06", "CITES", "AT 98-05"),
        ("DCL 01-44", "CITES", "IM 01-01"),
        ("DCL 01-44", "CITES", "IM 01-02"),
        ("DCL 03-46", "CITES", "DCL 03-23"),
        ("PIQ 07-02", "CITES", "PIQT 07-02"),
        ("PIQT 07-02", "CITES", "PIQ 07-02"),
        ("CSSI 23-10", "CITES", "ACL 23-09"),
        ("CSSI 23-10", "CITES", "ACL 23-29"),
    }


# ---- what is in nobody's register ----


def everything(stub, notices):
    """All that the register says, by any of its calls, with every filter: numbers of letters, and what was counted."""
    said = [
        stub.ListInForce(pb.ListInForceRequest(on=day, **asked))
        for day in ("2026-12-01", "2027-01-04", "2031-01-01")
        for asked in ({}, {"topic": "secret"}, {"series": "CSSP"}, {"rule": "Family Code 4058"})
    ]
    said += [stub.ListTopics(pb.ListTopicsRequest(on=day)) for day in ("2026-12-01", "2031-01-01")]
    said.append(stub.GetTimeline(pb.GetTimelineRequest(topic="secret")))
    said.append(stub.SearchNotices(notice_pb.SearchNoticesRequest()))
    for notice in notices:
        for call, request in (
            (stub.GetChain, pb.GetChainRequest(notice=notice)),
            (stub.GetNotice, notice_pb.GetNoticeRequest(name=notice)),
        ):
            try:
                said.append(call(request))
            except Refused as refused:
                said.append(refused.reason)
    return said


def scheduled(cadre, notice):
    """Have a letter issued in some days."""
    at = datetime.combine(cadre.today + timedelta(days=3), datetime.min.time(), UTC)
    request = notice_pb.PublishNoticeRequest(
        name=notice.name, audience_revision=1, etag=notice.etag, publish_at=at, request_id=cadre.new_id()
    )
    return cadre.approver.PublishNotice(request)


def test_a_draft_and_a_letter_not_yet_released_are_found_by_no_way_through_the_register(cadre, audience, ana):
    old = cadre.issued(audience, number="24-02", effective_date="2026-12-01", topic="Levies")
    learner, before = cadre.learner(ana), None
    ways = {"replaces": "CSSP 24-02", "topic": "Secret", "references": "Clarifies CSSP 24-02; Family Code 4058"}
    before = everything(learner, [old.name])

    hidden = [
        cadre.draft(audience, number="26-05", effective_date="2027-01-04", **ways),
        cadre.submitted(audience, number="26-06", effective_date="2027-01-04", **ways),
        scheduled(cadre, cadre.submitted(audience, number="26-08", effective_date="2027-01-04", **ways)),
        cadre.issued(audience, number="26-07", effective_date="2027-01-04", staff_release_days=5, **ways),
    ]
    hidden_names = [one.name for one in hidden]

    assert everything(learner, [old.name]) == before
    assert everything(learner, hidden_names)[-len(hidden_names) * 2 :] == ["NOT_FOUND"] * 8
    rights = {"readiness.read_agency": ["agencies/lake"], "notices.read": ["self"]}
    coordinator = cadre.running.stubs(caller=f"people/{cadre.new_id()}", rights=rights)
    assert in_force(coordinator, on="2031-01-01") == ["CSSP 26-07"], (
        "an agency prepares it, and sees it before its staff"
    )
    assert "secret" in {one.topic for one in coordinator.ListTopics(pb.ListTopicsRequest(on="2031-01-01")).topics}
