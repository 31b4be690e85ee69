"""The demonstration's release of the case system: planned, filled by a file, announced, with letters of its items."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import release_service_pb2 as pb
from cadre_cli.access import Access, request_id
from cadre_cli.datafiles import Note, Slug, Text, data_root, read_document
from cadre_demo import letters
from cadre_demo.content import Flag
from cadre_demo.letters import Writers
from servicekit import calendar

_PRODUCTION = "{production}"


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class ItemsLetter:
    """A letter about some items, for some classes of jobs."""

    items: Annotated[tuple[Text, ...], Field(min_length=1)]
    units: tuple[Slug, ...]
    job_classes: tuple[Slug, ...]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class DemoRelease:
    """What the release says; its days are counted from the day on which it is told."""

    flag: Flag
    number: Text
    title: Text
    kind: Literal["major", "minor"]
    summary: Text
    contact: Text
    production_hours: Note
    source: Note
    days_to_test: int
    days_to_training: int
    days_to_production: int
    freeze_days_before: int
    freeze_days_after: int
    # Letters that are issued, and those that stay drafts.
    letter: tuple[ItemsLetter, ...]
    draft: tuple[ItemsLetter, ...]


def tell(access: Access, writers: Writers) -> int:
    """Take the release as far as the demonstration goes, and return how many items it has; what is there is found."""
    folder = data_root() / "demo" / "release"
    told = read_document(folder / "release.toml", DemoRelease)
    release = _planned(access, writers, told, folder)
    for n, letter in enumerate((*told.letter, *told.draft)):
        _tell_letter(access, writers, release, letter, issue=n < len(told.letter))
    return _known(access, writers, release.name).item_count


def _planned(access: Access, writers: Writers, told: DemoRelease, folder: Path) -> pb.Release:
    """Return the release as it is known; plan, fill and announce it if it is not."""
    listed = access.every(access.releases.ListReleases, pb.ListReleasesRequest(), "releases", person=writers.analyst)
    name = next((one.name for one in listed if one.number == told.number), "")
    if not name:
        create = pb.CreateReleaseRequest(release=_said(access, told), request_id=request_id("release", told.number))
        name = access.ask(access.releases.CreateRelease, create, person=writers.analyst).name
    release = _known(access, writers, name)
    if not release.item_count:
        content = (folder / "items.csv").read_text(encoding="utf-8").replace(_PRODUCTION, release.production_date)
        bring_in = pb.ImportChangeItemsRequest(
            parent=name, content=content.encode(), etag=release.etag, request_id=request_id(name, "items")
        )
        report = access.ask(access.releases.ImportChangeItems, bring_in, person=writers.analyst)
        if report.problems:
            raise ValueError(f"{folder / 'items.csv'}: {report.problems[0]}")
        release = _known(access, writers, name)
    if not release.HasField("announce_time"):
        announce = pb.AnnounceReleaseRequest(name=name, etag=release.etag, request_id=request_id(name, "announce"))
        release = access.ask(access.releases.AnnounceRelease, announce, person=writers.analyst)
    return release


def _said(access: Access, told: DemoRelease) -> pb.Release:
    today = calendar.pacific_date(access.clock())

    def day(n: int) -> str:
        return (today + timedelta(days=n)).isoformat()

    return pb.Release(
        kind=pb.Release.Kind.Value(told.kind.upper()),
        number=told.number,
        title=told.title,
        summary=told.summary,
        contact=told.contact,
        production_hours=told.production_hours,
        source=told.source,
        test_date=day(told.days_to_test),
        training_date=day(told.days_to_training),
        production_date=day(told.days_to_production),
        freeze_from_date=day(told.days_to_production - told.freeze_days_before),
        freeze_to_date=day(told.days_to_production + told.freeze_days_after),
        demonstration=True,
    )


def _tell_letter(access: Access, writers: Writers, release: pb.Release, letter: ItemsLetter, *, issue: bool) -> None:
    """Draft a letter about items if there is none; issue it if it is to be out."""
    known = next((one for one in release.letters if list(one.items) == sorted(letter.items)), None)
    name = known.notice if known else _draft(access, writers, release, letter.items, letter).name
    request = notice_pb.GetNoticeRequest(name=name)
    notice = access.ask(access.notices.GetNotice, request, person=writers.analyst)
    if not issue:
        return
    if notice.state == notice_pb.Notice.DRAFT:
        submit = notice_pb.SubmitNoticeRequest(name=name, etag=notice.etag, request_id=request_id(name, "submit"))
        notice = access.ask(access.notices.SubmitNotice, submit, person=writers.analyst)
    if notice.state == notice_pb.Notice.IN_APPROVAL:
        letters.publish(access, writers, notice)


def _draft(
    access: Access, writers: Writers, release: pb.Release, items: Sequence[str], letter: ItemsLetter
) -> notice_pb.Notice:
    clause = audience_pb.AudienceClause(units=letter.units, job_classes=letter.job_classes)
    audience = audience_pb.Audience(
        title=f"{release.number}, {', '.join(items)}", expression=audience_pb.AudienceExpression(include=[clause])
    )
    create = audience_pb.CreateAudienceRequest(
        audience=audience, request_id=request_id(release.name, "audience", *items)
    )
    made = access.ask(access.audiences.CreateAudience, create, person=writers.analyst)
    begin = notice_pb.BeginReleaseLetterRequest(
        items=[f"{release.name}/items/{one}" for one in items],
        audience=made.name,
        request_id=request_id(release.name, "letter", *items),
    )
    return access.ask(access.notices.BeginReleaseLetter, begin, person=writers.analyst)


def _known(access: Access, writers: Writers, name: str) -> pb.Release:
    return access.ask(access.releases.GetRelease, pb.GetReleaseRequest(name=name), person=writers.analyst)
