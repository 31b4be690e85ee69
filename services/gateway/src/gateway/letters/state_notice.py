"""An issued letter as the state sees it: counts, who needs a call, all agencies, on the map and on paper."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import readiness_service_pb2 as readiness_pb
from cadre.notification.v1 import version_service_pb2 as version_pb
from gateway.letters import (
    added,
    approval,
    checklists,
    clarified,
    county_map,
    dating,
    forecasts,
    letter_history,
    letters,
    of_release,
    over_time,
    readiness,
)
from gateway.register import chain
from gateway.web.forms import Form
from gateway.web.visit import Answer, Visit, Visitor

router = APIRouter(prefix="/letters/{letter_id}")


@router.get("")
def letter_page(visit: Visitor, letter_id: str) -> Answer:
    """The figures of an issued letter; a draft as it waits."""
    letter = visit.letter(letter_id)
    if letter.state not in letters.ISSUED:
        if letter.state == notice_pb.Notice.HISTORIC:
            return visit.go(f"/letters/{letter_id}/text")
        if letter.state == notice_pb.Notice.MERGED:
            return visit.go(f"/letters/{letter.amends.removeprefix('notices/')}")
        return approval.waiting(visit, letter, approval.blank())
    return visit.page("letters/state_letter.html", of_release=of_release.of(visit, letter), **_figures(visit, letter))


@router.get("/print")
def print_page(visit: Visitor, letter_id: str) -> Answer:
    """Figures, calls, map and table on one page for paper."""
    shown = _figures(visit, visit.letter(letter_id))
    drawn = _map(visit, shown["figures"], shown["agencies"], shown["checklists"], "ready")
    return visit.page("letters/state_print.html", **shown, **drawn)


@router.get("/map")
def map_page(visit: Visitor, letter_id: str, show: str = "ready") -> Answer:
    """The counties, each shaded by its agency's figure, and the same as a table."""
    letter = visit.letter(letter_id)
    shown = _map(visit, _readiness(visit, letter), visit.agencies(), checklists.of_letter(visit, letter), show)
    return visit.page("letters/map.html", letter=letter, letters=letters, **shown)


@router.get("/forecast")
def forecast_page(visit: Visitor, letter_id: str) -> Answer:
    """How many will be ready when the letter takes effect, agency by agency, if they go on at their pace."""
    letter = visit.letter(letter_id)
    ahead = forecasts.of_state(visit, letter)
    return visit.page(
        "letters/forecast.html",
        letter=letter,
        letters=letters,
        forecasts=forecasts,
        state=ahead.state,
        rows=forecasts.rows(ahead, visit.agencies()),
    )


@router.get("/text")
def text_page(visit: Visitor, letter_id: str) -> Answer:
    """The letter itself."""
    letter = visit.letter(letter_id)
    return visit.page(
        "letters/text.html",
        letter=letter,
        letters=letters,
        chain=chain.of(visit, letter),
        added=added.to(visit, letter),
        clarified=clarified.of(visit, letter),
    )


@router.get("/included")
def included_page(visit: Visitor, letter_id: str) -> Answer:
    """Who was included, in words and by agency: counts, never names."""
    letter = visit.letter(letter_id)
    audience = visit.clients.audiences.GetAudience(audience_pb.GetAudienceRequest(name=letter.audience))
    figures = _readiness(visit, letter)
    return visit.page(
        "letters/included.html",
        letter=letter,
        letters=letters,
        audience=audience,
        figures=figures,
        rows=readiness.rows(figures, visit.agencies()),
    )


@router.get("/history")
def history_page(visit: Visitor, letter_id: str) -> Answer:
    """What happened with the letter, newest first."""
    letter = visit.letter(letter_id)
    figures = _readiness(visit, letter) if letter.state in letters.ISSUED else readiness_pb.Readiness()
    agencies = visit.agencies()
    confirmed = [figure for figure in figures.agencies if figure.confirm_time.seconds]
    changes = letter.confirmation_changes
    versions = _later_versions(visit, letter)
    people = [*(figure.confirmed_by for figure in confirmed), *(step.person for step in letter.steps)]
    people += [one.approver for one in versions]
    people += [person for one in changes for person in (one.person, one.lead, one.lead_before)]
    names = visit.names([letter.author, *people])
    entries = [(letter.create_time, f"Begun{letter_history.by_whom(letter.author, names)}")]
    entries += [(one.publish_time, letter_history.version(one, names)) for one in versions]
    entries += [(step.time, letter_history.step(step, names, visit.today)) for step in letter.steps]
    entries += [
        (
            figure.confirm_time,
            letter_history.confirmation(
                figure,
                agencies[figure.agency].short_title,
                names,
                later=(one for one in changes if one.agency == figure.agency),
            ),
        )
        for figure in confirmed
    ]
    entries += [(one.time, letter_history.change(one, agencies[one.agency].short_title, names)) for one in changes]
    entries.sort(key=lambda entry: entry[0].ToNanoseconds(), reverse=True)
    return visit.page("letters/history.html", letter=letter, letters=letters, entries=entries)


def _later_versions(visit: Visit, letter: notice_pb.Notice) -> list[version_pb.NoticeVersion]:
    """Return what a letter became by its amendments."""
    if letter.version < 2:  # noqa: PLR2004 - the second is the first amendment
        return []
    found = visit.clients.versions.ListVersions(version_pb.ListVersionsRequest(parent=letter.name))
    return list(found.versions[:-1])


def _readiness(visit: Visit, letter: notice_pb.Notice) -> readiness_pb.Readiness:
    return visit.clients.readiness.GetReadiness(readiness_pb.GetReadinessRequest(notice=letter.name))


def _figures(visit: Visit, letter: notice_pb.Notice) -> dict[str, Any]:
    """Return what the page of figures and its print show."""
    figures, agencies, ahead = _readiness(visit, letter), visit.agencies(), forecasts.of_state(visit, letter)
    standing, urgent = checklists.of_letter(visit, letter), bool(letter.urgent_reason)
    needed = readiness.needs_a_call(figures, agencies, standing.blocked, urgent=urgent, ahead=ahead.agencies)
    page = f"/letters/{letter.name.removeprefix('notices/')}"
    asked = readiness.asked_of(visit.request.query_params, page, visit.request.url.path, agencies)
    rows, part = readiness.shown(asked, figures, agencies)
    return {
        "letter": letter,
        "letters": letters,
        "figures": figures,
        "over_time": over_time.of_state(visit, letter, ahead.state),
        "agencies": agencies,
        "needed": needed,
        "local_dates": dating.of_letter(visit, letter),
        "checklists": standing,
        "addresses": readiness.addresses(needed),
        "mail_all": readiness.mail_to(needed),
        "rows": rows,
        "part": part,
        "asked": asked,
        "on_paper": replace(asked, base=f"{page}/print", at="").link(),
        "names": visit.names([letter.approver, letter.withdrawn_by]),
        "form": Form(),
    }


def _map(
    visit: Visit,
    figures: readiness_pb.Readiness,
    agencies: Mapping[str, agency_pb.Agency],
    standing: checklists.Standing,
    show: str,
) -> dict[str, Any]:
    """Return what the map shows; another measure than ours is the first one."""
    shown = show if show in county_map.MEASURES else next(iter(county_map.MEASURES))
    measure = county_map.MEASURES[shown]
    needed = readiness.needs_a_call(figures, agencies, standing.blocked)
    areas = county_map.areas(figures, agencies, visit.today, measure, needed)
    return {
        "areas": areas,
        "left_over": county_map.left_over(areas),
        "counties": county_map,
        "shown": shown,
        "measure": measure,
    }
