"""Approval in stages: each by who stands for it, in their order, of one pinned text; the last one issues the letter."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cadre.notification.v1 import approval_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.messages import steps
from notification.messages.rules.windows import Hours
from servicekit.background import tasks
from servicekit.rpc.client import Refused
from servicekit.testing.offices import state_calendar

TITLES = ("Program", "Legal", "Executive")


@pytest.fixture
def stage(cadre):
    """Who stands for each stage, a deputy of legal, and the stubs by which they act."""
    people = {name: f"people/{cadre.new_id()}" for name in (*TITLES, "deputy", "somebody")}
    rights = ["notices.approve", "readiness.read", "notices.read"]
    stubs = {name: cadre.running.stubs(caller=person, rights=rights) for name, person in people.items()}

    class Stage:
        who, by = people, stubs

        def route(self, *titles, series="CSSP", kind=notice_pb.Notice.POLICY):
            stages = [
                pb.PlannedStage(
                    title=title,
                    approvers=[people[title]],
                    deputies=[people["deputy"]] if title == "Legal" else [],
                    business_days=place + 1,
                )
                for place, title in enumerate(titles)
            ]
            route = pb.Route(series=series and f"series/{series}", kind=kind, stages=stages)
            return stubs["somebody"].UpdateRoute(pb.UpdateRouteRequest(route=route, request_id=cadre.new_id()))

        def letter(self):
            return cadre.submitted(cadre.new_audience(cadre.at(cadre.new_id(), "lake")))

        def of(self, letter):
            found = stubs["somebody"].BatchGetStages(pb.BatchGetStagesRequest(notices=[letter.name])).letters
            return found[0] if found else None

        def approve(self, name, letter):
            request = pb.ApproveStageRequest(
                notice=letter.name, etag=self.again(letter).etag, request_id=cadre.new_id()
            )
            return stubs[name].ApproveStage(request)

        def issue(self, name, letter):
            return cadre.publish(self.again(letter), by=stubs[name])

        def again(self, letter):
            return cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=letter.name))

    return Stage()


def reason(call, *arguments):
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.reason


def test_a_letter_goes_through_its_stages_in_their_order_and_the_last_one_issues_it(cadre, stage):
    stage.route(*TITLES)
    letter = stage.letter()

    assert reason(stage.issue, "Executive", letter) == "STAGES_OPEN"
    assert reason(stage.approve, "Legal", letter) == "NOT_OF_STAGE"
    assert stage.approve("Program", letter).next == 2
    assert reason(stage.approve, "Program", letter) == "NOT_OF_STAGE"
    stage.approve("deputy", letter)
    assert reason(stage.approve, "Executive", letter) == "LAST_STAGE"
    assert reason(stage.issue, "somebody", letter) == "NOT_OF_STAGE"

    assert stage.issue("Executive", letter).state == notice_pb.Notice.PUBLISHED
    known = stage.of(letter)
    assert [one.approved_by for one in known.stages] == [
        stage.who["Program"],
        stage.who["deputy"],
        stage.who["Executive"],
    ]
    assert known.next == 0


def test_each_stage_is_due_so_many_business_days_after_the_one_before(cadre, stage):
    stage.route(*TITLES)

    known = stage.of(stage.letter())

    calendar = state_calendar()
    assert [one.due_date for one in known.stages] == [str(calendar.add(cadre.today, days)) for days in (1, 3, 6)]


def test_of_a_letter_without_a_route_one_other_person_approves_it_as_ever(cadre, stage):
    stage.route(*TITLES, series="AT")
    letter = stage.letter()

    assert stage.of(letter) is None
    assert reason(stage.approve, "Program", letter) == "NO_STAGE"
    assert stage.issue("somebody", letter).state == notice_pb.Notice.PUBLISHED


def test_of_several_routes_that_of_its_series_and_kind_counts_before_that_of_all(stage):
    stage.route("Executive", series="", kind=notice_pb.Notice.KIND_UNSPECIFIED)
    assert [one.title for one in stage.of(stage.letter()).stages] == ["Executive"]

    stage.route("Legal", "Executive", series="CSSP", kind=notice_pb.Notice.KIND_UNSPECIFIED)
    assert [one.title for one in stage.of(stage.letter()).stages] == ["Legal", "Executive"]

    stage.route("Program", "Executive")
    assert [one.title for one in stage.of(stage.letter()).stages] == ["Program", "Executive"]

    stage.route()
    assert [one.title for one in stage.of(stage.letter()).stages] == ["Legal", "Executive"]


def test_a_letter_that_waits_keeps_the_stages_that_it_was_sent_with(stage):
    stage.route(*TITLES)
    letter = stage.letter()

    stage.route("Executive")

    assert [one.title for one in stage.of(letter).stages] == list(TITLES)


def test_who_approved_one_stage_does_not_approve_another(cadre, stage):
    twice = [stage.who["Program"]]
    stages = [pb.PlannedStage(title=title, approvers=twice, business_days=1) for title in TITLES]
    route = pb.Route(series="series/CSSP", stages=stages)
    stage.by["somebody"].UpdateRoute(pb.UpdateRouteRequest(route=route, request_id=cadre.new_id()))
    letter = stage.letter()
    stage.approve("Program", letter)

    assert reason(stage.approve, "Program", letter) == "APPROVED_EARLIER_STAGE"


def test_what_is_returned_and_sent_again_begins_with_the_first_stage(cadre, stage):
    stage.route(*TITLES)
    letter = stage.letter()
    stage.approve("Program", letter)
    stage.by["Legal"].ReturnNotice(
        notice_pb.ReturnNoticeRequest(name=letter.name, reason="Cite the statute", request_id=cadre.new_id())
    )
    assert stage.of(letter) is None

    again = stage.again(letter)
    cadre.analyst.SubmitNotice(
        notice_pb.SubmitNoticeRequest(name=again.name, etag=again.etag, request_id=cadre.new_id())
    )

    assert [one.approved_by for one in stage.of(letter).stages] == ["", "", ""]
    # Who approved what before is on record.
    assert cadre.rows("SELECT count(*) FROM approval_stage WHERE approved_by IS NOT NULL") == [(1,)]


def test_a_letter_that_changed_behind_its_back_is_not_approved_at_any_stage(cadre, stage):
    stage.route(*TITLES)
    letter = stage.letter()
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE notice SET staff_action = 'Other' WHERE id = %s", [letter.name[8:]])

    assert reason(stage.approve, "Program", letter) == "APPROVAL_VOID"


def test_who_stands_for_a_stage_and_wrote_on_the_letter_leaves_it_to_others_and_where_there_are_none_it_is_not_sent(
    cadre, stage
):
    author = cadre.draft(cadre.new_audience(cadre.at(cadre.new_id(), "lake"))).author
    alone = pb.PlannedStage(title="Program", approvers=[author], business_days=1)

    def planned(*deputies):
        one = pb.PlannedStage()
        one.CopyFrom(alone)
        one.deputies.extend(deputies)
        last = pb.PlannedStage(title="Executive", approvers=[stage.who["Executive"]], business_days=1)
        route = pb.Route(series="series/CSSP", stages=[one, last])
        stage.by["somebody"].UpdateRoute(pb.UpdateRouteRequest(route=route, request_id=cadre.new_id()))

    planned()
    assert reason(stage.letter) == "STAGE_WITHOUT_APPROVER"

    planned(stage.who["deputy"])
    letter = stage.letter()
    assert stage.approve("deputy", letter).next == 2


def test_of_eight_who_approve_a_stage_at_once_one_does(cadre, stage):
    stage.route(*TITLES)
    letter = stage.letter()
    etag = stage.again(letter).etag

    def press(_):
        try:
            stage.by["Program"].ApproveStage(
                pb.ApproveStageRequest(notice=letter.name, etag=etag, request_id=cadre.new_id())
            )
        except Refused as refused:
            return refused.reason
        return "approved"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(press, range(8)))

    assert said.count("approved") == 1
    assert stage.of(letter).next == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "route.stages[0].title"),
        ({"title": "x" * 41}, "route.stages[0].title"),
        ({"approvers": []}, "route.stages[0].approvers"),
        ({"business_days": 0}, "route.stages[0].business_days"),
        ({"business_days": 31}, "route.stages[0].business_days"),
        ({"deputies": "same"}, "route.stages[0].deputies"),
    ],
)
def test_a_route_that_could_not_be_gone_is_refused_by_stage_and_field(cadre, stage, changes, field):
    person = stage.who["Program"]
    values = {"title": "Program", "approvers": [person], "business_days": 1} | changes
    if values.get("deputies") == "same":
        values["deputies"] = [person]
    route = pb.Route(stages=[pb.PlannedStage(**values)])

    with pytest.raises(Refused) as refused:
        stage.by["somebody"].UpdateRoute(pb.UpdateRouteRequest(route=route, request_id=cadre.new_id()))

    assert list(refused.value.fields) == [field]
    assert cadre.rows("SELECT count(*) FROM approval_route") == [(0,)]


def test_those_are_asked_who_stand_for_the_stage_that_is_next(cadre, stage):
    stage.route(*TITLES)
    letter = stage.letter()
    tell(cadre)
    assert asked(cadre) == {stage.who["Program"]}

    stage.approve("Program", letter)
    tell(cadre)

    assert asked(cadre) == {stage.who["Program"], stage.who["Legal"]}
    old = cadre.rows("SELECT count(*) FROM message WHERE fresh_until <= (SELECT max(wanted_at) FROM message)")
    assert old == [(1,)]


def tell(cadre):
    """Say what was deferred."""
    hours = Hours(state_calendar())
    with cadre.running.runtime.database.transaction(actor="services/notification", method="test/steps") as db:
        while task := tasks.claim(db, steps.TASK):
            steps.tell(db, task.key, hours)
            tasks.done(db, task.id)


def asked(cadre):
    sql = "SELECT person_id FROM message_to JOIN message AS m ON m.id = message_id WHERE m.kind = 'letter.waiting'"
    return {f"people/{person}" for (person,) in cadre.rows(sql)}
