"""Works go through their gates by decisions on exactly what was read; courses go out through them."""

import uuid

from cadre.curriculum.v1 import ballot_service_pb2 as ballot_pb
from cadre.curriculum.v1 import course_service_pb2 as course_pb
from cadre.curriculum.v1 import decision_service_pb2 as decision_pb
from cadre.curriculum.v1 import events_pb2
from cadre.curriculum.v1 import trace_service_pb2 as trace_pb
from cadre.curriculum.v1 import work_service_pb2 as pb
from cadre.messages.v1 import messages_pb2 as messages
from servicekit.calendar import pacific_date

from .conftest import new_id, noted
from .reviewing import MUST as MUST_FIX
from .working import MUST, gate_of, needs, refused, reword


def told(office, kind, message):
    return [message.FromString(payload) for payload in office.content.payloads(kind)]


def wanted(office):
    return {one.kind: one for one in told(office, "message", messages.MessageWanted) if one.kind.startswith("work")}


def test_a_major_work_goes_through_five_gates_each_on_what_was_read_and_its_course_out_through_the_third(office):
    course = office.course()
    work = office.begin(course)
    assert (work.phase, work.work_class, work.subject) == (pb.DIAGNOSE, decision_pb.MAJOR, work.name)
    assert [reason.cause for reason in work.class_reasons] == [pb.ClassReason.NEW_COURSE]
    assert needs(gate_of(work, pb.DIAGNOSE)) == {"DECIDED"}
    assert work.priority == 4 * 3 * 120 / 10

    first = office.pass_(work, office.decide(work, office.steering))
    assert first.phase == pb.DESIGN
    missing = refused("GATE_LINES_MISSING", office.pass_, work)["lines"].split(";")
    assert {"OBJECTIVES_COMPLETE", "TASKS_WITH_MEASURES", "MODE_WITH_REASON", "SUNSET_DATE"} <= set(missing)
    office.design(work)
    assert office.pass_(work, office.decide(work)).phase == pb.DEVELOP

    open_ = {"POLICY_SIGN_OFF", "LEGAL_SIGN_OFF", "PILOT_DONE", "DECIDED"}
    assert needs(gate_of(office.get(work), pb.DEVELOP)) == open_
    refused("SUBJECT_OPEN", office.decide, work)
    office.try_out(work)
    assert refused("GATE_NOT_PASSED", office.publish, course.name)["work"] == work.name
    decision = office.decide(work)
    refused("GATE_NOT_PASSED", office.publish, course.name)
    delivering = office.pass_(work, decision)
    assert (delivering.phase, delivering.subject) == (pb.DELIVER, "")
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is kept."))
    assert needs(gate_of(office.get(work), pb.DELIVER)) == {"CONTENT_AS_DECIDED", "COURSE_PUBLISHED"}
    refused("GATE_NOT_PASSED", office.publish, course.name)
    office.rewrite(course.name, reword("Rule 1.1 is kept.", MUST))

    version = office.publish(course.name)
    assert version.decision.name == decision
    assert office.get(work).course_version == version.name
    refused("DECISION_UNFIT", office.pass_, work)
    office.pass_(work, who="manager")
    office.write(work, results="Most do it in time.", outcome=pb.Work.KEEP)
    closed = office.pass_(work, office.decide(work, office.steering))
    assert closed.phase == pb.CLOSED
    passed = ["GATE_PASSED"] * 3
    steps = [step for step in office.steps(work) if step != "WRITTEN"]
    assert steps == ["BEGUN", *passed, "PUBLISHED", "GATE_PASSED", "GATE_PASSED"]
    assert all(gate.pass_time.seconds and not needs(gate) for gate in closed.gates)
    advanced = [one.step for one in told(office, "work.advanced", events_pb2.WorkAdvanced)]
    assert [step for step in advanced if step != "WRITTEN"] == steps
    assert office.audits() == {"works.misplaced": 0, "work_gates.unfounded": 0}


def test_a_gate_takes_only_its_bodys_decision_on_what_there_is_now_and_an_edit_lets_a_vote_end(office):
    work = office.begin()
    ballot = office.prepare(office.get(work), office.steering)
    by_others = office.decide(work, office.content)
    assert refused("DECISION_UNFIT", office.pass_, work, by_others)["rule"] == "BODY"
    minor = office.decide(work, office.steering, decision_pb.MINOR)
    assert refused("DECISION_UNFIT", office.pass_, work, minor)["rule"] == "CLASS"
    decision = office.decide(work, office.steering)
    assert refused("PHASE_OTHER", office.pass_, work, decision, phase=pb.DESIGN)["phase"] == "DIAGNOSE"

    office.write(work, cost="This is no matter of the first gate.")
    assert office.steering.get(ballot).state == ballot_pb.Ballot.PREPARED
    office.write(work, need="Orders are entered late, and twice.")
    assert office.steering.get(ballot).state == ballot_pb.Ballot.VOID
    assert refused("DECISION_UNFIT", office.pass_, work, decision)["rule"] == "DIGEST"
    again = office.pass_(work, office.decide(work, office.steering))
    assert (again.phase, gate_of(again, pb.DIAGNOSE).passer) == (pb.DESIGN, office.person("designer"))


def test_the_design_that_was_decided_on_is_what_is_developed_or_the_work_goes_back(office):
    work = office.to_develop()
    read = office.as_().GetTrace(trace_pb.GetTraceRequest(course=work.course))
    read.objectives[0].standard = "within ten days"
    office.trace(work.course, read.objectives, read.tasks)
    assert needs(gate_of(office.get(work), pb.DEVELOP)) == {"DESIGN_AS_DECIDED", "DECIDED"}

    refused("INVALID_FIELD", office.set_status, work, pb.Work.RETURNED, reason="Another design", phase=pb.DELIVER)
    back = office.set_status(work, pb.Work.RETURNED, reason="Another design", phase=pb.DESIGN)
    assert (back.phase, back.status) == (pb.DESIGN, pb.Work.RETURNED)
    assert [bool(gate.decision) for gate in back.gates] == [True, False, False, False, False]
    assert office.pass_(work, office.decide(work)).phase == pb.DEVELOP


def test_a_work_goes_on_once_after_it_was_held_and_what_goes_on_already_is_said_to(office):
    work = office.begin(office.course())
    refused("WORK_UNDER_WAY", office.set_status, work, pb.Work.IN_PROGRESS)

    assert office.set_status(work, pb.Work.ON_HOLD, reason="The form comes in spring").status == pb.Work.ON_HOLD
    assert office.set_status(work, pb.Work.IN_PROGRESS).status == pb.Work.IN_PROGRESS
    refused("WORK_UNDER_WAY", office.set_status, work, pb.Work.IN_PROGRESS)


def test_d124_the_class_that_the_rules_compute_is_raised_by_its_owner_and_never_lowered(office):
    course = office.out()
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is to be kept for a year."))
    work = office.begin(course)
    assert (work.computed_class, work.phase) == (decision_pb.MINOR, pb.DEVELOP)
    assert [gate.skipped for gate in work.gates] == [True, True, False, False, True]
    said = refused("CLASS_LOWERED", office.write, work, raised_class=decision_pb.EDITORIAL)
    assert (said["computed"], said["asked"]) == ("MINOR", "EDITORIAL")
    raised = office.write(work, raised_class=decision_pb.MAJOR)
    assert (raised.work_class, raised.phase) == (decision_pb.MAJOR, pb.DIAGNOSE)
    office.write(work, raised_class=decision_pb.DECISION_CLASS_UNSPECIFIED)

    def rewritten(draft):
        for n in range(5):
            reword(f"Rule 1.{n} is", f"Rule 1.{n} never was and is")(draft)

    office.rewrite(course.name, rewritten)
    found = office.get(work)
    assert (found.work_class, found.phase, needs(found.gates[0])) == (decision_pb.MAJOR, pb.DIAGNOSE, {"DECIDED"})
    assert [(one.cause, one.percent) for one in found.class_reasons] == [(pb.ClassReason.BLOCKS_CHANGED, 25)]
    assert "CLASS_RAISED" in office.steps(work)


def test_a_sign_is_confirmed_by_a_second_person_who_did_not_write_it_and_counts_for_that_content_alone(office):
    course = office.out()
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is to be kept!"), who="writer")
    work = office.begin(course)
    assert (work.work_class, needs(gate_of(work, pb.DEVELOP))) == (decision_pb.EDITORIAL, {"SECOND_PERSON"})
    for who in ("designer", "writer"):
        assert refused("NOT_TO_CONFIRM", office.confirm, work, office.as_(who))["rule"] == "WROTE_IT"
    refused("DIGEST_CHANGED", office.confirm, work, office.as_("second"), digest="0" * 64)
    office.confirm(work, office.as_("second"))
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is to be kept."), who="writer")
    office.rewrite(course.name, reword("Rule 1.2 is", "Rule 1.2, is"), who="writer")
    lapsed = office.get(work)
    assert [one.lapsed for one in lapsed.confirmations] == [True]
    refused("GATE_LINES_MISSING", office.pass_, work)
    office.confirm(work, office.as_("second"))
    office.pass_(work)
    version = office.publish(course.name)
    assert (version.decision.decision_class, version.decision.way) == (
        decision_pb.EDITORIAL,
        decision_pb.Decision.APPROVER,
    )
    assert version.decision.decider == office.person("second")
    office.rewrite(course.name, reword("Rule 1.3 is", "Rule 1.3, is"))
    refused("GATE_NOT_PASSED", office.publish, course.name)
    assert office.pass_(work, who="manager").phase == pb.CLOSED
    assert office.audits() == {"works.misplaced": 0, "work_gates.unfounded": 0}


def test_a_fact_takes_two_of_the_committee_and_an_approver_who_are_others_than_its_writers(office):
    course = office.out()
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is to be kept for a year."))
    work = office.begin(course)
    assert refused("NOT_TO_CONFIRM", office.confirm, work, office.as_("manager"))["rule"] == "NO_PART"
    office.confirm(work, office.content.as_("lake"))
    assert refused("NOT_TO_CONFIRM", office.confirm, work, office.content.as_("lake"))["rule"] == "SAID_ALREADY"
    assert gate_of(office.get(work), pb.DEVELOP).lines[-2].missing_count == 1
    office.confirm(work, office.content.as_("kern"))
    refused("GATE_LINES_MISSING", office.pass_, work)
    assert refused("NOT_TO_CONFIRM", office.confirm, work, office.as_())["rule"] == "WROTE_IT"
    assert office.get(work, who="manager").may_confirm
    office.confirm(work, office.as_("manager"))
    office.pass_(work)
    assert office.publish(course.name).decision.decision_class == decision_pb.MINOR


def test_what_a_review_holds_open_is_missing_at_the_third_gate_until_its_writers_are_satisfied(office):
    board, course = office.content, office.out()
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is to be kept for a year."))
    work, looked = office.begin(course), {"NO_OPEN_MUST", "SECOND_LOOKS_DONE"}
    assert looked <= needs(gate_of(work, pb.DEVELOP), pb.GateLine.NOT_TRACKED)
    round_ = board.start(course)
    comment = board.comment(round_, "lake", "for a year", severity=MUST_FIX)
    board.send(round_, "lake")
    assert looked <= needs(gate_of(office.get(work), pb.DEVELOP))
    board.finish(round_)
    board.answer(comment)
    board.send_answers(round_)
    assert gate_of(office.get(work), pb.DEVELOP).lines[3].missing_count == 1
    assert "NO_OPEN_MUST" in refused("GATE_LINES_MISSING", office.confirm, work, board.as_("kern"))["lines"]
    board.look(comment, "lake")
    assert looked <= needs(gate_of(office.get(work), pb.DEVELOP), pb.GateLine.MET)


def test_in_an_emergency_the_chair_decides_at_once_and_the_work_waits_until_the_body_ratifies_it(office):
    course = office.course()
    work = office.begin(course, emergency=True)
    assert work.phase == pb.DEVELOP

    def at_once(who):
        asked = pb.DecideAtOnceRequest(name=work.name, digest=work.digest, reason="It is wrong", request_id=new_id())
        return office.content.as_(who).DecideAtOnce(asked)

    refused("NOT_FOUND", at_once, "lake")
    decided = at_once("chair")
    assert (decided.phase, decided.ratified, decided.subject) == (pb.DELIVER, False, work.name)
    assert office.publish(course.name).decision.way == decision_pb.Decision.CHAIR
    wait = wanted(office)["work.ratify"]
    assert wait.facts["until"] == decided.ratify_by > pacific_date(office.content.clock()).isoformat()
    assert wait.person_ids == [str(office.content.people["secretary"])]
    assert refused("GATE_LINES_MISSING", office.pass_, work, who="manager")["lines"] == "RATIFIED"
    office.decide(work)
    assert office.get(work).ratified
    assert office.pass_(work, who="manager").phase == pb.DETERMINE
    assert office.audits() == {"works.misplaced": 0, "work_gates.unfounded": 0}


def test_a_course_that_a_committee_took_up_goes_out_by_a_work_alone_also_if_that_is_declined_or_loses_it(office):
    declined, lost, before = office.course(), office.course(), office.course()
    work = office.begin(declined)
    office.pass_(work, office.decide(work, office.steering))
    office.set_status(work, pb.Work.DECLINED, reason="Later")
    other = office.begin(lost)
    office.pass_(other, office.decide(other, office.steering))
    office.write(other, course=office.out().name)
    assert office.steps(other)[-1] == "COURSE_TAKEN_AWAY"
    office.set_status(office.begin(before), pb.Work.DECLINED, reason="It was nobody's need.")

    for course, held_by in ((declined, work), (lost, other)):
        said = refused("COURSE_NEEDS_WORK", office.publish, course.name)
        assert (said["rule"], said["work"]) == ("TAKEN_UP", held_by.name)
    assert office.publish(before.name).unreviewed

    again = office.to_develop(declined)
    office.pass_(again, office.decide(again))
    assert not office.publish(declined.name).unreviewed
    office.rewrite(declined.name, reword(MUST, "Rule 1.1 is to be kept!"))
    refused("GATE_NOT_PASSED", office.publish, declined.name)
    office.set_status(again, pb.Work.RETIRED, reason="It is out.")
    assert office.publish(declined.name).version == 2


def test_where_both_committees_sit_a_large_change_takes_a_work_and_what_is_new_goes_out_marked(office):
    course = office.course()
    assert office.publish(course.name).unreviewed

    def unreviewed():
        return [one.name for one in office.as_().ListCourses(course_pb.ListCoursesRequest(unreviewed=True)).courses]

    assert unreviewed() == [course.name]
    office.rewrite(course.name, reword(MUST, "Rule 1.1 is kept for a year."))
    small = office.publish(course.name)
    assert (small.version, small.decision.decision_class, small.unreviewed) == (2, decision_pb.MINOR, False)
    # It says nothing of the large one before it.
    assert unreviewed() == [course.name]

    def rewritten(draft):
        draft.sections[0].markdown = "\n\n".join(f"Another rule, {n}." for n in range(10))

    office.rewrite(course.name, rewritten)
    assert refused("COURSE_NEEDS_WORK", office.publish, course.name)["rule"] == "MAJOR"
    voted = office.content.open(office.draft(course.name))
    for seat in ("lake", "kern", "marin", "state-1", "state-2"):
        office.content.cast(voted, seat, ballot_pb.YES)
    office.content.close(voted)
    assert office.publish(course.name).version == 3
    assert unreviewed() == []

    office.rewrite(course.name, lambda draft: draft.sections.pop())
    refused("COURSE_NEEDS_WORK", office.publish, course.name)
    office.without_steering()
    assert office.publish(course.name).unreviewed


def test_whoever_has_a_part_in_it_sees_a_work_and_nobody_else_that_there_is_one(office):
    work = office.begin(office.course())
    stranger, member = office.as_("stranger"), office.steering.as_("kern")
    for call, request in (
        ("GetWork", pb.GetWorkRequest(name=work.name)),
        ("ListWorkSteps", pb.ListWorkStepsRequest(parent=work.name)),
        ("GetTrace", trace_pb.GetTraceRequest(course=work.course)),
        ("ConfirmWork", pb.ConfirmWorkRequest(name=work.name, digest=work.digest, request_id=new_id())),
    ):
        refused("NOT_FOUND", getattr(stranger, call), request)
    assert not stranger.ListWorks(pb.ListWorksRequest()).works
    assert member.GetWork(pb.GetWorkRequest(name=work.name)).may_write is False
    assert [one.name for one in member.ListWorks(pb.ListWorksRequest()).works] == [work.name]

    def give(holder):
        request = pb.HandOverWorkRequest(name=work.name, holder=holder, request_id=new_id())
        return office.as_().HandOverWork(request)

    refused("INVALID_FIELD", give, "bodies/nobody")
    given = give(office.person("stranger"))
    assert given.holder == office.person("stranger")
    assert wanted(office)["work.given"].about == work.name
    mine = pb.ListWorksRequest(mine_to_do=True)
    assert [one.name for one in stranger.ListWorks(mine).works] == [work.name]
    give("bodies/steering-board")
    assert wanted(office)["work.waits"].person_ids == [str(office.steering.people["secretary"])]
    assert [one.name for one in member.ListWorks(mine).works] == [work.name]
    refused("NOT_FOUND", stranger.GetWork, pb.GetWorkRequest(name=work.name))


def every(office, request):
    """The works of all pages, none of which is empty."""
    found = []
    while True:
        answer = office.as_().ListWorks(request)
        assert answer.works
        found += answer.works
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


def test_works_have_numbers_without_gaps_and_are_listed_by_the_day_by_which_they_have_to_be_there(office):
    late = office.begin(title="Late", effective_date="2033-06-20")
    refused("INVALID_FIELD", office.begin, title="None", need="")
    soon = office.begin(title="Soon", target_date="2033-03-01")
    never = office.begin(title="Never")
    with noted(office.content.database) as few:
        office.as_().ListWorks(pb.ListWorksRequest(page_size=1))
    with noted(office.content.database) as many:
        office.as_().ListWorks(pb.ListWorksRequest())
    assert len(few) == len(many)
    year = f"{pacific_date(office.content.clock()).year % 100:02d}"
    assert [one.name for one in (late, soon, never)] == [f"works/{year}-0{n}" for n in (1, 2, 3)]
    # Ten business days before June 20, a Monday.
    assert (late.target_date, never.target_date) == ("2033-06-06", "")
    moved = office.write(late, effective_date="2033-06-21")
    assert moved.target_date == "2033-06-07"
    assert office.write(soon, effective_date="2033-06-21").target_date == "2033-03-01"

    listed = every(office, pb.ListWorksRequest(page_size=1))
    assert [one.title for one in listed] == ["Soon", "Late", "Never"]
    assert (listed[0].gates[0].met_count, listed[0].gates[0].line_count) == (5, 6)
    held = office.set_status(never, pb.Work.DECLINED, reason="It is no matter of training.")
    assert refused("WORK_NOT_UNDER_WAY", office.write, held, title="x")["status"] == "DECLINED"
    for ended, names in ((False, [soon.name, late.name]), (True, [never.name])):
        # On a page of one: what is left out is left out before the page is cut.
        assert [one.name for one in every(office, pb.ListWorksRequest(page_size=1, ended=ended))] == names


def test_a_write_is_one_with_its_event_and_step_and_the_same_request_again_does_nothing_twice(office):
    work = office.begin()
    holder = f"people/{uuid.uuid4()}"
    request = pb.HandOverWorkRequest(name=work.name, holder=holder, request_id=new_id())
    first, again = office.as_().HandOverWork(request), office.as_().HandOverWork(request)
    assert first == again
    assert office.steps(work) == ["BEGUN", "HANDED_OVER"]
    assert len(told(office, "work.advanced", events_pb2.WorkAdvanced)) == 2
    refused("STALE", office.as_().UpdateWork, pb.UpdateWorkRequest(work=work, request_id=new_id()))


def test_the_audit_finds_a_gate_without_its_decision_and_a_work_in_another_phase_than_its_gates_give(office):
    work = office.begin()
    office.pass_(work, office.decide(work, office.steering))
    with office.running.connect() as connection:
        for table in ("work", "work_gate"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.execute("UPDATE work_gate SET digest = %s", ["0" * 64])
        connection.execute("UPDATE work SET phase = 'DELIVER'")
    assert office.audits() == {"works.misplaced": 1, "work_gates.unfounded": 1}
