"""What somebody typed, in the words of the page that they typed it on: where its form cannot be shown again."""

from collections.abc import Sequence

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import Match

from gateway.web import labels
from gateway.web.visit import Visit
from gateway.words import glossary, sentences
from servicekit.rpc.client import Refused

# Fields of a form that say nothing to the one who typed the others.
_SILENT = {"request_id", "csrf", "action", "etag", "enter", "form", "compared"}


def said(visit: Visit, path: str, fields: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return what was typed in a form that is sent to *path*, by the labels of its page."""
    of_templates = labels.of_area(visit.gateway.templates, _area_of(visit.request, path))
    told = [(name, value) for name, value in fields if name not in _SILENT]
    found = labels.shown([*of_templates, labels.declared(visit.gateway.outcomes)], told)
    named = _names(visit, [value for values in found.values() for value, _ in values if value.startswith("people/")])
    return {
        label: [words or named.get(value) or _as_read(visit, value) for value, words in values]
        for label, values in found.items()
    }


def _names(visit: Visit, people: list[str]) -> dict[str, str]:
    """Return the names of *people*; none where the directory does not answer: the rest is worth showing."""
    try:
        return visit.names(people)
    except Refused:
        return {}


def _as_read(visit: Visit, value: str) -> str:
    """Say a day, an agency or a unit as pages do, and anything else as it was typed."""
    if value.startswith("agencies/"):
        return glossary.place(value)
    if sentences.as_date(value):
        return sentences.long_day(value, visit.today)
    try:
        return visit.units().get(value, value)
    except Refused:
        return value


def _area_of(request: Request, path: str) -> str:
    """Name the area whose page takes a form that is sent to *path*; empty if none does."""
    scope = {"type": "http", "path": path.partition("?")[0], "method": "POST"}
    for route in request.app.routes:
        if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
            return route.endpoint.__module__.split(".")[1]
    return ""
