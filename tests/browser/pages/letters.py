"""Pages of letters."""

from cadre.notification.v1 import checklist_service_pb2 as checklist_pb
from cadre.notification.v1 import supplement_service_pb2 as supplement_pb
from cadre_cli.access import request_id

from .common import ANALYST, APPROVER, BIG, BIG_COORDINATOR, COORDINATOR, LAKE, LETTER, SPECIALIST

ROWS = [
    ("/letters", APPROVER, "/letters"),
    ("/letters", APPROVER, "/letters?query=26"),
    ("/letters/new", ANALYST, "/letters/new"),
    ("/letters/similar", ANALYST, "/letters/similar?subject=draft"),
    ("/letters/{letter_id}", ANALYST, "/letters/{letter}"),
    ("/letters/{letter_id}", ANALYST, "/letters/{letter}?region=none"),
    ("/letters/{letter_id}", ANALYST, "/letters/{draft}"),
    ("/letters/{letter_id}", APPROVER, "/letters/{waiting}"),
    ("/letters/{letter_id}", APPROVER, "/letters/{scheduled}"),
    ("/letters/{letter_id}", APPROVER, "/letters/{withdrawn}"),
    ("/letters/{letter_id}/withdraw", APPROVER, "/letters/{letter}/withdraw"),
    ("/letters/{letter_id}/history", APPROVER, "/letters/{withdrawn}/history"),
    ("/letters/{letter_id}/history", APPROVER, "/letters/{scheduled}/history"),
    ("/letters/{letter_id}/edit", ANALYST, "/letters/{draft}/edit"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/letter"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/change"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/who"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/ask"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{draft}/edit/review"),
    ("/letters/{letter_id}/delete", ANALYST, "/letters/{draft}/delete"),
    ("/letters/{letter_id}/edit", ANALYST, "/letters/{returned}/edit"),
    ("/letters/{letter_id}/files", ANALYST, "/letters/{draft}/files"),
    ("/letters/{letter_id}/preview", ANALYST, "/letters/{draft}/preview"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{amendment}/edit/letter"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{amendment}/edit/amendment"),
    ("/letters/{letter_id}/edit/{step}", ANALYST, "/letters/{amendment}/edit/review"),
    ("/letters/{letter_id}", APPROVER, "/letters/{amended}"),
    ("/letters/{letter_id}/history", ANALYST, "/letters/{amended}/history"),
    ("/training/{letter_id}/versions", SPECIALIST, "/training/{amended}/versions"),
    ("/training/{letter_id}/versions", ANALYST, "/training/{letter}/versions"),
    ("/training/{letter_id}/versions/{number}", SPECIALIST, "/training/{amended}/versions/1"),
    ("/training/{letter_id}/changes", SPECIALIST, "/training/{amended}/changes?since=1"),
    ("/training/{letter_id}/changes", COORDINATOR, "/training/{amended}/changes?since=2"),
    ("/approval-stages", APPROVER, "/approval-stages"),
    ("/approval-stages/new", APPROVER, "/approval-stages/new?series=CSSP&kind=policy"),
    ("/approval-stages/{series}/{kind}", APPROVER, "/approval-stages/CSSP/policy"),
    ("/letters/{letter_id}/forecast", ANALYST, "/letters/{letter}/forecast"),
    ("/letters/{letter_id}/map", ANALYST, "/letters/{letter}/map"),
    ("/letters/{letter_id}/map", ANALYST, "/letters/{letter}/map?show=confirmed"),
    ("/letters/{letter_id}/print", ANALYST, "/letters/{letter}/print"),
    ("/letters/{letter_id}/text", ANALYST, "/letters/{letter}/text"),
    ("/letters/{letter_id}/included", ANALYST, "/letters/{letter}/included"),
    ("/letters/{letter_id}/history", ANALYST, "/letters/{letter}/history"),
    ("/letters/{letter_id}/checklists", ANALYST, "/letters/{letter}/checklists"),
    ("/letters/{letter_id}/checklists", ANALYST, "/letters/{letter}/checklists?only=done"),
    (LETTER + "/does-not-apply", COORDINATOR, LAKE + "/does-not-apply"),
    (LETTER + "/does-not-apply", COORDINATOR, "/agencies/lake/letters/{withdrawn}/does-not-apply"),
    (LETTER + "/does-not-apply", BIG_COORDINATOR, "/agencies/los-angeles/letters/{letter}/does-not-apply"),
    (LETTER + "/more-of-our-people", COORDINATOR, LAKE + "/more-of-our-people"),
    (LETTER + "/more-of-our-people", COORDINATOR, "/agencies/lake/letters/{withdrawn}/more-of-our-people"),
    (LETTER + "/more-of-our-people", BIG_COORDINATOR, "/agencies/los-angeles/letters/{letter}/more-of-our-people"),
    (LETTER + "/our-date", COORDINATOR, LAKE + "/our-date"),
    (LETTER + "/our-date", COORDINATOR, "/agencies/lake/letters/{withdrawn}/our-date"),
    (LETTER + "/addition", COORDINATOR, LAKE + "/addition"),
    (LETTER + "/addition", COORDINATOR, "/agencies/lake/letters/{withdrawn}/addition"),
    (LETTER + "/addition", BIG_COORDINATOR, "/agencies/los-angeles/letters/{letter}/addition"),
    (LETTER + "/checklist", COORDINATOR, LAKE + "/checklist"),
    (LETTER + "/checklist", COORDINATOR, "/agencies/lake/letters/{withdrawn}/checklist"),
    (LETTER + "/checklist", BIG_COORDINATOR, "/agencies/los-angeles/letters/{letter}/checklist"),
    ("/agencies/{agency_id}/letters", COORDINATOR, "/agencies/lake/letters"),
    ("/agencies/{agency_id}/letters", COORDINATOR, "/agencies/lake/letters?show=withdrawn"),
    (LETTER, COORDINATOR, LAKE),
    (LETTER, COORDINATOR, "/agencies/lake/letters/{withdrawn}"),
    (LETTER, BIG_COORDINATOR, BIG),
    (LETTER, BIG_COORDINATOR, BIG + "?unit=all"),
    (
        LETTER + "/briefing",
        BIG_COORDINATOR,
        BIG + "/briefing",
    ),
    (LETTER + "/briefing/file", COORDINATOR, LAKE + "/briefing/file"),
    (LETTER, BIG_COORDINATOR, BIG + "?unit=none&standing=not-started"),
    (LETTER + "/briefing", COORDINATOR, LAKE + "/briefing?kind=elsewhere"),
    (LETTER + "/mistake", COORDINATOR, LAKE + "/mistake"),
    (
        LETTER + "/sign-in-sheet",
        BIG_COORDINATOR,
        BIG + "/sign-in-sheet",
    ),
    (
        LETTER + "/people/{person_id}",
        COORDINATOR,
        LAKE + "/people/{worker}",
    ),
    ("/agencies/{agency_id}/training", COORDINATOR, "/agencies/lake/training"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/agencies/{agency_id}/letters/{letter_id}/checklist.csv",
    "/agencies/{agency_id}/letters/{letter_id}/people.csv",
    "/files/{letter_id}/{file_id}",
    "/letters/{letter_id}/agencies.csv",
    "/letters/{letter_id}/checklists.csv",
    "/letters/{letter_id}/forecast.csv",
}


def listed(access, notice, coordinator):
    """A checklist with an item that is done, one blocked, one of the agency's own; and what it adds to the letter."""
    item = checklist_pb.ChecklistItem
    own = checklist_pb.AddChecklistItemRequest(
        parent="agencies/lake", notice=notice, title="Tell the clerks", request_id=request_id("sweep", "own-item")
    )
    items = access.ask(access.checklists.AddChecklistItem, own, person=coordinator).items
    etags = {one.item: one.etag for one in items}
    said = [
        item(item="forms-replaced", state=item.DONE, etag=etags["forms-replaced"]),
        item(item="roles-set", state=item.BLOCKED, reason="No role yet", etag=etags["roles-set"]),
    ]
    change = checklist_pb.UpdateChecklistRequest(
        parent="agencies/lake", notice=notice, items=said, request_id=request_id("sweep", "checklist")
    )
    access.ask(access.checklists.UpdateChecklist, change, person=coordinator)
    write = supplement_pb.WriteSupplementRequest(
        parent="agencies/lake",
        notice=notice,
        text="Ask your lead before you file.\n\n- on Mondays\n- on Tuesdays",
        request_id=request_id("sweep", "supplement"),
    )
    access.ask(access.supplements.WriteSupplement, write, person=coordinator)
