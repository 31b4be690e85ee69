"""Packets of letters as owners and readers see them. Who has a packet is read from who has its letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from notification.deliveries.visibility import RELEASED, values
from notification.letters.rules.reading import Reader
from notification.packets.rules.packets import Which
from servicekit.data.db import Db
from servicekit.paging import Page
from servicekit.refusals import NotFound

_PACKET = "p.id, p.agency_id, p.title, p.created_by, p.created_at, p.closed_at"
# Of a letter `n`: it is out, and asks to be confirmed.
_ASKS = "n.state = 'PUBLISHED' AND n.asks IN ('CONFIRM', 'TRAIN')"
# Who has which letters of packets `p`: (packet_id, notice_id, person_id, on_leave, confirmed), each once. An agency's
# packet has those who work there; where an agency looks at one of the state's, these are its own people. The state
# counts nobody whom their agency alone asks.
_HAVE = f"""
SELECT l.packet_id, l.notice_id, m.person_id, bool_or(m.on_leave) AS on_leave,
  bool_or(r.confirmed_at IS NOT NULL) AS confirmed
FROM p
JOIN packet_letter AS l ON l.packet_id = p.id
JOIN notice AS n ON n.id = l.notice_id AND {_ASKS}
JOIN audience_member AS m ON m.audience_id = n.audience_id AND m.member
  AND (p.agency_id = '' OR m.agency_id = p.agency_id) AND (%(agency)s = '' OR m.agency_id = %(agency)s)
  AND NOT (m.local AND p.agency_id = '' AND %(agency)s = '')
JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = m.person_id AND NOT r.excused
GROUP BY l.packet_id, l.notice_id, m.person_id
"""  # noqa: S608 - made of constants
# Those who have a packet and are at work, and who of them confirmed all that they have of it.
_COUNTED = f"""
, have AS ({_HAVE}), each AS (
  SELECT packet_id, person_id, bool_or(on_leave) AS on_leave, bool_and(confirmed) AS done
  FROM have GROUP BY packet_id, person_id
), counted AS (
  SELECT packet_id, count(*)::int AS people, (count(*) FILTER (WHERE done))::int AS done
  FROM each WHERE NOT on_leave GROUP BY packet_id
)
"""  # noqa: S608 - made of constants
_WITH_COUNTS = f"""
{_COUNTED}
SELECT {_PACKET}, coalesce(c.people, 0) AS people, coalesce(c.done, 0) AS done
FROM p LEFT JOIN counted AS c ON c.packet_id = p.id
"""  # noqa: S608 - made of constants
# Of an agency, with the state's that are open and have a letter of its people.
_LIST = f"""
WITH p AS (
  SELECT * FROM letter_packet
  WHERE (agency_id = %(agency)s OR agency_id = '' AND closed_at IS NULL AND EXISTS (
    SELECT FROM packet_letter AS l JOIN notice AS n ON n.id = l.notice_id AND {_ASKS}
    JOIN audience_member AS m ON m.audience_id = n.audience_id AND m.agency_id = %(agency)s AND m.member
    WHERE l.packet_id = letter_packet.id
  )) {{page}}
  ORDER BY created_at DESC, id DESC LIMIT %(limit)s
) {_WITH_COUNTS} ORDER BY p.created_at DESC, p.id DESC
"""  # noqa: S608 - made of constants
_ONE = f"""
WITH p AS (SELECT * FROM letter_packet WHERE id = %(packet)s AND agency_id = %(owner)s) {_WITH_COUNTS}
"""  # noqa: S608 - made of constants
_LETTERS = f"""
WITH p AS (SELECT * FROM letter_packet WHERE id = ANY(%(packets)s)), have AS ({_HAVE})
SELECT l.packet_id, l.notice_id, n.series, n.number, n.subject, n.state, counted.people, counted.confirmed
FROM packet_letter AS l JOIN notice AS n ON n.id = l.notice_id
CROSS JOIN LATERAL (
  SELECT count(*)::int AS people, (count(*) FILTER (WHERE have.confirmed))::int AS confirmed
  FROM have WHERE (have.packet_id, have.notice_id) = (l.packet_id, l.notice_id) AND NOT have.on_leave
) AS counted
WHERE l.packet_id = ANY(%(packets)s) ORDER BY l.packet_id, l.position
"""  # noqa: S608 - made of constants
_PEOPLE = f"""
WITH p AS (SELECT * FROM letter_packet WHERE id = %(packet)s), have AS ({_HAVE})
SELECT * FROM (
  SELECT person_id, count(*)::int AS letters, (count(*) FILTER (WHERE confirmed))::int AS confirmed,
    bool_or(on_leave) AS on_leave
  FROM have GROUP BY person_id
) AS people
WHERE (NOT %(only_to_go)s OR confirmed < letters AND NOT on_leave) {{page}}
ORDER BY person_id LIMIT %(limit)s
"""  # noqa: S608 - made of constants
# Led by the reader's audiences, as their inbox is: their letters, and the packets of these.
_OWN = f"""
SELECT p.id, p.agency_id, p.title, p.created_at, count(*)::int AS letters,
  (count(*) FILTER (WHERE r.confirmed_at IS NULL))::int AS open
FROM (
  SELECT m.audience_id, array_agg(m.agency_id) AS agencies FROM audience_member AS m
  WHERE m.person_id = %(reader)s AND m.member GROUP BY m.audience_id
) AS mine
JOIN notice AS n ON n.audience_id = mine.audience_id AND {_ASKS}
JOIN packet_letter AS l ON l.notice_id = n.id
JOIN letter_packet AS p ON p.id = l.packet_id AND p.closed_at IS NULL
  AND (p.agency_id = '' OR p.agency_id = ANY(mine.agencies))
JOIN recipient AS r ON r.notice_id = n.id AND r.person_id = %(reader)s AND NOT r.excused
WHERE {RELEASED} {{which}}
GROUP BY p.id
"""  # noqa: S608 - made of constants
_OWN_LIST = f"""
SELECT * FROM ({_OWN.format(which="")}) AS theirs {{page}} ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - made of constants
_OWN_LETTERS = f"""
SELECT notice_id FROM packet_letter AS l
JOIN letter_packet AS p ON p.id = l.packet_id
JOIN notice AS n ON n.id = l.notice_id AND {_ASKS}
WHERE p.id = %(packet)s AND EXISTS (
  SELECT FROM audience_member AS m
  WHERE m.audience_id = n.audience_id AND m.person_id = %(reader)s AND m.member
    AND (p.agency_id = '' OR m.agency_id = p.agency_id)
) AND {RELEASED}
ORDER BY l.position
"""  # noqa: S608 - made of constants
_SIGNED = """
SELECT notice_id, max(version) AS version FROM acknowledgement
WHERE notice_id = ANY(%(notices)s) AND person_id = %(person)s AND kind = 'CONFIRM' AND agency_id = ''
GROUP BY notice_id
"""


class Packet(NamedTuple):
    """A packet, and how far those who have it are: at work, and done with all that they have."""

    id: UUID
    agency_id: str
    title: str
    created_by: UUID
    created_at: datetime
    closed_at: datetime | None
    people: int
    done: int

    @property
    def which(self) -> Which:
        """Its name."""
        return Which(self.agency_id, self.id)


class Letter(NamedTuple):
    """A letter of a packet, and how many have it and confirmed it."""

    packet_id: UUID
    notice_id: UUID
    series: str
    number: str
    subject: str
    state: str
    people: int
    confirmed: int


class Person(NamedTuple):
    """Somebody who has a packet."""

    person_id: UUID
    letters: int
    confirmed: int
    on_leave: bool


class Own(NamedTuple):
    """A packet of the reader, and how many of its letters they have, and have still to confirm."""

    id: UUID
    agency_id: str
    title: str
    created_at: datetime
    letters: int
    open: int


class _Signed(NamedTuple):
    notice_id: UUID
    version: int


def packets(db: Db, agency_id: str, page: Page) -> list[Packet]:
    """Return the packets of an agency and the state's that its people have, or the state's (''); the newest first."""
    sql = _LIST.format(page=_after(page, "AND"))
    return db.all(Packet, sql, agency=agency_id, **page.values("created_at", "id"))


def packet(db: Db, which: Which, agency_id: str) -> Packet:
    """Return a packet as an agency sees it: its own, or one of the state's; the state ('') sees its own."""
    if which.agency_id not in ("", agency_id):
        raise NotFound(which.name)
    found = db.maybe(Packet, _ONE, packet=which.id, owner=which.agency_id, agency=agency_id)
    if found is None:
        raise NotFound(which.name)
    return found


def letters(db: Db, packet_ids: Sequence[UUID], agency_id: str) -> list[Letter]:
    """Return the letters of packets, each packet's in their order."""
    return db.all(Letter, _LETTERS, packets=list(packet_ids), agency=agency_id)


def people(db: Db, which: Which, agency_id: str, *, only_to_go: bool, page: Page) -> list[Person]:
    """Return an agency's people who have a packet, by id, one more than the page holds."""
    sql = _PEOPLE.format(page=page.after_sql("AND", ">", person_id="uuid"))
    asked: dict[str, Any] = {"packet": which.id, "agency": agency_id, "only_to_go": only_to_go}
    return db.all(Person, sql, **asked, **page.values("person_id"))


def own(db: Db, reader: Reader, page: Page) -> list[Own]:
    """Return the reader's packets that are open, the newest first, one more than the page holds."""
    return db.all(
        Own, _OWN_LIST.format(page=_after(page, "WHERE")), **values(reader), **page.values("created_at", "id")
    )


def own_one(db: Db, reader: Reader, which: Which) -> Own:
    """Return one of them; whoever has none of its letters does not learn that there is such a packet."""
    sql = _OWN.format(which="AND p.id = %(packet)s AND p.agency_id = %(owner)s")
    found = db.maybe(Own, sql, packet=which.id, owner=which.agency_id, **values(reader))
    if found is None:
        raise NotFound(which.name)
    return found


def own_letters(db: Db, reader: Reader, which: Which) -> list[UUID]:
    """Return those of its letters that the reader has, in its order."""
    found: list[UUID] = db.values(_OWN_LETTERS, packet=which.id, **values(reader))
    return found


def signed(db: Db, person_id: UUID, notices: Sequence[UUID]) -> dict[UUID, int]:
    """Return by letter the newest version that a person confirmed themselves."""
    return {row.notice_id: row.version for row in db.all(_Signed, _SIGNED, person=person_id, notices=list(notices))}


def _after(page: Page, word: str) -> str:
    return f"{word} (created_at, id) < (%(after_created_at)s::timestamptz, %(after_id)s::uuid)" if page.after else ""
