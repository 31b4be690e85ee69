"""Pages of releases of the case system."""

from datetime import UTC, datetime, timedelta

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import release_service_pb2 as release_pb
from cadre_cli.access import request_id
from servicekit import calendar

from .common import ANALYST, APPROVER, BIG_COORDINATOR, COORDINATOR, SPECIALIST

RELEASE = "/releases/{release_id}"
CHANGE_ITEM = RELEASE + "/items/{item_id}"
ROWS = [
    ("/releases", ANALYST, "/releases"),
    ("/releases", SPECIALIST, "/releases"),
    ("/releases/new", ANALYST, "/releases/new"),
    (RELEASE, ANALYST, "/releases/{release}"),
    (RELEASE, ANALYST, "/releases/{release}?area=Financial"),
    (RELEASE, APPROVER, "/releases/{decided}"),
    (RELEASE, COORDINATOR, "/releases/{decided}"),
    (RELEASE + "/edit", ANALYST, "/releases/{release}/edit"),
    (RELEASE + "/agencies/{agency_id}", COORDINATOR, "/releases/{decided}/agencies/lake"),
    (RELEASE + "/agencies/{agency_id}", BIG_COORDINATOR, "/releases/{decided}/agencies/los-angeles"),
    (RELEASE + "/print", COORDINATOR, "/releases/{decided}/print"),
    (RELEASE + "/items/new", ANALYST, "/releases/{release}/items/new"),
    (CHANGE_ITEM, ANALYST, "/releases/{release}/items/CR-1"),
    (CHANGE_ITEM, SPECIALIST, "/releases/{decided}/items/CR-1"),
    (CHANGE_ITEM + "/edit", ANALYST, "/releases/{release}/items/CR-1/edit"),
    (RELEASE + "/file", ANALYST, "/releases/{release}/file"),
    (RELEASE + "/announce", ANALYST, "/releases/{release}/announce"),
    (RELEASE + "/decide", APPROVER, "/releases/{decided}/decide"),
    (RELEASE + "/decide", ANALYST, "/releases/{release}/decide"),
    (RELEASE + "/live", ANALYST, "/releases/{decided}/live"),
    (RELEASE + "/cancel", APPROVER, "/releases/{release}/cancel"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/releases/{release_id}/agencies/{agency_id}/items.csv",
    "/releases/{release_id}/items.csv",
    "/releases/{release_id}/template.csv",
}


def released(access, cast, *, decided=False):
    """A release with two items and a draft about one of them; announced, and of no-go and go, if *decided*."""
    ask, releases = access.ask, access.releases

    def again(step):
        return request_id("sweep", "release", decided, step)

    days = [calendar.pacific_date(datetime.now(UTC)) + timedelta(days=n) for n in (-20, 30, 200, 198, 205)]
    named = ("test_date", "training_date", "production_date", "freeze_from_date", "freeze_to_date")
    said = release_pb.Release(
        kind=release_pb.Release.MAJOR,
        number="CCSAS 99.2" if decided else "CCSAS 99.1",
        title="A release that is swept",
        summary="What comes.",
        demonstration=True,
        **dict(zip(named, map(str, days), strict=True)),
    )
    create = release_pb.CreateReleaseRequest(release=said, request_id=again("plan"))
    made = ask(releases.CreateRelease, create, person=cast.analyst)
    content = (
        b"item,title,area,before,after,roles,training,workaround,workaround_ends\n"
        b"CR-1,Names print,Legal forms and documents,Lost,Printed,account-specialist,train,By hand,2090-01-02\n"
        b"CR-2,A batch is earlier,Financial,6 a.m.,4 a.m.,,read,,\n"
    )
    items = release_pb.ImportChangeItemsRequest(
        parent=made.name, content=content, etag=made.etag, request_id=again("items")
    )
    etag = ask(releases.ImportChangeItems, items, person=cast.analyst).etag
    draft = notice_pb.BeginReleaseLetterRequest(items=[f"{made.name}/items/CR-2"], request_id=again("letter"))
    ask(access.notices.BeginReleaseLetter, draft, person=cast.analyst)
    if decided:
        announce = release_pb.AnnounceReleaseRequest(name=made.name, etag=etag, request_id=again("announce"))
        etag = ask(releases.AnnounceRelease, announce, person=cast.analyst).etag
        for go in (False, True):
            decide = release_pb.DecideReleaseRequest(
                name=made.name, go=go, reason="As agencies say.", etag=etag, request_id=again(f"decide-{go}")
            )
            etag = ask(releases.DecideRelease, decide, person=cast.approver).etag
    return made.name.removeprefix("releases/")
