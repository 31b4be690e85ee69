"""What is asked of releases: one of each method, with a release of its own."""

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import release_service_pb2 as pb

from .common import day, fresh

FILE = b"item,title,area,after\nCR-1,Something is other,Locate,After\nCR-2,Something else,Locate,After\n"


def release_of():
    return pb.Release(kind=pb.Release.MINOR, number=f"CCSAS {fresh()[:30]}", title="Next", production_date=day(200))


def release(w):
    """A release with two items."""
    create = pb.CreateReleaseRequest(release=release_of(), request_id=fresh())
    made = w.rightly(w.access.releases.CreateRelease, create, "notices.write")
    bring_in = pb.ImportChangeItemsRequest(parent=made.name, content=FILE, etag=made.etag, request_id=fresh())
    report = w.rightly(w.access.releases.ImportChangeItems, bring_in, "notices.write")
    made.etag = report.etag
    return made


def announced(w):
    made = release(w)
    announce = pb.AnnounceReleaseRequest(name=made.name, etag=made.etag, request_id=fresh())
    return w.rightly(w.access.releases.AnnounceRelease, announce, "notices.write")


def deciding(made):
    return pb.DecideReleaseRequest(name=made.name, go=True, reason="Ready", etag=made.etag, request_id=fresh())


def going(w):
    return w.call(
        w.access.releases.DecideRelease, deciding(release(w)), w.cast.approver, {"notices.approve": ("state",)}
    )


def item(made, id_="CR-1"):
    return pb.ChangeItem(
        name=f"{made.name}/items/{id_}", item_id=id_, title="Something is other", area="Locate", after="After"
    )


def updating(w):
    made = release(w)
    made.title = "Another title"
    return pb.UpdateReleaseRequest(release=made, request_id=fresh())


def with_release(make):
    return lambda w: make(release(w))


REQUESTS = {
    "CreateRelease": lambda w: pb.CreateReleaseRequest(release=release_of(), request_id=fresh()),
    "UpdateRelease": updating,
    "CreateChangeItem": with_release(
        lambda made: pb.CreateChangeItemRequest(
            parent=made.name, item=item(made, "CR-3"), etag=made.etag, request_id=fresh()
        )
    ),
    "UpdateChangeItem": with_release(
        lambda made: pb.UpdateChangeItemRequest(item=item(made), etag=made.etag, request_id=fresh())
    ),
    "DeleteChangeItem": with_release(
        lambda made: pb.DeleteChangeItemRequest(name=item(made).name, etag=made.etag, request_id=fresh())
    ),
    "CompareChangeItems": with_release(lambda made: pb.CompareChangeItemsRequest(parent=made.name, content=FILE)),
    "ImportChangeItems": with_release(
        lambda made: pb.ImportChangeItemsRequest(parent=made.name, content=FILE, etag=made.etag, request_id=fresh())
    ),
    "AnnounceRelease": with_release(
        lambda made: pb.AnnounceReleaseRequest(name=made.name, etag=made.etag, request_id=fresh())
    ),
    "DecideRelease": with_release(deciding),
    "PreviewDecision": with_release(lambda made: pb.PreviewDecisionRequest(name=made.name)),
    "CompleteRelease": lambda w: pb.CompleteReleaseRequest(
        name=(made := going(w)).name, etag=made.etag, request_id=fresh()
    ),
    "CancelRelease": with_release(
        lambda made: pb.CancelReleaseRequest(name=made.name, reason="Not this year", etag=made.etag, request_id=fresh())
    ),
    "GetRelease": lambda w: pb.GetReleaseRequest(name=announced(w).name),
    "ListReleases": lambda w: pb.ListReleasesRequest(),
    "ListChangeItems": lambda w: pb.ListChangeItemsRequest(parent=announced(w).name),
    "FindFreezeWindows": lambda w: pb.FindFreezeWindowsRequest(),
    "FindReleaseOfNotice": lambda w: pb.FindReleaseOfNoticeRequest(notice=w.issued),
}


def release_letter(w):
    return notice_pb.BeginReleaseLetterRequest(items=[item(release(w)).name], request_id=fresh())
