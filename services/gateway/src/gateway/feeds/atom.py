"""Letters as an Atom feed (RFC 4287)."""

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as ET

from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.feeds import told
from gateway.feeds.told import Site

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_MOST = 50


def newest(found: Iterable[pb.Notice]) -> list[pb.Notice]:
    """Return the letters that were issued or withdrawn last, the newest first."""
    out = (letter for letter in found if letter.state in (pb.Notice.PUBLISHED, pb.Notice.WITHDRAWN))
    return sorted(out, key=lambda letter: (told.changed_at(letter), letter.name), reverse=True)[:_MOST]


def feed(site: Site, *, id: str, title: str, since: datetime, shown: Iterable[pb.Notice]) -> bytes:
    """Write the letters that are *shown* as a feed of its own *id*, which is there *since* a moment.

    It has no link to itself, which RFC 4287 asks for where there is no reason against one: the address is a secret, and
    what somebody hands on of a feed should not hold it.
    """
    entries = list(shown)
    root = ET.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en-US"})
    _add(root, "id", _tag(site, since, f"feeds/{id}"))
    _add(root, "title", told.plain(title))
    _add(root, "updated", max(map(told.changed_at, entries), default=since.replace(microsecond=0)).isoformat())
    _add(ET.SubElement(root, "author"), "name", "Cadre")
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": f"{site.address}/home"})
    for letter in entries:
        _entry(root, site, letter)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _entry(root: ET.Element, site: Site, letter: pb.Notice) -> None:
    entry = ET.SubElement(root, "entry")
    # Its day of issue and its id never change, and so neither does this: what is withdrawn updates its entry.
    _add(entry, "id", _tag(site, told.issued_at(letter), f"letters/{told.id_of(letter)}"))
    _add(entry, "title", f"{'Withdrawn: ' if told.withdrawn(letter) else ''}{told.named(letter)}")
    _add(entry, "published", told.issued_at(letter).isoformat())
    _add(entry, "updated", told.changed_at(letter).isoformat())
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": site.page(letter)})
    for scheme, term in (("series", letter.series), ("topic", letter.topic)):
        if term:
            label = told.plain(term)
            ET.SubElement(entry, "category", {"term": label, "scheme": f"{site.address}/feeds/{scheme}"})
    _add(entry, "summary", told.sentence(letter))


def _tag(site: Site, since: datetime, what: str) -> str:
    """Return a `tag:` URI (RFC 4151): what we call something as of a day on which the name of this site was ours."""
    return f"tag:{site.host},{since.date().isoformat()}:{what}"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
