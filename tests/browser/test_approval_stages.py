"""Approval stages: an approver says who stands for what, approves a letter for one of them, and it goes on."""

import pytest

from cadre.notification.v1 import notice_service_pb2 as pb
from cadre_cli.access import request_id

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def outage(cadre, letter):
    """Send a letter of a kind of its own for approval, as often as asked; return its id."""
    ask, cast = cadre.access.ask, cadre.cast
    model = ask(cadre.access.notices.GetNotice, pb.GetNoticeRequest(name=f"notices/{letter}"), person=cast.analyst)

    def send(number):
        copy = pb.Notice(kind=pb.Notice.OUTAGE, series="CSSIN", asks=pb.CONFIRM, demonstration=True)
        for name in ("subject", "addressees", "reason", "contact", "change", "before", "after", "body"):
            setattr(copy, name, getattr(model, name))
        copy.effective_date, copy.audience, copy.agency_confirms_within = model.effective_date, model.audience, 3
        copy.due_rule.CopyFrom(model.due_rule)
        create = pb.CreateNoticeRequest(notice=copy, request_id=request_id("stages", number))
        made = ask(cadre.access.notices.CreateNotice, create, person=cast.analyst)
        submit = pb.SubmitNoticeRequest(name=made.name, etag=made.etag, request_id=request_id("stages", number, "sent"))
        return ask(cadre.access.notices.SubmitNotice, submit, person=cast.analyst).name.removeprefix("notices/")

    return send


def test_an_approver_sets_stages_approves_the_first_one_and_the_letter_waits_for_the_next(person, outage):
    approver = person().sign_in("Approver")
    approver.go("/approval-stages")
    approver.sees("Where there are none, a second person approves and issues it in one step.")
    approver.page.get_by_label("Kind").select_option("outage")
    approver.press("Go on")
    approver.sees_heading("Approval stages: All letters, outage")
    for place, name in enumerate(("Program", "Executive")):
        stage = approver.page.get_by_role("group", name=f"Stage {place + 1}")
        stage.get_by_label("Name").fill(name)
        if place == 0:
            stage.get_by_role("group", name="Who approves").locator("label").first.click()
    approver.press("Save the stages")
    approver.sees_heading("Not yet: please look at this")
    approver.page.get_by_role("group", name="Stage 2").get_by_role("group", name="Who approves").locator(
        "label"
    ).first.click()
    approver.press("Save the stages")
    approver.sees("The stages are saved.")
    approver.sees("Program → Executive")

    waiting = outage("26-91")
    approver.go(f"/letters/{waiting}")
    approver.sees("Then it goes on to Executive. It is not issued by this.")
    approver.press("Approve for Program")
    approver.sees("Approved. Those who are asked next hear of it.")
    approver.sees("Program: approved")
    approver.sees("Others are asked to approve it now.")

    approver.go("/approval-stages/any/outage")
    for place in range(2):
        approver.page.get_by_role("group", name=f"Stage {place + 1}").get_by_label("Name").fill("")
    approver.press("Save the stages")
    approver.sees("There are no stages any more for these letters")
