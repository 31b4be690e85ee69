"""Amending letters that are out."""

from cadre.notification.v1 import inbox_service_pb2 as inbox_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import version_service_pb2 as version_pb


def begun(cadre, letter):
    """A draft of the letter's next version."""
    return cadre.analyst.BeginAmendment(notice_pb.BeginAmendmentRequest(notice=letter.name, request_id=cadre.new_id()))


def drafted(cadre, letter, *, draft=None, submit=False, **changes):
    """An amendment that says something else."""
    draft = draft or begun(cadre, letter)
    said = {"what_changed": "The second step is said more plainly."} | changes
    for name in ("substantive", "receivers", "section_dates"):
        if name in said:
            draft.ClearField(name)
    draft.MergeFrom(notice_pb.Notice(**{name: value for name, value in said.items() if value}))
    for name in (name for name, value in said.items() if not value):
        draft.ClearField(name)
    request = notice_pb.UpdateNoticeRequest(notice=draft, request_id=cadre.new_id(), submit=submit)
    return cadre.analyst.UpdateNotice(request)


def waiting(cadre, letter, **changes):
    """An amendment that was sent for approval."""
    return drafted(cadre, letter, submit=True, **changes)


def amend(cadre, letter, **changes):
    """Amend a letter, and return it as it is then."""
    cadre.publish(waiting(cadre, letter, **changes))
    return current(cadre, letter)


def current(cadre, letter):
    return cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=letter.name))


def compare(stub, letter, before=0, after=0):
    request = version_pb.CompareVersionsRequest(parent=letter.name, from_version=before, to_version=after)
    return stub.CompareVersions(request)


def versions(stub, letter):
    return stub.ListVersions(version_pb.ListVersionsRequest(parent=letter.name)).versions


def version(stub, letter, number):
    return stub.GetVersion(version_pb.GetVersionRequest(name=f"{letter.name}/versions/{number}"))


def item(cadre, letter, person):
    return cadre.learner(person).GetInboxItem(inbox_pb.GetInboxItemRequest(notice=letter.name))


def signed(cadre, letter):
    """What is on record of a letter: who, what, which version, by which hash."""
    sql = """
    SELECT person_id::text, kind, agency_id, version, text_sha256 FROM acknowledgement
    WHERE notice_id = %(id)s ORDER BY version, kind, agency_id, person_id
    """
    return cadre.rows(sql, id=letter.name.removeprefix("notices/"))
